"""The names of commands in what the bot says: Discord shows people their own language's."""

import re
from typing import Final

from reunite.language import command

_NAMED: Final = re.compile(r"(?<![\w/])/(lost|timezone|link)\b(?! link)")
"""Commands that sentences name; "/lost link" is Slack's."""


def in_words_of(language: str, said: str) -> str:
    """Return what the bot says with the commands' names in its language; members' quoted lines stay as they are."""
    lines = (line if line.startswith(">") else _renamed(language, line) for line in said.split("\n"))
    return "\n".join(lines)


def _renamed(language: str, line: str) -> str:
    return _NAMED.sub(lambda found: f"/{command(found[1], language).name}", line)
