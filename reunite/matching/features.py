"""The features of a report's words, extracted once for all the pairs it is part of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final
from weakref import WeakKeyDictionary

from reunite.entities import ReportKind
from reunite.matching import circumstances, colours
from reunite.matching.described_things import Colour, Thing, own_phrases, part_nouns, things_of
from reunite.matching.evidence import Item
from reunite.text import heads
from reunite.text.brands import NamedBrands, meant_by, named_brands, with_own_brands
from reunite.text.colour_words import MOST_READINGS, readings
from reunite.text.content import content_of
from reunite.text.foreign_colours import with_colours
from reunite.text.informative import is_brand, is_informative, things_of_emoji
from reunite.text.kept_places import kept_places
from reunite.text.normalise import normalise
from reunite.text.parts import parts_of
from reunite.text.reading import can_read
from reunite.text.shared_colours import shared_colours, with_spoken
from reunite.text.words import is_code, tokens

_MOST_KNOWN: Final = 8_192
"""Items whose features are kept, of 1.8 kB each; then all are forgotten."""


@dataclass(frozen=True, slots=True)
class WordFeatures:
    """What a report's words say, in English where we know them."""

    is_readable: bool
    """Whether its language is known well enough to tell the thing from talk."""
    tokens: tuple[str, ...]
    """The words that may tell the thing from others: no links, greetings, places, dates, or numbers but serials."""
    named_serials: frozenset[str]
    """The tokens that the text calls a serial number, an engraving or the like."""
    is_informative: bool
    """Whether any word or name ("PS5") may tell the thing from others. Emoji don't: encoders hardly know them."""
    things: tuple[Thing, ...]
    """Each thing that the text is about."""
    nouns: tuple[str, ...]
    """The things' nouns; none in a language that can't be read."""
    part_nouns: frozenset[str]
    """The nouns of what the things have or contain, as stems."""
    brands: NamedBrands
    own_colours: tuple[colours.Shares, ...]
    """The colours that are stated as a thing's own: one entry for each colour that a thing may have."""
    stated_colours: tuple[colours.Shares | None, ...]
    """For each thing in the text, and each colour that it may have; None if its colour isn't stated."""
    place: str
    """The place from the report's own field, otherwise the one that the text names."""
    place_words: Mapping[str, float]
    kept_place_words: frozenset[str]
    """The place words that only say where the thing is kept now."""

    @property
    def head_noun(self) -> str | None:
        """The noun that the text is about first; None in a language that can't be read."""
        return self.nouns[0].split()[-1] if self.nouns else None


@dataclass(frozen=True, slots=True)
class ReportFeatures(WordFeatures):
    """What a report's words say, and all else that is known of it."""

    item: Item


_FIELDS: Final = tuple(field.name for field in fields(WordFeatures))
_known: Final = WeakKeyDictionary[Item, WordFeatures]()
"""The features by item, held weakly: a process must not keep what deleted reports said."""


def extract(item: Item) -> ReportFeatures:
    """Return an item's features; its words are read only once."""
    known = _known.get(item)
    if known is None:
        known = _read(item)
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[item] = known
    return ReportFeatures(**{name: getattr(known, name) for name in _FIELDS}, item=item)


def names_nothing(item: Item) -> bool:
    """Whether a text names no thing, colour, brand or number: whatever came close would only be like its talk."""
    features = extract(item)
    return not (features.is_informative or features.nouns or features.own_colours)


def _read(item: Item) -> WordFeatures:
    content = content_of(item.text)
    is_informative_text = bool(content.serials) or is_brand(item.text) or is_informative(content.thing)
    content = replace(content, thing=with_spoken(content.thing))
    english = with_colours(normalise(content.thing))
    place = item.place or content.place
    kept = frozenset[str]() if item.place else _kept_place_words(item, content.place)
    if not is_informative_text:
        english = things_of_emoji(item.text, place)
        content = replace(content, thing=english)
    elif not heads.name_of_thing(english) and (shown := things_of_emoji(item.text, place)):
        begins = bool(things_of_emoji(item.text.split(maxsplit=1)[0], place))
        english = f"{shown}, {english}" if begins else f"{english} {shown}".strip()  # "my black 🎒"
        content = replace(content, thing=english)
    elif heads.names_only_parts(english) and (shown := things_of_emoji(item.text.split(maxsplit=1)[0], place)):
        english = f"{shown}, {english}"  # "🔑 on a red ribbon", but not "found a shoelace 👟"
        content = replace(content, thing=english)
    answered = [item.answered_colour] if item.answered_colour else []
    named = shared_colours(english, parts_of(english) or (english,))
    readable = can_read(item.text, content.thing, english)
    described = things_of(content.thing, named, answered)
    things = tuple(
        replace(thing, noun=meant_by(thing.noun, part)) for thing, part in zip(described, named, strict=True)
    )
    nouns = tuple(thing.noun for thing in things if thing.noun)
    own = [colours.of_names([colour.name for colour in choice]) for thing in things for choice in _choices(thing)]
    return WordFeatures(
        is_readable=readable,
        tokens=(*(token for token in tokens(english) if not is_code(token)), *content.serials),
        named_serials=content.named_serials,
        is_informative=is_informative_text,
        things=things if readable else tuple(replace(thing, noun=None) for thing in things),
        nouns=nouns if readable else (),
        part_nouns=part_nouns(named) if readable else frozenset(),
        brands=named_brands(content.thing, own_phrases(with_own_brands(content.thing)), nouns),
        own_colours=_distinct(own),
        stated_colours=tuple(colours.of_names([*reading, *answered]) for part in named for reading in readings(part)),
        place=place,
        place_words=circumstances.place_words(place),
        kept_place_words=kept,
    )


def _kept_place_words(item: Item, place: str) -> frozenset[str]:
    """Return the words of the places where a find is only kept. An owner says where the thing was left."""
    places = [named for named in place.split(", ") if named]
    kept = kept_places(item.text, places) if item.kind is ReportKind.FOUND else frozenset[str]()
    found_at = (word for named in places if named not in kept for word in circumstances.place_words(named))
    return frozenset(word for named in kept for word in circumstances.place_words(named)).difference(found_at)


def _choices(thing: Thing) -> Sequence[Sequence[Colour]]:
    """Return the colours that a thing has; of several that it may have, each alone."""
    if not thing.is_either:
        return [thing.colours]
    distinct = {colour.name: colour for colour in thing.colours}
    return [[colour] for colour in list(distinct.values())[:MOST_READINGS]]


def _distinct(shares: Iterable[colours.Shares | None]) -> tuple[colours.Shares, ...]:
    """Return the stated ones, each once: a text may name a thing of one colour many times."""
    return tuple(dict.fromkeys(one for one in shares if one is not None))
