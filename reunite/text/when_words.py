"""The words and numbers by which people say when, cut out of a text in all languages at once.

People write in their own language, whatever the workspace speaks. The words are in the `[when]` tables of
reunite/languages/*.toml.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Final, Literal

from rapidfuzz.distance import OSA

from reunite.language import LANGUAGES, Words, words_in
from reunite.text import lexicon
from reunite.text.chinese_times import unified
from reunite.text.data import read_text
from reunite.text.phrases import one_of
from reunite.text.unicode_forms import compatible, composed, decomposed

Part = Literal["small_hours", "morning", "noon", "afternoon", "evening", "night", "midnight"]


@dataclass(frozen=True, slots=True)
class DaysAgo:
    """Today (0), yesterday (1), tomorrow (-1)."""

    days: int


@dataclass(frozen=True, slots=True)
class Weekday:
    number: int
    """0 for Monday."""
    is_short: bool
    """Said by two or three letters."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """A date by numbers or with a month's name. `orders` holds each possible (month, day)."""

    year: int | None
    orders: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time by the clock. `half_day` is "am" or "pm" where it was said; `is_24h` where it can only be exact."""

    hour: int
    minute: int = 0
    half_day: Literal["am", "pm"] | None = None
    is_24h: bool = False
    may_be_hours: bool = False
    """Said as "2h", which may be a length too."""


@dataclass(frozen=True, slots=True)
class PartOfDay:
    part: Part


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    is_ordinal: bool = False
    """Said as "12th" or 12日: a day of a month."""


@dataclass(frozen=True, slots=True)
class Unit:
    length: timedelta


@dataclass(frozen=True, slots=True)
class Shift:
    """Minutes to add to an hour, said before it ("half past") or after it ("y media")."""

    minutes: int
    before_hour: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that says how its neighbours are meant."""

    kind: Literal[
        "ago", "at", "o_clock", "hour_or_o_clock", "now", "last_week", "week_before_last", "weekend",
        "morning_or_tomorrow", "last", "before_last", "past", "to", "until", "plus", "minus", "eve",
    ]  # fmt: skip
    may_mean_before: bool = field(default=False, compare=False)
    """Said as German "vor" or Polish "przed": "vor 2 Tagen" is two days ago, "vor 9" is before nine."""


@dataclass(frozen=True, slots=True)
class Other:
    """A word that says nothing about time."""

    word: str


Atom = DaysAgo | Weekday | Calendar | Clock | PartOfDay | Number | Unit | Shift | Mark | Other

