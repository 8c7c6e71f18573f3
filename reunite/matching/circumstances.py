"""Where and when: evidence from two reports' places and times. Soft, because people misremember."""

import re
from collections.abc import Mapping
from datetime import timedelta
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from reunite.entities import ReportKind, lost_and_found
from reunite.matching.evidence import Item
from reunite.text.lexicon import to_english
from reunite.text.place_names import english_place
from reunite.text.place_words import CARRIAGES, EVENTS, FURNITURE, IN_ANY_PLACE, NAMES_OF_PLACES, SITES
from reunite.text.remembered import remembered
from reunite.text.word_lists import GENERIC_PLACES
from reunite.text.words import is_code, place_tokens, stem

Delays = NDArray[np.float64]

_SAME_PLACE: Final = 1.6
_OTHER_PLACE: Final = -0.8
"""Log odds: six in ten owners name the place where the thing was found, one in twelve would by chance."""

ALIKE: Final = 0.6
"""Similarity from which two places count as the same."""
_GENERIC_WEIGHT: Final = 0.3
_WITHIN: Final = FURNITURE | {"floor"}
"""Things that are numbered within a place."""
_LATIN: Final = re.compile(r"[a-z\u00c0-\u024f]")
_MIN_WORD_SIMILARITY: Final = 80.0
"""Per cent of equal letters from which two words count as the same word with a typing error."""

_DAY: Final = timedelta(days=1)
_OPEN_DAYS, _FOUND_WITHIN, _MISREMEMBERED = 21.0, 2.5, 1.0
"""Time scales in days: how long reports stay open, how soon things are found, how far off people's memory is."""
_IN_TIME, _LATE, _EARLY = 0.85, 0.10, 0.05
"""Shares of things found soon, found at any time, and (as stated) found before they were lost."""
_FLOOR: Final = 0.03
_NO_DELAY: Final[Delays] = np.zeros(1)
_DURING_DAY: Final[Delays] = -np.array([8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 22.0]) / 24
"""A day's beginning is earlier than what happened in it."""
_AFTER_FOUND: Final[Delays] = np.array([0.25, 0.75, 1.5, 2.5, 5.0, 12.0, 24.0, 40.0]) / 24
"""How many days after finding something people post it, each equally likely. Finders post at once or when they get
home: half within three hours, nearly all within two days."""
_AFTER_LOST: Final[Delays] = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 36.0, 72.0]) / 24
"""How many days after losing something people post it. Owners notice late and search first: half within six hours,
nearly all within three days."""


def place_words(place: str) -> Mapping[str, float]:
    """Return a place's words, in English where we know them, with their weights."""
    return {
        word: _GENERIC_WEIGHT if word in GENERIC_PLACES else 1.0
        for word in place_tokens(to_english(english_place(place)))
    }


def place_similarity(first: Mapping[str, float], second: Mapping[str, float]) -> float | None:
    """Similarity of two places by their words, 0 to 1.

    None if either is unknown, if one may be in the other, or if the words of one aren't known in the other's script.
    """
    if not first or not second:
        return None
    if have_other_numbers(first, second):
        return 0.0
    similarity = (_covered(first, second) + _covered(second, first)) / (sum(first.values()) + sum(second.values()))
    may_be_in_other = _is_within(first) or _is_within(second) or _is_event(first) != _is_event(second)
    may_be_one = may_be_in_other or _is_in_its_own_script(first) != _is_in_its_own_script(second)
    return None if similarity < ALIKE and may_be_one else similarity


