"""Samples, with a real worker: they are matched like reports, and no search, number or export knows them."""

from typing import Any

import pytest

from bot.sample_pair import sample_pair
from db import index_loading
from db.board import Filter
from db.learning import decided_pairs
from db.monitoring import Monitoring
from metrics.definitions import REGISTRY
from reunite.entities import Label, Report, ReportKind, ReportState
from reunite.language import sentence
from reunite.messages.keys import first_reply
from tests.support.waiting import eventually
from tests.support.world import MODERATOR, World, moderated_world

SEARCHES, ANSWERS = "reunite_searches_total", "reunite_first_answer_seconds_count"
COUNTED = (SEARCHES, "reunite_labels_total", ANSWERS)


world_fixture = pytest.fixture(moderated_world, name="world")


async def post(world: World) -> tuple[Report, Report]:
    """Post the samples, let them be matched, and confirm their match."""
    pair = sample_pair(world.at("found"), world.at("lost"))
    await world.handlers.samples.post(pair, "en", is_moderator=True)
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        known = {
            sample.kind: sample for sample in await session.reports.samples(world.at("found")) if not sample.purged
        }
        [match] = await session.matches.of(known[ReportKind.LOST].id)
    assert match.label is Label.HIGH
    await world.press("confirm", match.id, MODERATOR)
    await world.press("confirm", match.id, MODERATOR)  # which withdraws it: both are open again
    await world.press("reject", match.id, MODERATOR)
    await world.wait_until_idle()
    found, lost = known[ReportKind.FOUND], known[ReportKind.LOST]
    assert {await world.state(report) for report in (found, lost)} == {ReportState.OPEN}
    return found, lost


async def everything(world: World, reports: list[Report]) -> dict[str, Any]:
    """Return what is found, counted, exported and learned."""
    community, operation = world.workspace.community, Monitoring(world.store)
    async with world.store.session(community) as session:
        searches = [await session.candidates.search(report, limit=limit) for report in reports for limit in (2, 50)]
        known: dict[str, Any] = {
            "found": [{candidate.item.report for candidate in search.candidates} for search in searches],
            "measured": [(search.open_count, search.background, search.lookalikes) for search in searches],
            "numbers": [await session.items.numbers(for_moderators=all_of_them) for all_of_them in (False, True)],
            "similar": [await session.items.similar(report.id, 50, sealed=True) for report in reports],
            "export": await session.import_export.reports(),
            "open": await session.candidates.open_lost(),
            "statistics": (await session.workspaces.statistics(), await session.workspaces.trends()),
            "board": (
                *[await session.board.reports(Filter(), 50, 0), (await session.board.undecided())[0]],
                *[await session.board.weeks("UTC"), await session.board.weekdays("UTC")],
                *[await session.board.newest_words(), await session.board.log()],
            ),
        }
    async with world.store.transaction(community) as connection:
        known["learned"] = await decided_pairs(connection, "colours-1")
    known["taught"] = await world.store.rows("SELECT * FROM communities_to_teach(1, 0, 9, 5)")
    known["status"] = await operation.reports(), await operation.matches()
    known["metrics"] = counters()
    return known


def counters() -> list[tuple[str, dict[str, str], float]]:
    return [
        (sample.name, sample.labels, sample.value)
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name in COUNTED
    ]


def total(name: str) -> float:
    return sum(value for counted, _, value in counters() if counted == name)


async def everything_is_counted(world: World, reports: list[Report], before: tuple[float, float]) -> None:
    """Wait for the counters: a search and a reply are counted after the commit that makes the community idle."""
    first = {first_reply(report.id) for report in reports}
    answered = sum(outgoing.key in first for _, outgoing in world.platform.messages)
    expected = before[0] + len(reports), before[1] + answered
    await eventually(lambda: (total(SEARCHES), total(ANSWERS)), holds=lambda now: now == expected)


async def test_samples_are_in_no_search_number_or_export(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_loading, "MANY", 2)  # so that one of two searches goes by quantised vectors
    words, counted = sentence("samples_found_words"), (total(SEARCHES), total(ANSWERS))
    found_reports = [await world.found(f"f{number}", "blue", words) for number in range(3)]
    lost_reports = [await world.lost(f"l{number}", words, "blue") for number in range(3)]
    await world.wait_until_idle()
    await everything_is_counted(world, [*found_reports, *lost_reports], counted)
    before = await everything(world, [*found_reports, *lost_reports])
    assert list(map(len, before["found"])) == [2, 3] * 6
    assert before["metrics"]

    found, lost = await post(world)
    after = await everything(world, [*found_reports, *lost_reports])
    for what, known in before.items():
        assert after[what] == known, what
    async with world.store.session(world.workspace.community) as session:
        assert await session.items.of([found.id, lost.id]) == {}
        for report in (found, lost):
            search = await session.candidates.search(report, limit=2)
            assert (search.open_count, {candidate.item.report for candidate in search.candidates}) == (1, set())
        assert {match.found for match in await session.matches.of(lost.id)} == {found.id}
        for report in (*found_reports, *lost_reports):
            assert {found.id, lost.id}.isdisjoint(
                {id_ for match in await session.matches.of(report.id) for id_ in (match.lost, match.found)}
            )
    await world.press("remove_samples", world.workspace.id, MODERATOR)
    await world.wait_until_idle()
    assert (await everything(world, [*found_reports, *lost_reports])) == before
    left = [outgoing.reply for target, outgoing in world.platform.messages if target.message != "removed"]
    assert not [reply for reply in left if reply.quotes & {found.id, lost.id}]
    again, _ = await post(world)
    assert again.id != found.id
