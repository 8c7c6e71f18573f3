import asyncio
from contextlib import suppress
from uuid import uuid4

import pytest

from cli.context import run_async
from db.cancellation import stop, uninterrupted
from db.queue import ArqQueue, redis_client
from db.store import Store
from tests.support.waiting import PATIENCE


async def stubborn(times: int) -> None:
    """Swallow so many cancellations, as a database's answer may."""
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
    await asyncio.sleep(60)


async def test_a_task_that_swallows_a_cancellation_is_still_ended() -> None:
    tasks = [asyncio.create_task(stubborn(times)) for times in (0, 1, 2)]
    await asyncio.sleep(0)
    await asyncio.wait_for(stop(*tasks), PATIENCE)
    assert all(task.cancelled() for task in tasks)


async def test_nobody_who_stops_a_task_leaves_it_behind_when_they_are_stopped_themselves() -> None:
    left = asyncio.create_task(stubborn(2))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(stop(left))
    await asyncio.sleep(0)
    await asyncio.wait_for(stop(stopping), PATIENCE)
    assert left.cancelled()
    assert stopping.cancelled()


async def test_a_hint_passes_on_the_cancellation_that_redis_py_swallows(monkeypatch: pytest.MonkeyPatch) -> None:
    async def swallowing(*_: object, **__: object) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)

    redis = redis_client("redis://127.0.0.1:1", "test")
    monkeypatch.setattr(redis, "enqueue_job", swallowing)
    hinting = asyncio.create_task(ArqQueue(Store("postgresql://"), redis, "test").hint(uuid4()))
    await asyncio.sleep(0)
    hinting.cancel()
    await asyncio.wait({hinting})
    assert hinting.cancelled()


async def test_a_failed_task_keeps_its_error_for_its_caller() -> None:
    async def fails() -> None:
        raise ValueError

    task = asyncio.create_task(fails())
    await asyncio.wait({task})
    await stop(task)
    assert isinstance(task.exception(), ValueError)


def test_a_command_ends_though_a_task_that_it_leaves_swallows_a_cancellation() -> None:
    async def work() -> asyncio.Task[None]:
        left = asyncio.create_task(stubborn(1))
        await asyncio.sleep(0)
        return left

    assert run_async(work()).cancelled()


@pytest.mark.parametrize("cancelled", [0, 3])
async def test_what_must_not_be_interrupted_ends_first(cancelled: int) -> None:
    may_end, has_ended = asyncio.Event(), False

    async def finish() -> str:
        nonlocal has_ended
        await may_end.wait()
        has_ended = True
        return "finished"

    finishing = asyncio.create_task(uninterrupted(finish()))
    for _ in range(cancelled):
        await asyncio.sleep(0)
        finishing.cancel()
    await asyncio.sleep(0)
    assert not finishing.done()
    may_end.set()
    if cancelled:
        with pytest.raises(asyncio.CancelledError):
            await finishing
    else:
        assert await finishing == "finished"
    assert has_ended
