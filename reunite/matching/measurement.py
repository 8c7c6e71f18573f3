"""Measures the evidence of a pair, on scales that hold for any community; unknown evidence is left out."""

from collections.abc import Mapping
from math import log, sqrt
from typing import Final

from reunite.matching import circumstances, colours
from reunite.matching.evidence import Background, Candidate, Item, PairKind
from reunite.matching.features import ReportFeatures
from reunite.matching.weights import (
    COLOUR,
    COLOUR_OF_PHOTOS,
    PLACE,
    RARE_WORDS,
    SHARED_WORDS,
    TIME,
    BackgroundPrior,
    ScoringModel,
)
from reunite.text import words

_TEXT_AND_PHOTO: Final = (PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT)
"""Left out if photos are compared: both say what kind of thing it is, and counting that twice favours lookalikes."""
_TRUSTED_COUNT: Final = 10
"""Open reports at which their own deviation weighs as much as the prior's."""
_MIN_DEVIATION: Final = 1e-6


def measure(
    background: Mapping[PairKind, Background],
    query: ReportFeatures,
    other: ReportFeatures,
    candidate: Candidate,
    model: ScoringModel,
) -> dict[str, float]:
    """Return all evidence of a pair."""
    return similarity_evidence(background, candidate, model) | content_evidence(query, other)


def similarity_evidence(
    background: Mapping[PairKind, Background], candidate: Candidate, model: ScoringModel
) -> dict[str, float]:
    """Return the evidence that depends on the other open reports too: standardised similarities and rare words."""
    evidence: dict[str, float] = {
        kind: z_score(similarity, background.get(kind), model.background_priors[kind])
        for kind, similarity in candidate.similarities.items()
        if PairKind.PHOTO_PHOTO not in candidate.similarities or kind not in _TEXT_AND_PHOTO
    }
    return evidence | {RARE_WORDS: log(1 + len(candidate.rare_words))}


def content_evidence(query: ReportFeatures, other: ReportFeatures) -> dict[str, float]:
    """Return the evidence that depends on the two reports alone: colours, place, time and shared words."""
    possible: Mapping[str, float | None] = {
        COLOUR: _stated_colours(query, other),
        COLOUR_OF_PHOTOS: _photo_colours(query.item, other.item),
        PLACE: _place(query, other),
        TIME: circumstances.time_evidence(query.item, other.item),
        SHARED_WORDS: log(1 + len(words.shared_words(query.tokens, other.tokens))),
    }
    return {name: value for name, value in possible.items() if value is not None}


def z_score(similarity: float, background: Background | None, prior: BackgroundPrior) -> float:
    """Return by how many deviations a cosine exceeds that of a wrong pair.

    The wrong pairs' mean and deviation are estimated from the community's other reports, shrunk towards the prior as
    long as there are few; the uncertainty of the mean widens the deviation.
    """
    others = max(background.count - 1, 0) if background else 0
    if background and others:
        mean, variance = _leave_one_out(similarity, background)
    else:
        mean, variance = prior.mean, prior.deviation**2
    trust = others / (others + _TRUSTED_COUNT)
    variance = trust * variance + (1 - trust) * prior.deviation**2
    prior_count = (prior.deviation / prior.spread) ** 2
    count = others + prior_count
    mean = (others * mean + prior_count * prior.mean) / count
    return (similarity - mean) / max(sqrt(variance * (1 + 1 / count)), _MIN_DEVIATION)


def _leave_one_out(similarity: float, background: Background) -> tuple[float, float]:
    """Return mean and variance of the background without the pair itself."""
    others = background.count - 1
    mean = (background.count * background.mean - similarity) / others
    square = (background.count * (background.deviation**2 + background.mean**2) - similarity**2) / others
    return mean, max(square - mean**2, 0.0)


def _stated_colours(first: ReportFeatures, second: ReportFeatures) -> float | None:
    """Compare the colours stated in one report with those seen in the other; the best thing and photo count.

    A thing without a stated colour, next to one with a colour, may have any: that counts as neutral.
    """
    ratios = [
        max(
            colours.log_ratio(stated, seen) if stated else 0.0
            for stated in stating.stated_colours
            for seen in showing.item.colours
        )
        for stating, showing in ((first, second), (second, first))
        if any(stating.stated_colours) and showing.item.colours
    ]
    return sum(ratios) / len(ratios) if ratios else None


def _photo_colours(first: Item, second: Item) -> float | None:
    return max((colours.similarity(a, b) for a in first.colours for b in second.colours), default=None)


def _place(first: ReportFeatures, second: ReportFeatures) -> float | None:
    similarity = circumstances.place_similarity(first.place_words, second.place_words)
    return None if similarity is None else circumstances.place_log_odds(similarity)
