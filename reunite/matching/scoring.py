"""From evidence to one probability for each candidate and one for "none of them", and from those to labels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from reunite.entities import Label, Why
from reunite.matching import circumstances, colours
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.reading import Reading
from reunite.matching.reading import read as read_item
from reunite.matching.reasons import reasons
from reunite.matching.weights import (
    COLOUR,
    COLOUR_OF_PHOTOS,
    PLACE,
    RARE_WORDS,
    SHARED_WORDS,
    TIME,
    Limits,
    ScoringModel,
    Typical,
)
from reunite.text import words

Counts = NDArray[np.intp]
Odds = NDArray[np.float64]

MOST_RESULTS, MOST_LABELS = 20, 5
NEVER_ALONE: Final = (PLACE, TIME, COLOUR)
"""Evidence that many things share: by itself it makes no label."""

_SAID_BY_PHOTOS: Final = (PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT)
"""Left out beside two photos: both say what kind of thing it is, and counting that twice makes look-alikes the same."""
_OWN_DEVIATION_FROM: Final = 10
"""Open reports at which their own deviation counts as much as the typical one."""
_LEAST_DEVIATION: Final = 1e-6
_POSTED_AGAIN: Final = -2.3
"""Log odds that a find was posted before, beside those that a loss was found: of alike finds most are look-alikes."""
_LEAST_DOUBT: Final = 0.01
"""Two posts are never quite surely of one thing."""
_UNSEEN: Final = -2.0
"""Log odds of an open report that is no candidate: it was not near in any way."""
_WORTH_NAMING: Final = 0.05
_BESIDE_THE_FIRST: Final = 0.1
"""What is less probable than this, or than this share of the first, is not named beside it."""


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """How probable it is that a candidate is of the very thing, what it is called, and why.

    `evidence` holds what was measured, by the names of `weights.EVIDENCE`, before any weight.
    """

    report: UUID
    probability: float
    label: Label | None
    why: tuple[Why, ...]
    evidence: Mapping[str, float]


def score(
    search: Search, model: ScoringModel, read: Callable[[Item], Reading] = read_item
) -> tuple[ScoredCandidate, ...]:
    """Score a search's candidates, best first, at most 20; what their probabilities leave to 1 is "none of them".

    `read` may remember what it has read.
    """
    query = read(search.query)
    scored = []
    for candidate in search.candidates:
        other = read(candidate.item)
        evidence = measure(search.background, query, other, candidate, model)
        scored.append((log_odds(evidence, model), candidate, other, evidence))
    scored.sort(key=lambda each: (-each[0], each[1].item.report))
    doubts = doubts_of_another_thing([other for *_, other, _ in scored], search, model)
    scored = [(each[0] + doubt, *each[1:]) for each, doubt in zip(scored, doubts, strict=True)]
    scored.sort(key=lambda each: (-each[0], each[1].item.report))
    probabilities = share_out([odds for odds, *_ in scored], search.open_count, model)[:MOST_RESULTS]
    of_thing = [log_odds(_likeness_and_words(evidence), model) for *_, evidence in scored[:MOST_RESULTS]]
    limits = model.of_photos if scored and PairKind.PHOTO_PHOTO in scored[0][-1] else model.of_words
    labels = label(probabilities, of_thing, limits)
    return tuple(
        ScoredCandidate(
            candidate.item.report, probability, name, reasons(query, other, candidate.rare_words, evidence), evidence
        )
        for probability, name, (_, candidate, other, evidence) in zip(probabilities, labels, scored, strict=False)
    )


def measure(
    background: Mapping[PairKind, Background],
    query: Reading,
    other: Reading,
    candidate: Candidate,
    model: ScoringModel,
) -> dict[str, float]:
    """Return what speaks for or against a pair, on scales that hold for any community; what is unknown is left out."""
    return likeness(background, candidate, model) | said_and_seen(query, other)


def likeness(background: Mapping[PairKind, Background], candidate: Candidate, model: ScoringModel) -> dict[str, float]:
    """Return what depends on the other open reports too: standardised similarities and rare words."""
    evidence: dict[str, float] = {
        kind: standardised(similarity, background.get(kind), model.typical[kind])
        for kind, similarity in candidate.similarities.items()
        if PairKind.PHOTO_PHOTO not in candidate.similarities or kind not in _SAID_BY_PHOTOS
    }
    return evidence | {RARE_WORDS: log(1 + len(candidate.rare_words))}


def said_and_seen(query: Reading, other: Reading) -> dict[str, float]:
    """Return what the two reports alone say: colours, place, time, and words that both use."""
    possible: Mapping[str, float | None] = {
        COLOUR: _colour_said(query, other),
        COLOUR_OF_PHOTOS: _colour_seen(query.item, other.item),
        PLACE: _place(query, other),
        TIME: _time(query.item, other.item),
        SHARED_WORDS: log(1 + len(words.shared(query.telling, other.telling))),
    }
    return {name: value for name, value in possible.items() if value is not None}


def standardised(similarity: float, own: Background | None, typical: Typical) -> float:
    """Return by how many deviations a cosine stands out from what a wrong pair's would be.

    That is learnt from the report's cosines with the community's other reports, and from the typical ones as long as
    these are few; how little is known then widens the deviation.
    """
    others = max(own.count - 1, 0) if own else 0
    mean, variance = _without(similarity, own) if own and others else (typical.mean, typical.deviation**2)
    trust = others / (others + _OWN_DEVIATION_FROM)
    variance = trust * variance + (1 - trust) * typical.deviation**2
    weight_of_typical = (typical.deviation / typical.spread) ** 2
    known = others + weight_of_typical
    mean = (others * mean + weight_of_typical * typical.mean) / known
    return (similarity - mean) / max(sqrt(variance * (1 + 1 / known)), _LEAST_DEVIATION)


def _without(similarity: float, own: Background) -> tuple[float, float]:
    """Return mean and variance of the background without the pair itself."""
    others = own.count - 1
    mean = (own.count * own.mean - similarity) / others
    square = (own.count * (own.deviation**2 + own.mean**2) - similarity**2) / others
    return mean, max(square - mean**2, 0.0)


def log_odds(evidence: Mapping[str, float], model: ScoringModel) -> float:
    """Return the evidence's weight for the pair; what is unknown neither speaks for it nor against it."""
    return sum(model.terms[name].log_odds(value) for name, value in evidence.items() if name in model.terms)


