"""The words after `/lost` and `/found` that say what to do, in English and in the languages of those who type them.

Pure.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple
from unicodedata import normalize

from bot.slack.manifest import SUBCOMMANDS, THINGS
from reunite.community import is_link_code
from reunite.language import LANGUAGES, command
from reunite.text.words import plain

_ENGLISH: Final = "en"
_AFTER_FIRST_WORD: Final = re.compile(r"[\s:：]+")
_AND: Final = frozenset({"and", "&"})
"""What nobody's search begins with, unlike other languages' words for it: an "e reader" is a thing."""
_IN_ANY_LANGUAGE: Final = frozenset({"sealed", "search"})
"""What a post may have advised in a language that its workspace had before, or that its reader doesn't speak."""


class Subcommand(NamedTuple):
    """What to do, by its key in the catalogues, and with what."""

    key: str
    rest: str


def subcommand_of(text: str, languages: Collection[str], *, of_lost: bool) -> Subcommand | None:
    """Return what a command's text asks for; None if it describes a thing.

    Most subcommands stand alone: "mine" is one, a "mine detector" is a thing. What to search for may follow `/lost`,
    and what to seal `/found`.
    """
    words = text.strip()
    if normalize("NFC", words).casefold() in THINGS:
        return None
    alone = _spaced(words)
    for key, language in _understood(languages):
        named = command(key, language)
        if alone in {_spaced(named.name), _spaced(named.before_words)} - {""}:
            return Subcommand(key, "")
    match _AFTER_FIRST_WORD.split(words, maxsplit=1):
        case [first, rest]:
            takers = (
                key for key, language in _understood(languages) if _takes(key, language, first, rest, of_lost=of_lost)
            )
            return next((Subcommand(key, rest) for key in takers), None)
        case _:
            return None


def _understood(languages: Collection[str]) -> Iterator[tuple[str, str]]:
    """Return the subcommands, each with the languages in which it is understood, people's own first."""
    own = (_ENGLISH, *languages)
    for language in dict.fromkeys((*own, *LANGUAGES)):
        for key in SUBCOMMANDS:
            if language in own or key in _IN_ANY_LANGUAGE:
                yield key, language


def _spaced(words: str) -> str:
    """Return words as they're compared: what is one name with hyphens, people type as several words."""
    return " ".join(plain(words).replace("-", " ").split())


def _takes(key: str, language: str, first: str, rest: str, *, of_lost: bool) -> bool:
    """Return whether the first word names a subcommand that takes what follows it.

    People begin reports with "suche" or "cerca", so a search is asked for by a form of the word that they don't use. A
    "search and rescue vest" is a thing: nobody searches for what begins with "and".
    """
    named = command(key, language)
    match key:
        case "search":
            return of_lost and plain(first) == plain(named.before_words) and plain(rest).partition(" ")[0] not in _AND
        case "link":  # a "link bracelet" is a lost item
            return plain(first) == plain(named.name) and is_link_code(rest) and " " not in rest
        case "sealed":  # what follows mustn't be public; in French, only its accent tells it from a mask
            return not of_lost and normalize("NFC", first).casefold() == named.name.casefold()
        case "timezone":  # in another language, its name may be a thing's: "fuseau" is a pair of trousers too
            return plain(first) == plain(named.name) and language == _ENGLISH
        case _:
            return False
