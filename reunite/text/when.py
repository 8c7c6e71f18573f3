"""Reads when something happened, as people say it, in every language of the bot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, Literal, TypeVar

from reunite import rules
from reunite.text.other_scripts import OTHER_SCRIPT
from reunite.text.when_context import settled
from reunite.text.when_exact import names_one_day
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
    atoms,
    plain,
    without_denied_days,
)

Problem = Literal["when_not_understood", "when_to_come"]
"""Keys of the error messages."""
_Kind = TypeVar("_Kind")

_LONGEST: Final = 300
"""Letters that may say when; more are a story, and take long to read."""
_BEGINS: Final[dict[Part, time]] = {
    "midnight": time(0),
    "small_hours": time(0),
    "morning": time(7),
    "noon": time(12),
    "afternoon": time(13),
    "evening": time(18),
    "night": time(21),
}
"""A part of the day means its beginning: an item is found after it was lost."""
_NIGHT_ENDS, _AFTERNOON_HOURS = 6, range(1, 7)
"""A bare hour in this range is one of the afternoon: few people lose things at four in the morning."""
_NEARLY: Final = timedelta(hours=3)
"""How far ahead the beginning of a part of the day may be: "this morning" can be said at half past six."""
_EAST: Final = timedelta(hours=14)
"""How far ahead a date may be: somewhere it has begun already."""
UNKNOWN_ZONE: Final = timedelta(hours=14)
"""The largest `zone_error`: nobody's clock is further ahead of UTC."""
NEIGHBOURING_ZONES: Final = timedelta(hours=2)
"""The `zone_error` where a person's language suggests a zone: few of its speakers live further away."""
_MONTH_FIRST: Final = frozenset(
    f"America/{city}"
    for city in ("New_York", "Detroit", "Chicago", "Denver", "Boise", "Phoenix", "Los_Angeles", "Anchorage")
) | {"Pacific/Honolulu"}
"""Zones of the United States, where 5/6 is the sixth of May."""


@dataclass(frozen=True, slots=True)
class When:
    """The moment that was said, or why there is none. Both are None for an empty text."""

    moment: datetime | None = None
    problem: Problem | None = None
    day: date | None = None
    """The day, as the person counts them, if they named one and nothing more exact; the moment is its beginning."""


class _NotUnderstoodError(ValueError):
    pass


class _InFutureError(Exception):
    """The text says "tomorrow", which is in the future in every zone."""


def read_when(text: str, now: datetime, *, zone_error: timedelta = timedelta()) -> When:
    """Read a past moment in the zone of `now`. A day alone means its beginning, a range its start.

    `zone_error` is how far the zone of `now` may be from the member's: a moment that little ahead means now.
    """
    if len(text) > _LONGEST or OTHER_SCRIPT.search(text):
        return When(problem="when_not_understood")
    text = without_denied_days(plain(text))
    found = [*_without_doubtful_weekdays(atoms(text))]
    if not found and not text.strip():
        return When()
    one_day = names_one_day(text, found)
    try:
        moment, day = _moment(found, now)
    except _InFutureError:
        return When(problem="when_to_come")
    except (ValueError, OverflowError):
        return When(problem="when_not_understood")
    if moment > now + zone_error:
        return When(problem="when_to_come")
    if day and not zone_error:  # in the person's own zone, it has begun
        day = min(day, now.date())
    day = day if one_day else None
    return When(min(moment, now), day=day) if rules.is_plausible_time(moment) else When(problem="when_not_understood")


def _without_doubtful_weekdays(found: Sequence[Atom]) -> Iterator[Atom]:
    """Among other words, "die", "mit", "so" and "mon" are not Tuesday, Wednesday, Sunday and Monday.

    Nor is "di" Tuesday in Italian "la sera di lunedì".
    """
    in_a_sentence = any(isinstance(atom, Other) for atom in found)
    for atom, after in zip(found, [*found[1:], None], strict=False):
        is_before_day = isinstance(after, Weekday) and not after.is_short
        if not (isinstance(atom, Weekday) and atom.is_short and (in_a_sentence or is_before_day)):
            yield atom


def _moment(found: list[Atom], now: datetime) -> tuple[datetime, date | None]:
    """The moment, perhaps still ahead of `now`, and its day if nothing more exact was said.

    Raises ValueError if nothing is understood, or _InFutureError.
    """
    found = settled(found, now.date())
    elapsed = _take_elapsed(found)
    if elapsed is not None and elapsed % timedelta(days=1):
        return now - elapsed, None
    if elapsed is not None:
        found.append(DaysAgo(elapsed.days))
    found = _settle_morning(found)
    clock, part = _take_clock(found), _first(found, PartOfDay)
    _refuse_stray_numbers(found)
    day = _Day(found, now)
    if clock is None and part is None and not day.is_said:
        if Mark("now") in found:
            return now, None
        raise _NotUnderstoodError
    moment = day.at(clock, part.part if part else None, now)
    if day.is_tomorrow:
        raise _InFutureError
    is_exact = clock is not None or part is not None
    return moment, None if is_exact else moment.date() if moment < now else day.day


