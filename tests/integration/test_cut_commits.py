"""Connections that die exactly at COMMIT, so that nobody learns the outcome: nothing is lost or comes twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import chain, repeat
from typing import TypeVar

import psycopg
import pytest

from db.store import Store
from reunite.handlers import Handlers
from tests.contract.repeat_cases import HAT
from tests.contract.stages import staged
from tests.support.cut_commits import CuttingProxy, cutting_commits
from tests.support.keys import KEYS
from tests.support.queues import NoQueue
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import open_world

pytestmark = pytest.mark.untraced

T = TypeVar("T")


@pytest.fixture
async def proxy(database_url: str) -> AsyncIterator[CuttingProxy]:
    async with cutting_commits(database_url) as running:
        yield running


async def cut_once(proxy: CuttingProxy, *, is_committed: bool, act: Callable[[], Awaitable[T]]) -> T:
    """Do something whose first COMMIT is cut, and then again, as a person or a platform does."""
    cuts = chain([is_committed], repeat(None))
    proxy.cuts = lambda: next(cuts)
    with pytest.raises(psycopg.OperationalError):
        await act()
    return await act()


@pytest.mark.parametrize("is_committed", [True, False])
async def test_a_command_sent_again_is_one_report(proxy: CuttingProxy, *, is_committed: bool) -> None:
    async with staged(proxy.url) as stage:
        await stage.join()
        report = await cut_once(proxy, is_committed=is_committed, act=lambda: stage.lost(**HAT))
        async with stage.store.session(report.community) as session:
            assert len(await session._all("SELECT r.id FROM report r JOIN work w ON w.report_id = r.id")) == 1


async def test_a_link_whose_answer_is_cut_off_still_has_everything_searched_again(proxy: CuttingProxy) -> None:
    async with staged(proxy.url) as stage:
        await stage.join()
        await stage.join("there")
        lost = await stage.lost()
        code = await stage.handlers.link_code("web", "here")
        cuts = chain([True], repeat(None))
        proxy.cuts = lambda: next(cuts)
        with pytest.raises(psycopg.OperationalError):
            await stage.handlers.link("web", "there", code)
        assert await stage.works_on(lost) == [lost.id] * 2


async def test_a_worker_and_a_delivery_whose_commits_are_cut_answer_once(
    proxy: CuttingProxy, database_url: str, redis_url: str
) -> None:
    at, outcomes = iter(range(10**6)), (*[None] * 8, True, *[None] * 8, False)
    async with (
        Store(database_url, keys=KEYS) as calm,
        open_world(proxy.url, redis_url) as world,
        working(proxy.url, redis_url, rehint_seconds=0.2, lease_seconds=1),
    ):

        async def is_done() -> bool:
            async with calm.session(world.workspace.community) as session:
                unfinished = await session.work.unfinished()  # read first: work adds to the outbox as it ends
                return not unfinished and not await session._all("SELECT seq FROM outbox WHERE state = 'queued'")

        world.store, world.handlers = calm, Handlers(calm, NoQueue())
        proxy.cuts = lambda: outcomes[next(at) % len(outcomes)]
        for number, colour in enumerate(("red", "green", "blue")):
            await world.found(f"f{number}", colour)
        await eventually(is_done)
        await world.lost("l1", "red cup")
        await eventually(is_done)
        assert next(at) > len(outcomes)
    threads = [world.platform.kinds(root) for root in ("f0", "f1", "f2", "l1")]
    assert threads == [["nothing", "match"], ["nothing"], ["nothing"], ["first_reply", "match"]]
