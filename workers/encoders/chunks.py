"""Splits texts that are too long for a model, preferably at sentence ends."""

import re
from collections.abc import Callable
from typing import Final

_SENTENCE_END: Final = re.compile(r"(?<=[.!?;\n])\s+|(?<=[。！？])")
_WORD_END: Final = re.compile(r"\s+")
_OUTER: Final = 0.25
"""A text isn't cut within this share of either end, because a short remainder would count as much as the rest."""


def chunks(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Split a text into pieces that fit, of similar length: halve it at sentences, else at words, else anywhere."""
    text = text.strip()
    if len(text) <= 1 or fits(text):
        return [text]
    cut = _middle(text)
    return [*chunks(text[:cut], fits), *chunks(text[cut:], fits)]


def _middle(text: str) -> int:
    """Return the best cut near the middle."""
    middle, nearest = len(text) // 2, len(text) * (0.5 - _OUTER)
    for border in (_SENTENCE_END, _WORD_END):
        cuts = [found.end() for found in border.finditer(text) if abs(found.end() - middle) <= nearest]
        if cuts:
            return min(cuts, key=lambda cut: abs(cut - middle))
    return middle
