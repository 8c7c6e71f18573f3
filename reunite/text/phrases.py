"""Patterns for lists of whole words and phrases."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

Endings = Sequence[tuple[str, str]]
"""Endings, each with what to put in its place."""

UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
"""A letter of Japanese or Chinese, which are written without spaces."""
_FEW_WORDS: Final = r"(?:[ \t]{1,3}\w{1,20}){1,4}"


def listed(*cells: str) -> list[str]:
    """Return the phrases of comma-separated lists, each once, longest first."""
    phrases = {" ".join(phrase.split()) for cell in cells for phrase in cell.split(",") if phrase.strip()}
    return sorted(phrases, key=lambda phrase: (-len(phrase), phrase))


def listed_in_order(cell: str) -> list[str]:
    """Return the phrases of a comma-separated list as they stand there."""
    return [phrase.strip() for phrase in cell.split(",") if phrase.strip()]


def listed_in(table: Mapping[str, str]) -> list[str]:
    """Return the phrases of all lists in a table."""
    return listed(*table.values())


def listed_endings(cell: str) -> Endings:
    """Return the endings of a list like "kow ek, ami", each with what to put in its place."""
    return tuple((ending, "".join(instead)) for ending, *instead in map(str.split, listed_in_order(cell)))


def by_last_letter(endings: Endings) -> Mapping[str, Endings]:
    return {last: [one for one in endings if one[0][-1] == last] for last in {ending[-1] for ending, _ in endings}}


def any_of(phrases: Iterable[str]) -> str:
    """Return a pattern for any of the phrases; Chinese and Japanese ones match inside a word too.

    It is atomic: once a phrase has matched, no shorter one is tried, so a long text can't make it backtrack. Where none
    begins with the next letter, none is tried.
    """
    spaced, unspaced = list[str](), list[str]()
    for phrase in phrases:
        (unspaced if UNSPACED.search(phrase) else spaced).append(phrase)
    groups = [rf"(?<![\w'’@#]){first_of(spaced)}(?![\w'’])"] if spaced else []
    groups += [first_of(unspaced)] if unspaced else []
    return f"(?:{'|'.join(groups)})"


def first_of(phrases: Iterable[str]) -> str:
    """Return an atomic pattern for the first of the phrases that begins here, also inside a word.

    In a phrase, "..." is up to four words: "ik ben mijn ... kwijt".
    """
    return _by_first_letter(phrases, "(?>").replace(r"\ \.\.\.", _FEW_WORDS).replace(r"\ ", r"[ \t]{1,3}")


def one_of(words: Iterable[str]) -> str:
    """Return a pattern for any of the words; unlike the atomic ones, it tries the next if what follows doesn't fit."""
    return _by_first_letter(words, "(?:")


def _by_first_letter(words: Iterable[str], group: str) -> str:
    """Return a pattern that tries only the words that begin with the next letter, in their order."""
    rests: dict[str, list[str]] = {}
    for word in words:
        rests.setdefault(word[0], []).append(re.escape(word[1:]))
    initials = "".join(map(re.escape, sorted(rests)))
    alternatives = "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in rests.items())
    return f"(?=[{initials}]){group}{alternatives})"
