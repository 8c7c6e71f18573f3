"""Streets that a text names without any preposition: "perdue rue des Lilas", "cat missing, Quarry Lane"."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from reunite.text.colour_words import COLOURS_AND_SHADES
from reunite.text.place_words import (
    DETERMINERS,
    ENDERS,
    LATER_ENDERS,
    NO_PLACES,
    NOT_ROADS,
    ROADS,
    STREETS,
    VERBS,
    complement_end,
    lead_length,
)

_MAX_NAME: Final = 4
"""Words of a street's name, with what kind of street it is."""
_ENDS_A_NAME: Final = ENDERS | LATER_ENDERS
_NO_NAME: Final = _ENDS_A_NAME | NO_PLACES
_IN_NO_ROAD: Final = COLOURS_AND_SHADES | DETERMINERS | NOT_ROADS
_NEVER_ALONE: Final = "via"
"""An English preposition, too: "via chat"."""


def street_end(words: Sequence[str], first: int) -> int | None:
    """Return the last word of the street that begins here: right after a verb, or a whole phrase after a sign."""
    if not first:
        return None
    if words[first - 1] in VERBS:
        return _end_after_a_verb(words, first) if words[first] in STREETS else None
    return None if words[first - 1].isalnum() or words[first - 1] in "'’@&:" else _end_alone(words, first)


def _end_after_a_verb(words: Sequence[str], first: int) -> int | None:
    name = first + 2 if words[first + 1 : first + 2] == ["."] else first + 1  # "ul. Lipowa"
    last = complement_end(words, first)
    if last == first and name < len(words) and words[name].isalpha() and words[name] not in _ENDS_A_NAME:
        last = name
    return last if last > first else None


def _end_alone(words: Sequence[str], first: int) -> int | None:
    phrase = [*takewhile(str.isalnum, words[first : first + _MAX_NAME + 1])]
    if not 1 < len(phrase) <= _MAX_NAME or not _NO_NAME.isdisjoint(phrase):
        return None
    begins = phrase[0] in STREETS and phrase[0] != _NEVER_ALONE
    ends = (
        phrase[-1] in ROADS
        and _IN_NO_ROAD.isdisjoint(phrase)
        and not any(map(lead_length, [phrase] * len(phrase), range(len(phrase))))
    )
    return first + len(phrase) - 1 if begins or ends else None
