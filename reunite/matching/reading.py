"""A report's words, read once for all the pairs that it is part of."""

from collections.abc import Mapping
from dataclasses import dataclass

from reunite.matching import circumstances, colours
from reunite.matching.evidence import Item
from reunite.text import colour_words, words
from reunite.text.negation import what_is_said
from reunite.text.parts import parts


@dataclass(frozen=True, slots=True)
class Reading:
    """What an item's words say, in English as far as they are known."""

    item: Item
    telling: tuple[str, ...]
    head: str | None
    """The noun that the words are about."""
    colour_names: tuple[str, ...]
    colours_said: tuple[colours.Shares | None, ...]
    """Of each thing that the words are about; None where its colour is not said."""
    place_words: Mapping[str, float]


def read(item: Item) -> Reading:
    """Read an item's text and place."""
    english = what_is_said(item.text)
    answered = [item.colour_said] if item.colour_said else []
    named = (*colour_words.named(english), *answered)
    return Reading(
        item=item,
        telling=tuple(words.tokens(english)),
        head=words.head(english),
        colour_names=named,
        colours_said=tuple(
            colours.of_names([*colour_words.named(part), *answered]) for part in parts(item.text) or (english,)
        ),
        place_words=circumstances.place_words(item.place),
    )
