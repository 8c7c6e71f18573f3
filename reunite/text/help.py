"""Whether someone who uses a command asks how it works, instead of describing a thing."""

import re
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import listed_in
from reunite.text.words import any_listed, plain

_WORD: Final = re.compile(r"\w+")
_ASKED: Final = frozenset(map(plain, listed_in(read_toml("help.toml")["asked"])))
_POLITE: Final = re.compile(any_listed("help.toml", "polite"))


def asks_for_help(text: str) -> bool:
    """Return whether a text only asks for help: "help me", "?", but not "help me find my backpack"."""
    words = " ".join(_WORD.findall(_POLITE.sub(" ", plain(text))))
    return words in _ASKED or (not words and "?" in plain(text))
