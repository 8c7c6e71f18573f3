"""Measures the evidence of a pair, on scales that hold for any community; unknown evidence is left out."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import log, log1p, sqrt
from operator import itemgetter
from typing import Final

from reunite.matching import circumstances, colours, kinds_compared, places_compared
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.features import ReportFeatures
from reunite.matching.weights import (
    ALIKE_BY_KIND,
    COLOUR,
    COLOUR_OF_PHOTOS,
    COMMON_KIND,
    DETAILS_OF_PHOTOS,
    KIND_OF_THING,
    NAMED_BRANDS,
    NAMED_COLOURS,
    ONLY_VIEW,
    PLACE,
    RARE_WORDS,
    SEVERAL_COLOURS,
    SHARED_WORDS,
    TIME,
    BackgroundPrior,
    ScoringModel,
)
from reunite.text import words
from reunite.text.brands import brands_in, other_brand
from reunite.text.content import stems
from reunite.text.frequency import Frequency, frequency
from reunite.text.rarity import rarity
from reunite.text.reading import names_in

_TEXT_AND_PHOTO: Final = (PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT)
"""Left out if photos are compared: both say what kind of thing it is, and counting that twice favours lookalikes."""
_TRUSTED_COUNT: Final = 10
"""Open reports at which their own deviation weighs as much as the prior's."""
_FEW: Final = 50
"""Open reports among which other posts of a candidate's thing hide it: k equal similarities among n are at most
√(n/k − 1) deviations above the mean."""
_MIN_DEVIATION: Final = 1e-6
_OTHER_BRAND: Final = -2.5
"""Stated: posts about one thing name brands that rule each other out one twelfth as often as posts about two."""
_WEAKENS_OTHERS: Final = -1.0
"""Measured only if it weakens other evidence."""


def measure(  # noqa: PLR0913, PLR0917 - a pair, and what it is compared with
    search: Search,
    query: ReportFeatures,
    other: ReportFeatures,
    candidate: Candidate,
    model: ScoringModel,
    duplicates: Sequence[Candidate] = (),
) -> dict[str, float]:
    """Return all evidence of a pair; `duplicates` are the candidate's other posts."""
    compared = without_uninformative_texts(query, other, candidate)
    similarities = similarity_evidence(search.background, compared, model, duplicates)
    return similarities | word_evidence(search, query, other, candidate) | content_evidence(query, other)


def without_uninformative_texts(query: ReportFeatures, other: ReportFeatures, candidate: Candidate) -> Candidate:
    """Return the candidate without the similarity of texts, if one of them is uninformative ("found this")."""
    if PairKind.TEXT_TEXT not in candidate.similarities or not (_is_uninformative(query) or _is_uninformative(other)):
        return candidate
    similarities: Mapping[PairKind, float] = {
        kind: value for kind, value in candidate.similarities.items() if kind is not PairKind.TEXT_TEXT
    }
    return candidate._replace(similarities=similarities)


def _is_uninformative(report: ReportFeatures) -> bool:
    return bool(report.item.text) and not report.is_informative


def similarity_evidence(
    background: Mapping[PairKind, Background],
    candidate: Candidate,
    model: ScoringModel,
    duplicates: Sequence[Candidate] = (),
) -> dict[str, float]:
    """Return what the search measured on a pair: standardised similarities, and matching details of photos."""

    def similarities_of_duplicates(kind: PairKind) -> list[float]:
        return [duplicate.similarities[kind] for duplicate in duplicates if kind in duplicate.similarities]

    evidence: dict[str, float] = {
        kind: z_score(similarity, background.get(kind), model.background_priors[kind], similarities_of_duplicates(kind))
        for kind, similarity in candidate.similarities.items()
        if PairKind.PHOTO_PHOTO not in candidate.similarities or kind not in _TEXT_AND_PHOTO
    }
    if len(evidence) == 1 and (kind := next(iter(evidence))) in _TEXT_AND_PHOTO:
        evidence[ONLY_VIEW] = evidence[kind]
    if candidate.details is not None:
        evidence[DETAILS_OF_PHOTOS] = log1p(candidate.details)
    return evidence


