"""Whether a text says, where one looks first, what happened to a thing."""

import re
from collections.abc import Mapping
from typing import Final

from reunite.entities import ReportKind
from reunite.text.words import any_listed, plain, tokens

_SAID: Final[Mapping[ReportKind, re.Pattern[str]]] = {
    ReportKind.FOUND: re.compile(any_listed("finds.toml", "found_or_lay")),
    ReportKind.LOST: re.compile(any_listed("losses.toml", "lost")),
}
_I_FOUND: Final = re.compile(any_listed("finds.toml", "i_found"))
_END: Final = re.compile(r"[ぁ-ん了]{0,9}(?:\s{0,3}[,.;!?…、。，！？)\n—–]|[^\w\"”»」』]{0,10}\Z)")
"""The end of a clause, after the rest of a Japanese or Chinese verb, but not that of a title in quotation marks."""

_LONGEST_AUXILIARY: Final = 2
"""Letters of the longest one that isn't among the stop words: "I've", "ho"."""


def says_what_happened(text: str, kind: ReportKind) -> bool:
    """Return whether a text says that a thing was found, or lost: at its beginning, or at the end of a clause.

    That its author found a thing, it may say anywhere. A doubtful text doesn't.
    """
    if kind is ReportKind.FOUND and states_a_find(text):
        return True
    words = plain(text)
    said = _SAID[kind].finditer(words)
    return any(_names_nothing(words[: verb.start()]) or _END.match(words, verb.end()) for verb in said)


def states_a_find(text: str) -> bool:
    """Return whether a text begins with "found", or says that its author found a thing."""
    words = plain(text)
    begun = _SAID[ReportKind.FOUND].search(words)
    return bool(_I_FOUND.search(words) or (begun and _names_nothing(words[: begun.start()])))


def _names_nothing(plain_text: str) -> bool:
    """Return whether a text has no words but pronouns, auxiliary verbs and their like."""
    return all(word.isascii() and len(word) <= _LONGEST_AUXILIARY for word in tokens(plain_text))
