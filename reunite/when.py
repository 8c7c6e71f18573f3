"""Reads when something happened from the few forms in which people say it, in all languages that we speak."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from reunite.errors import TellUserError
from reunite.language import LANGUAGES, words_in

_TIME: Final = re.compile(
    r"(?P<noon>午前|午後)?\s?(?<!\d)(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::\d{2})?(?:\s?(?:uhr|h))?|\s?(?:uhr|h)\s?(?P<past>\d{2})?"
    r"|時(?:(?P<minutes>\d{1,2})分|(?P<half>半))?|(?=\s?[ap]\.?m))(?![\da-z])(?:\s?(?P<ampm>[ap])\.?m\b\.?)?"
)
"""14:30, 14 Uhr, 14h30, 2:30 pm, 14時30分."""
_DATES: Final = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)t?"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?:\s?(?P<year>\d{4}))?(?!\d)"),
    re.compile(r"(?:(?<!\d)(?P<year>\d{4})年)?(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})日"),
)
"""By numbers. Slashes are left out: on one side of the ocean the day comes first, on the other the month."""
_SHORTEST: Final = 3
"""Letters by which a weekday or month is known, where no other begins with them."""
_SHORT_WEEKDAYS: Final = ("mo", "di", "mi", "do", "fr", "sa", "so")  # as German calendars have them
_ASIDE: Final = re.compile(r"\w")
_JAPANESE: Final = r"\u3040-\u30ff\u3400-\u9fff"
_ALIKE: Final = str.maketrans("’łøđ", "'lod")
"""What Unicode's normal forms leave apart, but people type either way."""


def parse_when(text: str, now: datetime) -> datetime | None:
    """Return the moment that `text` tells, in the zone of `now`; None where it is empty.

    Understands today, yesterday, a weekday (the last one), a date (without a year the last one), a time (the last
    one), or a day and a time. A day alone means its beginning: a thing is found after it was lost. Raises
    TellUserError (when_not_understood, when_to_come).
    """
    said = _plain(text)
    if not said:
        return None
    if said in _typed("now"):
        return now
    try:
        at, said = _take_time(said)
        day, said = _take_day(said, now.date())
    except ValueError as error:
        raise TellUserError("when_not_understood") from error
    if (at is None and day is None) or _ASIDE.search(_aside().sub(" ", said)):
        raise TellUserError("when_not_understood")
    moment = datetime.combine(day or now.date(), at or time(), now.tzinfo)
    if moment > now and day is None:
        moment -= timedelta(days=1)
    if moment > now:
        raise TellUserError("when_to_come")
    return moment


def _take_time(said: str) -> tuple[time | None, str]:
    """Return the time that was said, and the other words. Raises ValueError where there is no such time."""
    found = _TIME.search(said)
    if found is None:
        return None, said
    hour, minute = int(found["hour"]), int(found["minute"] or found["past"] or found["minutes"] or 0)
    if found["ampm"] or found["noon"]:
        hour = hour % 12 + 12 * (found["ampm"] == "p" or found["noon"] == "午後")
    return time(hour, 30 if found["half"] else minute), f"{said[: found.start()]} {said[found.end() :]}"


def _take_day(said: str, today: date) -> tuple[date | None, str]:
    """Return the day that was said, and the other words. Raises ValueError where there is no such day."""
    for form in (*_DATES, *_named_dates()):
        if found := form.search(said):
            month = found["month"]
            number = int(month) if month.isdecimal() else _months()[month]
            rest = f"{said[: found.start()]} {said[found.end() :]}"
            return _dated(found["year"], number, int(found["day"]), today), _one_of(_weekdays()).sub(" ", rest)
    for key, days in (("today", 0), ("before_yesterday", 2), ("yesterday", 1)):
        rest, count = _one_of(_typed(key)).subn(" ", said, count=1)
        if count:
            return today - timedelta(days=days), rest
    if named := _one_of(_weekdays()).search(said):
        ago = (today.weekday() - _weekdays()[named[0]]) % 7
        return today - timedelta(days=ago), f"{said[: named.start()]} {said[named.end() :]}"
    return None, said


def _dated(year: str | None, month: int, day: int, today: date) -> date:
    if year:
        return date(int(year), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)


# The words of all languages together: people write in their own, whatever the workspace speaks


@cache
def _named_dates() -> tuple[re.Pattern[str], ...]:
    month, year = f"(?P<month>{_alternatives(_months())})", r"(?P<year>\d{4})"
    return (
        re.compile(
            rf"(?<!\d)(?P<day>\d{{1,2}})(?:er|st|nd|rd|th|\.)?\s?(?:de |of )?{month}\.?(?: (?:de )?{year})?(?!\d)"
        ),
        re.compile(rf"{month}\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? {year})?(?!\d)"),
    )


@cache
def _months() -> Mapping[str, int]:
    lists = [words_in(language).months for language in LANGUAGES]
    named = [names for names in lists if not names[0][0].isdecimal()]  # 5月 is read as a number
    return {name: number + 1 for name, number in _beginnings(named).items()}


@cache
def _weekdays() -> Mapping[str, int]:
    spoken = [words_in(language) for language in LANGUAGES]
    return {
        **{name: number for number, name in enumerate(_SHORT_WEEKDAYS)},
        **{_plain(name)[:2]: number for number, name in enumerate(words_in("ja").weekdays)},
        **_beginnings([*(each.weekdays for each in spoken), *(each.when.get("weekdays", ()) for each in spoken)]),
    }


def _beginnings(lists: Iterable[Sequence[str]]) -> Mapping[str, int]:
    """Return names and their beginnings, each with its place in its list, as far as these agree."""
    places: dict[str, set[int]] = {}
    for names in lists:
        for place, name in enumerate(map(_plain, names)):
            for length in range(min(_SHORTEST, len(name)), len(name) + 1):
                places.setdefault(name[:length], set()).add(place)
    return {name: place.pop() for name, place in places.items() if len(place) == 1}


@cache
def _typed(key: str) -> frozenset[str]:
    return frozenset(_plain(word) for language in LANGUAGES for word in words_in(language).when[key])


@cache
def _aside() -> re.Pattern[str]:
    return re.compile(_alternatives(_typed("aside")))


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_alternatives(words))


def _alternatives(words: Iterable[str]) -> str:
    """Return a pattern for whole words; Japanese puts no spaces around its own."""
    ordered = sorted(words, key=len, reverse=True)
    japanese = "|".join(re.escape(word) for word in ordered if re.search(f"[{_JAPANESE}]", word))
    spaced = "|".join(re.escape(word) for word in ordered if not re.search(f"[{_JAPANESE}]", word))
    letter = rf"[^\W{_JAPANESE}]"
    return rf"(?:(?<!{letter})(?:{spaced})(?!{letter})" + (f"|{japanese})" if japanese else ")")


def _plain(text: str) -> str:
    """Lower case, no accents, no full-width digits, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)
    letters = unicodedata.normalize("NFKD", folded)
    accents_gone = "".join(
        letter for letter in letters if unicodedata.category(letter) != "Mn" or letter in "\u3099\u309a"
    )
    return " ".join(unicodedata.normalize("NFC", accents_gone).split())