def have_other_numbers(first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    """Whether two places differ by their numbers alone: room 204 and room 310, but not two tables of the library."""
    (words, numbers), (other_words, other_numbers) = map(_words_and_numbers, (first, second))
    fewer, more = sorted((words, other_words), key=len)
    is_within = not more.isdisjoint(_WITHIN) and not more <= _WITHIN
    have_numbers = bool(numbers and other_numbers) and numbers.isdisjoint(other_numbers)
    return have_numbers and bool(fewer) and fewer <= more and not is_within


def _words_and_numbers(place: Mapping[str, float]) -> tuple[set[str], set[str]]:
    """Return a place's words, and what tells it from others of that name: "4", "b12", "c"."""
    numbers = {word for word in place if is_code(word) or (len(word) == 1 and word.isascii())}
    return {stem(word) for word in place.keys() - numbers}, numbers


def names_place(text: str, place: Mapping[str, float]) -> bool:
    """Whether a text has all words of a place; words that many places share alone don't count."""
    words = place_tokens(to_english(english_place(text)))
    return 1.0 in place.values() and place.keys() <= set(words)


def rule_out_each_other(first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    """Whether two places can't be one: a table may be in the library, but a gym isn't one, and hall A isn't hall B."""
    if have_other_numbers(first, second) or any(weight < 1 and word in second for word, weight in first.items()):
        return True
    return all(any(weight == 1 and word in SITES for word, weight in words.items()) for words in (first, second))


def _is_within(place: Mapping[str, float]) -> bool:
    """Whether a place is a table, a bench or a row, which any place may have, or a carriage, which any train has.

    All its words are: "Kings Cross" and "Costa Coffee" are names, whatever a cross trainer or a coffee machine is.
    """
    words = {word for word in place if word.isalpha() and len(word) > 1}
    is_carriage = bool(words) and words <= CARRIAGES and len(place) > len(words)
    return is_carriage or (bool(words) and words <= IN_ANY_PLACE)


def _is_event(place: Mapping[str, float]) -> bool:
    """Whether a place is named by its event: a concert may be in the gym."""
    return not EVENTS.isdisjoint(place) and NAMES_OF_PLACES.isdisjoint(place)


def _is_in_its_own_script(place: Mapping[str, float]) -> bool:
    """Whether all words of a place are in another script than ours, because we know no English for any of them."""
    words = [word for word in place if word.isalpha()]
    return bool(words) and not any(_LATIN.match(word) for word in words)


def _covered(words: Mapping[str, float], by: Mapping[str, float]) -> float:
    return sum(weight * max(_word_similarity(word, other) for other in by) for word, weight in words.items())


@remembered(65_536)
def _word_similarity(first: str, second: str) -> float:
    if first == second:
        return 1.0
    is_comparable = first.isalpha() and second.isalpha()
    return fuzz.ratio(first, second, score_cutoff=_MIN_WORD_SIMILARITY) / 100 if is_comparable else 0.0


def is_same_place(first: str, second: str) -> bool:
    similarity = place_similarity(place_words(first), place_words(second))
    return similarity is not None and similarity >= ALIKE


def place_log_odds(similarity: float) -> float:
    return _OTHER_PLACE + (_SAME_PLACE - _OTHER_PLACE) * similarity


def found_after(first: Item, second: Item) -> timedelta | None:
    """Return how long after it was lost the thing was found (negative: before); None if that is unknown.

    Where only a day is stated, at most whole days between are known.
    """
    if not (first.time_is_stated and second.time_is_stated):
        return None
    lost, found = lost_and_found(first, second)
    gap = found.at - lost.at
    if not (lost.is_day or found.is_day):
        return gap
    days = int((gap if gap >= timedelta() else min(gap + _DAY, timedelta())) / _DAY)
    return days * _DAY if days else None


def time_evidence(first: Item, second: Item) -> float | None:
    """Return the log odds of two reports' times; None if either is unknown.

    A report that doesn't say when it happened did so some time before it was posted. If neither says, being close in
    time doesn't count for the pair: everything in a new or busy community was posted within days.
    """
    lost, found = lost_and_found(first, second)
    lost_delays, found_delays = _delays(lost), _delays(found)
    if lost_delays is None or found_delays is None:
        return None
    log_odds = _time_log_odds((found.at - lost.at) / _DAY - np.subtract.outer(found_delays, lost_delays))
    return log_odds if first.time_is_stated or second.time_is_stated else min(log_odds, 0.0)


def _delays(item: Item) -> Delays | None:
    """Return by how many days `item.at` may be later than what happened, each equally likely; None if unknown."""
    if item.time_is_stated:
        return _DURING_DAY if item.is_day else _NO_DELAY
    if item.posted_at is None:
        return None
    return _AFTER_LOST if item.kind is ReportKind.LOST else _AFTER_FOUND


def _time_log_odds(days: NDArray[np.float64]) -> float:
    """Return the log odds of the days between losing and finding: highest in the first days, low if it was found first.

    All the days are equally likely.
    """
    nearness = -np.abs(days)
    soon = _IN_TIME / _FOUND_WITHIN * np.exp(nearness / _FOUND_WITHIN) + _LATE / _OPEN_DAYS
    early = _EARLY / _MISREMEMBERED * np.exp(nearness / _MISREMEMBERED) + _FLOOR / _OPEN_DAYS
    return log(_OPEN_DAYS * float(np.where(days >= 0, soon, early).sum()) / days.size)
