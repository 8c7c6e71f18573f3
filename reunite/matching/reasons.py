"""Why a pair is thought to be one thing: short data that the wording turns into a line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from reunite.entities import Agreement, Why
from reunite.matching import circumstances, colours
from reunite.matching.evidence import Item, PairKind
from reunite.matching.reading import Reading
from reunite.text import words

STRONG: Final[Mapping[PairKind, float]] = {
    PairKind.PHOTO_PHOTO: 4.0,
    PairKind.TEXT_PHOTO: 2.5,
    PairKind.PHOTO_TEXT: 2.5,
    PairKind.TEXT_TEXT: 4.0,
}
"""Deviations above the background from which a pair is said to be of the same kind of thing."""
_PARTLY_STRONG: Final = 0.6
_ENOUGH, _SOME = 0.30, 0.12
"""Shares of a photo's colours from which a colour said is seen, or seen in part."""
_SAME_COLOURS, _LIKE_COLOURS = 0.8, 0.6
"""Of photos of one thing nine in ten agree as far as the first, 98 in a hundred as far as the second."""
_SAME_PLACE, _NEAR_PLACE = 0.6, 0.35
_SOON, _SLIP = timedelta(days=14), timedelta(hours=-12)
_MOST_WORDS: Final = 3


def reasons(
    query: Reading, other: Reading, rare_words: Sequence[str], evidence: Mapping[str, float]
) -> tuple[Why, ...]:
    """Return what agrees, partly agrees, differs or is said by one side alone, the thing itself first."""
    each = (
        *_thing(query, other, evidence),
        *_colour(query, other),
        *_place(query, other),
        *_time(query.item, other.item),
        *(Why("words", word, "agrees") for word in rare_words[:_MOST_WORDS]),
    )
    said: dict[str, Why] = {}
    for why in each:
        said.setdefault(why.word.casefold() or why.aspect, why)
    return tuple(said.values())


def _thing(query: Reading, other: Reading, evidence: Mapping[str, float]) -> Iterator[Why]:
    """Name the thing by a word that both use, else by one's own word where the photos or vectors bear it out."""
    heads = [head for head in (query.head, other.head) if head]
    shared = {words.stem(word) for word in words.shared(query.telling, other.telling)}
    if named := [head for head in heads if words.stem(head) in shared]:
        yield Why("thing", named[0], "agrees")
        return
    strength = max((evidence[kind] / least for kind, least in STRONG.items() if kind in evidence), default=0.0)
    agreement: Agreement = "agrees" if strength >= 1 else "partly"
    if strength >= _PARTLY_STRONG:
        yield Why("thing", heads[0] if heads else "", agreement)


def _colour(query: Reading, other: Reading) -> Iterator[Why]:
    for saying, showing in ((query, other), (other, query)):
        if saying.colour_names and showing.item.colours:
            share, _, name = max(
                (colours.share_of(name, seen), -place, name)
                for seen in showing.item.colours
                for place, name in enumerate(saying.colour_names)
            )
            yield Why("colour", name, "agrees" if share >= _ENOUGH else "partly" if share >= _SOME else "differs")
            return
    if query.colour_names and not other.colour_names:
        yield Why("colour", "", "unknown")
    pairs = [(colours.agreement(ours, theirs), ours) for ours in query.item.colours for theirs in other.item.colours]
    if pairs:
        share, ours = max(pairs)
        agreement: Agreement = "agrees" if share >= _SAME_COLOURS else "partly" if share >= _LIKE_COLOURS else "differs"
        yield Why("colour", colours.main(ours), agreement)


def _place(query: Reading, other: Reading) -> Iterator[Why]:
    overlap = circumstances.place_overlap(query.place_words, other.place_words)
    if overlap is not None:
        agreement: Agreement = "agrees" if overlap >= _SAME_PLACE else "partly" if overlap >= _NEAR_PLACE else "differs"
        yield Why("place", other.item.place, agreement)
    elif query.place_words or other.place_words:
        yield Why("place", "", "unknown")


def _time(query: Item, other: Item) -> Iterator[Why]:
    gap = circumstances.found_after(query, other)
    if gap is not None:
        agreement: Agreement = "agrees" if timedelta() <= gap <= _SOON else "partly" if gap >= _SLIP else "differs"
        yield Why("time", str(round(gap / timedelta(minutes=1))), agreement)