def _first(found: Sequence[Atom], kind: type[_Kind]) -> _Kind | None:
    return next((atom for atom in found if isinstance(atom, kind)), None)


# Two hours ago


def _take_elapsed(found: list[Atom]) -> timedelta | None:
    """Take "2 hours ago" out of what was found, wherever the word for "ago" stands."""
    if Mark("ago") not in found:
        return None
    at = found.index(Mark("ago"))
    ago = found.pop(at)
    start, end, total = at, at, timedelta()
    while length := _length_before(found, start):
        start, total = start - length[0], total + length[1]
    if not total:
        end += end < len(found) and found[end] == Mark("at")  # "vor etwa drei Stunden"
        while length := _length_after(found, end):
            end, total = end + length[0], total + length[1]
    is_before = isinstance(ago, Mark) and ago.may_mean_before and not total and _is_said_as_hour(found, end)
    found[start:end] = [Mark("at")] if is_before else []
    return total or None


def _is_said_as_hour(found: Sequence[Atom], at: int) -> bool:
    """Whether a number can only be an hour: "vor 9", "vor 9 gestern", but not "vor 9 Jahren"."""
    number, after = [*found[at : at + 2], None, None][:2]
    is_end = after is None or isinstance(after, DaysAgo | Weekday | Calendar | PartOfDay)
    return isinstance(number, Number) and (is_end or after in {Mark("o_clock"), Mark("hour_or_o_clock")})


def _length_before(found: Sequence[Atom], end: int) -> tuple[int, timedelta] | None:
    """How many atoms before `end` say a length, and the length. "An hour" has no number."""
    last = found[end - 1] if end else None
    if isinstance(last, Shift) and not last.before_hour and (whole := _length_before(found, end - 1)):
        return whole[0] + 1, whole[1] + timedelta(minutes=last.minutes)
    if isinstance(last, Clock) and last.may_be_hours:
        return 1, timedelta(hours=last.hour, minutes=last.minute)
    length = _unit(last)
    if length is None:
        return None
    more, number = [None, None, *found[: end - 1]][-2:]
    if isinstance(more, Number) and isinstance(number, Shift) and not number.before_hour:  # "two and a half hours ago"
        return 3, (more.value + number.minutes / 60) * length
    return (2, number.value * length) if isinstance(number, Number) else (1, length)


def _length_after(found: Sequence[Atom], start: int) -> tuple[int, timedelta] | None:
    length = _plain_length_after(found, start)
    after, unit = [*found[start + length[0] :][:2], None, None][:2] if length else (None, None)
    if length and isinstance(after, Shift) and not after.before_hour:  # "hace dos horas y media"
        return length[0] + 1, length[1] + timedelta(minutes=after.minutes)
    is_hours = length and found[start + length[0] - 1] == Mark("hour_or_o_clock")
    is_counted = isinstance(unit, Other) and isinstance(after, Number) and (after.value < 15 or after.value % 5)  # noqa: PLR2004
    if length and is_hours and isinstance(after, Number) and not (isinstance(unit, Unit) or is_counted):
        return length[0] + 1, length[1] + timedelta(minutes=after.value)  # "il y a 1 heure 30"
    return length


def _plain_length_after(found: Sequence[Atom], start: int) -> tuple[int, timedelta] | None:
    first, second = [*found[start : start + 2], None, None][:2]
    if isinstance(first, Clock) and first.may_be_hours:
        return 1, timedelta(hours=first.hour, minutes=first.minute)
    if isinstance(first, Number) and (length := _unit(second)):
        return 2, first.value * length
    return (1, length) if (length := _unit(first)) else None


def _unit(atom: Atom | None) -> timedelta | None:
    if atom == Mark("hour_or_o_clock"):
        return timedelta(hours=1)
    return atom.length if isinstance(atom, Unit) else None


# By the clock


def _settle_morning(found: Sequence[Atom]) -> list[Atom]:
    """German "morgen" and Spanish "mañana" mean the morning after a day's name, and tomorrow otherwise."""
    day = any(isinstance(atom, DaysAgo | Weekday | Calendar) for atom in found)
    meant: Atom = PartOfDay("morning") if day else DaysAgo(-1)
    return [meant if atom == Mark("morning_or_tomorrow") else atom for atom in found]


