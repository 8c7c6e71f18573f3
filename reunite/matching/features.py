"""The features of a report's words, extracted once for all the pairs it is part of."""

from collections.abc import Mapping
from dataclasses import dataclass

from reunite.matching import circumstances, colours
from reunite.matching.described import Thing, held_nouns, things_of
from reunite.matching.evidence import Item
from reunite.text.colour_words import named_colours
from reunite.text.content import content_of
from reunite.text.heads import head_noun
from reunite.text.lexicon import is_translated
from reunite.text.normalise import normalise
from reunite.text.parts import parts
from reunite.text.words import is_code, tokens


@dataclass(frozen=True, slots=True)
class ReportFeatures:
    """What a report's words say, in English where we know them."""

    item: Item
    is_translated: bool
    """Whether the lexicon translates any of its text."""
    tokens: tuple[str, ...]
    """The words that may tell the thing from others: no links, greetings, places, dates, or numbers but serials."""
    head_noun: str | None
    """The noun that the text is about."""
    things: tuple[Thing, ...]
    """Each thing that the text is about."""
    held: frozenset[str]
    """The nouns of what the things have or contain, as stems."""
    stated_colours: tuple[colours.Shares | None, ...]
    """For each thing in the text; None if its colour isn't stated."""
    place: str
    """As stated in its field, or else as the text names it."""
    place_words: Mapping[str, float]


def extract(item: Item) -> ReportFeatures:
    content = content_of(item.text)
    english = normalise(content.thing)
    place = item.place or content.place
    answered = [item.answered_colour] if item.answered_colour else []
    things = parts(content.thing) or (english,)
    return ReportFeatures(
        item=item,
        is_translated=is_translated(item.text),
        tokens=(*(token for token in tokens(english) if not is_code(token)), *content.serials),
        head_noun=head_noun(english),
        things=things_of(content.thing, things, answered),
        held=held_nouns(things),
        stated_colours=tuple(colours.of_names([*named_colours(part), *answered]) for part in things),
        place=place,
        place_words=circumstances.place_words(place),
    )
