"""The languages that Reunite speaks: messages, dates and command names, one file each in reunite/languages/."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from reunite.plurals import PluralRules

_FILES: Final = resources.files("reunite").joinpath("languages")
_CODES: Final = sorted(file.name.removesuffix(".toml") for file in _FILES.iterdir() if file.name.endswith(".toml"))
LANGUAGES: Final = ("en", *(code for code in _CODES if code != "en"))
"""The code of each file in the folder, English first."""

_HELD_SPACES: Final = re.compile(r" (?=[?!:;»%])|(?<=«) ")
"""What French and others write around marks: "Quoi ?", "« sac »", "50 %"."""

Template = str | Mapping[str, str]
"""Words with named slots, or one such text for each of the language's plural forms."""


@dataclass(frozen=True, slots=True)
class CommandWords:
    """A command, or one of its options, as a member sees it."""

    name: str
    description: str
    before_words: str = ""
    """What is typed before the words to search for, if people begin no report with it; otherwise that is English."""


@dataclass(frozen=True, slots=True)
class CommandNames:
    """What fills slots such as `{command:lost}` in words for one person."""

    name: Callable[[str], str]

    def __format__(self, key: str) -> str:
        return self.name(key)


ENGLISH_NAMES: Final = CommandNames("/{}".format)


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that Reunite says in one language."""

    sentences: Mapping[str, Template]
    commands: Mapping[str, CommandWords]
    channels: Mapping[str, Sequence[str]]
    """Names by which a channel for `found` or `lost` reports is known."""
    menus: Mapping[str, str]
    dates: Mapping[str, str]
    weekdays: tuple[str, ...]
    """Monday first."""
    months: tuple[str, ...]
    capitalised_nouns: bool
    """Whether all nouns are capitalised."""
    comma: str
    """What is written between the items of a list."""
    when: Mapping[str, Sequence[str]]
    """What people type to say when; `weekdays`, where a language has them, are other forms of their names."""
    plurals: PluralRules
    page: Mapping[str, str]
    """The words of the local page itself; their slots are filled in by the browser."""
    board: Mapping[str, str]
    """The words of the moderators' board."""


@lru_cache(maxsize=256)
def language_of(locale: str | None) -> str:
    """Return the language of a platform's locale ("de-AT", "es-419", "ja"); English for one that we don't speak."""
    return spoken_language_of(locale) or "en"


def spoken_language_of(locale: str | None) -> str | None:
    """Return the language of a platform's locale; None for one that we don't speak."""
    code = (locale or "").replace("_", "-").partition("-")[0].lower()
    return next((language for language in LANGUAGES if language == code), None)


def preferred_language(accepted: str) -> str:
    """Return the first language of a browser's list ("sv, de-AT;q=0.8") that we speak; English if we speak none."""
    entries = (entry.partition(";") for entry in accepted.split(","))
    wished = sorted(((_weight(weight), locale.strip()) for locale, _, weight in entries), key=lambda wish: -wish[0])
    spoken = (spoken_language_of(locale) for weight, locale in wished if weight > 0)
    return next((language for language in spoken if language), "en")


def _weight(parameter: str) -> float:
    """Read "q=0.8"; 1 if it says nothing that can be read."""
    try:
        return float(parameter.strip().removeprefix("q="))
    except ValueError:
        return 1.0


def sentence(key: str, language: str = "en", **params: str | int | CommandNames) -> str:
    """Return a sentence, filled in; `number`, if it has one, decides between plural forms.

    `command` says how commands are named; without it, as they are typed in English.
    """
    number = params.get("number")
    filled = {"command": ENGLISH_NAMES, **params}
    return template(key, language, number if isinstance(number, int) else None).format(**filled)


def plural(key: str, number: int, language: str = "en", **params: str | int) -> str:
    """Return a sentence in the form that goes with `number`, which fills the slot of this name."""
    return sentence(key, language, number=number, **params)


