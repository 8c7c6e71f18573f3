"""Keeps several `reunite` commands running, as processes of one terminal or one service."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Never

from cli.children import Child, ChildError, children, stop_all, until_asked_to_stop

_MAX_CRASHES: Final = 5
_PAIR: Final = 2
"""A worker and one service: neither is of use without the other."""
_STABLE_SECONDS: Final = 600.0
"""After running this long, a process that ends counts as having crashed once only."""
_PAUSE_SECONDS: Final = 1.0
"""By how much the pause before each further start grows …"""
_LONGEST_PAUSE_SECONDS: Final = 60.0
"""… up to this."""


async def supervise(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str], ready: Callable[[], None]
) -> None:
    """Run commands until asked to stop; `ready` is called once all are ready.

    Raises ChildError if one ends before it has ever been ready, or if the first, which all others need, or the only
    other one keeps crashing. If there are others, they go on, and it's started again and again: a token that one
    platform refuses concerns nobody on another.
    """
    async with children(commands, environment) as running:
        stop = asyncio.create_task(until_asked_to_stop())
        run = asyncio.create_task(_run(running, ready))
        try:
            await asyncio.wait({stop, run}, return_when=asyncio.FIRST_COMPLETED)
            if run.done():
                await run
            print("\nStopping …", flush=True)
        finally:
            run.cancel()  # or it would restart processes that are being stopped
            await asyncio.wait({run})
            await stop_all(running)


async def _run(running: Sequence[Child], ready: Callable[[], None]) -> None:
    waiting = set(running)

    async def keep(child: Child) -> None:
        await child.start()
        waiting.discard(child)
        if not waiting:
            ready()
        await _keep_running(child, for_ever=len(running) > _PAIR and child is not running[0])

    try:
        async with asyncio.TaskGroup() as group:  # when one fails, the others are no longer restarted
            for child in running:
                group.create_task(keep(child))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _keep_running(child: Child, *, for_ever: bool) -> Never:
    crashes = 0
    while True:
        started = time.monotonic()
        status = await child.wait()
        crashes = 1 if time.monotonic() - started > _STABLE_SECONDS else crashes + 1
        if crashes > _MAX_CRASHES and not for_ever:
            raise ChildError(f"`reunite {child.name}` keeps crashing (status {status}).")
        print(f"`reunite {child.name}` exited (status {status}). Restarting it.", flush=True)
        await asyncio.sleep(
            min(_PAUSE_SECONDS * (crashes - 1), _LONGEST_PAUSE_SECONDS)
        )  # what it needs may be restarting, too
        try:
            await child.start()
        except ChildError:
            continue
