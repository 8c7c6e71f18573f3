"""Reactions to messages that the delivery hasn't recorded as cards yet. Neutral between platforms."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from db.cancellation import stop
from reunite.entities import ReplyTarget
from reunite.handlers import Handlers
from reunite.ports import KnownCard

_PAUSES_IN_SECONDS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Seconds between checks for a card that isn't recorded yet; together longer than a lease and most outages."""

_log = structlog.get_logger(__name__)

Compare = Callable[[KnownCard], Awaitable[None]]
"""Compares the reactions to a card with the recorded verdicts."""


class UnrecordedCards:
    """Compares the reactions to messages once they're recorded as cards."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers
        self._waiting: dict[ReplyTarget, asyncio.Task[None]] = {}
        self._unrecorded: set[ReplyTarget] = set()

    def __contains__(self, target: ReplyTarget) -> bool:
        """Return whether all reactions to a message will be compared; if so, none has to be handled on its own."""
        return target in self._unrecorded

    def compare_once_recorded(self, target: ReplyTarget, compare: Compare) -> None:
        """Wait until the delivery has recorded a message, which may take several tries, and compare its reactions."""
        if target not in self._waiting:
            self._unrecorded.add(target)
            task = self._waiting[target] = asyncio.create_task(self._compare_once_recorded(target, compare))
            task.add_done_callback(lambda _: self._forget(target))

    async def compare_now(self, target: ReplyTarget, compare: Compare) -> bool:
        """Compare a message's reactions if it's a known card; false if it isn't."""
        cards = await self._handlers.known_cards(target.platform, target.workspace, message=target.message)
        if cards:
            self._unrecorded.discard(target)  # the comparison may miss what comes in from now on
        for card in cards:
            await compare(card)
        return bool(cards)

    async def stop(self) -> None:
        """Leave the messages that aren't recorded yet to the next start."""
        await stop(*self._waiting.values())

    async def _compare_once_recorded(self, target: ReplyTarget, compare: Compare) -> None:
        for pause in _PAUSES_IN_SECONDS:
            await asyncio.sleep(pause)
            try:
                if await self.compare_now(target, compare):
                    return
            except Exception:  # noqa: BLE001 - it's tried again, and at the next start
                _log.exception("reactions_compare_failed", platform=target.platform, message=target.message)

    def _forget(self, target: ReplyTarget) -> None:
        del self._waiting[target]
        self._unrecorded.discard(target)
