"""Whether the colours of two reports' things agree, by what the texts say about them and by what the photos show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from reunite.entities import Agreement, Why
from reunite.matching import colours
from reunite.matching.colours import Shares
from reunite.matching.described_things import Colour, Thing
from reunite.text.kinds import relation

_MUCH, _SOME, _HARDLY = 0.30, 0.12, 0.05
"""Shares of a photo from which a stated colour agrees, or partly agrees, and below which it differs."""
_BACKGROUND: Final = frozenset(("black", "grey"))
"""What most photos have as shadow or ground: it counts as the thing's colour only where little else is seen."""
_MUCH_OF_BACKGROUND, _SOME_OF_BACKGROUND = 0.5, 0.25
_SAME_COLOURS, _SIMILAR_COLOURS = 0.8, 0.6
"""Colour similarities that 90% and 98% of the photos of one thing reach."""
_SHADE: Final = 0.5
"""How alike two colours are that share their name in everyday language: navy is a kind of blue, but not of black."""
_ALIKE: Final = 0.35
"""How alike two colours are that people take for each other."""
_COATS: Final[Mapping[str, frozenset[str]]] = {
    "orange": frozenset(("orange", "red", "brown", "beige", "yellow")),
    "red": frozenset(("red", "orange", "brown", "dark red")),
    "yellow": frozenset(("yellow", "beige", "brown", "orange")),
    "beige": frozenset(("beige", "yellow", "brown", "white")),
    "brown": frozenset(("brown", "dark red", "beige", "orange", "olive")),
}
"""What photos show of an animal's coat of a colour: fur has many shades, and "ginger" is none that a camera knows."""
_ONE_COAT: Final = (frozenset(("orange", "red")), frozenset(("beige", "yellow")))
"""Colours by which people call the same coat."""


def of(lost: Thing, found: Thing, lost_photos: Sequence[Shares], found_photos: Sequence[Shares]) -> Iterator[Why]:
    """Compare stated colours with stated or else seen ones, and photos with each other if no text states any."""
    is_animal = any(relation("animal", thing.noun) in {"same", "broader"} for thing in (lost, found) if thing.noun)
    by_photos = _coat_by_photos if is_animal else _by_photos
    if lost.colours and found.colours:
        yield _coats_by_words(lost.colours, found.colours) if is_animal else _by_words(lost, found, found_photos)
    elif lost.colours and found_photos:
        yield from by_photos(lost.colours, found_photos)
    elif found.colours and lost_photos:
        yield from by_photos(found.colours, lost_photos)
    elif lost.colours and not (found.details or found.is_many_coloured):
        yield Why("colour", "", "unknown")
    elif not (lost.colours or found.colours) and lost_photos and found_photos:
        yield _of_photos(lost_photos, found_photos)


def _by_words(lost: Thing, found: Thing, photos: Sequence[Shares]) -> Why:
    why = _in_common(lost.colours, found.colours, lambda colour: colour.word if colour.is_metal else colour.name)
    if why:
        return replace(why, agreement="agrees") if lost.is_either or found.is_either else why
    alike = any(
        colours.name_similarity(one.name, other.name) >= _ALIKE for one in lost.colours for other in found.colours
    )
    is_seen = any(_is_much(colour.name, seen) for colour in lost.colours for seen in photos)
    return Why("colour", lost.colours[0].word, "partly" if alike or is_seen else "differs")


def _coats_by_words(lost: Sequence[Colour], found: Sequence[Colour]) -> Why:
    if why := _in_common(lost, found, lambda colour: _one_coat(colour.name)):
        return why
    alike = any(not _shades(one.name).isdisjoint(_shades(other.name)) for one in lost for other in found)
    return Why("colour", lost[0].word, "partly" if alike else "differs")


def _in_common(lost: Sequence[Colour], found: Sequence[Colour], key: Callable[[Colour], str]) -> Why | None:
    """Return whether all or some of the colours agree; None if none does."""
    ours, theirs = list(map(key, lost)), list(map(key, found))
    if ours[0] == theirs[0] or set(ours) == set(theirs):
        return Why("colour", lost[0].word, "agrees")
    common = [colour.word for colour in lost if key(colour) in theirs]
    return Why("colour", common[0], "partly") if common else None


def _by_photos(stated: Sequence[Colour], photos: Sequence[Shares]) -> Iterator[Why]:
    """Compare stated colours with photos; a share between "hardly any" and "some" decides nothing."""
    shares = [(colour, seen, colours.share_of(colour.name, seen)) for colour in stated for seen in photos]
    colour, seen, share = max(shares, key=lambda entry: entry[2])
    if share >= (_SOME_OF_BACKGROUND if colour.name in _BACKGROUND else _SOME):
        is_clear = _is_much(colour.name, seen) and not colour.is_metal
        agreement: Agreement = "agrees" if is_clear else "partly"
        yield Why("colour", colour.word, agreement)
    elif share < _HARDLY:
        yield Why("colour", stated[0].word, "differs")


def _is_much(name: str, seen: Shares) -> bool:
    return colours.share_of(name, seen, _SHADE) >= (_MUCH_OF_BACKGROUND if name in _BACKGROUND else _MUCH)


def _one_coat(name: str) -> str:
    return next((min(names) for names in _ONE_COAT if name in names), name)


def _shades(name: str) -> frozenset[str]:
    return _COATS.get(name, frozenset((name,)))


def _coat_by_photos(stated: Sequence[Colour], photos: Sequence[Shares]) -> Iterator[Why]:
    shares = [
        (colour, sum(share for name, share in zip(colours.NAMES, seen, strict=True) if name in _shades(colour.name)))
        for colour in stated
        for seen in photos
    ]
    colour, share = max(shares, key=lambda entry: entry[1])
    some, much = (_SOME_OF_BACKGROUND, _MUCH_OF_BACKGROUND) if colour.name in _BACKGROUND else (_SOME, _MUCH)
    if share >= some:
        yield Why("colour", colour.word, "agrees" if share >= much else "partly")
    elif share < _HARDLY:
        yield Why("colour", stated[0].word, "differs")


def _of_photos(lost: Sequence[Shares], found: Sequence[Shares]) -> Why:
    similarity, mine, theirs = max((colours.similarity(a, b), a, b) for a in lost for b in found)
    name = colours.dominant(mine)
    is_in_both = _is_much(name, mine) and _is_much(name, theirs)
    if similarity >= _SAME_COLOURS:
        return Why("colour", name if is_in_both else "", "agrees")
    if similarity >= _SIMILAR_COLOURS:
        return Why("colour", name if is_in_both else "", "partly")
    return Why("colour", name, "differs")
