"""The features of a report's words, extracted once for all the pairs it is part of."""

from collections.abc import Mapping
from dataclasses import dataclass

from reunite.matching import circumstances, colours
from reunite.matching.evidence import Item
from reunite.text import words
from reunite.text.colour_words import named_colours
from reunite.text.normalise import normalise
from reunite.text.parts import parts


@dataclass(frozen=True, slots=True)
class ReportFeatures:
    """What a report's words say, in English as far as we know them."""

    item: Item
    tokens: tuple[str, ...]
    head_noun: str | None
    """The noun that the text is about."""
    colour_names: tuple[str, ...]
    stated_colours: tuple[colours.Shares | None, ...]
    """For each thing in the text; None if its colour isn't stated."""
    place_words: Mapping[str, float]


def extract(item: Item) -> ReportFeatures:
    english = normalise(item.text)
    answered = [item.answered_colour] if item.answered_colour else []
    return ReportFeatures(
        item=item,
        tokens=tuple(words.tokens(english)),
        head_noun=words.head_noun(english),
        colour_names=(*named_colours(english), *answered),
        stated_colours=tuple(
            colours.of_names([*named_colours(part), *answered]) for part in parts(item.text) or (english,)
        ),
        place_words=circumstances.place_words(item.place),
    )
