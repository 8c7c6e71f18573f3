"""Parses when something happened, from the forms people use, in all our languages."""

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
"""Numeric dates. No slashes: some countries put the day first, others the month."""
_MIN_PREFIX: Final = 3
"""Letters that identify a weekday or month, if no other starts with them."""
_SHORT_WEEKDAYS: Final = ("mo", "di", "mi", "do", "fr", "sa", "so")  # as German calendars have them
_WORD: Final = re.compile(r"\w")
_JAPANESE: Final = r"\u3040-\u30ff\u3400-\u9fff"
_EQUIVALENTS: Final = str.maketrans("’łøđ", "'lod")
"""Characters that Unicode normalisation keeps apart, but people type either way."""


def parse_when(text: str, now: datetime) -> datetime | None:
    """Return the moment that `text` describes, in the time zone of `now`; None if it is empty.

    Understands today, yesterday, a weekday, a date with or without a year, a time (each the most recent one), or a day
    and a time. A day alone means its start: a thing is found after it was lost. Raises TellUserError
    (when_not_understood, when_to_come).
    """
    rest = _plain(text)
    if not rest:
        return None
    if rest in _typed("now"):
        return now
    try:
        at, rest = _take_time(rest)
        day, rest = _take_day(rest, now.date())
    except ValueError as error:
        raise TellUserError("when_not_understood") from error
    if (at is None and day is None) or _WORD.search(_aside().sub(" ", rest)):
        raise TellUserError("when_not_understood")
    moment = datetime.combine(day or now.date(), at or time(), now.tzinfo)
    if moment > now and day is None:
        moment -= timedelta(days=1)
    if moment > now:
        raise TellUserError("when_to_come")
    return moment


def _take_time(text: str) -> tuple[time | None, str]:
    """Return the time, and the other words. Raises ValueError for an impossible time."""
    match = _TIME.search(text)
    if match is None:
        return None, text
    hour, minute = int(match["hour"]), int(match["minute"] or match["past"] or match["minutes"] or 0)
    if match["ampm"] or match["noon"]:
        hour = hour % 12 + 12 * (match["ampm"] == "p" or match["noon"] == "午後")
    return time(hour, 30 if match["half"] else minute), _without(text, match)


def _take_day(text: str, today: date) -> tuple[date | None, str]:
    """Return the day, and the other words. Raises ValueError for an impossible day."""
    for form in (*_DATES, *_named_dates()):
        if match := form.search(text):
            month = match["month"]
            number = int(month) if month.isdecimal() else _months()[month]
            rest = _any_of(_weekdays()).sub(" ", _without(text, match))
            return _latest_date(match["year"], number, int(match["day"]), today), rest
    for key, days in (("today", 0), ("before_yesterday", 2), ("yesterday", 1)):
        rest, count = _any_of(_typed(key)).subn(" ", text, count=1)
        if count:
            return today - timedelta(days=days), rest
    if match := _any_of(_weekdays()).search(text):
        ago = (today.weekday() - _weekdays()[match[0]]) % 7
        return today - timedelta(days=ago), _without(text, match)
    return None, text


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _latest_date(year: str | None, month: int, day: int, today: date) -> date:
    if year:
        return date(int(year), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else date(today.year - 1, month, day)


# The words of all languages together: people write in their own, whatever the workspace's language


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
    named = [names for names in lists if not names[0][0].isdecimal()]  # 5月 is a numeric date
    return {name: number + 1 for name, number in _by_prefix(named).items()}


@cache
def _weekdays() -> Mapping[str, int]:
    languages = [words_in(language) for language in LANGUAGES]
    return {
        **{name: number for number, name in enumerate(_SHORT_WEEKDAYS)},
        **{_plain(name)[:2]: number for number, name in enumerate(words_in("ja").weekdays)},
        **_by_prefix([*(words.weekdays for words in languages), *(w.when.get("weekdays", ()) for w in languages)]),
    }


def _by_prefix(lists: Iterable[Sequence[str]]) -> Mapping[str, int]:
    """Map each name and its unambiguous prefixes to the name's position in its list."""
    positions: dict[str, set[int]] = {}
    for names in lists:
        for position, name in enumerate(map(_plain, names)):
            for length in range(min(_MIN_PREFIX, len(name)), len(name) + 1):
                positions.setdefault(name[:length], set()).add(position)
    return {prefix: found.pop() for prefix, found in positions.items() if len(found) == 1}


@cache
def _typed(key: str) -> frozenset[str]:
    return frozenset(_plain(word) for language in LANGUAGES for word in words_in(language).when[key])


@cache
def _aside() -> re.Pattern[str]:
    return re.compile(_alternatives(_typed("aside")))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_alternatives(words))


def _alternatives(words: Iterable[str]) -> str:
    """Return a pattern for whole words; Japanese is written without spaces, so its words match anywhere."""
    ordered = sorted(words, key=len, reverse=True)
    japanese = "|".join(re.escape(word) for word in ordered if re.search(f"[{_JAPANESE}]", word))
    spaced = "|".join(re.escape(word) for word in ordered if not re.search(f"[{_JAPANESE}]", word))
    letter = rf"[^\W{_JAPANESE}]"
    return rf"(?:(?<!{letter})(?:{spaced})(?!{letter})" + (f"|{japanese})" if japanese else ")")


def _plain(text: str) -> str:
    """Lower-case, strip accents, unify full-width digits, collapse spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_EQUIVALENTS)
    letters = unicodedata.normalize("NFKD", folded)
    without_accents = "".join(
        letter for letter in letters if unicodedata.category(letter) != "Mn" or letter in "\u3099\u309a"
    )
    return " ".join(unicodedata.normalize("NFC", without_accents).split())
