import asyncio
from contextlib import suppress

import pytest

from db.cancellation import first_to_end, stop
from tests.support.waiting import PATIENCE, eventually


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


async def test_a_failed_task_keeps_its_error_for_its_caller() -> None:
    async def fails() -> None:
        raise ValueError

    task = asyncio.create_task(fails())
    await asyncio.wait({task})
    await stop(task)
    assert isinstance(task.exception(), ValueError)


async def test_of_endless_tasks_those_that_swallow_cancellations_are_stopped_too() -> None:
    running = asyncio.create_task(first_to_end(*(stubborn(times) for times in (0, 1, 2))))
    await asyncio.sleep(0)
    await asyncio.wait_for(stop(running), PATIENCE)
    await eventually(nothing_else_runs, "a task goes on")


async def test_the_error_of_the_first_task_to_fail_is_raised_and_the_others_end() -> None:
    async def fails() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await first_to_end(fails(), stubborn(1))
    assert await nothing_else_runs()


async def nothing_else_runs() -> bool:
    return len(asyncio.all_tasks()) == 1