def _take_clock(found: list[Atom]) -> Clock | None:
    """Take the first time of the clock out of what was found; of a range ("2 to 4 pm") that is its start."""
    first = next((at for at in range(len(found)) if _clock_at(found, at)), None)
    if first is None:
        return None
    start, end = first, first + 1
    while start and _may_be_hour(found[start - 1]):
        start -= 1
    while end < len(found) and _may_be_hour(found[end]):
        end += 1
    hours = [at for at in range(start, end) if isinstance(found[at], Clock | Number)]
    last = next(clock for at in reversed(hours) if (clock := _clock_at(found, at)))
    clock = _clock_at(found, hours[0]) or replace(last, hour=_hour(found[hours[0]]), minute=0)
    if clock.half_day is None and last.half_day and clock.hour <= last.hour % 12:
        clock = replace(clock, half_day=last.half_day)
    del found[start:end]
    return clock


def _may_be_hour(atom: Atom) -> bool:
    is_mark = isinstance(atom, Mark) and atom.kind in {"at", "o_clock", "hour_or_o_clock"}
    return is_mark or isinstance(atom, Clock | Shift) or (isinstance(atom, Number) and _is_hour(atom))


def _hour(atom: Atom) -> int:
    return int(atom.value) if isinstance(atom, Number) else 0