_LONG: Final = 6
"""Letters of a word that is recognized with one mistake."""
_SHORTEST: Final = 3
"""Letters by which a weekday or month is recognized where no other begins with them."""
_NOT_MISTYPED: Final = frozenset(read_text("not_days.txt").split())
"""Words and names one letter away from a day or a part of one."""
_JAPANESE: Final = r"\u3040-\u30ff\u3400-\u9fff"
_JAPANESE_LETTER: Final = re.compile(f"[{_JAPANESE}]")
_EQUIVALENTS: Final = str.maketrans("’łøđ", "'lod")
_SHORT_WEEKDAYS: Final = ("mo", "di", "mi", "do", "fr", "sa", "so")  # as German calendars have them
_POLISH_WEEKDAYS: Final = ("pn", "wt", "sr", "cz", "pt", "sb", "nd")
_DOUBTFUL_WEEKDAYS: Final = {"do": "donnerstag", "so": "sonntag"}
"""They are also words: "do 18" is "until 18" in Polish, "so 18 Uhr" is "about 18:00" in German."""
_DOUBTFUL_WEEKDAY: Final = re.compile(r"^do(?=[.,]?\s?\d)|^so(?=[.,]\s?\d)|(?<=\bam )[ds]o\b")
_JOINED_TIME: Final = re.compile(r"(?<![\d.])(\d{1,2}\.\s?\d{1,2}\.)(?=\d{1,2}(?::\d\d|(?:\.\d\d)?\s?uhr\b))")
"""A date without a year, with the time right after it: "3.5.18 Uhr"."""
_COMPOUND_PARTS: Final = (
    *("morgen", "vormittag", "mittag", "nachmittag", "abend", "nacht", "fruh"),
    *("ochtend", "voormiddag", "middag", "namiddag", "avond"),
)
_DUTCH_HALF: Final = re.compile(
    r"\bhalf (?=(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf)\b)"
    r"|\b(?P<before>(?:(?:eer)?gister(?:en)?|vandaag|\w{3,6}dag|\w{3,9}(?:ochtend|morgen|middag|avond|nacht)"
    r"|om|rond|tegen|voor|over|na|[dgt]s) )half (?=\d)"
)
"""Half an hour before, as in German: "half drie", "gisteren half 3". In English, "half 3" is after three."""
_FLEMISH_HOUR: Final = re.compile(r"(?:(?<=\b\d)|(?<=\b\d\d))u(?=(?:[0-5]\d)?\b)")
"""14u30."""
_ABOUT_AGO: Final = re.compile(r"(?<=[日天周月年分时间])(?:くらい|ぐらい|ほど|程|左右)(?=前)")
"""What says "about" within "about three days ago": 3日くらい前."""
_DENIED: Final = re.compile(
    r"\b(?:not|nicht|no|pas|non|niet|nie|nao)\s(?P<spaced>[^\s,;.]{3,20})"
    r"|不是(?P<chinese>[前昨今]天|(?:周|星期|礼拜)[一二三四五六日天])"
    r"|(?P<japanese>一昨日|昨日|今日|[月火水木金土日]曜日?)(?:じゃ|では)(?:なく|ない)"
)
"""A word that may be the day on which something did not happen: "not yesterday but on Monday"."""
_KANJI_DATE: Final = re.compile(r"(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=月|日(?![中本]))")
_KANJI_DIGITS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}

MEANINGS: Final[Mapping[str, tuple[Atom, ...]]] = {
    "now": (Mark("now"),),
    "today": (DaysAgo(0),),
    "yesterday": (DaysAgo(1),),
    "before_yesterday": (DaysAgo(2),),
    "three_days_ago": (DaysAgo(3),),
    "tomorrow": (DaysAgo(-1),),
    "last_night": (DaysAgo(1), PartOfDay("night")),
    "before_last_night": (DaysAgo(2), PartOfDay("night")),
    "small_hours": (PartOfDay("small_hours"),),
    "morning": (PartOfDay("morning"),),
    "morning_or_tomorrow": (Mark("morning_or_tomorrow"),),
    "noon": (PartOfDay("noon"),),
    "afternoon": (PartOfDay("afternoon"),),
    "evening": (PartOfDay("evening"),),
    "night": (PartOfDay("night"),),
    "night_to": (Mark("eve"), PartOfDay("night")),
    "day_before": (Mark("eve"),),
    "midnight": (PartOfDay("midnight"),),
    "half_past_noon": (Clock(12, 30, is_24h=True),),
    "ago": (Mark("ago"),),
    "ago_or_before": (Mark("ago", may_mean_before=True),),
    "minute": (Unit(timedelta(minutes=1)),),
    "hour": (Unit(timedelta(hours=1)),),
    "half_hour": (Number(30.0), Unit(timedelta(minutes=1))),
    "quarter_hour": (Number(15.0), Unit(timedelta(minutes=1))),
    "three_quarter_hour": (Number(45.0), Unit(timedelta(minutes=1))),
    "hour_and_half": (Number(90.0), Unit(timedelta(minutes=1))),
    "two_hours_and_half": (Number(150.0), Unit(timedelta(minutes=1))),
    "two_hours": (Number(2.0), Unit(timedelta(hours=1))),
    "two_days": (Number(2.0), Unit(timedelta(days=1))),
    "two_weeks": (Number(2.0), Unit(timedelta(weeks=1))),
    "two_months": (Number(2.0), Unit(timedelta(days=30))),
    "few_hours": (Number(3.0), Unit(timedelta(hours=1))),
    "few_days": (Number(3.0), Unit(timedelta(days=1))),
    "day": (Unit(timedelta(days=1)),),
    "week": (Unit(timedelta(weeks=1)),),
    "fortnight": (Unit(timedelta(weeks=2)),),
    "month": (Unit(timedelta(days=30)),),
    "last_week": (Mark("last_week"),),
    "week_before_last": (Mark("week_before_last"),),
    "last_month": (DaysAgo(30),),
    "month_before_last": (DaysAgo(60),),
    "weekend": (Mark("weekend"),),
    "at": (Mark("at"),),
    "at_one": (Mark("at"), Number(1.0)),
    "o_clock": (Mark("o_clock"),),
    "hour_or_o_clock": (Mark("hour_or_o_clock"),),
    "half_past": (Shift(30, before_hour=True),),
    "quarter_past": (Shift(15, before_hour=True),),
    "quarter_to": (Shift(-15, before_hour=True),),
    "quarter_of": (Shift(-45, before_hour=True),),
    "half_to": (Shift(-30, before_hour=True),),
    "five_to": (Shift(-5, before_hour=True),),
    "ten_to": (Shift(-10, before_hour=True),),
    "twenty_to": (Shift(-20, before_hour=True),),
    "and_half": (Shift(30, before_hour=False),),
    "and_quarter": (Shift(15, before_hour=False),),
    "less_quarter": (Shift(-15, before_hour=False),),
    "first": (Other("first"),),
    "last": (Mark("last"),),
    "before_last": (Mark("before_last"),),
    "past": (Mark("past"),),
    "to": (Mark("to"),),
    "until": (Mark("until"),),
    "plus": (Mark("plus"),),
    "minus": (Mark("minus"),),
    "aside": (),
}
"""What each list of words in a language's `[when]` table means. Lists named by a digit hold words for that number."""


