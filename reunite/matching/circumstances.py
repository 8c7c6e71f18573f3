"""Where and when: how far two reports' places and times speak for each other. Soft: people misremember."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from math import exp, log
from typing import Final

from rapidfuzz import fuzz

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.text.lexicon import to_english
from reunite.text.words import place_tokens

SAME_PLACE: Final = 1.6
OTHER_PLACE: Final = -0.8
"""Log odds: six in ten name the place where the thing was found, where one in twelve would by chance."""

_GENERIC_WORDS: Final = """
area building centre center corner entrance exit floor gate hall house level line office park place room school station
stop street road toilet toilets north south east west main big small old new
"""
_GENERIC: Final = frozenset(_GENERIC_WORDS.split())
_GENERIC_COUNTS: Final = 0.3
_ALIKE: Final = 80.0
"""Per cent of equal letters from which two words are one with a slip of the keyboard."""

_DAY: Final = timedelta(days=1)
_SPREAD, _FADE, _SLIP = 21.0, 2.5, 1.0
"""Days: over which open reports spread, within which things are found, by which people misremember."""
_IN_TIME, _LATE, _EARLY = 0.85, 0.10, 0.05
"""Shares of things found soon, found at any time, and (by what was said) found before they were lost."""
_NEVER: Final = 0.03


def place_words(place: str) -> Mapping[str, float]:
    """Return a place's words in English, as far as they are known, and how much each tells."""
    return {word: _GENERIC_COUNTS if word in _GENERIC else 1.0 for word in place_tokens(to_english(place))}


def place_overlap(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float | None:
    """Return how far two places are one (0 to 1) by their words; None where one is not said."""
    if not ours or not theirs:
        return None
    return (_covered(ours, theirs) + _covered(theirs, ours)) / (sum(ours.values()) + sum(theirs.values()))


def _covered(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    return sum(weight * max(_alike(word, their) for their in theirs) for word, weight in ours.items())


@lru_cache(maxsize=65_536)
def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    return fuzz.ratio(one, other, score_cutoff=_ALIKE) / 100 if one.isalpha() and other.isalpha() else 0.0


def place_log_odds(overlap: float) -> float:
    """Return the log odds that a place's overlap speaks for the pair."""
    return OTHER_PLACE + (SAME_PLACE - OTHER_PLACE) * overlap


def found_after(one: Item, other: Item) -> timedelta | None:
    """Return how long after its loss the thing was found (negative: before); None where one time is not said."""
    if not (one.at_is_said and other.at_is_said):
        return None
    lost, found = (one, other) if one.kind is ReportKind.LOST else (other, one)
    return found.at - lost.at


def time_log_odds(gap: timedelta) -> float:
    """Return the log odds of the time from loss to find: most in the first days, hardly any before."""
    days = gap / _DAY
    if days >= 0:
        return log(_SPREAD * (_IN_TIME / _FADE * exp(-days / _FADE) + _LATE / _SPREAD))
    return log(_SPREAD * (_EARLY / _SLIP * exp(days / _SLIP)) + _NEVER)
