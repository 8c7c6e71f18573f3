"""Recognises a command that is sent again because its answer failed: it isn't another report with the same words."""

import time
from collections.abc import Callable, Hashable
from typing import Final

from bot.latest import Latest

_SECONDS: Final = 120.0
"""How long a person may take to send a command again; after that, it's about another thing."""
_MAX: Final = 1000


class Unanswered:
    """The commands that haven't been answered yet, and those whose answers failed."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._latest = Latest[int, tuple[str, float]](_MAX)
        """By the command's hash: a process must not keep what deleted reports said."""

    def key(self, command: Hashable, own: str) -> str:
        """Return a command's idempotency key: its `own`, or that of the same command a moment ago.

        `command` is who sends it, where, and all of its words.
        """
        now = self._now()
        key, since = self._latest.get(hash(command), (own, now))
        if now - since > _SECONDS:
            key, since = own, now
        self._latest[hash(command)] = (key, since)
        return key

    def answered(self, command: Hashable) -> None:
        """Note that a command's answer has arrived: the same words are another report from now on."""
        self._latest.pop(hash(command), None)
