"""Keeps several `reunite` commands running, as processes of one terminal or one service."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Never

from cli.children import Child, ChildError, children, stop_all, until_asked_to_stop

_MAX_CRASHES: Final = 5
_STABLE_SECONDS: Final = 600.0
"""After running this long, a process that ends counts as having crashed once only."""
_PAUSE_SECONDS: Final = 1.0
"""By how much the pause before each further start grows."""
_LONGEST_PAUSE_SECONDS: Final = 600.0
"""The longest pause of what keeps crashing: Discord resets the token of a bot that connects 1,000 times a day."""


@dataclass(slots=True, eq=False)
class _Kept:
    """A process that is kept running."""

    child: Child
    crashes: int = 0
    started: float = 0.0
    was_never_ready: bool = False
    """Whether its first start has failed, and each one since."""

    def has_been_stable(self) -> bool:
        return time.monotonic() - self.started > _STABLE_SECONDS

    def keeps_crashing(self) -> bool:
        return self.crashes > _MAX_CRASHES and not (self.child.is_running() and self.has_been_stable())


async def supervise(
    commands: Sequence[Sequence[str]],
    environment: Mapping[str, str],
    ready: Callable[[], None],
    bots: Sequence[Sequence[str]] = (),
) -> None:
    """Run commands until asked to stop; `ready` is called once all are ready.

    Raises ChildError if one ends before it has ever been ready, or keeps crashing. If that's one of several `bots` and
    another doesn't, the others go on, and it's started again and again: a token that one platform refuses concerns
    nobody on another. `ready` doesn't wait for it.
    """
    async with children(commands, environment) as running:
        stop = asyncio.create_task(until_asked_to_stop())
        kept = [_Kept(child) for child in running]
        kept_bots = [one for one, command in zip(kept, commands, strict=True) if command in bots]
        run = asyncio.create_task(_run(kept, kept_bots, ready))
        try:
            await asyncio.wait({stop, run}, return_when=asyncio.FIRST_COMPLETED)
            if run.done():
                await run
            print("\nStopping …", flush=True)
        finally:
            run.cancel()  # or it would restart processes that are being stopped
            await asyncio.wait({run})
            await stop_all(running)


async def _run(kept: Sequence[_Kept], bots: Sequence[_Kept], ready: Callable[[], None]) -> None:
    waiting = {one.child for one in kept}

    async def keep(one: _Kept) -> None:
        others = [bot for bot in bots if bot is not one] if one in bots else []
        try:
            await one.child.start()
        except ChildError:
            if all(other.was_never_ready for other in others):
                raise
            one.was_never_ready = True
        waiting.discard(one.child)
        if not waiting:
            ready()
        await _keep_running(one, others)

    try:
        async with asyncio.TaskGroup() as group:  # when one fails, the others are no longer restarted
            for one in kept:
                group.create_task(keep(one))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _keep_running(one: _Kept, others: Sequence[_Kept]) -> Never:
    """Start a process again each time it ends. Raises ChildError if it keeps crashing, and so do all the `others`."""
    while True:
        one.started = time.monotonic()
        status = await one.child.wait()
        one.crashes = 1 if one.has_been_stable() else one.crashes + 1
        if one.crashes > _MAX_CRASHES and all(other.keeps_crashing() for other in others):
            raise ChildError(f"`reunite {one.child.name}` keeps crashing (status {status}).")
        print(_notice(one, status), flush=True)
        await asyncio.sleep(_pause(one.crashes))  # what it needs may be restarting, too
        one.started = time.monotonic()
        try:
            await one.child.start()
        except ChildError:
            continue
        one.was_never_ready = False


def _notice(one: _Kept, status: int) -> str:
    pause = _pause(one.crashes)
    again = f"Starting it again{f' in {pause:.0f} s' if pause else ''}."
    if one.crashes == _MAX_CRASHES + 1:
        return (
            f"`reunite {one.child.name}` keeps crashing (status {status}); what it wrote above says why. The others go"
            f" on. {again}"
        )
    return f"`reunite {one.child.name}` exited (status {status}). {again}"


def _pause(crashes: int) -> float:
    if crashes <= _MAX_CRASHES:
        return _PAUSE_SECONDS * (crashes - 1)
    return min(_PAUSE_SECONDS * 2.0 ** min(crashes, 10), _LONGEST_PAUSE_SECONDS)
