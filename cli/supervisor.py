"""Keeps several `reunite` commands running, as processes of one terminal or one service."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Never

from cli.children import Child, ChildError, children, until_asked_to_stop

_MAX_CRASHES: Final = 5
_STABLE_SECONDS: Final = 600.0
"""After running this long, a process that ends counts as having crashed once only."""
_PAUSE_SECONDS: Final = 1.0


async def supervise(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str], ready: Callable[[], None]
) -> None:
    """Run commands until asked to stop; `ready` is called once all are. Raises ChildError if one keeps crashing."""
    async with children(commands, environment) as running:
        stop = asyncio.create_task(until_asked_to_stop())
        run = asyncio.create_task(_run(running, ready))
        await asyncio.wait({stop, run}, return_when=asyncio.FIRST_COMPLETED)
        if run.done():
            await run
        run.cancel()  # or it would restart processes that are being stopped
        print("\nStopping …", flush=True)


async def _run(running: Sequence[Child], ready: Callable[[], None]) -> None:
    await asyncio.gather(*(child.start() for child in running))
    ready()
    await asyncio.gather(*(_keep_running(child) for child in running))


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