def atoms(text: str) -> list[Atom]:
    """Cut a text into what says when, in the order in which it was said."""
    return [atom for found in _scanner().finditer(_split_compounds(plain(text))) for atom in _atoms_of(found)]


def without_denied_days(text: str) -> str:
    """Return a plain text without "not yesterday", if it names another day."""
    for denied in _DENIED.finditer(text):
        rest = f"{text[: denied.start()]} {text[denied.end() :]}"
        day = atoms(denied["spaced"] or denied["chinese"] or denied["japanese"])
        if all(map(_is_named_day, day)) and any(map(_is_named_day, atoms(rest))):
            return rest
    return text


def _is_named_day(atom: Atom) -> bool:
    return isinstance(atom, DaysAgo | Calendar) or (isinstance(atom, Weekday) and not atom.is_short)


def plain(text: str) -> str:
    """Lower-case, strip accents, unify full-width digits, collapse spaces."""
    folded = compatible(text).casefold().translate(_EQUIVALENTS)
    letters = decomposed(folded)
    without_accents = "".join(
        letter for letter in letters if unicodedata.category(letter) != "Mn" or letter in "\u3099\u309a"
    )
    words = " ".join(composed(without_accents).split())
    return unified(_KANJI_DATE.sub(lambda found: f"{_kanji_number(found[0]):.0f}", words))


_NIGHT_BETWEEN_DAYS: Final = re.compile(
    r"\b(nocy|nuit|noche|notte|noite) (?:z|du|del|do) (\d{1,2}) (?:na|au|al|ao) \d{1,2}(?=\s?(?:$|[,.;]))"
)
"""Numbers that would be hours elsewhere; with a month they are dates anyway."""


def _split_compounds(text: str) -> str:
    """Part "Montagabend" and "3.5.18 Uhr" into a day and a time; write out "Do" before a time and "am So"."""
    text = _FLEMISH_HOUR.sub(
        "h", _DUTCH_HALF.sub(lambda found: f"{found['before'] or ''}halb ", _ABOUT_AGO.sub("", text))
    )
    parted = _JOINED_TIME.sub(r"\1 ", _NIGHT_BETWEEN_DAYS.sub(r"\1 \2.", text))
    named = _DOUBTFUL_WEEKDAY.sub(lambda found: _DOUBTFUL_WEEKDAYS[found[0]], parted)
    return _compounds().sub(r"\1 \2", named)