def _clock_at(found: Sequence[Atom], at: int) -> Clock | None:
    atom = found[at]
    before, after = (_neighbour(found, at, step) for step in (-1, 1))
    shift = _shift(before, after)
    if isinstance(atom, Clock):
        return _shifted(atom, shift)
    if not isinstance(atom, Number):
        return None
    is_last = at + 1 == len(found)  # "this morning 8"
    next_to = {found[at - 1] if at else None, found[at + 1] if at + 1 < len(found) else None}
    if (
        shift
        or next_to & {Mark("at"), Mark("o_clock"), Mark("hour_or_o_clock")}
        or isinstance(after, PartOfDay)
        or (is_last and isinstance(before, PartOfDay))
    ):
        if _is_hour(atom):
            return _shifted(Clock(int(atom.value)), shift)
        if atom.value >= 100:  # noqa: PLR2004 - 1530
            return Clock(int(atom.value) // 100, int(atom.value) % 100, is_24h=True)
    return None


def _neighbour(found: Sequence[Atom], at: int, step: int) -> Atom | None:
    """The next atom on one side, o'clock left out."""
    at += step
    while 0 <= at < len(found) and found[at] in {Mark("o_clock"), Mark("hour_or_o_clock")}:
        at += step
    return found[at] if 0 <= at < len(found) else None


def _shift(before: Atom | None, after: Atom | None) -> int:
    if isinstance(before, Shift) and before.before_hour:
        return before.minutes
    return after.minutes if isinstance(after, Shift) and not after.before_hour else 0


def _shifted(clock: Clock, minutes: int) -> Clock:
    if not minutes:
        return clock
    total = (clock.hour * 60 + clock.minute + minutes) % (24 * 60)
    return replace(clock, hour=total // 60, minute=total % 60)


def _is_hour(number: Number) -> bool:
    return number.value.is_integer() and number.value <= 24  # noqa: PLR2004


def _refuse_stray_numbers(found: Sequence[Atom]) -> None:
    """A number that is no time makes all of it doubtful, unless it is a label: "gate 14"."""
    for before, atom in zip([None, *found], found, strict=False):
        is_number = isinstance(atom, Number) or (isinstance(atom, Other) and not atom.word.isalpha())
        if is_number and not (isinstance(before, Other) and before.word.isalpha()):
            raise _NotUnderstoodError


# By the calendar


class _Day:
    """The day that was said, and what it becomes where its time is still ahead."""

    def __init__(self, found: Sequence[Atom], now: datetime) -> None:
        self._today = today = now.date()
        self._calendar = _first(found, Calendar)
        self._repeats: timedelta | None = None
        days = [atom.days for atom in found if isinstance(atom, DaysAgo)]
        weekdays = [atom.number for atom in found if isinstance(atom, Weekday)]
        self.day: date | None = None
        eve = Mark("eve") in found  # "in der Nacht auf Mittwoch", "the day before Monday"
        if self._calendar:
            self.day = _dated(self._calendar, today, month_first=str(now.tzinfo) in _MONTH_FIRST)
        elif days:
            self.day = today - timedelta(days=max(days))
        elif weeks := 2 if Mark("week_before_last") in found else 1 if Mark("last_week") in found else 0:
            monday = today - timedelta(days=today.weekday(), weeks=weeks)
            self.day = monday + timedelta(days=min(weekdays, default=0))
        elif weekdays or Mark("weekend") in found:
            ago = max((today.weekday() - number) % 7 for number in weekdays or [5])
            is_before_last = _says_before_last(found)
            ago = (ago or (7 if is_before_last or Mark("last") in found else 0)) + (7 if is_before_last else 0)
            self.day, self._repeats = today - timedelta(days=ago), timedelta(weeks=1)
        else:
            self._repeats = timedelta(days=1)
        if eve and self.day:
            self.day -= timedelta(days=1)

    @property
    def is_said(self) -> bool:
        return self.day is not None

    @property
    def is_tomorrow(self) -> bool:
        return self.day is not None and self.day > self._today and self._calendar is None

    def at(self, clock: Clock | None, part: Part | None, now: datetime) -> datetime:
        """Combine the day with a time or a part of the day; the result may be ahead of `now`."""
        moment = datetime.combine(self.day or self._today, _time(clock, part), now.tzinfo)
        if part == "night" and clock and self.day and moment.hour < _NIGHT_ENDS:  # "last night at two"
            moment += timedelta(days=self.day < self._today)
        if moment <= now:
            return moment
        if self._repeats:
            return moment - self._repeats
        if clock is None and part == "night" and self.day == self._today:  # said in the morning
            return moment - timedelta(days=1)
        if self._calendar and self._calendar.year is None and moment - now > _EAST:
            return moment.replace(year=moment.year - 1)
        is_nearly = (clock is None and moment - now <= _NEARLY) or (self._calendar and moment - now <= _EAST)
        return now if is_nearly else moment


def _says_before_last(found: Sequence[Atom]) -> bool:
    """Whether a day is the one "before last", as no carriage of a train and no lesson is."""
    return any(
        isinstance(other, Weekday) or other == Mark("weekend")
        for pair in pairwise(found)
        if Mark("before_last") in pair
        for other in pair
    )


def _time(clock: Clock | None, part: Part | None) -> time:
    """The time of day. Raises ValueError if there is no such time."""
    if clock is None:
        return _BEGINS[part] if part else time()
    hour = clock.hour
    if clock.half_day:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - the twelve-hour clock
            raise _NotUnderstoodError
        hour = hour % 12 + 12 * (clock.half_day == "pm")
    elif part:
        hour = _hour_in(part, hour)
    elif not clock.is_24h and hour in _AFTERNOON_HOURS:
        hour += 12
    return time(hour, clock.minute)


def _hour_in(part: Part, hour: int) -> int:
    if part in {"afternoon", "evening"} or (part == "night" and hour >= _NIGHT_ENDS) or (part == "noon" and hour < 4):  # noqa: PLR2004
        return hour + 12 if hour < 12 else 0 if part == "night" and hour == 12 else hour  # noqa: PLR2004
    return 0 if part in {"small_hours", "morning", "night", "midnight"} and hour == 12 else hour  # noqa: PLR2004


def _dated(said: Calendar, today: date, *, month_first: bool) -> date:
    """The date that was said, without a year the last such one. Raises ValueError if there is none."""
    orders = reversed(said.orders) if month_first else said.orders
    possible = [day for month, number in orders for day in _dates(said.year, month, number, today)]
    if not possible:
        raise _NotUnderstoodError
    if said.year is None:  # 5/12: few people report what they lost half a year ago
        return max(possible, key=lambda day: (day <= today + timedelta(days=1), day))
    return next((day for day in possible if day <= today + timedelta(days=1)), possible[0])


def _dates(year: int | None, month: int, number: int, today: date) -> Iterator[date]:
    for candidate in [year] if year else [today.year + 1, today.year, today.year - 1]:
        try:
            day = date(candidate, month, number)
        except ValueError:
            continue
        if year or day <= today + timedelta(days=1):
            yield day
            return


@dataclass(frozen=True, slots=True)
class DatedText:
    """A description and its moment. A time that can't be used stays in the text, and `problem` says why."""

    text: str
    moment: datetime | None
    problem: Problem | None
    day: date | None
    """The day, if nothing more exact was said."""


def dated(text: str, when: str, now: datetime, *, zone_error: timedelta = timedelta()) -> DatedText:
    """Read what was said about when, so that a report is never lost because of it."""
    read = read_when(when, now, zone_error=zone_error)
    words = f"{text}\n{when.strip()}".strip() if read.problem else text
    return DatedText(words, read.moment, read.problem, read.day)
