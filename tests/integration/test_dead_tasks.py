"""A background task that dies ends its process, which is then restarted: it never works without that task."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.slack.reconcile import Reconciler
from db.cancellation import supervised
from tests.support.services import working
from tests.support.slack_adapter import world_in
from tests.support.waiting import PATIENCE

Work = Callable[..., Coroutine[Any, Any, None]]


async def die(*_: object) -> None:
    raise RuntimeError("a defect")


async def fail() -> None:
    await asyncio.sleep(0)
    raise KeyError


async def end(*_: object) -> None:
    return


async def leak(*_: object) -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("work", [end, leak])
async def test_work_that_ends_unasked_ends_the_context(work: Work) -> None:
    with pytest.raises(RuntimeError, match=work.__name__):
        async with asyncio.timeout(PATIENCE), supervised(work()):
            await asyncio.Event().wait()


async def test_a_death_ends_the_context_and_a_context_ends_its_tasks() -> None:
    with pytest.raises(RuntimeError, match="a defect"):
        async with supervised(die()):
            await asyncio.Event().wait()
    with pytest.raises(KeyError):
        async with supervised(asyncio.sleep(sys.maxsize)):
            await fail()


async def test_a_slack_bot_ends_with_its_reconciler(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reconciler, "run", die)
    with pytest.raises(RuntimeError, match="a defect"):
        async with asyncio.timeout(PATIENCE), world_in(database_url):
            await asyncio.Event().wait()


@pytest.mark.parametrize("service", ["workers.sweep.repeat", "workers.app.keep_learning"])
@pytest.mark.parametrize("death", [die, leak])
async def test_a_worker_ends_with_its_sweep_or_learning(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, service: str, death: Work
) -> None:
    monkeypatch.setattr(service, death)
    with pytest.raises(RuntimeError, match=r"defect|leak"):
        async with asyncio.timeout(PATIENCE), working(database_url, redis_url) as worker:
            await asyncio.wait({worker})