@cache
def _compounds() -> re.Pattern[str]:
    weekdays = "|".join(
        (*map(plain, (*words_in("de").weekdays, *words_in("nl").weekdays)), "gister", "gisteren", "eergister")
    )
    return re.compile(rf"\b({weekdays})({'|'.join(_COMPOUND_PARTS)})s?\b")


_CLOCK: Final = r"""
    (?P<noon>午前|午后)?\s?(?<![\d.,])(?P<hour>\d{1,2})
    (?: [:](?P<minute>\d{2})(?::\d{2})?(?:\s?(?P<exact>uhr|uur|h)\b)?
      | [.](?P<dotted>\d{2})(?=\s?(?:uhr|uur|h\b|[ap]\.?m\b))(?:\s?(?:uhr|uur|h)\b)?
      | (?P<hours>\s?h(?![a-z]|\s?\d))
      | \s?(?:uhr|(?P<h>h))(?:\s?(?P<past>\d{2})\b|(?![a-z]))
      | (?P<han>[时点])(?:(?P<minutes>(?:(?<=点)\d{1,2}|\d{1,2}(?=分))(?!\d))分?|(?P<half>半))?(?!间)
      | (?=\s?[ap]\.?m\b)
      | (?=\s?(?:[-–]|to|and)\s?\d{1,2}(?::\d{2})?\s?(?P<later>[ap])\.?m\b)
    ) (?!\d) (?:\s?(?P<ampm>[ap])\.?m\b\.?)?
"""
"""14:30, 14 Uhr, 14.30 Uhr, 14h30, 2:30 pm, 2-4pm, 14时30分, 2点45."""
_DATES: Final = (
    r"(?<!\d)(?P<year1>\d{4})[-/.](?P<month1>\d{1,2})[-/.](?P<day1>\d{1,2})(?!\d)t?",
    (  # "3.5. 18 Uhr" has no year
        r"(?<![\d.])(?P<day2>\d{1,2})\.\s?(?P<month2>\d{1,2})\."
        r"(?:\s?(?P<year2>\d{4}|(?:(?<!\s)\d{2}|2[5-9]|[3-9]\d)(?![\d.:])))?(?!\d)"
    ),
    r"(?<![\d-])(?P<first8>\d{1,2})-(?P<second8>\d{1,2})-(?P<year8>\d{4})(?![\d-])",
    r"(?:(?<!\d)(?P<year3>\d{4})年)?(?<!\d)(?P<month3>\d{1,2})月(?P<day3>\d{1,2})日",
    r"(?<![\d/])(?P<first4>\d{1,2})/(?P<second4>\d{1,2})(?:/(?P<year4>\d{4}|\d{2}))?(?![\d/])",
)

_TO_DAY: Final = r"(?:(?<=dia \d)|(?<=dia \d\d))-\d{1,2}(?![\d:h-])"
"""The end of "dia 11-13" or "dia 7-5". In a possessive group, it loops on Python 3.11.2 (CPython issue 106052)."""


