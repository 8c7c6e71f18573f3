"""The moderators' board over real HTTP: who gets in, what they see, and what they decide."""

import asyncio
import csv
import re
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from io import StringIO
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from board.app import BoardService, run
from board.config import BoardConfig
from bot.board_roles import sign_out_former
from db import queue
from db.board_sessions import BoardSessions
from db.config import Connections
from db.keys import Keys
from db.monitoring import Monitoring
from db.store import Store
from reunite.commands import ChangeSettings, ReportFound, ReportLost
from reunite.entities import VerdictKind
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from tests.support.board import ADA, ROBIN, Browser, Community, browsing, community_with_a_board, open_community
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.queues import NoQueue
from tests.support.services import background, working
from tests.support.threads import readers_of_losses
from tests.support.waiting import eventually

PAGES = ("/", "/matches", "/claims", "/handovers", "/numbers", "/log", "/reports.csv")


def part(name: str, value: str, header: str) -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n{header}\r\n\r\n{value}\r\n'.encode()


community_fixture = pytest.fixture(community_with_a_board, name="community")


@pytest.fixture(name="robin")
async def moderator_at_the_board(community: Community) -> AsyncIterator[Browser]:
    async with browsing(community.url) as robin:
        await robin.sign_in(await community.link())
        yield robin


# Signing in


async def test_a_link_signs_in_once(community: Community) -> None:
    link = await community.link()
    async with browsing(community.url) as first, browsing(community.url) as second:
        for _ in range(2):  # a program that looks at links uses up none
            status, words = await second.get(link.removeprefix(community.url))
            assert (status, "Sign in" in words) == (200, True)
        status, words = await first.sign_in(link)
        assert (status, "Robin" in words) == (200, True)
        status, words = await second.sign_in(link)
        assert (status, "was used before" in words) == (403, True)
        assert (await second.get("/"))[0] == 401


async def test_a_member_gets_no_link(community: Community) -> None:
    with pytest.raises(TellUserError, match="only_moderators_here"):
        await community.link(ADA, is_moderator=False)


async def test_without_a_board_there_is_no_link(community: Community) -> None:
    handlers = Handlers(community.store, NoQueue())
    with pytest.raises(TellUserError, match="board_off"):
        await handlers.board.link("web", "here", ROBIN, is_moderator=True)


async def test_a_new_link_replaces_an_unused_one(community: Community) -> None:
    old, new = await community.link(), await community.link()
    async with browsing(community.url) as robin:
        assert (await robin.sign_in(old))[0] == 403
        assert (await robin.sign_in(new))[0] == 200


async def test_links_and_sessions_end(community: Community, robin: Browser) -> None:
    link, community_id = await community.link(), community.workspace.community
    async with community.store.session(community_id) as session:
        await session._do("UPDATE board_session SET created_at = created_at - interval '10 minutes'")
    async with browsing(community.url) as late:
        assert (await late.sign_in(link))[0] == 403
    assert (await robin.get("/"))[0] == 200
    async with community.store.session(community_id) as session:
        await session._do("UPDATE board_session SET began_at = began_at - interval '12 hours'")
    assert (await robin.get("/"))[0] == 401


async def test_only_the_links_hash_is_kept(community: Community) -> None:
    secret = (await community.link()).partition("link=")[2]
    async with community.store.session(community.workspace.community) as session:
        row = await session._one("SELECT * FROM board_session")
    assert secret not in str(row)
    assert len(secret) >= 43


async def test_signing_out_ends_the_session_wherever_the_cookie_was_copied(
    community: Community, robin: Browser
) -> None:
    async with browsing(community.url) as copy:
        copy.http.cookie_jar.update_cookies({each.key: each.value for each in robin.http.cookie_jar})
        assert (await copy.get("/"))[0] == 200
        assert (await robin.post("/sign-out"))[0] == 200
        assert (await copy.get("/"))[0] == 401
    assert (await robin.get("/"))[0] == 401


async def test_the_cookie_is_kept_from_scripts_and_other_sites(community: Community) -> None:
    async with browsing(community.url) as robin:
        fields = {"link": (await community.link()).partition("link=")[2]}
        origin = {"Origin": community.url}
        async with robin.http.post(
            f"{community.url}/sign-in", data=fields, headers=origin, allow_redirects=False
        ) as answer:
            cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "robin" not in cookie.lower().partition(";")[0].partition("=")[2]


