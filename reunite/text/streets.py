"""Streets that a text names without any preposition: "perdue rue des Lilas", "chatte grise, rue des Lilas".

English ones need a preposition: "thanks, Diane Lane" is a person.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from reunite.text.place_words import (
    ENDERS,
    LATER_ENDERS,
    NO_PLACES,
    STREETS,
    VERBS,
    complement_end,
)

_MAX_NAME: Final = 4
"""Words of a street's name, with what kind of street it is."""
_ENDS_A_NAME: Final = ENDERS | LATER_ENDERS
_NO_NAME: Final = _ENDS_A_NAME | NO_PLACES
_NEVER_ALONE: Final = frozenset(("via", "corso", "paseo"))
"""Words with another meaning: "via chat", "corso di inglese"."""


def street_end(words: Sequence[str], first: int) -> int | None:
    """Return the last word of the street that begins here: right after a verb, or a whole phrase after a sign."""
    if not first or words[first] not in STREETS:
        return None
    if words[first - 1] in VERBS:
        return _end_after_a_verb(words, first)
    return None if words[first - 1].isalnum() or words[first - 1] in "'’@&:" else _end_alone(words, first)


def _end_after_a_verb(words: Sequence[str], first: int) -> int | None:
    name = first + 2 if words[first + 1 : first + 2] == ["."] else first + 1  # "ul. Lipowa"
    last = complement_end(words, first)
    if last == first and name < len(words) and words[name].isalpha() and words[name] not in _ENDS_A_NAME:
        last = name
    return last if last > first else None


def _end_alone(words: Sequence[str], first: int) -> int | None:
    phrase = [*takewhile(str.isalnum, words[first : first + _MAX_NAME + 1])]
    is_name = words[first] not in _NEVER_ALONE and 1 < len(phrase) <= _MAX_NAME and _NO_NAME.isdisjoint(phrase)
    return first + len(phrase) - 1 if is_name else None
