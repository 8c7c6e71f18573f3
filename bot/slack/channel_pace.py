"""Paces messages to a channel: Slack takes one a second, threads included.

See https://docs.slack.dev/apis/web-api/rate-limits, as of November 2025.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from reunite.errors import TryAgainError

_EVERY: Final = 1.0
"""Seconds from one message's arrival to the next message."""
_SLOT: Final = 1.1
"""Seconds between reserved turns: a little more, because a message takes time to arrive."""
_LONGEST_WAIT: Final = 1.5
"""Seconds that a message waits for its turn; if it takes longer, others of its process go first."""
_FORGOTTEN: Final = 600.0


class PutOffError(TryAgainError):
    """It isn't a message's turn yet; it certainly wasn't sent."""


class ChannelPace:
    """Gives the messages of a channel their turns, in the order in which they ask.

    First answers go ahead of all others, so nobody waits for an answer behind a queue of match replies.
    """

    def __init__(self) -> None:
        self._turns: dict[str, dict[str, float]] = defaultdict(dict)
        """By channel and key, when a message's turn is."""
        self._ahead: set[str] = set()
        """Keys of the first answers among them."""
        self._held: dict[str, float] = {}
        """By channel, when Slack takes messages again."""
        self._ready: dict[str, float] = {}
        """By channel, when the latest message allows another."""
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def reserve(self, channel: str, key: str, *, ahead: bool = False) -> None:
        """Give a message its turn, `ahead` of those that aren't. Raises PutOffError if that is far in the future."""
        now, turns = _now(), self._turns[channel]
        for old in [reply for reply, at in turns.items() if at < now - _FORGOTTEN]:
            self.release(channel, old)
        if key not in turns:
            earlier = [at + _SLOT for reply, at in turns.items() if reply in self._ahead or not ahead]
            turn = max(now, self._held.get(channel, now), *earlier)
            if ahead:
                self._ahead.add(key)
                self._move(channel, _SLOT)
            turns[key] = turn
        self._check(channel, key)

    def _move(self, channel: str, seconds: float) -> None:
        """Let the messages that aren't first answers wait longer."""
        turns = self._turns[channel]
        turns.update({reply: at + seconds for reply, at in turns.items() if reply not in self._ahead})

    @asynccontextmanager
    async def turn(self, channel: str, key: str) -> AsyncIterator[None]:
        """Wait for a message's turn, and keep the others waiting until it has arrived. Raises PutOffError."""
        async with self._locks[channel]:
            self._check(channel, key)  # another message may have been put off meanwhile
            now = _now()
            await asyncio.sleep(max(self._turns[channel].get(key, now), self._ready.get(channel, now)) - now)
            try:
                yield
            finally:
                self._ready[channel] = _now() + _EVERY
        self.release(channel, key)

    def release(self, channel: str, key: str) -> None:
        """Forget a message that is sent."""
        self._turns[channel].pop(key, None)
        self._ahead.discard(key)

    def hold(self, channel: str, key: str, seconds: float) -> None:
        """Postpone the messages of a channel by this many seconds, after which the refused one comes again."""
        self._held[channel] = _now() + seconds + _SLOT
        turns = {reply: at + seconds + _SLOT for reply, at in self._turns[channel].items()}
        self._turns[channel] = turns | {key: _now()}

    def _check(self, channel: str, key: str) -> None:
        now = _now()
        if (wait := self._turns[channel].get(key, now) - now) > _LONGEST_WAIT:
            raise PutOffError("Slack takes one message a second in a channel", wait)


def _now() -> float:
    return asyncio.get_running_loop().time()
