"""Unicode's normal forms, in the time that a text's length explains."""

import re
import unicodedata
from itertools import groupby, islice
from typing import Final

_MAX_MARKS: Final = 30
"""Marks on one letter, as in Unicode's Stream-Safe Text Format; none of our languages uses more than three.

Sorting them into their normal order takes time by the square of their number.
"""
_RUN: Final = re.compile(rf"(?:[^\w\s\x00-\x7f]|[\uff9e\uff9f]){{{_MAX_MARKS + 1},}}")
"""Where more marks may be."""
_HALF_WIDTH_MARKS: Final = "\uff9e\uff9f"
"""They become marks in the compatibility forms."""
_PHRASES: Final = str.maketrans("\ufdfa\ufdfb", "  ")
"""Two signs for whole phrases of 18 and 8 letters, which would make a text that much longer; others have 7 at most."""


def compatible(text: str) -> str:
    """Return a text in its form NFKC."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _bounded(text))


def decomposed(text: str) -> str:
    """Return a text in its form NFKD."""
    return text if text.isascii() else unicodedata.normalize("NFKD", _bounded(text))


def composed(text: str) -> str:
    """Return a text in its form NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", _bounded(text))


def _bounded(text: str) -> str:
    return _RUN.sub(lambda run: _without_excess(run[0]), text.translate(_PHRASES))


def _without_excess(run: str) -> str:
    alike = groupby(run, key=_is_mark)
    return "".join("".join(islice(group, _MAX_MARKS) if is_mark else group) for is_mark, group in alike)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M" or char in _HALF_WIDTH_MARKS
