"""No search waits for the garbage collector."""

import gc
from typing import Any

import pytest

from db.candidates import SqlCandidates
from db.transient_search import run_query
from reunite.commands import ReportLost
from reunite.matching.evidence import Search
from reunite.ports.query_encoder import Encoded
from tests.contract.stages import Stage
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import ADA, open_world


@pytest.fixture
def enabled(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the garbage collector was on, for each search."""
    seen: list[bool] = []
    search = SqlCandidates.search

    async def watched(*given: Any, **settings: Any) -> Search:
        seen.append(gc.isenabled())
        return await search(*given, **settings)

    monkeypatch.setattr(SqlCandidates, "search", watched)
    return seen


async def test_no_garbage_is_collected_while_a_worker_searches(
    database_url: str, redis_url: str, enabled: list[bool]
) -> None:
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url):
        await world.lost("l1", "red cup")
        await eventually(lambda: world.platform.kinds("l1"))
        await eventually(gc.isenabled)
    assert enabled == [False]


async def test_no_garbage_is_collected_while_a_program_or_a_moderator_searches(
    stage: Stage, enabled: list[bool]
) -> None:
    await stage.join()
    lost = await stage.lost()
    live = await stage.store.embedding_models.live()
    assert live
    query = ReportLost(source_key="q", target=lost.target, author=ADA, text="red cup")
    await run_query(stage.store, lost.community, query, Encoded(live.id, (), ()), 5, hidden=True)
    assert enabled == [False]
    assert gc.isenabled()