def word_evidence(
    search: Search, query: ReportFeatures, other: ReportFeatures, candidate: Candidate
) -> dict[str, float]:
    """Return the evidence of shared words: the rare ones, and the others that aren't boilerplate."""
    rare = distinguishing_words(candidate.rare_words, query, other)
    counted = search.boilerplate.union(*map(stems, (*rare, *search.boilerplate)))
    shared = [
        word
        for word in words.shared_words(query.tokens, other.tokens)
        if frequency(word) is not Frequency.COMMON and words.stem(word) not in counted
    ]
    shared += _brands_in_other_words(query, other, (*rare, *shared))
    heads = {query.head_noun, other.head_noun}
    head = query.head_noun if len(heads) == 1 else None
    return {
        RARE_WORDS: rarity(rare, head, query.named_serials | other.named_serials),
        SHARED_WORDS: log(1 + len(shared)),
    }


def _brands_in_other_words(query: ReportFeatures, other: ReportFeatures, counted: Sequence[str]) -> list[str]:
    """Return the brands of both things that each calls by another name, like two languages' words: 小米 and Xiaomi."""
    of_both = query.brands.own.keys() & other.brands.own.keys()
    return sorted(of_both - brands_in(" ".join(counted)).keys()) if of_both else []


def distinguishing_words(rare: Sequence[str], query: ReportFeatures, other: ReportFeatures) -> Sequence[str]:
    """Return the rare words that may tell things apart: in a language that can't be read, serials and names alone.

    Two reports that name different things share a lecture, a flight or a street rather than the thing; only a number
    that both call a serial still counts.
    """
    if rare and kinds_compared.name_different(query, other):
        return [word for word in rare if word in query.named_serials and word in other.named_serials]
    if query.is_readable or other.is_readable:
        return rare
    names = names_in(query.item.text) | names_in(other.item.text)
    return [word for word in rare if words.is_code(word) or word in names]


def content_evidence(query: ReportFeatures, other: ReportFeatures) -> dict[str, float]:
    """Return the evidence that depends on the two reports alone: kinds, brands, colours, place and time."""
    named = _named_colours(query, other)
    stated, are_several = (None, False) if named is not None else _stated_colours(query, other)
    if stated is None:
        stated = _ruled_out_colours(query.item, other.item)
    possible: Mapping[str, float | None] = {
        ALIKE_BY_KIND: _WEAKENS_OTHERS if kinds_compared.photos_show_one_kind(query, other) else None,
        COLOUR: stated,
        NAMED_BRANDS: _OTHER_BRAND if other_brand(query.brands, other.brands) else None,
        NAMED_COLOURS: named,
        COLOUR_OF_PHOTOS: _photo_colours(query.item, other.item),
        KIND_OF_THING: kinds_compared.log_odds(query, other),
        PLACE: _place(query, other),
        SEVERAL_COLOURS: stated if are_several else None,
        TIME: circumstances.time_evidence(query.item, other.item),
    }
    return {name: value for name, value in possible.items() if value is not None}


def search_evidence(
    query: ReportFeatures,
    others: Sequence[ReportFeatures],
    measured: Sequence[Mapping[str, float]],
    posts: Sequence[int],
    open_count: int,
) -> Sequence[dict[str, float]]:
    """Return the evidence of a search's candidates with what all of them together say of each.

    `posts` is for each candidate how many posts its thing has among them.
    """
    of_kind = sum(1 / count for other, count in zip(others, posts, strict=True) if kinds_compared.agree(query, other))
    common = kinds_compared.common_kind(query, of_kind, open_count)
    return [
        {**evidence} if PairKind.PHOTO_PHOTO in evidence else {**evidence, COMMON_KIND: common} for evidence in measured
    ]


