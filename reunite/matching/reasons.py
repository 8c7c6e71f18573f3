"""The reasons for a match, as data that the wording turns into a line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from reunite.entities import Agreement, Why
from reunite.matching import circumstances, colours
from reunite.matching.evidence import Item, PairKind
from reunite.matching.features import ReportFeatures
from reunite.text import words

STRONG: Final[Mapping[PairKind, float]] = {
    PairKind.PHOTO_PHOTO: 4.0,
    PairKind.TEXT_PHOTO: 2.5,
    PairKind.PHOTO_TEXT: 2.5,
    PairKind.TEXT_TEXT: 4.0,
}
"""Deviations above the background from which a pair counts as the same kind of thing."""
_PARTLY: Final = 0.6
"""The share of `STRONG` from which the thing partly agrees."""
_MUCH, _SOME = 0.30, 0.12
"""Shares of a photo from which a stated colour agrees, or partly agrees."""
_SAME_COLOURS, _SIMILAR_COLOURS = 0.8, 0.6
"""Colour similarities that 90% and 98% of the photos of one thing reach."""
_SAME_PLACE, _NEAR_PLACE = 0.6, 0.35
_SOON, _EARLIEST = timedelta(days=14), timedelta(hours=-12)
_MAX_WORDS: Final = 3


def reasons(
    query: ReportFeatures, other: ReportFeatures, rare_words: Sequence[str], evidence: Mapping[str, float]
) -> tuple[Why, ...]:
    """Return what agrees, partly agrees, differs or is stated by one side only, the thing itself first."""
    candidates = (
        *_thing(query, other, evidence),
        *_colour(query, other),
        *_place(query, other),
        *_time(query.item, other.item),
        *(Why("words", word, "agrees") for word in rare_words[:_MAX_WORDS]),
    )
    by_word: dict[str, Why] = {}
    for why in candidates:
        by_word.setdefault(why.word.casefold() or why.aspect, why)
    return tuple(by_word.values())


def _thing(query: ReportFeatures, other: ReportFeatures, evidence: Mapping[str, float]) -> Iterator[Why]:
    """Name the thing by a noun that both use, else by either's noun if the similarities confirm it."""
    nouns = [noun for noun in (query.head_noun, other.head_noun) if noun]
    shared = {words.stem(word) for word in words.shared_words(query.tokens, other.tokens)}
    if common := [noun for noun in nouns if words.stem(noun) in shared]:
        yield Why("thing", common[0], "agrees")
        return
    strength = max((evidence[kind] / strong for kind, strong in STRONG.items() if kind in evidence), default=0.0)
    agreement: Agreement = "agrees" if strength >= 1 else "partly"
    if strength >= _PARTLY:
        yield Why("thing", nouns[0] if nouns else "", agreement)


def _colour(query: ReportFeatures, other: ReportFeatures) -> Iterator[Why]:
    for stating, showing in ((query, other), (other, query)):
        if stating.colour_names and showing.item.colours:
            share, _, name = max(
                (colours.share_of(name, seen), -position, name)
                for seen in showing.item.colours
                for position, name in enumerate(stating.colour_names)
            )
            yield Why("colour", name, _agreement(share, _MUCH, _SOME))
            return
    if query.colour_names and not other.colour_names:
        yield Why("colour", "", "unknown")
    pairs = [(colours.similarity(a, b), a) for a in query.item.colours for b in other.item.colours]
    if pairs:
        similarity, seen = max(pairs)
        yield Why("colour", colours.dominant(seen), _agreement(similarity, _SAME_COLOURS, _SIMILAR_COLOURS))


def _place(query: ReportFeatures, other: ReportFeatures) -> Iterator[Why]:
    similarity = circumstances.place_similarity(query.place_words, other.place_words)
    if similarity is not None:
        yield Why("place", other.place, _agreement(similarity, _SAME_PLACE, _NEAR_PLACE))
    elif query.place_words or other.place_words:
        yield Why("place", "", "unknown")


def _time(query: Item, other: Item) -> Iterator[Why]:
    gap = circumstances.found_after(query, other)
    if gap is not None:
        agreement: Agreement = "agrees" if timedelta() <= gap <= _SOON else "partly" if gap >= _EARLIEST else "differs"
        yield Why("time", str(round(gap / timedelta(minutes=1))), agreement)


def _agreement(value: float, agrees: float, partly: float) -> Agreement:
    return "agrees" if value >= agrees else "partly" if value >= partly else "differs"
