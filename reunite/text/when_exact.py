"""Tells one day ("yesterday") from what is about several ("last week", "Monday or Tuesday", "before Friday")."""

import re
from collections.abc import Iterator, Mapping, Sequence
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
_NOT_BEFORE: Final = re.compile(r"\bna (?=(?:segunda|terca|quarta|quinta|sexta)\b)|\bl'avant\b")
"""Portuguese "on" a day, where "na" is "after" in Dutch, and the front of a French train."""
_CLAUSE: Final = re.compile(r"[^.;!?。；！？]*")
_END_OF_CLAUSE: Final = r"(?=\s{0,3}(?:$|[,.;:!?)、。，；！？]))"
_LISTS: Final = read_toml("inexact_days.toml")


def names_one_day(text: str, found: Sequence[Atom]) -> bool:
    """Return whether a text, in which these atoms were found, names exactly one day."""
    days = [atom for atom in found if _is_day(atom)]
    if len(days) != len({type(day) for day in days}) or _is_inexact(_plainly(text)):
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
    """Whether words such as "a few" are in a plain text, or ones such as "since" where they are about its day."""
    patterns = _patterns()
    return (
        bool(patterns["anywhere"].search(text) or patterns["at_the_end"].search(text))
        or any(_begins_with_day(atoms(text[word.end() :])) for word in patterns["before_a_day"].finditer(text))
        or any(_begins_with_day(said) or any(map(_is_date, said)) for said in _said_since(text))
        or any(_ends_with_day(atoms(text[: word.start()])) for word in patterns["after_a_day"].finditer(text))
    )


def _plainly(text: str) -> str:
    """Return a plain text in which "before" always is about time, unlike in "the day before yesterday"."""
    return _NOT_BEFORE.sub("", _before_yesterday().sub("vorgestern", plain(text)))


@cache
def _before_yesterday() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_listed_when("before_yesterday"), key=len, reverse=True))))


def _listed_when(*names: str) -> list[str]:
    """Return the plain phrases of such lists in all languages' files."""
    return [plain(word) for language in LANGUAGES for name in names for word in words_in(language).when.get(name, ())]


def _said_since(text: str) -> Iterator[Sequence[Atom]]:
    """Return what is said in the clauses after words such as "since", each once."""
    ends: set[int] = set()
    for word in _patterns()["before_in_clause"].finditer(text):
        clause = _CLAUSE.match(text, word.end())
        if clause and clause.end() not in ends:
            ends.add(clause.end())
            yield atoms(clause[0])


def _is_date(atom: Atom) -> bool:
    return _is_day(atom) or _is_ordinal(atom) or (isinstance(atom, Number) and atom.is_ordinal)


def _begins_with_day(said: Sequence[Atom]) -> bool:
    """Whether a day comes next, after an article or "that" at most, and after a word at most if "that" is there."""
    at = next((at for at, atom in enumerate(said) if not _leads_to_day(atom)), len(said))
    is_shown = any(isinstance(atom, Other) and atom.word in _leading() for atom in said[:at])
    return any(_is_day(atom) or isinstance(atom, Number) or _is_ordinal(atom) for atom in said[at : at + 1 + is_shown])


def _ends_with_day(said: Sequence[Atom]) -> bool:
    """Whether a day was said last, or how long ago it is: "three days ago or so"."""
    last = said[-1] if said else None
    is_ago = last == Mark("ago") and any(isinstance(atom, Unit) for atom in said)
    return last is not None and (_is_day(last) or isinstance(last, Unit) or is_ago)


def _leads_to_day(atom: Atom) -> bool:
    return isinstance(atom, Mark) or (
        isinstance(atom, Other)
        and (atom.word in _leading() or (len(atom.word) <= _LONGEST_ARTICLE and atom.word.isalpha()))
    )


@cache
def _leading() -> frozenset[str]:
    return frozenset(_phrases("leads_to_a_day"))


def _phrases(key: str) -> list[str]:
    """Return the plain phrases of a list, in `anywhere` with those of the languages' files."""
    phrases = _LISTS[key].split()
    if key in {"before_a_day", "after_a_day"}:
        phrases += _LISTS["beside_a_day"].split()
    named = _listed_when("few_days", "two_days") if key == "anywhere" else []
    return [*named, *(plain(phrase.replace("_", " ")) for phrase in phrases)]


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    keys = ("before_a_day", "before_in_clause", "after_a_day", "at_the_end", "anywhere")
    return {key: _pattern(_phrases(key), _END_OF_CLAUSE if key == "at_the_end" else "") for key in keys}


def _pattern(phrases: Sequence[str], before: str) -> re.Pattern[str]:
    """Return a pattern for any of the phrases, before something."""
    spaced, unspaced = (
        "|".join(re.escape(phrase) for phrase in phrases if _is_cjk(phrase) is is_cjk) for is_cjk in (False, True)
    )
    either = "|".join(filter(None, [rf"\b(?:{spaced})\b" if spaced else "", unspaced]))
    return re.compile(f"(?:{either}){before}")


def _is_cjk(phrase: str) -> bool:
    """Return whether a phrase is in a script without spaces between words."""
    return phrase[0] >= "\u3040"
