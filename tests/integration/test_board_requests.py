"""What the board's server refuses, and what its answers keep from scripts and other sites."""

from uuid import uuid4

import pytest

from board.config import BoardConfig
from reunite.commands import ReportFound
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.reply import Reply
from tests.support.board import (
    Browser,
    Community,
    browsing,
    community_with_a_board,
    moderator_at_the_board,
    open_community,
)
from tests.support.multipart import MULTIPART, form_of_parts, form_part, unknown_encoding

pytestmark = pytest.mark.untraced

robin_fixture = pytest.fixture(moderator_at_the_board, name="robin")
PAGES = ("/", "/matches", "/claims", "/handovers", "/numbers", "/log", "/reports.csv")


community_fixture = pytest.fixture(community_with_a_board, name="community")


async def test_pages_are_for_those_who_are_signed_in(community: Community, robin: Browser) -> None:
    await community.claim(await community.matched())
    async with browsing(community.url) as stranger:
        for page in PAGES:
            assert (await robin.get(page))[0] == 200
            status, words = await stranger.get(page)
            assert (status, "umbrella" in words) == (401, False), page


async def test_a_form_from_elsewhere_changes_nothing(community: Community, robin: Browser) -> None:
    match = await community.matched()
    ours, token = community.url, robin.csrf
    faults = [("", ours), ("x" * len(token), ours), (token, None), (token, "https://evil.example"), (token, "null")]
    for csrf, origin in faults:
        fields = {"csrf": csrf, "kind": "confirm", "given": "yes"}
        headers = {"Origin": origin} if origin else {}
        async with robin.http.post(f"{ours}/matches/{match.id}/verdict", data=fields, headers=headers) as answer:
            assert answer.status == 403, (csrf, origin)
    assert await community.state(match) == "undecided"


async def test_a_malformed_form_is_refused(community: Community, robin: Browser) -> None:
    plain = "application/x-www-form-urlencoded"
    forms: list[tuple[dict[str, str], bytes]] = [
        (MULTIPART, unknown_encoding("csrf")),
        (MULTIPART, b"nothing of the kind"),
        (MULTIPART, form_of_parts(65)),
        ({"Content-Type": "multipart/form-data"}, b"--x--"),
        ({"Content-Type": plain}, b"link=\xff\xfe"),
        ({"Content-Type": plain}, b"link=" + b"x" * 70_000),
        ({"Content-Type": "application/json"}, b"{}"),
    ]
    for path in ("/sign-in", "/search"):
        for headers, body in forms:
            sent = robin.http.post(f"{community.url}{path}", data=body, headers={"Origin": community.url, **headers})
            async with sent as response:
                assert response.status in {400, 413}, (path, headers)
                assert response.status != 400 or "couldn&#39;t read what the browser sent" in await response.text()


async def test_a_form_is_in_utf_8_whatever_it_says(community: Community, robin: Browser) -> None:
    """Python took 22 s over 200 KB of punycode, in which the board answered nobody."""
    match, fields = await community.matched(), {"csrf": robin.csrf, "kind": "confirm", "given": "yes"}
    body = b"".join(form_part(*field, "Content-Type: text/plain; charset=punycode") for field in fields.items())
    headers = {"Origin": community.url, **MULTIPART}
    async with robin.http.post(
        f"{community.url}/matches/{match.id}/verdict", data=body + b"--x--", headers=headers
    ) as sent:
        assert sent.status == 200
    assert await community.state(match) == "confirmed"


async def test_another_host_name_is_refused(robin: Browser) -> None:
    assert (await robin.get("/", headers={"Host": "evil.example"}))[0] == 421


async def test_what_went_wrong_leads_back_to_our_own_pages_only(community: Community, robin: Browser) -> None:
    match = await community.matched()
    _, words = await robin.post(f"/matches/{match.id}/verdict", kind="maybe")
    assert f'href="/matches/{match.id}"' in words
    path = f"{community.url}//evil.example/x"
    async with robin.http.post(path, headers={"Origin": "https://evil.example"}) as answer:
        assert (answer.status, "evil.example" in await answer.text()) == (403, False)
    assert (await robin.get("/sign-in?link=%ff%00"))[0] == 200


async def test_a_defect_is_not_said_to_be_a_failed_search(robin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> Reply:
        raise ZeroDivisionError

    monkeypatch.setattr(Handlers, "statistics", broken)
    status, words = await robin.get("/numbers")
    assert (status, sentence("went_wrong") in words) == (500, True)


async def test_headers_let_no_script_run_and_nothing_be_kept(community: Community) -> None:
    async with browsing(community.url) as anyone, anyone.http.get(f"{community.url}/sign-in") as answer:
        policy = answer.headers["Content-Security-Policy"]
        words = await answer.text()
    assert ("default-src 'none'" in policy, "script" in policy, "unsafe" in policy) == (True, False, False)
    assert ("<script" in words, "style=" in words) == (False, False)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_another_communitys_things_are_not_there(community: Community, robin: Browser) -> None:
    async with open_community(community.store, community.url, "elsewhere") as elsewhere:
        match = await elsewhere.matched()
        claim = await elsewhere.claim(match)
        async with community.store.session(elsewhere.workspace.community) as session:
            [photo] = await session.photos.of(match.found)
        paths = (f"/reports/{match.found}", f"/reports/{match.found}/label", f"/matches/{match.id}", f"/claims/{claim}")
        for path in (*paths, f"/photos/{photo.id}", f"/reports/{uuid4()}", "/matches/x"):
            assert (await robin.get(path))[0] == 404, path
        assert (await robin.post(f"/matches/{match.id}/verdict", kind="confirm", given="yes"))[0] == 422
        assert (await robin.post(f"/claims/{claim}/decision", decision="accept"))[0] == 422
        assert (await robin.post(f"/reports/{match.found}/whereabouts", place="Office"))[0] == 422
        assert await elsewhere.state(match) == "undecided"


async def test_members_words_are_shown_as_they_are(community: Community, robin: Browser) -> None:
    await community.report(ReportFound, '<img src=x onerror="alert(1)"> & more', place="<b>gym</b>")
    _, words = await robin.get("/")
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt; &amp; more" in words
    assert "<b>gym" not in words


@pytest.mark.parametrize("url", ["http://board.example", "https://", "https://board.example/sub", "board.example"])
def test_an_address_that_can_not_be_right_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="board"):
        BoardConfig(url=url)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://board.example.org/", "https://board.example.org"),
        ("https://Board.Example.org:443", "https://board.example.org"),
        ("https://board.example.org:8443", "https://board.example.org:8443"),
        ("http://[::1]:8720", "http://[::1]:8720"),
    ],
)
def test_the_boards_address_is_kept_as_browsers_say_it(url: str, kept: str) -> None:
    assert BoardConfig(url=url).url == kept