def template(key: str, language: str = "en", number: int | None = None) -> str:
    """Return a sentence with its slots still open; `number` decides between plural forms."""
    words = words_in(language)
    found = words.sentences[key]
    if isinstance(found, str):
        return found
    if number is None:
        raise ValueError(f"{key} has plural forms and needs a number")
    return found[words.plurals.form(number)]


def command(key: str, language: str = "en") -> CommandWords:
    """Return how a command (`lost`), or an option of it (`lost_where`), is called and described."""
    return words_in(language).commands[key]


def command_names(language: str) -> CommandNames:
    """Return the names that commands have in a language."""
    return CommandNames(lambda key: f"/{command(key, language).name}")


def menu(key: str, language: str = "en") -> str:
    """Return how an entry of a message's menu is called."""
    return words_in(language).menus[key]


def weekday(moment: datetime, language: str = "en") -> str:
    """Return the name of a day of the week."""
    return words_in(language).weekdays[moment.weekday()]


def listed(items: Iterable[str], language: str) -> str:
    """Return items one after the other: "#found, #lost", "#拾得物、#落とし物"."""
    return words_in(language).comma.join(items)


_MARKS: Final = tuple(".,:;!?…–—。、，：；！？")


def date_words(moment: date, language: str = "en") -> str:
    """Return day and month: "21 December", "21. Dezember", "12月21日"."""
    words = words_in(language)
    day = words.dates["first"] if moment.day == 1 else str(moment.day)
    return words.dates["date"].format(day=day, month=words.months[moment.month - 1])


def day_words(moment: date, language: str) -> str:
    """Return day, month and year: "21 December 2026", "2026年12月21日"."""
    return words_in(language).dates["of_year"].format(date=date_words(moment, language), year=moment.year)


def moment_words(moment: datetime, language: str) -> str:
    """Return weekday, day, month and time."""
    date, day = date_words(moment, language), weekday(moment, language)
    return words_in(language).dates["moment"].format(weekday=day, date=date, time=f"{moment:%H:%M}")


def words_in(language: str) -> Words:
    """Return all words of a language, which are read once; those of English for one that we don't speak."""
    return _words_in(language_of(language))


@cache
def _words_in(language: str) -> Words:
    read = tomllib.loads(_FILES.joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    return Words(
        sentences={key: _unbroken(words) for key, words in read["sentences"].items()},
        commands={key: CommandWords(**words) for key, words in read["commands"].items()},
        channels=read["channels"],
        menus=read["menus"],
        dates=read["dates"],
        weekdays=tuple(read["weekdays"]),
        months=tuple(read["months"]),
        capitalised_nouns=read.get("capitalised_nouns", False),
        comma=read.get("comma", ", "),
        when=read["when"],
        plurals=PluralRules.of(read["plurals"]),
        page={key: _held(words) for key, words in read["page"].items()},
        board={key: _held(words) for key, words in read["board"].items()},
    )


def _unbroken(words: Template) -> Template:
    return _held(words) if isinstance(words, str) else {form: _held(text) for form, text in words.items()}


def _held(words: str) -> str:
    """Let no line begin with a mark that has a space before it."""
    return _HELD_SPACES.sub("\N{NO-BREAK SPACE}", words)


def on_one_line(text: str) -> str:
    """Return a text's lines as one, with a dash after those that end without a mark, such as a post's title."""
    *before, last = [" ".join(line.split()) for line in text.splitlines() if line.strip()] or [""]
    return " ".join([*(line if line.endswith(_MARKS) else f"{line} –" for line in before), last])


def shortened(text: str, limit: int) -> str:
    """Return a text in at most `limit` characters, with an ellipsis where something was cut off.

    A word is cut only if it's so long that little would be left without it, as in scripts without spaces.
    """
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    end = max(kept.rfind(space) for space in " \n")
    if not text[limit - 1].isspace() and end > limit / 3:
        kept = kept[:end]
    return f"{kept.rstrip()}…"