@cache
def _scanner() -> re.Pattern[str]:
    """One expression for everything: dates before times, longer phrases before shorter ones, words last."""
    month = f"(?:{_alternatives(_months())})"
    named = (
        (
            rf"(?<!\d)(?P<day5>\d{{1,2}})(?:er|st|nd|rd|th|o|°|-?t?e?go|\.)?\s?(?:de |of )?(?P<month5>{month})\.?"
            r"(?:,? (?:de )?(?P<year5>\d{4}))?(?!\d)"
        ),
        rf"(?P<number7>{_alternatives(_days_in_words())}) (?:de |of )?(?!ago\b)(?P<month7>{month})",
        rf"(?P<month6>{month})\.? (?P<day6>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year6>\d{{4}}))?(?![\d:.])",
    )
    rest = (
        (
            r"\b(?:le|du|el|del|(?:el |no |do )?dia|dal|il|il giorno|am|on the|dnia) (?P<day>\d{1,2})"
            rf"(?:{_TO_DAY}|(?!{_TO_DAY}))"
            r"(?![\d.,:/h]|\s?(?:h|uhr|heures?|er|[ap]\.?m|o'?\s?clock|-\d{1,2}-\d{4})\b)"
            rf"(?!\s?(?:{month}|de(?! (?:madrugada|manana|manha|dia|tarde|noche|noite|bon matin|bonne heure)\b))\b)"
        ),
        (
            r"(?P<from>\b(?:de|das)(?= (?:las )?\d{1,2}(?:[:h]\d{2})?(?:\s?h(?:eures?)?)? as? (?:las )?\d)"
            r"|\b(?:vor|przed)(?= \d{1,2} (?:im|in|an|auf|bei|beim|vor|unter|neben|w|we|na|przy|pod|obok)\b))"
        ),
        rf"(?P<phrase>{_alternatives([*_phrases(), *_weekdays()])})",
        r"(?<![\d.,])(?P<nth>\d{1,2})(?:(?:st|nd|rd|th|-?(?:t?ego|go))\b|日(?![间前]))",
        r"(?P<until>(?<=[\dh])\s?(?:[-–—〜~]|\bau\b|\bna\b)\s?(?=\d))",
        r"(?P<number>(?<![\d.,])\d{1,4}(?:[.,]5)?(?![\d.,:]))(?P<about>\s?-?ish\b)?",
        r"(?P<kanji>[二三]?十?[一二三四五六七八九]|[二三]?十)(?=[时日周分か])",
        rf"(?P<word>[^\W\d_{_JAPANESE}]+|[{_JAPANESE}]|\d[\d.,:]*)",
    )
    return re.compile("|".join((*_DATES, *named, "".join(_CLOCK.split()), *rest)))


def _atoms_of(found: re.Match[str]) -> Iterator[Atom]:
    if found["hour"]:
        yield _clock(found)
    elif phrase := found["phrase"]:
        yield from _phrases()[phrase] if phrase in _phrases() else (_weekday(phrase),)
    elif number := found["nth"] or found["day"]:
        yield Number(float(number), is_ordinal=True)
    elif found["number"]:
        if found["about"]:
            yield Mark("at")
        yield Number(float(found["number"].replace(",", ".")))
    elif kanji := found["kanji"]:
        yield Number(_kanji_number(kanji))
    elif found["until"] or found["from"]:
        yield Mark("until" if found["until"] else "at")
    elif word := found["word"]:
        yield from _mistyped(word)
    else:
        yield _calendar(found)


def _mistyped(word: str) -> tuple[Atom, ...]:
    """What a word means that has one letter too many, too few or wrong, or two of them swapped."""
    if word in _NOT_MISTYPED or lexicon.is_known(word):
        return (Other(word),)
    near = {
        meaning
        for name, meaning in _typed_names()
        if name[0] == word[0] and OSA.distance(name, word, score_cutoff=1) <= 1
    }
    return near.pop() if len(near) == 1 else (Other(word),)


@cache
def _typed_names() -> Sequence[tuple[str, tuple[Atom, ...]]]:
    """The long names of days and of their parts; shorter ones are too near to other words."""
    named = {word: meaning for word, meaning in _phrases().items() if isinstance(_only(meaning), DaysAgo | PartOfDay)}
    days = {
        name: (_weekday(name),)
        for name in {plain(name) for language in map(words_in, LANGUAGES) for name in language.weekdays}
    }
    return [
        (name, meaning)
        for name, meaning in {**named, **days}.items()
        if len(name) >= _LONG and name.isalpha() and name.isascii()
    ]


def _only(meaning: Sequence[Atom]) -> Atom | None:
    return meaning[0] if len(meaning) == 1 else None


def _kanji_number(kanji: str) -> float:
    """Read 九, 十, 十一, 二十三."""
    tens, has_tens, ones = kanji.rpartition("十")
    return float((10 * _KANJI_DIGITS.get(tens, 1) if has_tens else 0) + _KANJI_DIGITS.get(ones, 0))


def _weekday(name: str) -> Weekday:
    return Weekday(_weekdays()[name], is_short=name.isascii() and len(name) <= _SHORTEST)


