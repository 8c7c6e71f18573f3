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

_LONGEST_LEAD: Final = 24
"""Characters of a preposition and its article."""
_GERMAN_ENDINGS: Final = ("en", "em", "er")
"""Endings of an adjective after a preposition."""
_GERMAN_LEAD: Final = re.compile(
    r"\b((?:im|am|beim|vom|zum|zur)|(?:in|an|auf|aus|bei|vor|hinter|neben|unter|über|von|zu) "
    r"(?:de[mnr]|m?eine[mnr]|unsere[mnr]))\s$",
    re.IGNORECASE,
)
_LEAD_OF_A_CASE: Final = re.compile(
    r"\b(w|we|na|przy|obok|koło|pod|przed|za|nad|в|во|на|у|около|возле|напротив|под|перед|за|рядом с)\s$", re.IGNORECASE
)


def named_alone(place: str) -> str:
    """Return a place as it's called without the preposition before it: of "w bibliotece", "biblioteka"."""
    words, number = _NUMBER_LAST.sub("", place), "".join(_NUMBER_LAST.findall(place))
    name = _ALONE.get(words.casefold())
    if name is None:
        return place
    return (name[0].upper() + name[1:] if words[0].isupper() else name) + number


def base_form(place: str, text: str) -> str:
    """Return a place that a text names as one says it by itself: "biblioteka", but "im dritten Stock".

    A preposition decides a word's ending in German, Polish and Russian, so it stays where we don't know the word
    without it.
    """
    named, at = named_alone(place), text.find(place)
    if named != place or at < 0:
        return named
    before = text[max(at - _LONGEST_LEAD, 0) : at]
    lead = _LEAD_OF_A_CASE.search(before) or (_begins_inflected(place) and _GERMAN_LEAD.search(before))
    return " ".join(f"{lead[1]} {place}".split()) if lead else place


def _begins_inflected(place: str) -> bool:
    first, _, rest = place.partition(" ")
    return first.islower() and first.endswith(_GERMAN_ENDINGS) and bool(rest)


def english_place(place: str) -> str:
    """Return a place in plain form with the names we know in English."""
    return _NAME.sub(lambda match: f" {_ENGLISH[' '.join(match[0].split())]} ", without_strokes(plain(place)))