def doubts_of_another_thing(best_first: Sequence[Reading], search: Search, model: ScoringModel) -> list[float]:
    """Return for each post the log of how probable it is that no better one is of the same thing.

    So a thing's probability stands at the best of its posts, and they are no rivals of each other. That two finds are
    one is scored like a loss and a find: one who posts it again does so soon, and where it is.
    """
    doubts = [0.0] * len(best_first)
    place = {reading.item.report: position for position, reading in enumerate(best_first)}
    for pair, similarity in search.alike.items():
        if pair <= place.keys():
            better, other = sorted(place[report] for report in pair)
            later, earlier = sorted(
                (best_first[better], best_first[other]), key=lambda each: each.item.at, reverse=True
            )
            candidate = Candidate(earlier.item, {PairKind.PHOTO_PHOTO: similarity})
            odds = _POSTED_AGAIN + log_odds(measure({}, later, earlier, candidate, model), model)
            [same] = share_out([odds], search.open_count, model)
            doubts[other] = min(doubts[other], log(max(1 - same, _LEAST_DOUBT)))
    return doubts


def share_out(odds: Sequence[float], open_count: int, model: ScoringModel) -> list[float]:
    """Return each candidate's probability, given its log odds; what is left to 1 is "none of them".

    Before anything is seen, each of the open reports may be it as well as another, and none of them may be: so the same
    look means less among 10,000 reports than among 100.
    """
    none, unseen = odds_of_the_rest(np.array([open_count]), np.array([len(odds)]), model)
    everything = np.concatenate([np.array(odds, np.float64), none, unseen])
    weights = np.exp(everything - everything.max())
    shares: list[float] = (weights / weights.sum()).tolist()
    return shares[: len(odds)]


def odds_of_the_rest(open_counts: Counts, candidates: Counts, model: ScoringModel) -> tuple[Odds, Odds]:
    """Return the log odds of "none of them" and of all open reports that are no candidates, a number each search."""
    open_counts = np.maximum(np.maximum(open_counts, candidates), 1)
    none = model.none + np.log(open_counts)
    unseen = np.log(np.maximum(open_counts - candidates, 1)) + _UNSEEN
    return none, np.where(open_counts > candidates, unseen, -np.inf)


def label(probabilities: Sequence[float], of_thing: Sequence[float], limits: Limits) -> list[Label | None]:
    """Label probabilities that come best first: one alone with high confidence, or up to five possible ones, or none.

    `of_thing` are the log odds by likeness and words alone: place, time and colour never make a label by themselves.
    """
    labels: list[Label | None] = [None] * len(probabilities)
    if not probabilities:
        return labels
    if probabilities[0] >= limits.high and of_thing[0] > 0:
        labels[0] = Label.HIGH
        return labels
    least = max(_WORTH_NAMING, _BESIDE_THE_FIRST * probabilities[0])
    best = list(zip(probabilities, of_thing, strict=True))[:MOST_LABELS]
    named = [i for i, (probability, thing) in enumerate(best) if probability >= least and thing > 0]
    if sum(probabilities[i] for i in named) >= limits.possible:
        for i in named:
            labels[i] = Label.POSSIBLE
    return labels


def _likeness_and_words(evidence: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in evidence.items() if name not in NEVER_ALONE}


def _colour_said(one: Reading, other: Reading) -> float | None:
    """How much more than usual of the colours that one side says is seen on the other: the best thing and photo count.

    A thing without a colour, beside one that has one, may be of any: of its colours as much is seen as usual.
    """
    lifts = [
        max(colours.lift(said, seen) if said else 0.0 for said in saying.colours_said for seen in showing.item.colours)
        for saying, showing in ((one, other), (other, one))
        if any(saying.colours_said) and showing.item.colours
    ]
    return sum(lifts) / len(lifts) if lifts else None


def _colour_seen(one: Item, other: Item) -> float | None:
    return max((colours.agreement(ours, theirs) for ours in one.colours for theirs in other.colours), default=None)


def _place(one: Reading, other: Reading) -> float | None:
    overlap = circumstances.place_overlap(one.place_words, other.place_words)
    return None if overlap is None else circumstances.place_log_odds(overlap)


def _time(one: Item, other: Item) -> float | None:
    gap = circumstances.found_after(one, other)
    return None if gap is None else circumstances.time_log_odds(gap)
