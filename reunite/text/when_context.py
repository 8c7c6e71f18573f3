"""Reads times that make sense only with their neighbours: minutes past an hour, dotted times, days of a month."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from reunite.text.when_words import (
    Atom,
    Calendar,
    Clock,
    DaysAgo,
    Mark,
    Number,
    Other,
    Part,
    PartOfDay,
    Shift,
    Unit,
    Weekday,
)

_DOTTED: Final = re.compile(r"(\d{1,2})[.](\d{2})")
_ORDINAL: Final = re.compile(r"(\d{1,2})[.]")
_MINUTES: Final = frozenset({5, 10, 20, 25})
"""Minutes that people count from the hour; the quarters and the half have words of their own."""
_LONG_RANGE: Final = 5
"""Hours: "entre 9 y 10" is a range, "a las dos y diez" is not."""
_LONGEST_MONTH: Final = 31
_BEFORE_HOUR: Final[Mapping[Atom | None, int]] = {Mark("past"): 1, Mark("to"): -1, Mark("ago"): -1}
"""The sign of "ten past eight", "ten to eight", and German "zehn vor acht"."""
_AFTER_HOUR: Final[Mapping[Atom | None, int]] = {Mark("plus"): 1, Mark("minus"): -1, Mark("hour_or_o_clock"): 1}
"""The sign of "las ocho y diez", "huit heures moins dix", "huit heures dix"."""
_RANGES: Final[frozenset[Atom | None]] = frozenset({Mark("past"), Mark("to"), Mark("until")})
_OPEN_RANGES: Final[frozenset[Atom | None]] = frozenset({Mark("to"), Mark("until")})
_O_CLOCK: Final[frozenset[Atom | None]] = frozenset({Mark("o_clock"), Mark("hour_or_o_clock")})
_HOURS_OF: Final[Mapping[Part, frozenset[int]]] = {
    "small_hours": frozenset({12, *range(1, 7)}),
    "morning": frozenset(range(1, 12)),
    "noon": frozenset({12, 1}),
    "afternoon": frozenset({12, *range(1, 8)}),
    "evening": frozenset(range(5, 13)),
    "night": frozenset({*range(1, 6), *range(8, 13)}),
    "midnight": frozenset({12}),
}
"""The hours that people say with a part of the day; any other number next to one is a day of a month."""


def settled(found: Sequence[Atom], today: date) -> list[Atom]:
    """Return what was found, with times and dates in place of what says them together; "after 8" is at 8."""
    joined = _with_days(_with_minutes(_without_ranges(_with_dotted(found, today))), today)
    return [Mark("at") if atom in _RANGES else atom for atom in joined if atom not in {Mark("plus"), Mark("minus")}]


def _without_ranges(found: Sequence[Atom]) -> list[Atom]:
    """Leave the first of a range of days and the longest of a range of lengths. Raises ValueError for "30-2 May"."""
    left: list[Atom] = []
    at = 0
    while at < len(found):
        if days := _first_day(found[at:]):
            left.append(days[0])
            at += days[1]
        elif taken := _taken_of_length(found, at):
            at += taken
        else:
            left.append(found[at])
            at += 1
    return left


def _first_day(found: Sequence[Atom]) -> tuple[Calendar, int] | None:
    """Return the first day of a range of days, and how many atoms say it."""
    first, mark, last, after = [*found[:4], None, None, None][:4]
    day, last_day = _day(first), _day(last)
    if mark in _OPEN_RANGES and isinstance(last, Calendar) and day:  # "5-6 May"
        return _from_day(day, last), 3
    if isinstance(mark, Calendar) and day and _is_ordinal(first) and _is_before(day, mark):  # "10.-12. Mai"
        return _from_day(day, mark), 2
    is_hour = after in _O_CLOCK or isinstance(after, PartOfDay)
    if mark in _OPEN_RANGES and isinstance(first, Calendar) and last_day and not is_hour:  # "May 5-6"
        return (first, 3) if last_day <= _LONGEST_MONTH and not _is_before(last_day, first) else None
    return None


def _day(atom: Atom | None) -> int | None:
    if isinstance(atom, Other) and (ordinal := _ORDINAL.fullmatch(atom.word)):
        return int(ordinal[1])
    return int(atom.value) if isinstance(atom, Number) and atom.value.is_integer() else None


def _is_ordinal(atom: Atom | None) -> bool:
    return isinstance(atom, Other) or (isinstance(atom, Number) and atom.is_ordinal)


def _is_before(day: int, last: Calendar) -> bool:
    return any(day < number for _, number in last.orders)


def _from_day(day: int, last: Calendar) -> Calendar:
    if not _is_before(day, last):
        raise ValueError(day)
    return Calendar(last.year, tuple((month, day) for month, number in last.orders if day < number))


def _taken_of_length(found: Sequence[Atom], at: int) -> int:
    """How many atoms say the shorter length of a range: two of "2-3 days", one of "2 or 3 days"."""
    before = found[at - 1] if at else None
    first, mark, last, unit = [*found[at : at + 4], None, None, None][:4]
    is_ago = Mark("ago") in {before, *found[at + 4 : at + 5]}
    if not isinstance(first, Number):
        return 0
    if isinstance(mark, Number):
        follows = mark.value == first.value + 1 and before != Mark("at")
        return 1 if follows and _is_length(mark, last, is_ago=is_ago) else 0
    is_range = mark in _OPEN_RANGES or (is_ago and mark == Mark("at"))  # "il y a 2 à 3 jours", "2 o 3 giorni fa"
    return 2 if is_range and _is_length(last, unit, is_ago=is_ago) else 0


def _is_length(number: Atom | None, unit: Atom | None, *, is_ago: bool) -> bool:
    if isinstance(number, Clock):
        return is_ago and number.may_be_hours
    return isinstance(number, Number) and (isinstance(unit, Unit) or (is_ago and unit == Mark("hour_or_o_clock")))


def _with_dotted(found: Sequence[Atom], today: date) -> list[Atom]:
    """Read "9.30" and "1530" as times next to a day or after "at", and "10.05" elsewhere as a day of late."""
    weekdays = {atom.number for atom in found if isinstance(atom, Weekday)}
    has_day = bool(weekdays) or any(isinstance(atom, DaysAgo) for atom in found)
    read: list[Atom] = []
    for before, atom in zip([None, *found], found, strict=False):
        late = _late(atom, today)
        may_be_time = has_day or before == Mark("at") or isinstance(before, Calendar)
        is_day = late is not None and (late.weekday() in weekdays or not may_be_time)
        meant = Calendar(late.year, ((late.month, late.day),)) if late and is_day else None
        read.append(meant or ((_dotted(atom) or atom) if may_be_time else atom))
    return read


def _dotted(atom: Atom) -> Clock | None:
    if isinstance(atom, Number) and atom.value >= 100:  # noqa: PLR2004 - 1530
        hour, minute = divmod(int(atom.value), 100)
    elif isinstance(atom, Other) and (dotted := _DOTTED.fullmatch(atom.word.replace(",", "."))):
        hour, minute = int(dotted[1]), int(dotted[2])
    else:
        return None
    return Clock(hour, minute, is_24h=True) if hour < 24 and minute < 60 else None  # noqa: PLR2004


def _late(atom: Atom, today: date) -> date | None:
    """Read a day and a month, not long ago, without a dot at the end: "10.05"."""
    said = _DOTTED.fullmatch(atom.word) if isinstance(atom, Other) else None
    if said is None:
        return None
    late = (today - timedelta(days=ago) for ago in range(2 * _LONGEST_MONTH))
    return next((day for day in late if (day.day, day.month) == (int(said[1]), int(said[2]))), None)


def _with_minutes(found: Sequence[Atom]) -> list[Atom]:
    """Read minutes that are counted from an hour, before or after it."""
    settled: list[Atom] = []
    at = 0
    while at < len(found):
        first, second, third, fourth = [*found[at : at + 4], None, None, None][:4]
        is_length = at > 0 and found[at - 1] == Mark("ago")  # "il y a 1 heure 30"
        clock = None if is_length else _clock(first, second, third, fourth)
        settled.append(clock or found[at])
        takes_four = isinstance(third, Shift) or (second == Mark("hour_or_o_clock") and third in _AFTER_HOUR)
        at += 1 if clock is None else 4 if takes_four else 3
    return settled


def _clock(first: Atom | None, second: Atom | None, third: Atom | None, fourth: Atom | None) -> Clock | None:
    if isinstance(first, Number) and isinstance(third, Number) and not isinstance(fourth, Unit):
        if second in _BEFORE_HOUR and _counts(first, third, second):
            return _shifted(third, first, _BEFORE_HOUR[second])
        if second in _AFTER_HOUR and _counts(third, first, second) and fourth != Mark("hour_or_o_clock"):
            if third.value % 5 and isinstance(fourth, Other):  # "ayer 3 y 27 gatos"
                return None
            return _shifted(first, third, _AFTER_HOUR[second])
    if isinstance(first, Number) and isinstance(third, Shift) and isinstance(fourth, Number) and third.before_hour:
        sign = _BEFORE_HOUR.get(second)  # "fünf vor halb drei"
        return _shifted(fourth, Number(third.minutes + sign * first.value), 1) if sign else None
    has_hour = isinstance(first, Number) and second == Mark("hour_or_o_clock") and third in _AFTER_HOUR
    if has_hour and isinstance(first, Number) and isinstance(fourth, Number) and fourth.value in _MINUTES:
        return _shifted(first, fourth, _AFTER_HOUR[third])
    return None


def _counts(minutes: Number, hour: Number, how: Atom | None) -> bool:
    """Whether a number is one of minutes; "from five to nine" and "de 9 y 10" are ranges of hours."""
    if hour.value > 24 or not hour.value.is_integer():  # noqa: PLR2004
        return False
    if how == Mark("hour_or_o_clock"):
        return minutes.value.is_integer() and minutes.value < 60  # noqa: PLR2004
    is_range = how in {Mark("to"), Mark("plus")} and hour.value > minutes.value
    is_range = is_range or (how == Mark("plus") and 0 < minutes.value - hour.value < _LONG_RANGE)
    is_late = how == Mark("plus") and 24 < minutes.value < 60  # noqa: PLR2004 - "nove e quarenta"
    return (minutes.value in _MINUTES or is_late) and not is_range


def _shifted(hour: Number, minutes: Number, sign: int) -> Clock:
    total = (int(hour.value) * 60 + sign * int(minutes.value)) % (24 * 60)
    return Clock(total // 60, total % 60)


def _with_days(found: Sequence[Atom], today: date) -> list[Atom]:
    """Read "the 12th", "12日" and "Monday 11" as the last such day, but not "Monday 11 o'clock"."""
    settled: list[Atom] = []
    for at, (before, atom) in enumerate(zip([None, *found], found, strict=False)):
        number = None if _is_hour(before, atom, found[at + 1 :]) else _day_number(before, atom)
        day = _last_day(number, today, before.number if isinstance(before, Weekday) else None) if number else None
        settled.append(Calendar(day.year, ((day.month, day.day),)) if day else atom)
    return settled


def _is_hour(before: Atom | None, atom: Atom, following: Sequence[Atom]) -> bool:
    """Whether a number after a weekday is an hour.

    It is one in "Monday 9 o'clock", "lunes 9 y media", "Monday 9 in the evening" and "Monday 9 to 11".
    """
    if not isinstance(before, Weekday) or not isinstance(atom, Number) or atom.is_ordinal:
        return False
    after, end = [*following[:2], None, None][:2]
    if after in _RANGES:
        return isinstance(end, Number | Clock)
    if isinstance(after, PartOfDay):
        return atom.value in _HOURS_OF[after.part]
    return after in _O_CLOCK or (isinstance(after, Shift) and not after.before_hour)


def _day_number(before: Atom | None, atom: Atom) -> int | None:
    if isinstance(atom, Other) and (ordinal := _ORDINAL.fullmatch(atom.word)):
        return int(ordinal[1])
    if isinstance(atom, Number) and (atom.is_ordinal or isinstance(before, Weekday)):
        return int(atom.value)
    return None


def _last_day(number: int, today: date, weekday: int | None) -> date | None:
    """Return the last day with this number, within two months where its weekday was said too."""
    days = (today - timedelta(days=ago) for ago in range(2 * _LONGEST_MONTH))
    return next((day for day in days if day.day == number and weekday in {None, day.weekday()}), None)
