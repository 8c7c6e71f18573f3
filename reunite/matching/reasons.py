"""The reasons for a match, as data; the wording turns them into the why line.

What agrees must hold for what both reports say or show. Where only similarities speak for a match, it looks or sounds
alike, and no word claims more.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import product
from typing import Final

from reunite.entities import Agreement, ReportKind, Why
from reunite.matching import circumstances, colour_reasons
from reunite.matching.described import Thing
from reunite.matching.evidence import Item, PairKind
from reunite.matching.features import ReportFeatures
from reunite.text import distinctive, negation, places, words
from reunite.text.kinds import Relation, relation, told_by

STRONG: Final[Mapping[PairKind, float]] = {
    PairKind.PHOTO_PHOTO: 4.0,
    PairKind.TEXT_PHOTO: 2.5,
    PairKind.PHOTO_TEXT: 2.5,
    PairKind.TEXT_TEXT: 4.0,
}
"""Deviations above the background from which a pair counts as the same kind of thing."""
_PARTLY: Final = 0.6
"""The share of `STRONG` from which two reports look a bit alike."""
_SAME_PLACE, _NEAR_PLACE = 0.6, 0.35
_SOON, _EARLIEST = timedelta(days=14), timedelta(hours=-12)
_MAX_WORDS: Final = 3
_CLOSEST: Final[Sequence[Relation]] = ("same", "narrower", "broader", "near", "unknown", "other")
_AGREE: Final = frozenset[Relation](("same", "narrower", "broader"))
_TOY: Final = frozenset[Relation](("same", "broader"))
_Related = tuple[Relation, str]
"""How two nouns are related, and the one that holds for both things where they agree."""


def reasons(
    query: ReportFeatures, other: ReportFeatures, rare_words: Sequence[str], evidence: Mapping[str, float]
) -> tuple[Why, ...]:
    """Return what agrees, partly agrees, differs or isn't said, the thing itself first."""
    lost, found = (query, other) if query.item.kind is ReportKind.LOST else (other, query)
    first, second = _closest_things(lost, found)
    candidates = (
        *_thing(lost, found, evidence),
        *colour_reasons.of(first, second, lost.item.colours, found.item.colours),
        *_place(lost, found),
        *_time(lost.item, found.item),
        *_words(lost, found, rare_words),
    )
    by_word: dict[str, Why] = {}
    for why in candidates:
        by_word.setdefault(why.word.casefold() or why.aspect, why)
    return tuple(by_word.values())


def _closest_things(lost: ReportFeatures, found: ReportFeatures) -> tuple[Thing, Thing]:
    """Return the pair of things that the two reports are most likely both about."""
    pairs = list(product(lost.things, found.things))
    return min(pairs, key=lambda pair: _CLOSEST.index(_related(_noun(pair[0]), _noun(pair[1]))[0]))


def _noun(thing: Thing) -> Sequence[str]:
    return (thing.noun,) if thing.noun else ()


def _nouns(report: ReportFeatures) -> Sequence[str]:
    return [noun for thing in report.things for noun in _noun(thing)]


def _related(firsts: Sequence[str], seconds: Sequence[str]) -> _Related:
    """Return how the closest two of these nouns are related."""
    found = [
        (related, _common(related, first, second))
        for first, second in product(firsts, seconds)
        for related in (relation(first, second),)
    ]
    return min(found, key=lambda pair: _CLOSEST.index(pair[0]), default=("unknown", ""))


def _common(related: Relation, first: str, second: str) -> str:
    """Return the name that holds for both of two things that agree."""
    if related == "narrower" or first.endswith(f" {second}"):
        return second
    return told_by(first) if related == "broader" else first


def _thing(lost: ReportFeatures, found: ReportFeatures, evidence: Mapping[str, float]) -> Iterator[Why]:
    looks = _strength(evidence, PairKind.PHOTO_PHOTO)
    named = _named(lost, found, _strength(evidence, PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT))
    if named:
        yield named
    if looks >= 1 or (looks >= _PARTLY and not named):
        yield Why("thing", "", "agrees" if looks >= 1 else "partly")
    elif not named and _strength(evidence, PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT) >= _PARTLY:
        yield Why("thing", "", "partly")  # words can't look like anything; only the photo can show the thing they name
    elif not named and _strength(evidence, PairKind.TEXT_TEXT) >= 1:
        yield Why("description", "", "partly")


