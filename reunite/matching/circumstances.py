"""Where and when: evidence from two reports' places and times. Soft, because people misremember."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from math import exp, log
from typing import Final

from rapidfuzz import fuzz

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.text.lexicon import to_english
from reunite.text.place_names import english_place
from reunite.text.word_lists import GENERIC_PLACES
from reunite.text.words import place_tokens

_SAME_PLACE: Final = 1.6
_OTHER_PLACE: Final = -0.8
"""Log odds: six in ten owners name the place where the thing was found, one in twelve would by chance."""

_GENERIC_WEIGHT: Final = 0.3
_MIN_WORD_SIMILARITY: Final = 80.0
"""Per cent of equal letters from which two words count as the same word with a typing error."""

_DAY: Final = timedelta(days=1)
_OPEN_DAYS, _FOUND_WITHIN, _MISREMEMBERED = 21.0, 2.5, 1.0
"""Time scales in days: how long reports stay open, how soon things are found, how far off people's memory is."""
_IN_TIME, _LATE, _EARLY = 0.85, 0.10, 0.05
"""Shares of things found soon, found at any time, and (as stated) found before they were lost."""
_FLOOR: Final = 0.03


def place_words(place: str) -> Mapping[str, float]:
    """Return a place's words, in English where we know them, with their weights."""
    return {
        word: _GENERIC_WEIGHT if word in GENERIC_PLACES else 1.0
        for word in place_tokens(to_english(english_place(place)))
    }


def place_similarity(first: Mapping[str, float], second: Mapping[str, float]) -> float | None:
    """Similarity of two places by their words, 0 to 1; None if either is unknown."""
    if not first or not second:
        return None
    return (_covered(first, second) + _covered(second, first)) / (sum(first.values()) + sum(second.values()))


def _covered(words: Mapping[str, float], by: Mapping[str, float]) -> float:
    return sum(weight * max(_word_similarity(word, other) for other in by) for word, weight in words.items())


@lru_cache(maxsize=65_536)
def _word_similarity(first: str, second: str) -> float:
    if first == second:
        return 1.0
    is_comparable = first.isalpha() and second.isalpha()
    return fuzz.ratio(first, second, score_cutoff=_MIN_WORD_SIMILARITY) / 100 if is_comparable else 0.0


def place_log_odds(similarity: float) -> float:
    return _OTHER_PLACE + (_SAME_PLACE - _OTHER_PLACE) * similarity


def found_after(first: Item, second: Item) -> timedelta | None:
    """Return how long after the loss the thing was found (negative: before); None if either time is unknown."""
    if not (first.time_is_stated and second.time_is_stated):
        return None
    lost, found = (first, second) if first.kind is ReportKind.LOST else (second, first)
    return found.at - lost.at


def time_log_odds(gap: timedelta) -> float:
    """Return the log odds of the time between loss and find: highest in the first days, low before the loss."""
    days = gap / _DAY
    if days >= 0:
        return log(_OPEN_DAYS * (_IN_TIME / _FOUND_WITHIN * exp(-days / _FOUND_WITHIN) + _LATE / _OPEN_DAYS))
    return log(_OPEN_DAYS * (_EARLY / _MISREMEMBERED * exp(days / _MISREMEMBERED)) + _FLOOR)
