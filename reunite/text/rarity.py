"""Rare words and boilerplate among the words that two reports share, and their weight as evidence."""

from collections import Counter
from collections.abc import Collection, Mapping
from math import log
from typing import Final, TypeVar

from reunite.text.frequency import Frequency, frequency
from reunite.text.lexicon import is_known
from reunite.text.words import is_code, stem

_Report = TypeVar("_Report")
_Author = TypeVar("_Author")

_MAX_HOLDERS, _MAX_SHARE = 3, 0.02
"""A rare word is in few of the open reports, or in a small share of many."""
MAX_HOLDERS: Final = 100
"""In a large community, too: a word in more reports than this would bring too many candidates."""
_MAX_SHARE_OF_FEW: Final = 0.2
"""In a small community, a word in more reports than this is not rare, unless it's in one alone."""
_INFORMATIVE_FROM: Final = 50
"""Open reports from which an everyday word in hardly any of them means something."""
_MIN_REPEATS, _MIN_HABIT = 2, 0.3
"""In how many of an author's reports, and in what share of them, a word is that author's habit."""
_TEMPLATE_FROM, _TEMPLATE = 4, 0.5
"""Reports, and the share of all open ones, from which a word must come from a template."""
_SERIAL_SAYS, _CODE_SAYS, _HEAD_SAYS, _UNUSUAL_SAYS, _EVERYDAY_SAYS = 6.0, 3.0, 3.0, 1.7, 0.7
"""In log odds, set by hand: a right pair shares a serial some hundred times as often as a wrong one, a code that may be
a model's name ("WH-1000XM4") or an unusual noun that both texts are about twenty times, another unusual word five
times, an everyday word twice."""


def is_rare(word: str, holders: int, open_count: int) -> bool:
    """Whether a word in this many of the open reports is rare among them and in everyday language."""
    most = max(1, min(_MAX_HOLDERS, _MAX_SHARE_OF_FEW * open_count), _MAX_SHARE * open_count)
    if holders > min(most, MAX_HOLDERS):
        return False
    how_frequent = frequency(word)
    if how_frequent is Frequency.EVERYDAY:
        return open_count >= _INFORMATIVE_FROM and holders <= _MAX_SHARE * open_count
    return how_frequent is Frequency.UNUSUAL


def is_boilerplate(authors: Collection[_Author], reports_of: Mapping[_Author, int], open_count: int) -> bool:
    """Whether a word says nothing here: most reports have it, or it's one author's habit.

    `authors` has the author of each open report with the word, `reports_of` how many open reports each author has.
    """
    if len(authors) >= max(_TEMPLATE_FROM, _TEMPLATE * open_count):
        return True
    counts = Counter(authors)
    return any(
        times >= max(_MIN_REPEATS, _MIN_HABIT * reports_of.get(author, 1)) and times > len(authors) / 2
        for author, times in counts.items()
    )


def boilerplate_words(
    holders: Mapping[str, Mapping[_Report, _Author]], reports_of: Mapping[_Author, int], open_count: int
) -> frozenset[str]:
    """Return the words that say nothing here. `holders` has for each word the reports with it and their authors."""
    return frozenset(
        word
        for word, authors in holders.items()
        if is_boilerplate(authors.values(), reports_of, open_count)
        and not is_known(word)  # someone who finds many umbrellas still means umbrellas
    )


def rare_words(
    holders: Mapping[str, Mapping[_Report, _Author]], reports_of: Mapping[_Author, int], open_count: int
) -> tuple[dict[_Report, set[str]], frozenset[str]]:
    """Return the rare words of each open report, and the boilerplate.

    `holders` has for each word the reports with it and their authors.
    """
    rare: dict[_Report, set[str]] = {}
    boilerplate = boilerplate_words(holders, reports_of, open_count)
    for word, authors in holders.items():
        if word not in boilerplate and is_rare(word, len(authors), open_count):
            for report in authors:
                rare.setdefault(report, set()).add(word)
    return rare, boilerplate


def rarity(words: Collection[str], head: str | None = None, serials: Collection[str] = ()) -> float:
    """Return how much shared rare words say: the rarest in full, each further one less.

    `head` is the noun that both texts are about, if it's the same; `serials` are the codes that either calls one.
    """
    return max(_weight(word, head, serials) for word in words) + log(len(words)) if words else 0.0


def _weight(word: str, head: str | None, serials: Collection[str]) -> float:
    if is_code(word):
        return _SERIAL_SAYS if word in serials else _CODE_SAYS
    if frequency(word) is not Frequency.UNUSUAL:
        return _EVERYDAY_SAYS
    return _HEAD_SAYS if head is not None and stem(word) == stem(head) else _UNUSUAL_SAYS