def _strength(evidence: Mapping[str, float], *kinds: PairKind) -> float:
    return max((evidence[kind] / STRONG[kind] for kind in kinds if kind in evidence), default=0.0)


def _named(lost: ReportFeatures, found: ReportFeatures, fits: float) -> Why | None:
    """Name the thing by what both sides say or show; None if that says nothing about it."""
    by_words, noun = _related(_nouns(lost), _nouns(found))
    by_photos, seen = _shown(lost, found)
    if by_words in _AGREE:
        return Why("thing", noun, "agrees")
    if by_photos in _AGREE and by_words != "other" and not _only_one_is_toy(_nouns(lost), _nouns(found)):
        return Why("thing", seen, "agrees")
    own = next(iter(_nouns(lost) or _nouns(found)), "")
    if "near" in {by_words, by_photos} or by_photos in _AGREE or (by_words == "other" and _is_held(lost, found)):
        return Why("thing", own, "partly")
    if by_words == "other" or (by_photos == "other" and fits < _PARTLY):
        return Why("thing", own, "differs")
    return None


def _shown(lost: ReportFeatures, found: ReportFeatures) -> _Related:
    """Return how what one report says or shows is related to what the other's photo shows."""
    ours, theirs = _nouns(lost), _nouns(found)
    pairs = ((ours, found.item.shows), (lost.item.shows, theirs), (lost.item.shows, found.item.shows))
    compared = [_related(*pair) for pair in pairs if all(pair)]
    return min(compared, key=lambda pair: _CLOSEST.index(pair[0]), default=("unknown", ""))


def _only_one_is_toy(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one of two things is a toy: the photo of a stuffed dog shows a dog too."""
    toys = [any(relation("toy", noun) in _TOY for noun in nouns) for nouns in (ours, theirs) if nouns]
    return len(set(toys)) > 1


def _is_held(lost: ReportFeatures, found: ReportFeatures) -> bool:
    """Whether one report is about what the other's thing has or contains."""
    return any(
        words.stem(noun.split()[-1]) in holder.held
        for held, holder in ((lost, found), (found, lost))
        for noun in _nouns(held)
    )


def _place(lost: ReportFeatures, found: ReportFeatures) -> Iterator[Why]:
    similarity = circumstances.place_similarity(lost.place_words, found.place_words)
    if similarity is not None:
        agreement = _agreement(similarity, _SAME_PLACE, _NEAR_PLACE)
        if agreement != "differs" or circumstances.rule_out_each_other(lost.place_words, found.place_words):
            yield Why("place", found.place, agreement)
        return
    for saying, other in ((lost, found), (found, lost)):
        if saying.place_words and circumstances.names_place(other.item.text, saying.place_words):
            yield Why("place", saying.place, "agrees")
            return
    if lost.place_words and not places.may_say_where(found.item.text):
        yield Why("place", "", "unknown")


def _time(lost: Item, found: Item) -> Iterator[Why]:
    gap = circumstances.found_after(lost, found)
    if gap is not None:
        agreement: Agreement = "agrees" if timedelta() <= gap <= _SOON else "partly" if gap >= _EARLIEST else "differs"
        yield Why("time", str(round(gap / timedelta(minutes=1))), agreement)


def _words(lost: ReportFeatures, found: ReportFeatures, rare_words: Sequence[str]) -> Iterator[Why]:
    """Return the rare words by which people recognise a thing, if both reports say them of it."""
    held = lost.held & found.held
    shared = {words.stem(token) for token in words.shared_words(lost.tokens, found.tokens)}
    lacked = {
        words.stem(word)
        for features in (lost, found)
        for word in negation.negated_words(words.plain(features.item.text))
    }
    kept = (word for word in rare_words if words.stem(word) not in lacked)
    distinctive_words = [word for word in kept if distinctive.is_distinctive(word, held, shared)]
    yield from (Why("words", word, "agrees") for word in distinctive_words[:_MAX_WORDS])


def _agreement(value: float, agrees: float, partly: float) -> Agreement:
    return "agrees" if value >= agrees else "partly" if value >= partly else "differs"
