"""What the board's first page says needs a moderator now."""

import re

import pytest

from reunite.commands import ReportFound
from reunite.entities import Match
from tests.support.board import Browser, Community, community_with_a_board, moderator_at_the_board

pytestmark = pytest.mark.untraced

community_fixture = pytest.fixture(community_with_a_board, name="community")
robin_fixture = pytest.fixture(moderator_at_the_board, name="robin")

_ENTRY = re.compile(r'<a class="paper" href="([^"]+)">[^<]+: (\d+)</a>')
_UNDER_WAY = '<a href="/handovers">Handovers under way: 1</a>'
_ELSE = '<a href="/">What else is waiting?</a>'
CLAIMS, SEALED = "/claims", "/matches?only=sealed"
TO_CHECK, UNANSWERED = "/matches?only=to_check", "/?state=unanswered"


async def waiting(robin: Browser) -> dict[str, int]:
    """Return how much waits behind each link of the first page."""
    _, page = await robin.get("/")
    found = {path: int(number) for path, number in _ENTRY.findall(page)}
    assert ("Nothing is waiting for you" in page) is (not found)
    return found


async def test_each_thing_that_waits_is_a_click_away_until_it_is_seen_to(community: Community, robin: Browser) -> None:
    assert await waiting(robin) == {}
    match = await community.matched()
    assert await waiting(robin) == {TO_CHECK: 1}
    assert f"/matches/{match.id}" in (await robin.get(TO_CHECK))[1]
    claim = await community.claim(match)
    assert await waiting(robin) == {CLAIMS: 1}
    assert f"/claims/{claim}" in (await robin.get(CLAIMS))[1]
    assert _ELSE not in (await robin.get(f"/claims/{claim}"))[1]
    assert _ELSE in (await robin.post(f"/claims/{claim}/decision", decision="accept"))[1]
    assert await waiting(robin) == {}
    assert _UNDER_WAY in (await robin.get("/"))[1]
    assert _ELSE in (await robin.post(f"/matches/{match.id}/verdict", kind="confirm", given="yes"))[1]
    assert await waiting(robin) == {}
    assert _UNDER_WAY not in (await robin.get("/"))[1]


async def test_a_sealed_match_waits_apart_until_its_owner_may_know(community: Community, robin: Browser) -> None:
    public, sealed = await community.matched(), await community.matched(sealed=True, category="keys")
    assert await waiting(robin) == {TO_CHECK: 1, SEALED: 1}
    pages = {path: (await robin.get(path))[1] for path in (TO_CHECK, SEALED, "/matches")}
    assert [_listed(page, public, sealed) for page in pages.values()] == [(True, False), (False, True), (True, True)]
    await robin.post(f"/matches/{sealed.id}/release")
    assert await waiting(robin) == {TO_CHECK: 2}


def _listed(page: str, *matches: Match) -> tuple[bool, ...]:
    return tuple(f"/matches/{match.id}" in page for match in matches)


@pytest.mark.parametrize(
    "failing",
    [
        """WITH done AS (UPDATE work SET state = 'done' WHERE report_id = %(id)s)
           INSERT INTO outbox (community_id, report_id, platform, key, reply, state)
           VALUES (%(community)s, %(id)s, 'web', 'any', '{}', 'failed')""",
        "UPDATE work SET state = 'failed' WHERE report_id = %(id)s",
    ],
)
async def test_a_report_whose_author_got_no_answer_waits(community: Community, robin: Browser, failing: str) -> None:
    await community.report(ReportFound, "a green mug")
    report = await community.report(ReportFound, "a blue mug")
    async with community.store.session(community.workspace.community) as session:
        await session._do(failing, id=report.id, community=session.community)
    assert await waiting(robin) == {UNANSWERED: 1}
    _, page = await robin.get(UNANSWERED)
    assert ("a blue mug" in page, "a green mug" in page, "my answer didn&#39;t get through" in page) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    "answered",
    [
        """INSERT INTO outbox (community_id, report_id, platform, key, reply, state, sent_channel, sent_message)
           VALUES (%(community)s, %(id)s, 'web', %(id)s::text || ':first', '{}', 'sent', 'c', 'm')""",
        """INSERT INTO work (community_id, report_id) VALUES (%(community)s, %(id)s)""",
    ],
)
async def test_an_answered_report_and_one_that_is_searched_again_do_not_wait(
    community: Community, robin: Browser, answered: str
) -> None:
    report = await community.report(ReportFound, "a blue mug")
    async with community.store.session(community.workspace.community) as session:
        given = {"id": report.id, "community": session.community}
        await session._do("UPDATE work SET state = 'failed' WHERE report_id = %(id)s", **given)
        await session._do(
            """INSERT INTO outbox (community_id, report_id, platform, key, reply, state)
               VALUES (%(community)s, %(id)s, 'web', 'prompt', '{}', 'failed')""",
            **given,
        )
    assert await waiting(robin) == {UNANSWERED: 1}
    async with community.store.session(community.workspace.community) as session:
        await session._do(answered, **given)
    assert await waiting(robin) == {}


async def test_a_decision_leads_to_the_next_thing_that_waits(community: Community, robin: Browser) -> None:
    first, second = await community.matched(), await community.matched()
    sealed = await community.matched(sealed=True, category="keys")
    claim = await community.claim(second)
    assert _onwards((await robin.get(f"/matches/{first.id}"))[1]) is None
    _, page = await robin.post(f"/matches/{first.id}/verdict", kind="reject", given="yes")
    assert _onwards(page) == f"/claims/{claim}"
    _, page = await robin.post(f"/claims/{claim}/decision", decision="reject")
    assert _onwards(page) == f"/matches/{sealed.id}"
    _, page = await robin.post(f"/matches/{sealed.id}/release")
    assert _onwards(page) == f"/matches/{second.id}"
    await robin.post(f"/matches/{sealed.id}/verdict", kind="reject", given="yes")
    _, page = await robin.post(f"/reports/{first.found}/delete")
    assert _onwards(page) == f"/matches/{second.id}"
    _, page = await robin.post(f"/matches/{second.id}/verdict", kind="confirm", given="yes")
    assert (_onwards(page), _ELSE in page) == (None, True)


def _onwards(page: str) -> str | None:
    found = re.search(r'<a href="([^"]+)">Go to the next one</a>', page)
    return found[1] if found else None


async def test_a_filtered_gallery_shows_only_reports(robin: Browser) -> None:
    _, page = await robin.get("/?kind=found")
    assert ("Waiting for you" in page, "<h1>Reports</h1>" in page) == (False, True)
