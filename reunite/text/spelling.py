"""Typing errors in English names of things and colours.

Corrects only what can hardly mean anything else (docs/decisions/0010-spelling.md).
"""

import re
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reunite.text import lexicon
from reunite.text.colour_words import COLOUR_WORDS
from reunite.text.data import read_text
from reunite.text.remembered import remembered
from reunite.text.word_lists import THINGS

MIN_LENGTH: Final = 5
"""Shorter words are too often one letter apart."""
_WORD: Final = re.compile(r"(?<![\w'’.@/#-])[^\W\d_]+(?![\w'’@/-]|\.\w)")
"""A word of its own, not part of a code, an address or a compound."""

_NO_PLAIN_PLURAL: Final = ("s", "ed", "y", "sh", "ch")
NAMES: Final = frozenset(
    name
    for word in {*lexicon.ENGLISH_WORDS, *COLOUR_WORDS, *THINGS}
    if len(word) >= MIN_LENGTH
    for name in ([word] if word.endswith(_NO_PLAIN_PLURAL) else [word, f"{word}s"])
)
"""What a word may be corrected to."""
_SORTED_NAMES: Final = sorted(NAMES)
REAL_WORDS: Final = frozenset(read_text("real_words.txt").split())
"""English words one letter away from a name (made by scripts/list_real_words.py)."""


def correct_spelling(text: str) -> str:
    """Correct one-letter typing errors if only one thing or colour can be meant.

    A capitalised word inside the text may be a name and is kept.
    """
    return _WORD.sub(lambda match: _corrected(match[0], inside=match.start() > 0), text)


def _corrected(word: str, *, inside: bool) -> str:
    if len(word) < MIN_LENGTH or not word.isascii() or (inside and not word.islower()):
        return word
    name = nearest(word.lower())
    return word if name is None else name.capitalize() if word[0].isupper() else name


@remembered(16_384)
def nearest(word: str) -> str | None:
    """Return the only name with the same first letter at an edit distance of one; None for real words."""
    if word in NAMES or word in REAL_WORDS or lexicon.is_known(word):
        return None
    close = process.extract(word, _SORTED_NAMES, scorer=OSA.distance, score_cutoff=1, limit=None)
    candidates = [name for name, _, _ in close if name[0] == word[0]]
    return candidates[0] if len(candidates) == 1 else None
