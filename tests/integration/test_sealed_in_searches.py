"""Sealed reports change no number of a search that members see, from memory or from PostgreSQL."""

from dataclasses import fields, replace
from typing import Any

import pytest

from db import index_loading, word_index
from reunite.matching.evidence import Search
from reunite.ports import ScoredPair
from tests.support.services import working
from tests.support.world import World, open_world

pytestmark = pytest.mark.untraced

PUBLIC, SEALED = 6, 8


async def search(world: World, lost: Any, limit: int, *, sealed: bool = False) -> Search:
    """Search as the first one of a process."""
    world.store.index_cache._kept.clear()
    async with world.store.session(world.workspace.community) as session:
        report = await session.reports.get(lost.id)
        assert report
        found = await session.candidates.search(report, limit, sealed=sealed)
    by_id = sorted(found.candidates, key=lambda candidate: candidate.item.report)
    return replace(found, candidates=tuple(by_id))


@pytest.mark.parametrize("way", ["from memory", "words from PostgreSQL", "by quantised vectors", "all from PostgreSQL"])
async def test_a_search_is_the_same_with_sealed_reports_and_without(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    limit = 100 if way == "all from PostgreSQL" else PUBLIC - 1  # below the number of reports, vectors are quantised
    if way != "from memory":
        monkeypatch.setattr(word_index, "MAX_USES", 0)
    if way not in {"from memory", "words from PostgreSQL"}:
        monkeypatch.setattr(index_loading, "MANY", 1)
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url):
        await world.set_up(log_channel="log")
        for number in range(PUBLIC):
            signature = ", Zarquon" if number < 2 else ""
            await world.found(f"f{number}", "red" if number % 2 else "blue", f"mug {number}{signature}")
        lost = await world.lost("l1", "a red mug, it says Quibble, ask Zarquon")
        await world.wait_until_idle()
        before = await search(world, lost, limit)
        assert before.boilerplate == {"zarquon"}
        for number in range(SEALED):
            text = f"a red mug {number}, it says Quibble"
            await world.found(f"s{number}", "red", text, sealed=True, category="other")
        await world.wait_until_idle()
        await release(world, lost)
        after = await search(world, lost, limit)
        for field in fields(Search):
            assert getattr(after, field.name) == getattr(before, field.name), field.name
        everything = await search(world, lost, limit, sealed=True)
        assert everything.open_count == PUBLIC + SEALED
        assert everything.boilerplate != before.boilerplate


async def release(world: World, lost: Any) -> None:
    """Let a lost report's author know of every sealed report."""
    async with world.store.session(world.workspace.community) as session:
        for row in await session._all("SELECT id FROM report WHERE sealed"):
            [match] = await session.matches.save([ScoredPair(lost.id, row["id"], 0.5, None, (), {})])
            await session.matches.release(match.id)
