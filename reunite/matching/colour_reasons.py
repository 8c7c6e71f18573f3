"""Whether the colours of two reports' things agree, by what is said of them and by what their photos show."""

from collections.abc import Iterator, Sequence
from typing import Final

from reunite.entities import Agreement, Why
from reunite.matching import colours
from reunite.matching.colours import Shares
from reunite.matching.described import Colour, Thing

_MUCH, _SOME, _HARDLY = 0.30, 0.12, 0.05
"""Shares of a photo from which a stated colour agrees, or partly agrees, and below which it differs."""
_SAME_COLOURS, _SIMILAR_COLOURS = 0.8, 0.6
"""Colour similarities that 90% and 98% of the photos of one thing reach."""
_SHADE: Final = 0.5
"""How alike two colours are that share their name in everyday language: navy is a blue, but black is no navy."""
_ALIKE: Final = 0.35
"""How alike two colours are that people take for each other."""


def of(lost: Thing, found: Thing, lost_photos: Sequence[Shares], found_photos: Sequence[Shares]) -> Iterator[Why]:
    """Compare what is said with what is said or else seen, and photos with each other if nothing is said."""
    if lost.colours and found.colours:
        yield _by_words(lost.colours, found.colours, found_photos)
    elif lost.colours and found_photos:
        yield from _by_photos(lost.colours, found_photos)
    elif found.colours and lost_photos:
        yield from _by_photos(found.colours, lost_photos)
    elif lost.colours and not (found.details or found.is_many_coloured):
        yield Why("colour", "", "unknown")
    elif not (lost.colours or found.colours) and lost_photos and found_photos:
        yield _of_photos(lost_photos, found_photos)


def _by_words(lost: Sequence[Colour], found: Sequence[Colour], photos: Sequence[Shares]) -> Why:
    ours, theirs = {colour.word for colour in lost}, {colour.word for colour in found}
    if lost[0].word == found[0].word or ours == theirs:
        return Why("colour", lost[0].word, "agrees")
    if common := [colour.word for colour in lost if colour.word in theirs]:
        return Why("colour", common[0], "partly")
    alike = any(colours.name_similarity(one.name, other.name) >= _ALIKE for one in lost for other in found)
    is_seen = any(colours.share_of(colour.name, seen, _SHADE) >= _MUCH for colour in lost for seen in photos)
    return Why("colour", lost[0].word, "partly" if alike or is_seen else "differs")


def _by_photos(stated: Sequence[Colour], photos: Sequence[Shares]) -> Iterator[Why]:
    """Compare stated colours with photos; a share between "hardly any" and "some" decides nothing."""
    shares = [(colour, seen, colours.share_of(colour.name, seen)) for colour in stated for seen in photos]
    colour, seen, share = max(shares, key=lambda entry: entry[2])
    if share >= _SOME:
        is_clear = colours.share_of(colour.name, seen, _SHADE) >= _MUCH and not colour.is_metal
        agreement: Agreement = "agrees" if is_clear else "partly"
        yield Why("colour", colour.word, agreement)
    elif share < _HARDLY:
        yield Why("colour", stated[0].word, "differs")


def _of_photos(lost: Sequence[Shares], found: Sequence[Shares]) -> Why:
    similarity, mine, theirs = max((colours.similarity(a, b), a, b) for a in lost for b in found)
    name = colours.dominant(mine)
    is_in_both = min(colours.share_of(name, mine, _SHADE), colours.share_of(name, theirs, _SHADE)) >= _MUCH
    if similarity >= _SAME_COLOURS:
        return Why("colour", name if is_in_both else "", "agrees")
    if similarity >= _SIMILAR_COLOURS:
        return Why("colour", name if is_in_both else "", "partly")
    return Why("colour", name, "differs")
