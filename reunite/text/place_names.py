"""Common places in English, so that "Mensa" is the canteen and "restroom" the toilets."""

import re
from collections.abc import Mapping
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed
from reunite.text.words import plain

_ENGLISH: Final[Mapping[str, str]] = {
    name: english for english, cell in read_toml("places.toml")["english"].items() for name in listed(cell)
}
_NAME: Final = re.compile(any_of(sorted(_ENGLISH, key=len, reverse=True)))


def english_place(place: str) -> str:
    """Return a place in plain form with the names we know in English."""
    return _NAME.sub(lambda match: f" {_ENGLISH[' '.join(match[0].split())]} ", plain(place))