def _clock(found: re.Match[str]) -> Clock:
    minute = int(found["minute"] or found["dotted"] or found["past"] or found["minutes"] or 0)
    letter = found["ampm"] or found["later"] or {"午前": "a", "午后": "p"}.get(found["noon"] or "")
    half_day: Literal["am", "pm"] | None = None if letter is None else "am" if letter == "a" else "pm"
    return Clock(
        int(found["hour"]),
        30 if found["half"] else minute,
        half_day,
        half_day is None and not found["han"],
        may_be_hours=bool(found["hours"] or found["h"]),
    )


def _calendar(found: re.Match[str]) -> Calendar:
    values = {name: value for name, value in found.groupdict().items() if value}
    [form] = {name[-1] for name in values}
    year = values.get(f"year{form}")
    full_year = None if year is None else int(year) + (2000 if len(year) == 2 else 0)  # noqa: PLR2004
    if first := values.get(f"first{form}"):
        one, other = int(first), int(values[f"second{form}"])
        return Calendar(full_year, ((other, one), (one, other)))
    month = values[f"month{form}"]
    number = int(month) if month.isdecimal() else _months()[month]
    day = _days_in_words()[values["number7"]] if form == "7" else int(values[f"day{form}"])
    return Calendar(full_year, ((number, day),))


@cache
def _days_in_words() -> Mapping[str, int]:
    numbers = {word: meaning[0] for word, meaning in _phrases().items() if len(meaning) == 1}
    first = {word: 1 for word, meaning in _phrases().items() if meaning == MEANINGS["first"]}
    return first | {
        word: int(atom.value) for word, atom in numbers.items() if isinstance(atom, Number) and atom.value > 1
    }


@cache
def _phrases() -> Mapping[str, tuple[Atom, ...]]:
    """What says nothing in one language ("ten" in Polish) may say something in another one."""
    phrases: dict[str, tuple[Atom, ...]] = {}
    for language in LANGUAGES:
        for key, words in words_in(language).when.items():
            if key == "weekdays":
                continue
            meaning = (Number(float(key)),) if key.isdecimal() else MEANINGS[key]
            phrases.update({plain(word): meaning for word in words if meaning or plain(word) not in phrases})
    return phrases


@cache
def _months() -> Mapping[str, int]:
    lists = [words_in(language).months for language in LANGUAGES]
    named = [names for names in lists if not names[0][0].isdecimal()]  # 5月 is a numeric date
    return {name: number + 1 for name, number in _beginnings(named).items()}


@cache
def _weekdays() -> Mapping[str, int]:
    languages = [words_in(language) for language in LANGUAGES]
    return {
        **{name: number for short in (_SHORT_WEEKDAYS, _POLISH_WEEKDAYS) for number, name in enumerate(short)},
        **{plain(name)[:2]: number for number, name in enumerate(words_in("ja").weekdays)},
        **_beginnings([*(language.weekdays for language in languages), *_weeks(languages)]),
    }


def _weeks(languages: Iterable[Words]) -> Iterator[Sequence[str]]:
    """Return the further names of weekdays, a week at a time."""
    for named in (language.when.get("weekdays", ()) for language in languages):
        yield from (named[start : start + 7] for start in range(0, len(named), 7))


def _beginnings(lists: Iterable[Sequence[str]]) -> Mapping[str, int]:
    """Names and their beginnings, each with its position in its list, as long as these agree."""
    positions: dict[str, set[int]] = {}
    for names in lists:
        for position, name in enumerate(map(plain, names)):
            for length in range(min(_SHORTEST, len(name)), len(name) + 1):
                positions.setdefault(name[:length], set()).add(position)
    return {name: found.pop() for name, found in positions.items() if len(found) == 1}


def _alternatives(words: Iterable[str]) -> str:
    """A pattern for whole words; Japanese is written without spaces, so its words match anywhere."""
    ordered = sorted(set(words), key=len, reverse=True)
    japanese = [word for word in ordered if _JAPANESE_LETTER.search(word)]
    spaced = one_of(word for word in ordered if not _JAPANESE_LETTER.search(word))
    letter = rf"[^\W{_JAPANESE}]"
    return rf"(?:(?<!{letter}){spaced}(?!{letter})" + (f"|{one_of(japanese)})" if japanese else ")")
