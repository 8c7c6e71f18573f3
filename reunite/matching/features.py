"""The features of a report's words, extracted once for all the pairs it is part of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reunite.matching import circumstances, colours
from reunite.matching.described import Thing, held_nouns, own_phrases, things_of
from reunite.matching.evidence import Item
from reunite.text.brands import NamedBrands, meant_by, named_brands
from reunite.text.colour_words import readings
from reunite.text.content import content_of
from reunite.text.foreign_colours import with_colours
from reunite.text.normalise import normalise
from reunite.text.parts import parts_of
from reunite.text.reading import can_read
from reunite.text.shared_colours import shared_colours, with_spoken
from reunite.text.telling import is_brand, tells, things_of_emoji
from reunite.text.words import is_code, tokens


@dataclass(frozen=True, slots=True)
class ReportFeatures:
    """What a report's words say, in English where we know them."""

    item: Item
    is_readable: bool
    """Whether its language is known well enough to tell the thing from talk."""
    tokens: tuple[str, ...]
    """The words that may tell the thing from others: no links, greetings, places, dates, or numbers but serials."""
    tells_of_thing: bool
    """Whether any word or name ("PS5") may tell the thing from others. Emoji don't: encoders hardly know them."""
    things: tuple[Thing, ...]
    """Each thing that the text is about."""
    held: frozenset[str]
    """The nouns of what the things have or contain, as stems."""
    brands: NamedBrands
    stated_colours: tuple[colours.Shares | None, ...]
    """For each thing in the text, and each colour that it may have; None if its colour isn't stated."""
    place: str
    """As stated in its field, or else as the text names it."""
    place_words: Mapping[str, float]

    @property
    def head_noun(self) -> str | None:
        """The noun that the text is about first; None in a language that can't be read."""
        return next((thing.noun.split()[-1] for thing in self.things if thing.noun), None)


def extract(item: Item) -> ReportFeatures:
    content = content_of(item.text)
    telling = bool(content.serials) or is_brand(item.text) or tells(content.thing)
    content = replace(content, thing=with_spoken(content.thing))
    english = with_colours(normalise(content.thing))
    place = item.place or content.place
    if not telling:
        english = things_of_emoji(item.text, place)
        content = replace(content, thing=english)
    answered = [item.answered_colour] if item.answered_colour else []
    named = shared_colours(english, parts_of(english) or (english,))
    readable = can_read(item.text, content.thing, english)
    described = things_of(content.thing, named, answered)
    things = tuple(
        replace(thing, noun=meant_by(thing.noun, part)) for thing, part in zip(described, named, strict=True)
    )
    nouns = [thing.noun for thing in things if thing.noun]
    return ReportFeatures(
        item=item,
        is_readable=readable,
        tokens=(*(token for token in tokens(english) if not is_code(token)), *content.serials),
        tells_of_thing=telling,
        things=things if readable else tuple(replace(thing, noun=None) for thing in things),
        held=held_nouns(named) if readable else frozenset(),
        brands=named_brands(content.thing, own_phrases(content.thing), nouns),
        stated_colours=tuple(colours.of_names([*reading, *answered]) for part in named for reading in readings(part)),
        place=place,
        place_words=circumstances.place_words(place),
    )
