"""Two things of one kind that a text tells apart by their colours: "two scarves: one red, one blue"."""

import re
from typing import Final

from reunite.text.colour_words import COLOUR, SHADE

_COLOURED: Final = rf"(?:{SHADE} )?{COLOUR}\b"
_ONE_EACH: Final = re.compile(
    rf"\b(?:two|2) (?P<things>[\w'-]{{1,20}}(?: [\w'-]{{1,20}}){{0,2}})[\s,:;.(–-]{{1,5}}"
    rf"one (?:is |in )?(?P<first>{_COLOURED})"
    rf"[\s,]{{1,3}}(?:and )?(?:the )?(?:one|other)(?: one)? (?:is |in )?(?P<second>{_COLOURED})\)?",
    re.IGNORECASE,
)


def tell_apart(english: str) -> str:
    """Give each of two things its own colour."""
    return _ONE_EACH.sub(r"a \g<first> \g<things>, a \g<second> \g<things>", english)
