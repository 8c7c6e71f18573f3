"""Supervises and cancels tasks that talk to the database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final, TypeVar

_Result = TypeVar("_Result")

_CANCEL_AGAIN_SECONDS: Final = 0.5
"""Seconds between two cancellations of one task."""
on_failure: Final[ContextVar[Callable[[], None]]] = ContextVar("on_failure", default=lambda: None)
"""Called when work that should never end fails, before anything is cleaned up: that may hang."""


async def stop(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks, repeatedly, until they are done. Doesn't raise their exceptions.

    Cancelling once isn't enough: before Python 3.12, `asyncio.wait_for` (in psycopg's pool) swallows a cancellation
    that coincides with the database's response, and an endless task would keep running. For the same reason, being
    cancelled doesn't end this early.
    """
    cancelled = False
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=_CANCEL_AGAIN_SECONDS)
        except asyncio.CancelledError:
            cancelled = True
    for task in tasks:
        _ = task.cancelled() or task.exception()  # retrieved, so that asyncio doesn't warn
    if cancelled:
        raise asyncio.CancelledError


async def noticing_cancellation(work: Awaitable[_Result]) -> _Result:
    """Await work that may swallow a cancellation, as `asyncio.wait_for` does before Python 3.12."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    result = await work
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
    return result


async def uninterrupted(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Await work to its end even while being cancelled, and raise the cancellation only then."""
    task, cancelled = asyncio.create_task(work), False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        _ = task.cancelled() or task.exception()  # retrieved, so that asyncio doesn't warn
        raise asyncio.CancelledError
    return task.result()


async def wait_until_set(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, for some seconds at most."""
    with suppress(TimeoutError):
        # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the event.
        async with asyncio.timeout(seconds):
            await event.wait()


async def endless(work: Coroutine[Any, Any, None]) -> None:
    """Do work that should never end. Raises its error, or RuntimeError if it ends otherwise without being cancelled."""
    try:
        await _endless(work)
    except Exception:
        on_failure.get()()
        raise


async def _endless(work: Coroutine[Any, Any, None]) -> None:
    name = getattr(work, "__qualname__", repr(work))
    try:
        await work
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise RuntimeError(f"{name} was cancelled from within") from error
    raise RuntimeError(f"{name} has ended")


@asynccontextmanager
async def supervised(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do endless work in the background within the context. If any of it ends, so does the context, with an error."""
    try:
        async with asyncio.TaskGroup() as tasks:
            background = [tasks.create_task(endless(one)) for one in work]
            try:
                await asyncio.sleep(0)  # each begins: Python warns of a coroutine that never did
                yield
            finally:
                await stop(*background)
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from group.exceptions[0].__cause__
        raise
