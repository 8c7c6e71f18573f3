"""Texts that are too long for a model, cut where a reader would pause."""

import re
from collections.abc import Callable
from typing import Final

_SENTENCE_END: Final = re.compile(r"(?<=[.!?;\n])\s+|(?<=[。！？])")
_WORD_END: Final = re.compile(r"\s+")
_OUTER: Final = 0.25
"""The share of a text on either side in which it is not cut, so that no small rest counts as much as the whole."""


def chunks(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Return the text in pieces that fit, of about the same length: halved at sentences, else words, else letters."""
    text = text.strip()
    if len(text) <= 1 or fits(text):
        return [text]
    cut = _middle(text)
    return [*chunks(text[:cut], fits), *chunks(text[cut:], fits)]


def _middle(text: str) -> int:
    """Return the border that is nearest to the middle."""
    middle, nearest = len(text) // 2, len(text) * (0.5 - _OUTER)
    for border in (_SENTENCE_END, _WORD_END):
        cuts = [found.end() for found in border.finditer(text) if abs(found.end() - middle) <= nearest]
        if cuts:
            return min(cuts, key=lambda cut: abs(cut - middle))
    return middle
