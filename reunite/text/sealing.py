"""Which found reports should be sealed, judged by their words in all our languages."""

import re
from collections.abc import Mapping
from typing import Final

from reunite.entities import CATEGORIES, Category
from reunite.text.data import read_toml

_TABLES: Final = read_toml("sealing.toml")
_PATTERNS: Final[Mapping[Category, re.Pattern[str]]] = {
    category: re.compile(
        rf"(?<!\w)(?:{'|'.join(_TABLES[category]['words'])})(?!\w)|{_TABLES[category]['anywhere']}", re.IGNORECASE
    )
    for category in CATEGORIES
    if category in _TABLES
}
_OTHERS: Final[Mapping[Category, re.Pattern[str]]] = {
    category: re.compile(
        "|".join(_TABLES[category]["others"]).replace("NUMBER", _TABLES["number"]["pattern"]), re.IGNORECASE
    )
    for category in _PATTERNS
}
_ACCESSORIES: Final = re.compile("|".join(_TABLES["phone"]["accessories"]), re.IGNORECASE)
_THERE: Final = re.compile(_TABLES["phone"]["there"], re.IGNORECASE)
"""A needless suggestion costs a click, a missing one shows someone's phone."""


def category_of(text: str) -> Category | None:
    """Return the category that a found report should be sealed as, None if it needn't be."""
    if not _THERE.search(text):
        text = _ACCESSORIES.sub(" ", text)
    return next(
        (category for category, pattern in _PATTERNS.items() if pattern.search(_OTHERS[category].sub(" ", text))), None
    )
