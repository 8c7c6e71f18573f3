"""The words after `/lost` and `/found` that say what to do, in English and in the languages of those who type them.

Pure.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from bot.slack.manifest import SUBCOMMANDS
from reunite.community import is_link_code
from reunite.language import command
from reunite.text.words import plain

_ENGLISH: Final = "en"
_UNSPACED: Final = frozenset({"ja", "zh"})
"""Languages in which people write no space after a word."""


class Subcommand(NamedTuple):
    """What to do, by its key in the catalogues, and with what."""

    key: str
    rest: str


def subcommand_of(text: str, languages: Collection[str]) -> Subcommand | None:
    """Return what a command's text asks for; None if it describes a thing.

    Most subcommands stand alone: "mine" is one, a "mine detector" is a thing.
    """
    words = text.strip()
    for language in (_ENGLISH, *languages):
        for key in SUBCOMMANDS:
            named = command(key, language)
            for name in (named.name, *named.also):
                rest = _after(name, words, language)
                if rest is not None and _takes(key, rest, language):
                    return Subcommand(key, rest)
    return None


def _after(name: str, words: str, language: str) -> str | None:
    """Return what follows a name at the beginning of a text; None if that's another word."""
    if _spaced(words) == _spaced(name):
        return ""
    if language in _UNSPACED and words.startswith(name):
        return words.removeprefix(name).strip()
    first, *rest = words.split(maxsplit=1) or [""]
    return rest[0] if rest and plain(first) == plain(name) else None


def _spaced(words: str) -> str:
    """Return words as they're compared: what is one name with hyphens, people type as several words."""
    return " ".join(plain(words).replace("-", " ").split())


def _takes(key: str, rest: str, language: str) -> bool:
    """Return whether a subcommand takes what follows it."""
    match key:
        case "search":
            return True
        case "link":  # a "link bracelet" is a lost item
            return not rest or (is_link_code(rest) and " " not in rest)
        case "timezone":  # in another language, its name may be a thing's: "fuseau" is a pair of trousers too
            return not rest or language == _ENGLISH
        case _:
            return not rest
