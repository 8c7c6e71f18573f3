"""Tells one day ("yesterday") from what is about several ("last week", "Monday or Tuesday", "before Friday")."""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Final

from reunite.language import LANGUAGES, words_in
from reunite.text.data import read_text
from reunite.text.when_words import Atom, Calendar, DaysAgo, Mark, Number, Other, Unit, Weekday, plain

_DAY: Final = timedelta(days=1)
_MONTH: Final = 30
"""Days: "last month" is read as this many days ago."""
_BEFORE_DAY: Final = frozenset({"at", "to", "until", "past"})
"""With such a mark before a day, the time before, after or around it is meant."""
_VAGUE: Final = frozenset({"weekend", "week_before_last", "last_week"})


def names_one_day(text: str, found: Sequence[Atom]) -> bool:
    """Return whether a text, in which these atoms were found, names exactly one day."""
    days = [atom for atom in found if isinstance(atom, DaysAgo | Weekday | Calendar)]
    if len(days) != len({type(day) for day in days}) or _vague_words().search(plain(text)):
        return False
    numbers = sum(isinstance(atom, Number) or _is_ordinal(atom) for atom in found)
    if numbers > 1 or (numbers and any(isinstance(day, Calendar) for day in days)):  # "28 to 30 November"
        return False
    units = [atom.length for atom in found if isinstance(atom, Unit)]
    if any(length != _DAY for length in units) or (Mark("ago") in found and not units):  # "vor Freitag"
        return False
    if any(isinstance(day, DaysAgo) and day.days >= _MONTH for day in days):
        return False
    marks = {atom.kind for atom in found if isinstance(atom, Mark)}
    if marks & _VAGUE and ("weekend" in marks or not any(isinstance(day, Weekday) for day in days)):
        return False
    return not any(
        isinstance(mark, Mark) and mark.kind in _BEFORE_DAY and isinstance(day, DaysAgo | Weekday | Calendar)
        for mark, day in pairwise(found)
    )


def _is_ordinal(atom: Atom) -> bool:
    return isinstance(atom, Other) and atom.word[:1].isdigit()


@cache
def _vague_words() -> re.Pattern[str]:
    """Return a pattern for words such as "before" and "a few"."""
    phrases = [*read_text("inexact_days.txt").split()]
    for language in LANGUAGES:
        when = words_in(language).when
        phrases += [phrase for name in ("few_days", "two_days") for phrase in when.get(name, ())]
    spaced = "|".join(re.escape(plain(phrase)) for phrase in phrases if not _is_cjk(phrase))
    unspaced = "|".join(re.escape(plain(phrase)) for phrase in phrases if _is_cjk(phrase))
    return re.compile(rf"\b(?:{spaced})\b|{unspaced}")


def _is_cjk(phrase: str) -> bool:
    """Return whether a phrase is in a script without spaces between words."""
    return phrase[0] >= "\u3040"
