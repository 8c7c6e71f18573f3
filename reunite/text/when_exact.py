"""Tells one day ("yesterday") from what is about several ("last week", "Monday or Tuesday", "before Friday")."""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Final

from reunite.language import LANGUAGES, words_in
from reunite.text.data import read_toml
from reunite.text.when_words import Atom, Calendar, DaysAgo, Mark, Number, Other, Unit, Weekday, atoms, plain

_DAY: Final = timedelta(days=1)
_MONTH: Final = 30
"""Days: "last month" is read as this many days ago."""
_BEFORE_DAY: Final = frozenset({"at", "to", "until", "past"})
"""With such a mark before a day, the time before, after or around it is meant."""
_VAGUE: Final = frozenset({"weekend", "week_before_last", "last_week"})
_LONGEST_ARTICLE: Final = 3
"""Letters of what may stand between "since" and its day: "seit dem Montag"."""


def names_one_day(text: str, found: Sequence[Atom]) -> bool:
    """Return whether a text, in which these atoms were found, names exactly one day."""
    days = [atom for atom in found if _is_day(atom)]
    if len(days) != len({type(day) for day in days}) or _is_inexact(plain(text)):
        return False
    numbers = sum(isinstance(atom, Number) or _is_ordinal(atom) for atom in found)
    if numbers > 1 or (numbers and any(isinstance(day, Calendar) for day in days)):  # "28 to 30 November"
        return False
    units = [atom.length for atom in found if isinstance(atom, Unit)]
    if any(length != _DAY for length in units) or (not units and _is_before_day(found)):
        return False
    if any(isinstance(day, DaysAgo) and day.days >= _MONTH for day in days):
        return False
    marks = {atom.kind for atom in found if isinstance(atom, Mark)}
    if marks & _VAGUE and ("weekend" in marks or not any(isinstance(day, Weekday) for day in days)):
        return False
    return not any(
        isinstance(mark, Mark) and mark.kind in _BEFORE_DAY and _is_day(day) for mark, day in pairwise(found)
    )


def _is_day(atom: Atom) -> bool:
    return isinstance(atom, DaysAgo | Weekday | Calendar)


def _is_ordinal(atom: Atom) -> bool:
    return isinstance(atom, Other) and atom.word[:1].isdigit()


def _is_before_day(found: Sequence[Atom]) -> bool:
    """Whether the time before a day is meant: "vor Freitag" or "金曜日の前", but not "gestern vor der Prüfung"."""
    return any(
        isinstance(atom, Mark)
        and atom.kind == "ago"
        and (_begins_with_day(found[at + 1 :]) if atom.may_mean_before else at > 0 and _is_day(found[at - 1]))
        for at, atom in enumerate(found)
    )


def _is_inexact(text: str) -> bool:
    """Whether words such as "a few" are in a plain text, or ones such as "since" next to its day."""
    before, after, anywhere = (_words(key) for key in ("before_a_day", "after_a_day", "anywhere"))
    return (
        bool(anywhere.search(text))
        or any(_begins_with_day(atoms(text[word.end() :])) for word in before.finditer(text))
        or any(map(_is_day, (said[-1] for word in after.finditer(text) if (said := atoms(text[: word.start()])))))
    )


def _begins_with_day(said: Sequence[Atom]) -> bool:
    """Whether a day comes next, after an article or "last" at most."""
    first = next((atom for atom in said if not _leads_to_day(atom)), None)
    return first is not None and (_is_day(first) or isinstance(first, Number) or _is_ordinal(first))


def _leads_to_day(atom: Atom) -> bool:
    return isinstance(atom, Mark) or (
        isinstance(atom, Other) and len(atom.word) <= _LONGEST_ARTICLE and atom.word.isalpha()
    )


@cache
def _words(key: str) -> re.Pattern[str]:
    """Return a pattern for the words of a list, in `anywhere` with those of the languages' files."""
    phrases = read_toml("inexact_days.toml")[key].split()
    if key == "anywhere":
        named = [words_in(language).when for language in LANGUAGES]
        phrases += [phrase for when in named for name in ("few_days", "two_days") for phrase in when.get(name, ())]
    spaced = "|".join(re.escape(plain(phrase)) for phrase in phrases if not _is_cjk(phrase))
    unspaced = "|".join(re.escape(plain(phrase)) for phrase in phrases if _is_cjk(phrase))
    return re.compile("|".join(filter(None, [rf"\b(?:{spaced})\b" if spaced else "", unspaced])))


def _is_cjk(phrase: str) -> bool:
    """Return whether a phrase is in a script without spaces between words."""
    return phrase[0] >= "\u3040"
