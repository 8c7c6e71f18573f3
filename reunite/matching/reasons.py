"""The reasons for a match, as data; the wording turns them into the why line.

What agrees must hold for what both reports say or show. Where only similarities speak for a match, it looks or sounds
alike, and no word claims more.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from reunite.entities import Agreement, Label, ReportKind, Why
from reunite.matching import circumstances, colour_reasons, places_compared
from reunite.matching.evidence import Item, PairKind
from reunite.matching.features import ReportFeatures
from reunite.matching.kinds_compared import AGREE, closest_things, is_part_of_other, named, only_one_is_toy, shown
from reunite.text import distinctive, negation, places, words
from reunite.text.brands import other_brand
from reunite.text.place_names import base_form

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


def reasons(
    query: ReportFeatures,
    other: ReportFeatures,
    rare_words: Sequence[str],
    evidence: Mapping[str, float],
    *,
    label: Label | None = None,
) -> tuple[Why, ...]:
    """Return what agrees, partly agrees, differs or isn't said, the thing itself first.

    That a photo fits the other side's words is said only with high confidence: of possible matches, half may be wrong.
    """
    lost, found = (query, other) if query.item.kind is ReportKind.LOST else (other, query)
    look = (*_brand(lost, found), *_colour(lost, found))
    may_fit = label is Label.HIGH and not any(why.agreement == "differs" for why in look)
    candidates = (
        *_thing(lost, found, evidence, may_fit=may_fit),
        *look,
        *_place(lost, found),
        *_time(lost.item, found.item),
        *_words(lost, found, rare_words),
    )
    by_word: dict[str, Why] = {}
    for why in candidates:
        by_word.setdefault(why.word.casefold() or why.aspect, why)
    return tuple(by_word.values())


def _thing(
    lost: ReportFeatures, found: ReportFeatures, evidence: Mapping[str, float], *, may_fit: bool
) -> Iterator[Why]:
    looks = _strength(evidence, PairKind.PHOTO_PHOTO)
    fits = _strength(evidence, PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT)
    thing = _named_thing(lost, found, fits)
    if thing:
        yield thing
    if looks >= 1 or (looks >= _PARTLY and not thing):
        yield Why("thing", "", "agrees" if looks >= 1 else "partly")
    elif not thing and may_fit and fits >= 1 and shown(lost, found)[0] != "other":
        yield Why("photo", "", "agrees")
    elif not thing and fits >= _PARTLY:
        yield Why("thing", "", "partly")  # text has no looks: the photo may only show what it says
    elif not thing and _strength(evidence, PairKind.TEXT_TEXT) >= 1:
        yield Why("description", "", "partly")


def _colour(lost: ReportFeatures, found: ReportFeatures) -> Iterator[Why]:
    """Compare colours; of several things, no colour differs unless words say which of them the other one may be."""
    first, second = closest_things(lost, found)
    is_clear = len(lost.things) == len(found.things) == 1 or (first.noun and second.noun)
    for why in colour_reasons.of(first, second, lost.item.seen_colours, found.item.seen_colours):
        if is_clear or why.agreement != "differs":
            yield why


def _strength(evidence: Mapping[str, float], *kinds: PairKind) -> float:
    return max((evidence[kind] / STRONG[kind] for kind in kinds if kind in evidence), default=0.0)


def _named_thing(lost: ReportFeatures, found: ReportFeatures, fits: float) -> Why | None:
    """Name the thing by what both sides say or show; None if neither does."""
    by_words, noun = named(lost, found)
    by_photos, seen = shown(lost, found)
    if by_words in AGREE:
        return Why("thing", noun, "agrees")
    if by_photos in AGREE and by_words != "other" and not only_one_is_toy(lost, found):
        return Why("thing", seen, "agrees")
    own = next(iter(lost.nouns or found.nouns), "")
    if "near" in {by_words, by_photos} or by_photos in AGREE or (by_words == "other" and is_part_of_other(lost, found)):
        return Why("thing", own, "partly")
    if by_words == "other" or (by_photos == "other" and fits < _PARTLY):
        return Why("thing", own, "differs")
    return None


def _brand(lost: ReportFeatures, found: ReportFeatures) -> Iterator[Why]:
    if brand := other_brand(lost.brands, found.brands):
        yield Why("brand", brand, "differs")


def _place(lost: ReportFeatures, found: ReportFeatures) -> Iterator[Why]:
    similarity = places_compared.similarity(lost, found)
    if similarity is not None:
        agreement = _agreement(similarity, _SAME_PLACE, _NEAR_PLACE)
        if agreement != "differs" or circumstances.rule_out_each_other(lost.place_words, found.place_words):
            yield Why("place", _said(found), agreement)
        return
    for saying, other in ((lost, found), (found, lost)):
        if saying.place_words and circumstances.names_place(other.item.text, saying.place_words):
            yield Why("place", _said(saying), "agrees")
            return
    if lost.place_words and not found.place_words and not places.may_say_where(found.item.text):
        yield Why("place", "", "unknown")


def _said(features: ReportFeatures) -> str:
    """Return a report's place as people say it."""
    if features.item.place:
        return features.place
    return ", ".join(base_form(place, features.item.text) for place in features.place.split(", "))


def _time(lost: Item, found: Item) -> Iterator[Why]:
    gap = circumstances.found_after(lost, found)
    if gap is not None:
        yield Why("time", str(round(gap / timedelta(minutes=1))), _time_agreement(gap))


def _time_agreement(gap: timedelta) -> Agreement:
    if timedelta() <= gap <= _SOON:
        return "agrees"
    return "partly" if gap >= _EARLIEST else "differs"


def _words(lost: ReportFeatures, found: ReportFeatures, rare_words: Sequence[str]) -> Iterator[Why]:
    """Return the rare words by which people recognise a thing, if both reports say them of it."""
    shared_parts = lost.part_nouns & found.part_nouns
    shared = {words.stem(token) for token in words.shared_words(lost.tokens, found.tokens)}
    lacked = {
        words.stem(word)
        for features in (lost, found)
        for word in negation.negated_words(words.plain(features.item.text))
    }
    kept = (word for word in rare_words if words.stem(word) not in lacked)
    distinctive_words = [word for word in kept if distinctive.is_distinctive(word, shared_parts, shared)]
    yield from (Why("words", word, "agrees") for word in distinctive_words[:_MAX_WORDS])


def _agreement(value: float, agrees: float, partly: float) -> Agreement:
    if value >= agrees:
        return "agrees"
    return "partly" if value >= partly else "differs"
