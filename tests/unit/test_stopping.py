import asyncio
from contextlib import suppress

from db.cancellation import stop, uninterrupted


async def stubborn(times: int) -> None:
    """Swallow so many cancellations, as a database's answer may."""
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
    await asyncio.sleep(60)


async def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    tasks = [asyncio.create_task(stubborn(times)) for times in (0, 1, 2)]
    await asyncio.sleep(0)
    await asyncio.wait_for(stop(*tasks), 30)
    assert all(task.cancelled() for task in tasks)


async def test_a_task_that_has_failed_keeps_its_failure_for_whoever_asks() -> None:
    async def fails() -> None:
        raise ValueError

    task = asyncio.create_task(fails())
    await asyncio.wait({task})
    await stop(task)
    assert isinstance(task.exception(), ValueError)


async def test_an_ending_isnt_interrupted_by_further_cancellations() -> None:
    has_ended = asyncio.Event()

    async def end() -> None:
        await asyncio.sleep(0.1)
        has_ended.set()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await uninterrupted(end())

    task = asyncio.create_task(work())
    for _ in range(5):
        await asyncio.sleep(0.01)
        task.cancel()
    await asyncio.wait({task})
    assert has_ended.is_set()
    assert task.cancelled()
