"""What moderators see and do at the board, over real HTTP."""

import asyncio
import csv
import re
import threading
from io import StringIO

import pytest

from board.app import BoardService, run
from board.config import BoardConfig
from bot.board_roles import sign_out_former
from db import queue
from db.board_sessions import BoardSessions
from db.config import Connections
from db.monitoring import Monitoring
from db.store import Store
from reunite.commands import ReportFound, ReportLost
from reunite.entities import VerdictKind
from reunite.handlers import Handlers
from reunite.language import sentence
from tests.support.board import ADA, ROBIN, Browser, Community, browsing, community_with_a_board, moderator_at_the_board
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.services import background, working
from tests.support.threads import readers_of_lost_reports
from tests.support.waiting import eventually

robin_fixture = pytest.fixture(moderator_at_the_board, name="robin")


community_fixture = pytest.fixture(community_with_a_board, name="community")


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
        assert (status, {text for text in everything if text in words}) == (200, expected), path


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
    monkeypatch.setattr("db.board_waiting.MAX_LISTED", 2)
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
    for path, isolated in (("/", "<bdi>Tram stop</bdi> · "), ("/matches", "<bdi>My red umbrella</bdi> ↔ <bdi>Red")):
        assert isolated in (await robin.get(path))[1]  # words from right to left don't turn round what is next to them
    _, words = await robin.get(f"/matches/{match.id}")
    assert all(
        text in words for text in ("My red umbrella", "Red umbrella, by the tram", "High confidence", "umbrella ✓")
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
        kinds = [(verdict.kind, verdict.given) for verdict in await session.verdicts.of(match.id)]
    assert kinds == [(VerdictKind.CONFIRM, True), (VerdictKind.CONFIRM, False)]
    assert (await robin.post(f"/matches/{match.id}/verdict", kind="maybe", given="yes"))[0] == 400


async def test_a_sealed_report_is_released(community: Community, robin: Browser) -> None:
    match = await community.matched(sealed=True, category="keys")
    _, words = await robin.get(f"/matches/{match.id}")
    assert "Let the owner know" in words
    _, words = await robin.post(f"/matches/{match.id}/release")
    assert ("Let the owner know" in words, "The owner knows about it" in words) == (False, True)
    await robin.post(f"/matches/{match.id}/release")  # twice changes nothing
    for path in ("/log", f"/matches/{match.id}"):
        assert (await robin.get(path))[1].count("Robin let the owner know") == 1, path


async def test_a_claim_is_read_and_accepted(community: Community, robin: Browser) -> None:
    match = await community.matched()
    claim = await community.claim(match)
    assert "A chip in the handle" not in (await robin.get("/claims"))[1]
    assert "A chip in the handle" in (await robin.get(f"/claims/{claim}"))[1]
    _, words = await robin.post(f"/claims/{claim}/decision", decision="accept")
    assert "Accepted" in words
    assert "Robin: claim accepted" in words
    assert sentence("note_claim_decided") not in words
    assert "Goes to Ada" in (await robin.get("/handovers"))[1]
    assert "Robin: claim accepted" in (await robin.get("/log"))[1]


@pytest.mark.parametrize("side", ["lost", "found"])
async def test_a_claim_that_is_over_is_linked_nowhere(community: Community, robin: Browser, side: str) -> None:
    match = await community.matched()
    claim = await community.claim(match)
    pages = ("/claims", f"/matches/{match.id}", f"/reports/{match.found}")
    assert all([f"/claims/{claim}" in (await robin.get(page))[1] for page in pages])
    async with community.store.session(community.workspace.community) as session:
        await session._do("UPDATE report SET state = 'returned' WHERE id = %(id)s", id=getattr(match, side))
    assert not any([f"/claims/{claim}" in (await robin.get(page))[1] for page in pages])


async def test_a_moderators_decision_on_their_own_claim_is_said_openly(community: Community) -> None:
    claim = await community.claim(await community.matched())
    async with browsing(community.url) as ada:
        await ada.sign_in(await community.link(ADA))
        assert (await ada.post(f"/claims/{claim}/decision", decision="accept"))[0] == 200
    async with community.store.session(community.workspace.community) as session:
        known = await session.claims.get(claim)
        assert known
        match = await session.matches.get(known.match)
        assert match
        said = [reply.text() for reply in await session.outbox.thread(match.found)]
    assert any(sentence("own_decision") in text for text in said)


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
    readers = readers_of_lost_reports(monkeypatch)
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
        assert "Robin · Lokale Seite<" in words  # the page's own name is stored in English
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
    path = re.findall(r'src="(/photos/[^"]+)', words)[0]
    async with robin.http.get(robin.url + path) as shown:
        assert (shown.status, shown.headers["Cache-Control"]) == (200, "private, no-cache")
    assert (await robin.get(path, headers={"If-None-Match": shown.headers["ETag"]}))[0] == 304
    assert (await robin.post("/search", words="", among="found"))[0] == 422


async def test_the_boards_process_serves_and_is_on_the_list_of_processes(
    database_url: str, redis_url: str, held_port: int
) -> None:
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    connections = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    service = BoardService(connections=connections, config=BoardConfig(port=held_port))
    async with background(run(service, address.set_result)), browsing(await address) as anyone:
        assert (await anyone.get("/sign-in"))[0] == 200
        assert [(await anyone.get(path))[0] for path in ("/static/board.css", "/shared/base.css")] == [200, 200]
        async with Store(database_url, connections=1) as store:
            roles = await eventually(lambda: _roles(store))
    assert roles == ["board"]


async def _roles(store: Store) -> list[str]:
    return [process.role for process in await Monitoring(store).processes()]
