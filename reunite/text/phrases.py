"""Patterns for lists of whole words and phrases."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
"""A letter of Japanese or Chinese, which are written without spaces."""


def listed(*cells: str) -> list[str]:
    """Return the phrases of comma-separated lists, each once, longest first."""
    phrases = {phrase.strip() for cell in cells for phrase in cell.split(",") if phrase.strip()}
    return sorted(phrases, key=lambda phrase: (-len(phrase), phrase))


def listed_in_order(cell: str) -> list[str]:
    """Return the phrases of a comma-separated list as they stand there."""
    return [phrase.strip() for phrase in cell.split(",") if phrase.strip()]


def listed_in(table: Mapping[str, str]) -> list[str]:
    """Return the phrases of all lists in a table."""
    return listed(*table.values())


def any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for any of the phrases; Chinese and Japanese ones match inside a word too.

    It is atomic: once a phrase has matched, no shorter one is tried, so a long text can't make it backtrack. Where none
    begins with the next letter, none is tried.
    """
    spaced, unspaced = list[str](), list[str]()
    for phrase in phrases:
        (unspaced if UNSPACED.search(phrase) else spaced).append(phrase)
    groups = [rf"(?<![\w'’@#]){_first_of(spaced)}(?![\w'’])"] if spaced else []
    groups += [_first_of(unspaced)] if unspaced else []
    return f"(?:{'|'.join(groups)})"


def _first_of(phrases: Sequence[str]) -> str:
    initials = "".join(re.escape(letter) for letter in sorted({phrase[0] for phrase in phrases}))
    patterns = "|".join(re.escape(phrase).replace(r"\ ", r"[ \t]{1,3}") for phrase in phrases)
    return f"(?=[{initials}])(?>{patterns})"
