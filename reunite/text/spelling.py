"""Typing errors in English names of things and colours.

Only what can hardly be anything else is mended (docs/decisions/0010-spelling.md).
"""

import re
from functools import lru_cache
from importlib import resources
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reunite.text import lexicon
from reunite.text.colour_words import COLOUR_WORDS

SHORTEST: Final = 5
"""Letters that a word must have: below that, too many words are one letter apart."""
_WORD: Final = re.compile(r"(?<![\w'’.@/#-])[^\W\d_]+(?![\w'’@/-]|\.\w)")
"""A word that stands for itself: no part of a code, an address or a compound."""

_NO_PLAIN_PLURAL: Final = ("s", "ed", "y", "sh", "ch")
NAMES: Final = frozenset(
    name
    for word in {*lexicon.ENGLISH_WORDS, *COLOUR_WORDS}
    if len(word) >= SHORTEST
    for name in ([word] if word.endswith(_NO_PLAIN_PLURAL) else [word, f"{word}s"])
)
"""What a word may be mended to."""
_SORTED_NAMES: Final = sorted(NAMES)


def mended(text: str) -> str:
    """Return the text with typing errors of one letter put right, where one thing or colour alone can be meant.

    A word with a capital inside the text may be a name, and stays.
    """
    return _WORD.sub(lambda found: _mended(found[0], inside=found.start() > 0), text)


def _mended(word: str, *, inside: bool) -> str:
    if len(word) < SHORTEST or not word.isascii() or (inside and not word.islower()):
        return word
    name = nearest(word.lower())
    return word if name is None else name.capitalize() if word[0].isupper() else name


@lru_cache(maxsize=4096)
def nearest(word: str) -> str | None:
    """Return the one name that begins alike and is one letter away; None for real words, and where two are."""
    if word in NAMES or word in REAL_WORDS or lexicon.is_known(word):
        return None
    near = process.extract(word, _SORTED_NAMES, scorer=OSA.distance, score_cutoff=1, limit=None)
    alike = [name for name, _, _ in near if name[0] == word[0]]
    return alike[0] if len(alike) == 1 else None


def _read() -> frozenset[str]:
    return frozenset(resources.files("reunite.text").joinpath("real_words.txt").read_text("ascii").split())


REAL_WORDS: Final = _read()
"""English words that are one letter from a name and are none themselves (scripts/list_real_words.py)."""
