"""Colours that a text says of several things at once: "hat and scarf, both grey"."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from reunite.text.colour_words import COLOUR_OR_SHADE, named_colours
from reunite.text.data import read_toml
from reunite.text.heads import head_phrase
from reunite.text.kinds import relation
from reunite.text.phrases import any_of, listed

_CHOICES: Final = read_toml("colour_words.toml")["choices"]
_COLOURS: Final = rf"(?>(?:(?:{COLOUR_OR_SHADE}|and)\b[\s-]{{0,3}}){{1,6}})"
_BOTH: Final = re.compile(
    rf"(?:^|[\s,;.:(（–、，。-])(?:both|all)\s+(?:(?:{'|'.join(listed(_CHOICES['after_both']))})\s+){{0,2}}({_COLOURS})[).!）。]?\s*(?=$|[,;.\n]|[\u3040-\u30ff的])"
)
_AT_THE_END: Final = re.compile(rf"\A[^,;.:(]*?\w\s+({_COLOURS})\s*(?=$|[,;.\n])")
_SPOKEN: Final = (
    (re.compile(r"(?<=\w )czy(?= \w)", re.IGNORECASE), "maybe"),  # at the start it only asks
    *(
        (re.compile(any_of(listed(phrases)), re.IGNORECASE), f" {english} ")
        for english, phrases in _CHOICES["spoken"].items()
    ),
)
_SPACES: Final = re.compile(r"[ \t]{2,}")
_WORN: Final = frozenset(("same", "broader"))


def with_spoken(text: str) -> str:
    """Return a text with its words for "maybe" and "both" in English: translated, they would be numbers or lost."""
    read = text
    for pattern, english in _SPOKEN:
        read = pattern.sub(english, read)
    return text if read == text else _SPACES.sub(" ", read).strip()


def shared_colours(english: str, parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of a text, those without a colour with the one that is said of all."""
    shared = _BOTH.search(parts[-1].casefold())
    if shared and len(parts) > 1:
        return tuple(part if named_colours(part) else f"{part.rstrip(' ,;.')}, {shared[1].strip()}" for part in parts)
    return (*(_with_colour(english, *pair) for pair in pairwise(parts)), parts[-1])


def _with_colour(english: str, part: str, following: str) -> str:
    """Return a part, with the colour of the next one if a slash joins two things to wear: "hat/scarf grey"."""
    at_end = _AT_THE_END.match(following.casefold())
    if not at_end or named_colours(part) or not all(map(_is_worn, (part, following))):
        return part
    _, found, rest = english.partition(part.strip())
    between, follows, _ = rest.partition(following.strip())
    if not found or not follows or between.strip() != "/":
        return part
    return f"{part.rstrip()}, {at_end[1].strip()}"


def _is_worn(part: str) -> bool:
    thing = head_phrase(part)
    return thing is not None and relation("clothes", thing) in _WORN
