"""Keeps several `reunite` commands running, as processes of one terminal or one service."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Never

from cli.children import Child, ChildError, children, stop_all, until_asked_to_stop

_MAX_CRASHES: Final = 5
_STABLE_SECONDS: Final = 600.0
"""After running this long, a process that ends counts as having crashed once only."""
_PAUSE_SECONDS: Final = 1.0


async def supervise(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str], ready: Callable[[], None]
) -> None:
    """Run commands until asked to stop; `ready` is called once all are ready.

    Raises ChildError if one ends before it has ever been ready, or keeps crashing.
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
        await _keep_running(child)

    try:
        async with asyncio.TaskGroup() as group:  # when one fails, the others are no longer restarted
            for child in running:
                group.create_task(keep(child))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _keep_running(child: Child) -> Never:
    crashes = 0
    while True:
        started = time.monotonic()
        status = await child.wait()
        crashes = 1 if time.monotonic() - started > _STABLE_SECONDS else crashes + 1
        if crashes > _MAX_CRASHES:
            raise ChildError(f"`reunite {child.name}` keeps crashing (status {status}).")
        print(f"`reunite {child.name}` exited (status {status}). Restarting it.", flush=True)
        await asyncio.sleep(_PAUSE_SECONDS * (crashes - 1))  # what it needs may be restarting, too
        try:
            await child.start()
        except ChildError:
            continue
