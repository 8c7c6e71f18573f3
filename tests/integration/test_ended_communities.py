"""Nothing of a community stays in a process's memory for long once the community has ended."""

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace

import psycopg
import pytest

from board.app import BoardService, run
from board.config import BoardConfig
from db import ended_communities
from db.config import Connections
from db.database import Database
from db.ended_communities import forgetting_ended_communities
from db.store import _DELETED_AT_ONCE, Store
from reunite.community import CommunityHandlers
from reunite.entities import Workspace
from tests.contract.stages import Hints
from tests.support.api import serving_api
from tests.support.keys import KEYS
from tests.support.large_communities import REPORTS, Communities, Large
from tests.support.services import background, working
from tests.support.waiting import eventually


def workspace_of(community: Large) -> Workspace:
    tenant = community.filled.tenant
    return Workspace(tenant.workspace, tenant.community, "web", str(tenant.workspace))


@pytest.mark.parametrize("way", ["left", "joined another"])
async def test_nothing_is_kept_of_a_community_that_has_ended(communities: Communities, way: str) -> None:
    async with communities.large() as ending, Store(ending.store.url) as searching:
        staying = replace(ending, store=searching, filled=await ending.filler.fill(60, to_search=1))
        for community in (staying, replace(ending, store=searching)):
            await community.search(community.filled.lost[0])
        cache, both = searching.index_cache, {staying.filled.tenant.community, ending.filled.tenant.community}
        async with forgetting_ended_communities(searching, every=0.01):
            await asyncio.sleep(0.1)
            assert cache.communities == cache.items.communities == both
            if way == "left":
                await ending.store.leave(workspace_of(ending))
            else:
                await ending.store.save_link_code(workspace_of(staying), "hash")
                async with ending.store.linked(workspace_of(ending), "hash") as session:
                    assert session
            await eventually(lambda: cache.communities, holds=lambda kept: kept == {staying.filled.tenant.community})
        assert cache.items.communities == {staying.filled.tenant.community}


async def test_a_large_community_is_deleted_in_parts(communities: Communities, monkeypatch: pytest.MonkeyPatch) -> None:
    delete = Store._delete_some_reports

    async def killed_after_it(store: Store, workspace: Workspace) -> bool:
        await delete(store, workspace)
        raise asyncio.CancelledError

    async with communities.large() as ending:
        of_it = ending.filled.tenant.community
        handlers = CommunityHandlers(ending.store, Hints())
        with monkeypatch.context() as killing, suppress(asyncio.CancelledError):
            killing.setattr(Store, "_delete_some_reports", killed_after_it)
            await handlers.leave(workspace_of(ending))
        kept = "SELECT count(*) FILTER (WHERE purged_at IS NULL) FROM report WHERE community_id = %s"
        assert await ending.rows(kept, of_it) == [(REPORTS - _DELETED_AT_ONCE,)]
        await handlers.leave(workspace_of(ending))
        assert await ending.rows("SELECT id FROM community WHERE id = %s", of_it) == []
        assert await ending.rows(kept, of_it) == [(0,)]


async def test_it_goes_on_when_the_database_was_away(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    async def away(database: Database) -> None:
        tried.append(database)
        raise psycopg.OperationalError

    monkeypatch.setattr(ended_communities, "forget_ended_communities", away)
    async with Store(database_url) as store, forgetting_ended_communities(store, every=0.01):
        await eventually(lambda: len(tried) > 1)


@pytest.mark.parametrize("service", ["worker", "api", "board"])
async def test_every_service_that_searches_forgets(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, held_port: int, service: str
) -> None:
    looked = asyncio.Event()

    async def look(_: Database) -> None:
        looked.set()

    monkeypatch.setattr(ended_communities, "forget_ended_communities", look)
    connections = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    board = run(BoardService(connections=connections, config=BoardConfig(port=held_port)))
    services: dict[str, AbstractAsyncContextManager[object]] = {
        "worker": working(database_url, redis_url),
        "api": serving_api(database_url, redis_url),
        "board": background(board),
    }
    async with services[service]:
        await eventually(looked.is_set)
    board.close()