def z_score(
    similarity: float, background: Background | None, prior: BackgroundPrior, of_duplicates: Sequence[float] = ()
) -> float:
    """Return by how many deviations a cosine exceeds that of a wrong pair.

    The wrong pairs' mean and deviation are estimated from the community's other reports, shrunk towards the prior as
    long as there are few; the uncertainty of the mean widens the deviation. If the pair is right, so are those of the
    candidate's other posts, and they count as little as the pair itself.
    """
    left_out = (similarity, *of_duplicates) if background and background.count <= _FEW else (similarity,)
    others = max(background.count - len(left_out), 0) if background else 0
    if background and others:
        mean, variance = _leave_out(left_out, background)
    else:
        mean, variance = prior.mean, prior.deviation**2
    trust = others / (others + _TRUSTED_COUNT)
    variance = trust * variance + (1 - trust) * prior.deviation**2
    prior_count = (prior.deviation / prior.spread) ** 2
    count = others + prior_count
    mean = (others * mean + prior_count * prior.mean) / count
    return (similarity - mean) / max(sqrt(variance * (1 + 1 / count)), _MIN_DEVIATION)


def _leave_out(similarities: Sequence[float], background: Background) -> tuple[float, float]:
    """Return mean and variance of the background without some of its similarities."""
    others = background.count - len(similarities)
    mean = (background.count * background.mean - sum(similarities)) / others
    squares = background.count * (background.deviation**2 + background.mean**2)
    square = (squares - sum(similarity**2 for similarity in similarities)) / others
    return mean, max(square - mean**2, 0.0)


def _named_colours(first: ReportFeatures, second: ReportFeatures) -> float | None:
    """Compare the colours that both reports name; the best pair of things counts.

    Text is more reliable about colours than a photo, which depends on the light, so photos don't count then.
    """
    pairs = product(first.own_colours, second.own_colours)
    return max((colours.log_ratio_of_names(one, other) for one, other in pairs), default=None)


def _stated_colours(first: ReportFeatures, second: ReportFeatures) -> tuple[float | None, bool]:
    """Compare the colours stated in one report with those seen in the other, and tell whether they are several.

    The best thing and photo count. A thing without a stated colour, next to one with a colour, may have any: that
    counts as neutral.
    """
    ratios, are_several = [], False
    for stating, showing in ((first, second), (second, first)):
        if any(stating.stated_colours) and showing.item.seen_colours:
            ratio, stated = max(
                (
                    (colours.log_ratio(stated, seen) if stated else 0.0, stated)
                    for stated in stating.stated_colours
                    for seen in showing.item.seen_colours
                ),
                key=itemgetter(0),
            )
            ratios.append(ratio)
            are_several |= stated is not None and colours.are_several(stated)
    return (sum(ratios) / len(ratios) if ratios else None), are_several


def _ruled_out_colours(first: Item, second: Item) -> float | None:
    """Compare the colours that one report can't have with those seen in the other; the best photo counts."""
    ratios = [
        max(colours.log_ratio_of_others(stating.ruled_out_colours, seen) for seen in showing.seen_colours)
        for stating, showing in ((first, second), (second, first))
        if stating.ruled_out_colours and showing.seen_colours
    ]
    return ratios[0] if ratios else None


def _photo_colours(first: Item, second: Item) -> float | None:
    return max((colours.similarity(a, b) for a in first.seen_colours for b in second.seen_colours), default=None)


def _place(first: ReportFeatures, second: ReportFeatures) -> float | None:
    similarity = places_compared.similarity(first, second)
    if similarity is not None:
        return circumstances.place_log_odds(similarity)
    is_ruled_out = any(
        circumstances.is_same_place(place, showing.place)
        for stating, showing in ((first, second), (second, first))
        for place in stating.item.ruled_out_places
    )
    return circumstances.place_log_odds(0.0) if is_ruled_out else None
