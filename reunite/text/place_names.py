"""Common places in English, so that "Mensa" is the canteen and "restroom" the toilets."""

import re
from collections.abc import Mapping
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed
from reunite.text.words import plain, without_strokes

_ENGLISH: Final[Mapping[str, str]] = {
    name: english for english, cell in read_toml("places.toml")["english"].items() for name in listed(cell)
}
_NUMBER_LAST: Final = re.compile(r"\s[\d.]+$")
_NAME: Final = re.compile(any_of(sorted(_ENGLISH, key=len, reverse=True)))


_ALONE: Final[Mapping[str, str]] = {
    form: name for name, cell in read_toml("places.toml")["alone"].items() for form in listed(cell)
}


def named_alone(place: str) -> str:
    """Return a place as it's called without the preposition before it: of "w bibliotece", "biblioteka"."""
    words, number = _NUMBER_LAST.sub("", place), "".join(_NUMBER_LAST.findall(place))
    name = _ALONE.get(words.casefold())
    if name is None:
        return place
    return (name[0].upper() + name[1:] if words[0].isupper() else name) + number


def english_place(place: str) -> str:
    """Return a place in plain form with the names we know in English."""
    return _NAME.sub(lambda match: f" {_ENGLISH[' '.join(match[0].split())]} ", without_strokes(plain(place)))