async def test_a_tampered_cookie_opens_nothing(community: Community, robin: Browser) -> None:
    [cookie] = list(robin.http.cookie_jar)
    async with community.store.session(community.workspace.community) as session:
        row = await session._one("SELECT id FROM board_session")
    open_session = f"board {(row or {})['id']} token"
    values = {
        "plain": open_session,
        "another key": Keys([Fernet.generate_key().decode()]).encrypt(open_session),
        "cut": cookie.value[:-2],
        "not ASCII": f"é{open_session}",
        "another purpose": community.store.keys.encrypt(open_session.replace("board", "claim")),
        "no session": community.store.keys.encrypt(f"board {uuid4()} token"),
    }
    for kind, value in values.items():
        async with browsing(community.url) as eve:
            eve.http.cookie_jar.update_cookies({cookie.key: value})
            assert (await eve.get("/"))[0] == 401, kind


async def test_who_deletes_their_data_is_signed_out(community: Community, robin: Browser) -> None:
    async with community.store.session(community.workspace.community) as session:
        await session.deletion.forget_moderator(ROBIN.id)
    assert (await robin.get("/"))[0] == 401


async def test_a_change_of_the_moderators_signs_everyone_out(community: Community, robin: Browser) -> None:
    settings = await community.handlers.settings("web", "here")
    for changed, status in ((replace(settings, language="de"), 200), (replace(settings, moderators=("sam",)), 401)):
        await community.handlers.set_up(ChangeSettings(platform="web", workspace="here", settings=changed))
        assert (await robin.get("/"))[0] == status


async def test_a_session_moves_with_its_workspace(community: Community, robin: Browser) -> None:
    async with open_community(community.store, community.url, "there") as there:
        await there.report(ReportFound, "a blue mug")
        await community.handlers.link("web", "here", await there.handlers.link_code("web", "there"))
        assert "a blue mug" in (await robin.get("/"))[1]
        await community.handlers.unlink("web", "here")
        status, words = await robin.get("/")
        assert (status, "a blue mug" in words) == (200, False)
        await community.handlers.leave("web", "here")
    assert (await robin.get("/"))[0] == 401


# Requests


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
    parts, plain = "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"
    forms: list[tuple[dict[str, str], bytes]] = [
        ({"Content-Type": parts}, part("csrf", "x", "Content-Transfer-Encoding: foo") + b"--x--"),
        ({"Content-Type": parts}, b"nothing of the kind"),
        ({"Content-Type": "multipart/form-data"}, b"--x--"),
        ({"Content-Type": plain}, b"link=\xff\xfe"),
        ({"Content-Type": plain}, b"link=" + b"x" * 70_000),
        ({"Content-Type": "application/json"}, b"{}"),
    ]
    for path in ("/sign-in", "/search"):
        for headers, body in forms:
            sent = robin.http.post(f"{community.url}{path}", data=body, headers={"Origin": community.url, **headers})
            async with sent as response:
                assert response.status in {400, 403, 413}, (path, headers)
                assert response.status != 400 or "couldn&#39;t read what the browser sent" in await response.text()


async def test_a_form_is_in_utf_8_whatever_it_says(community: Community, robin: Browser) -> None:
    """Python took 22 s over 200 KB of punycode, in which the board answered nobody."""
    match, fields = await community.matched(), {"csrf": robin.csrf, "kind": "confirm", "given": "yes"}
    body = b"".join(part(*field, "Content-Type: text/plain; charset=punycode") for field in fields.items())
    headers = {"Origin": community.url, "Content-Type": "multipart/form-data; boundary=x"}
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


# What moderators see and do


async def test_the_gallery_is_filtered(community: Community, robin: Browser) -> None:
    await community.report(ReportFound, "a blue mug", place="Gym")
    await community.report(ReportFound, "my passport", sealed=True, category="id")
    await community.report(ReportLost, "a green scarf", private=True)
    shown = {
        "/": {"a blue mug", "my passport", "a green scarf"},
        "/?kind=found": {"a blue mug", "my passport"},
        "/?sealed=yes": {"my passport", "a green scarf"},
        "/?sealed=no": {"a blue mug"},
        "/?place=gym": {"a blue mug"},
        "/?place=PASSPORT": {"my passport"},
        "/?state=returned": set(),
        "/?since=2020-01-01&until=2020-01-31": set(),
        "/?since=2020-01-01": {"a blue mug", "my passport", "a green scarf"},
        "/?kind=%00&state=nonsense&since=9999-99-99&page=99999999999": {"a blue mug", "my passport", "a green scarf"},
    }
    everything = {"a blue mug", "my passport", "a green scarf"}
    for path, expected in shown.items():
        status, words = await robin.get(path)
        assert (status, {each for each in everything if each in words}) == (200, expected), path


