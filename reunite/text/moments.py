"""Moments in members' words, in Discord's notation: `<t:1795971600:f>`. Each platform shows them in its own way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_MOMENT: Final = re.compile(
    r"(?<!`)((?>`+))(?s:.+?)(?<!`)\1(?!`)|\\.|(?P<written><t:(?P<seconds>\d{1,10})(?::[tTdDfFsSR])?>)"
)
"""A moment, and before it what keeps one from being one: code, and a backslash."""


@dataclass(frozen=True, slots=True)
class WrittenMoment:
    """A moment, and how it's written."""

    at: datetime
    notation: str

    @property
    def text(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC"


def split_at_moments(text: str) -> Iterator[str | WrittenMoment]:
    """Yield words and moments in order."""
    end = 0
    for found in _MOMENT.finditer(text):
        if found["written"]:
            yield text[end : found.start()]
            yield WrittenMoment(datetime.fromtimestamp(int(found["seconds"]), UTC), found["written"])
            end = found.end()
    yield text[end:]


def with_plain_moments(text: str) -> str:
    """Return text for where no reader's zone is known."""
    return "".join(part if isinstance(part, str) else part.text for part in split_at_moments(text))
