"""Notices reports sent twice: after "Something went wrong", people send the same form or command again."""

import time
from collections.abc import Hashable
from typing import Final

from bot.latest import Latest

_WITHIN_SECONDS: Final = 60.0
_MAX_REMEMBERED: Final = 1000


class RepeatedReports:
    """Remembers what was sent last, and by which interaction; each attempt counts from the one before."""

    def __init__(self) -> None:
        self._sent = Latest[Hashable, tuple[str, float]](_MAX_REMEMBERED)

    def first(self, content: Hashable, interaction: str) -> str:
        """Return the interaction that first sent this content, if that was just now; else this one."""
        now = time.monotonic()
        before, at = self._sent.get(content, (interaction, now))
        first = before if now - at < _WITHIN_SECONDS else interaction
        self._sent[content] = first, now
        return first