async def test_a_long_gallery_has_pages(community: Community, robin: Browser) -> None:
    for number in range(25):
        await community.report(ReportFound, f"thing number {number:02}")
    _, first = await robin.get("/")
    _, second = await robin.get("/?page=2")
    assert ("thing number 24" in first, "thing number 00" in first) == (True, False)
    assert ("thing number 24" in second, "thing number 00" in second) == (False, True)
    assert "Page 2 of 2" in second


async def test_all_matches_that_wait_are_counted(
    community: Community, robin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.board.MOST_LISTED", 2)
    await community.matched()
    _, words = await robin.get("/matches")
    assert ("Waiting for a verdict: 1" in words, "most likely" in words) == (True, False)
    for _ in range(2):
        await community.matched()
    _, words = await robin.get("/matches")
    assert "Waiting for a verdict: 3 These are the 2 most likely ones." in words


async def test_who_cannot_be_asked_about_stays_signed_in(community: Community, robin: Browser) -> None:
    async def moderates(workspace: str, member: str) -> bool | None:
        assert (workspace, member) == ("here", ROBIN.id)
        return answers[0]  # without one, it fails

    cases: list[tuple[list[bool | None], int]] = [([None], 200), ([], 200), ([True], 200), ([False], 401)]
    for answers, status in cases:
        await sign_out_former(BoardSessions(community.store), "web", moderates)
        assert (await robin.get("/matches"))[0] == status, answers


async def test_a_verdict_is_given_and_taken_back(community: Community, robin: Browser) -> None:
    match = await community.matched()
    _, words = await robin.get(f"/matches/{match.id}")
    assert all(
        each in words for each in ("My red umbrella", "Red umbrella, by the tram", "High confidence", "umbrella ✓")
    )
    _, words = await robin.post(f"/matches/{match.id}/verdict", kind="confirm", given="yes")
    assert ("Returned to its owner" in words, await community.state(match)) == (True, "confirmed")
    assert "Robin: returned" in words
    await robin.post(f"/matches/{match.id}/verdict", kind="confirm", given="yes")  # twice changes nothing
    await robin.post(f"/matches/{match.id}/verdict", kind="confirm", given="no")
    assert await community.state(match) == "undecided"
    _, log = await robin.get("/log")
    assert log.index("Robin withdrew: returned") < log.index("Robin: returned")
    async with community.store.session(community.workspace.community) as session:
        kinds = [(each.kind, each.given) for each in await session.verdicts.of(match.id)]
    assert kinds == [(VerdictKind.CONFIRM, True), (VerdictKind.CONFIRM, False)]
    assert (await robin.post(f"/matches/{match.id}/verdict", kind="maybe", given="yes"))[0] == 400


async def test_a_sealed_report_is_released(community: Community, robin: Browser) -> None:
    match = await community.matched(sealed=True, category="keys")
    _, words = await robin.get(f"/matches/{match.id}")
    assert "Let the owner know" in words
    _, words = await robin.post(f"/matches/{match.id}/release")
    assert ("Let the owner know" in words, "The owner knows about it" in words) == (False, True)


async def test_a_claim_is_read_and_accepted(community: Community, robin: Browser) -> None:
    match = await community.matched()
    claim = await community.claim(match)
    assert "A chip in the handle" not in (await robin.get("/claims"))[1]
    assert "A chip in the handle" in (await robin.get(f"/claims/{claim}"))[1]
    _, words = await robin.post(f"/claims/{claim}/decision", decision="accept")
    assert "Accepted" in words
    assert "Goes to Ada" in (await robin.get("/handovers"))[1]


async def test_nobody_decides_on_their_own_claim(community: Community) -> None:
    claim = await community.claim(await community.matched())
    async with browsing(community.url) as ada:
        await ada.sign_in(await community.link(ADA))
        status, words = await ada.get(f"/claims/{claim}")
        assert (status, "A chip in the handle" in words) == (422, False)
        assert (await ada.post(f"/claims/{claim}/decision", decision="accept"))[0] == 422
    async with community.store.session(community.workspace.community) as session:
        known = await session.claims.get(claim)
    assert known
    assert known.state == "open"


async def test_a_found_report_gets_its_shelf_and_a_label(community: Community, robin: Browser) -> None:
    found = await community.report(ReportFound, "Red umbrella", "red")
    await robin.post(f"/reports/{found.id}/whereabouts", place="Front office", code="B-17")
    _, words = await robin.get("/handovers")
    assert ("Front office" in words, "B-17" in words) == (True, True)
    assert 'name="code"' in (await robin.get(f"/reports/{found.id}"))[1]
    async with community.store.session(community.workspace.community) as session:
        await session._do("UPDATE report SET state = 'returned' WHERE id = %(id)s", id=found.id)
    assert 'name="code"' not in (await robin.get(f"/reports/{found.id}"))[1]
    _, label = await robin.get(f"/reports/{found.id}/label")
    assert ("B-17" in label, "Red umbrella" in label, "<svg" in label) == (True, True, True)
    sealed = await community.report(ReportFound, "Passport of Zofia", sealed=True, category="id")
    _, label = await robin.get(f"/reports/{sealed.id}/label")
    assert ("Zofia" in label, str(sealed.id)[:8] in label) == (False, True)


async def test_the_table_shows_what_is_sealed_only_if_asked(community: Community, robin: Browser) -> None:
    await community.report(ReportFound, "=1+1")
    await community.report(ReportFound, "my passport", sealed=True, category="id")
    rows = {}
    for path in ("/reports.csv", "/reports.csv?sealed=yes"):
        _, words = await robin.get(path)
        rows[path] = [row["text"] for row in csv.DictReader(StringIO(words.removeprefix("\ufeff")))]
    assert rows == {"/reports.csv": ["'=1+1"], "/reports.csv?sealed=yes": ["'=1+1", "my passport"]}


async def test_statistics_show_returns_and_where_things_are_lost(
    community: Community, robin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = await community.matched()
    await robin.post(f"/matches/{match.id}/verdict", kind="confirm", given="yes")
    async with community.store.session(community.workspace.community) as session:
        await session._do("UPDATE report SET created_at = created_at - interval '2 days'")
        assert round(await session.board.days_to_return() or 0, 1) == 2.0
        weeks = await session.board.weeks("Europe/Berlin")
        assert (len(weeks), sum(week.returned for week in weeks), weeks[-1].returned) == (12, 1, 1)
        assert (sum(week.lost for week in weeks), sum(week.found for week in weeks)) == (1, 1)
        assert [(place.name, place.lost, place.found) for place in await session.board.places()] == [
            ("Gym", 1, 0),
            ("Tram stop", 0, 1),
        ]
    readers = readers_of_losses(monkeypatch)
    _, words = await robin.get("/numbers")
    assert len(readers) == 1
    assert threading.main_thread() not in readers
    assert "back within 2 days" in words
    assert re.search(r"Gym</th><td>1</td><td>0</td>", words)


async def test_a_page_is_in_the_moderators_language(community: Community) -> None:
    async with browsing(community.url) as robin:
        await robin.sign_in(await community.link(language="de"))
        status, words = await robin.get("/")
        assert (status, '<html lang="de">' in words, "Meldungen" in words) == (200, True, True)
        _, words = await robin.get("/matches/x")
        assert "Hier ist nichts" in words
    async with browsing(community.url) as stranger:
        _, words = await stranger.get("/sign-in", headers={"Accept-Language": "fr-CH, en;q=0.5"})
        assert "Tableau de la modération" in words


async def test_a_search_by_words_or_a_photo_finds_what_is_sealed_too(
    community: Community, robin: Browser, database_url: str, redis_url: str
) -> None:
    async with working(database_url, redis_url), queue.connect(community.store, redis_url, "reunite") as hints:
        community.handlers = Handlers(community.store, hints)
        for colour in ("red", "blue"):
            await community.post(ReportFound, f"{colour} thing", colour, sealed=colour == "red")
        await eventually(community.is_settled)
        status, words = await robin.post("/search", words="a red thing", among="found")
        assert status == 200
        assert words.index("red thing</span>") < words.index("blue thing</span>")
        _, words = await robin.post("/search", photo=drawing("blue"), among="found")
        assert words.index("blue thing</span>") < words.index("red thing</span>")
    assert (await robin.post("/search", words="", among="found"))[0] == 422


async def test_the_boards_process_serves_and_is_on_the_list_of_processes(
    database_url: str, redis_url: str, unused_tcp_port: int
) -> None:
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    connections = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    service = BoardService(connections=connections, config=BoardConfig(port=unused_tcp_port))
    async with background(run(service, address.set_result)), browsing(await address) as anyone:
        assert (await anyone.get("/sign-in"))[0] == 200
        assert [(await anyone.get(path))[0] for path in ("/static/board.css", "/shared/base.css")] == [200, 200]
        async with Store(database_url, connections=1) as store:
            roles = await eventually(lambda: _roles(store))
    assert roles == ["board"]


async def _roles(store: Store) -> list[str]:
    return [process.role for process in await Monitoring(store).processes()]
