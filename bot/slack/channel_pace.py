"""Paces messages to a channel: Slack accepts one a second, threads included.

See https://docs.slack.dev/apis/web-api/rate-limits, as of November 2025.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from reunite.errors import PutOffError

_EVERY_SECONDS: Final = 1.0
"""Seconds from one message's arrival to the next message."""
_SLOT_SECONDS: Final = 1.1
"""Seconds between reserved turns: a little more, because a message takes time to arrive."""
_LONGEST_WAIT_SECONDS: Final = 1.5
"""Seconds that a message waits for its turn; if it takes longer, others of its process go first."""
_FORGOTTEN_SECONDS: Final = 600.0
"""Seconds after which a turn that wasn't taken is forgotten, and between two looks for idle channels."""


@dataclass
class _Channel:
    """What is to be sent in a channel, and when it takes the next message."""

    turns: dict[str, float] = field(default_factory=dict)
    """By key, when a message's turn is."""
    ahead: set[str] = field(default_factory=set)
    """Keys of the first answers among them."""
    held_until: float = 0.0
    """When Slack takes messages again."""
    ready_at: float = 0.0
    """When the latest message allows another."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def reserve(self, key: str, *, ahead: bool) -> None:
        """Give a message its turn, unless it has one."""
        if key in self.turns:
            return
        now = _now()
        earlier = [at + _SLOT_SECONDS for reply, at in self.turns.items() if reply in self.ahead or not ahead]
        turn = max(now, self.held_until, *earlier)
        if ahead:
            self.ahead.add(key)
            self.turns = {reply: at if reply in self.ahead else at + _SLOT_SECONDS for reply, at in self.turns.items()}
        self.turns[key] = turn

    def release(self, key: str) -> None:
        self.turns.pop(key, None)
        self.ahead.discard(key)

    def clean(self) -> bool:
        """Forget the turns that nobody took, and return whether nothing else is known of the channel."""
        now = _now()
        for old in [reply for reply, at in self.turns.items() if at < now - _FORGOTTEN_SECONDS]:
            self.release(old)
        return not (self.turns or self.lock.locked()) and now >= max(self.held_until, self.ready_at)


class ChannelPace:
    """Gives the messages of a channel their turns, in the order in which they ask.

    First answers go ahead of all others, so nobody waits for an answer behind a queue of match replies.
    """

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = defaultdict(_Channel)
        self._next_cleaning = 0.0

    def reserve(self, channel: str, key: str, *, ahead: bool = False) -> None:
        """Give a message its turn, `ahead` of those that aren't. Raises PutOffError if that is far in the future."""
        if _now() >= self._next_cleaning:
            self._clean()
        self._channels[channel].reserve(key, ahead=ahead)
        self._check(channel, key)

    def _clean(self) -> None:
        """Forget the channels in which nothing is to be sent."""
        for channel in [name for name, channel in self._channels.items() if channel.clean()]:
            del self._channels[channel]
        self._next_cleaning = _now() + _FORGOTTEN_SECONDS

    @asynccontextmanager
    async def turn(self, channel: str, key: str) -> AsyncIterator[None]:
        """Wait for a message's turn, and keep the others waiting until it has arrived. Raises PutOffError."""
        state = self._channels[channel]
        async with state.lock:
            self._check(channel, key)  # another message may have been put off meanwhile
            now = _now()
            await asyncio.sleep(max(state.turns.get(key, now), state.ready_at) - now)
            try:
                yield
            finally:
                state.ready_at = _now() + _EVERY_SECONDS
        self.release(channel, key)

    def release(self, channel: str, key: str) -> None:
        """Forget a message that is sent."""
        self._channels[channel].release(key)

    def hold(self, channel: str, key: str, seconds: float) -> None:
        """Postpone the messages of a channel by this many seconds, after which the refused one comes again."""
        state, again = self._channels[channel], _now() + seconds
        state.held_until = again + _SLOT_SECONDS
        turns = {reply: at + seconds + _SLOT_SECONDS for reply, at in state.turns.items()}
        state.turns = turns | {key: again}

    def _check(self, channel: str, key: str) -> None:
        now = _now()
        if (wait := self._channels[channel].turns.get(key, now) - now) > _LONGEST_WAIT_SECONDS:
            raise PutOffError("Slack accepts one message a second in a channel", wait)


def _now() -> float:
    return asyncio.get_running_loop().time()
