"""Turns evidence into a probability for each candidate and for "none of them", and those into labels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from math import inf, log
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from reunite.entities import Label, Why
from reunite.matching import kinds_compared
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.matching.features import ReportFeatures, extract
from reunite.matching.measurement import distinguishing_words, measure, search_evidence
from reunite.matching.reasons import reasons
from reunite.matching.weights import (
    COLOUR,
    COLOUR_OF_PHOTOS,
    COMMON_KIND,
    KIND_OF_THING,
    NAMED_COLOURS,
    PLACE,
    RARE_WORDS,
    SEVERAL_COLOURS,
    TIME,
    Limits,
    ScoringModel,
)
from reunite.text.lexicon import is_translated

Counts = NDArray[np.intp]
LogOdds = NDArray[np.float64]

MAX_RESULTS, MAX_LABELS = 20, 5
CIRCUMSTANTIAL: Final = (PLACE, TIME, COLOUR, SEVERAL_COLOURS, COMMON_KIND, NAMED_COLOURS, KIND_OF_THING)
"""Evidence that many things share: on its own it never gives a label."""

_REPOSTED: Final = -2.3
"""Prior log odds that two found reports are about one thing, relative to a lost and a found one: most that look alike
are two things."""
_PROBABLY_SAME: Final = 0.5
_MIN_DISTINCT: Final = 0.01
"""Two posts are never quite certainly of the same thing."""
_UNSEEN: Final = -2.0
"""Log odds of an open report that isn't a candidate: it is similar in no respect."""
_COPY: Final = 0.98
"""Cosine from which two photos count as copies of one: resized or saved again, but not taken again. Two photos of one
thing, or of two that look alike, rarely reach 0.95 with any encoder."""
_WORN_COPY, _STANDS_OUT, _SAME_COLOURS = 0.94, 8.0, 0.99
"""Copies too, if their cosine, its distance from the background and their colours all reach these: a photo saved small,
or embedded again from its stored copy."""
_COPY_LOG_ODDS: Final = 14.0
"""Copies show the same thing, however similar the other photos of a community are to each other."""
_USUAL_COUNT: Final = 100
"""Open reports at which the odds of "none of them" are as the model states them, whatever their growth."""
_MIN_PROBABILITY: Final = 0.05
_MIN_SHARE_OF_FIRST: Final = 0.1
"""A possible match needs at least this probability, and this share of the first candidate's."""


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """The probability that a candidate is of the same thing, its label, and the reasons.

    `evidence` holds the measurements by the names of `weights.EVIDENCE`, before weighting. `percent` says whether the
    probability may be shown as a percentage. One that is `crowded_out` has no label only because so many have one.
    """

    report: UUID
    probability: float
    label: Label | None
    why: tuple[Why, ...]
    evidence: Mapping[str, float]
    photo: UUID | None = None
    percent: bool = False
    crowded_out: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """What a search has found, and what it says about known matches.

    Only a search that `is_complete` makes one look less likely: without a report's photos, it may just not see it. For
    matches that aren't among the results, it must be a search that `judges_rest`, too.
    """

    scored: Sequence[ScoredCandidate]
    """Without candidates that were ruled out."""
    is_complete: bool
    judges_rest: bool


@dataclass(frozen=True, slots=True)
class _Measured:
    candidate: Candidate
    features: ReportFeatures
    evidence: Mapping[str, float]
    log_odds: float

    def why(self, query: ReportFeatures, label: Label | None) -> tuple[Why, ...]:
        distinguishing = distinguishing_words(self.candidate.rare_words, query, self.features)
        return reasons(query, self.features, distinguishing, self.evidence, label=label)

    def scored(
        self, probability: float, label: Label | None, why: tuple[Why, ...], *, percent: bool
    ) -> ScoredCandidate:
        photo = self.candidate.photo
        return ScoredCandidate(self.candidate.item.report, probability, label, why, self.evidence, photo, percent)


def score(
    search: Search,
    model: ScoringModel,
    extract: Callable[[Item], ReportFeatures] = extract,
    *,
    limit: int = MAX_RESULTS,
    explained: bool = True,
) -> tuple[ScoredCandidate, ...]:
    """Score a search's candidates, best first, the `limit` best of them. The rest is "none of them".

    `extract` may be a cached version. Reasons take long to find: unless the candidates are to be `explained`, they come
    without.
    """
    query = extract(search.query)
    ranked = _ranked(search, query, model, extract)
    log_odds = [measured.log_odds for measured in ranked]
    probabilities = softmax(log_odds, search.open_count, model)[:limit]
    core = [
        -inf
        if _is_other_thing(query, measured)
        else _copies_count(core_log_odds(measured.evidence, model), search.query, measured.candidate, measured.evidence)
        for measured in ranked[:limit]
    ]
    photos = bool(ranked) and PairKind.PHOTO_PHOTO in ranked[0].evidence
    limits = model.limits(photos=photos, translated=is_translated(search.query.text), readable=query.is_readable)
    labels = assign_labels(probabilities, core, limits.among(search.open_count))
    scored = [
        measured.scored(probability, label, measured.why(query, label) if explained else (), percent=model.calibrated)
        for measured, probability, label in zip(ranked, probabilities, labels, strict=False)
    ]
    crowded_out = crowded_out_of(probabilities, core, labels)
    return tuple(replace(each, crowded_out=place in crowded_out) for place, each in enumerate(scored))


def _ranked(
    search: Search, query: ReportFeatures, model: ScoringModel, extract: Callable[[Item], ReportFeatures]
) -> list[_Measured]:
    """Measure the candidates and rank them by log odds, duplicates penalised."""
    features = {candidate.item.report: extract(candidate.item) for candidate in search.candidates}
    same = same_things(features, search, model)
    duplicates = _duplicates(search.candidates, same)
    others = [features[candidate.item.report] for candidate in search.candidates]
    its_duplicates = [duplicates.get(candidate.item.report, ()) for candidate in search.candidates]
    measured = [
        measure(search, query, other, candidate, model, of_candidate)
        for candidate, other, of_candidate in zip(search.candidates, others, its_duplicates, strict=True)
    ]
    posts = [1 + len(of_candidate) for of_candidate in its_duplicates]
    evidences = search_evidence(query, others, measured, posts, search.open_count)
    ranked = [
        _Measured(
            candidate,
            other,
            evidence,
            _copies_count(total_log_odds(evidence, model), search.query, candidate, evidence),
        )
        for candidate, other, evidence in zip(search.candidates, others, evidences, strict=True)
    ]
    ranked.sort(key=_rank)
    penalties = duplicate_penalties([measured.candidate.item.report for measured in ranked], same)
    penalised = [
        replace(measured, log_odds=measured.log_odds + penalty) if penalty else measured
        for measured, penalty in zip(ranked, penalties, strict=True)
    ]
    return sorted(penalised, key=_rank)


def _rank(measured: _Measured) -> tuple[float, UUID]:
    return -measured.log_odds, measured.candidate.item.report


def _is_other_thing(query: ReportFeatures, measured: _Measured) -> bool:
    """Whether the words name kinds of things that rule each other out, and neither photos nor a serial outweigh that.

    A glove and a mug of one colour, lost and found in one gym, share all but what they are: that never gives a label.
    """
    outweighs = PairKind.PHOTO_PHOTO in measured.evidence or measured.evidence[RARE_WORDS] > 0
    return not outweighs and kinds_compared.name_different(query, measured.features)


def _copies_count(log_odds: float, query: Item, candidate: Candidate, evidence: Mapping[str, float]) -> float:
    """Return a pair's log odds, raised if its photos are copies of one photo."""
    return max(log_odds, _COPY_LOG_ODDS) if _are_copies(query, candidate, evidence) else log_odds


def _are_copies(query: Item, candidate: Candidate, evidence: Mapping[str, float]) -> bool:
    cosine = candidate.similarities.get(PairKind.PHOTO_PHOTO, 0.0)
    are_both_unseen = not query.seen_colours and not candidate.item.seen_colours
    least = (
        (cosine, _WORN_COPY),
        (evidence.get(PairKind.PHOTO_PHOTO, 0.0), _STANDS_OUT),
        (evidence.get(COLOUR_OF_PHOTOS, 1.0 if are_both_unseen else 0.0), _SAME_COLOURS),
    )
    return cosine >= _COPY or all(measured >= limit for measured, limit in least)


def total_log_odds(evidence: Mapping[str, float], model: ScoringModel) -> float:
    """Return the sum of the evidence's log odds; unknown evidence counts neither for nor against the pair."""
    return sum(model.terms[name].log_odds(value) for name, value in evidence.items() if name in model.terms)


def core_log_odds(evidence: Mapping[str, float], model: ScoringModel) -> float:
    """Return the log odds without circumstantial evidence."""
    return total_log_odds({name: value for name, value in evidence.items() if name not in CIRCUMSTANTIAL}, model)


def same_things(
    features: Mapping[UUID, ReportFeatures], search: Search, model: ScoringModel
) -> dict[frozenset[UUID], float]:
    """Return for each pair of found reports that look alike the probability that they're about one thing.

    Two found reports are compared like a lost and a found one: people who post an item again do so soon, and name the
    same place.
    """
    alone = replace(search, background={})
    same = {}
    for pair, similarity in search.lookalikes.items():
        if pair <= features.keys():
            earlier, later = sorted((features[report] for report in sorted(pair)), key=lambda post: post.item.at)
            candidate = Candidate(earlier.item, {PairKind.PHOTO_PHOTO: similarity})
            total = total_log_odds(measure(alone, later, earlier, candidate, model), model)
            [same[pair]] = softmax([_REPOSTED + total], search.open_count, model)
    return same


def _duplicates(candidates: Sequence[Candidate], same: Mapping[frozenset[UUID], float]) -> dict[UUID, list[Candidate]]:
    """Return for each candidate those that are more likely of the same thing than of another."""
    by_report = {candidate.item.report: candidate for candidate in candidates}
    duplicates: dict[UUID, list[Candidate]] = {}
    for pair, probability in same.items():
        if probability >= _PROBABLY_SAME:
            for report, other in permutations(pair):
                duplicates.setdefault(report, []).append(by_report[other])
    return duplicates


def duplicate_penalties(ranked: Sequence[UUID], same: Mapping[frozenset[UUID], float]) -> list[float]:
    """Return for each post the log probability that no better-ranked post is of the same thing.

    This way a thing's probability goes to its best post, and its posts don't compete with each other.
    """
    penalties = [0.0] * len(ranked)
    rank = {report: position for position, report in enumerate(ranked)}
    for pair, probability in same.items():
        worse = max(rank[report] for report in pair)
        penalties[worse] = min(penalties[worse], log(max(1 - probability, _MIN_DISTINCT)))
    return penalties


def softmax(log_odds: Sequence[float], open_count: int, model: ScoringModel) -> list[float]:
    """Return the candidates' probabilities; the rest goes to "none of them" and to unseen reports.

    A priori each open report is equally likely, so the same similarity means less among 10,000 reports than among 100.
    """
    none, unseen = null_log_odds(np.array([open_count]), np.array([len(log_odds)]), model)
    everything = np.concatenate([np.array(log_odds, np.float64), none, unseen])
    weights = np.exp(everything - everything.max())
    probabilities: list[float] = (weights / weights.sum()).tolist()
    return probabilities[: len(log_odds)]


def null_log_odds(open_counts: Counts, candidates: Counts, model: ScoringModel) -> tuple[LogOdds, LogOdds]:
    """Return for each search the log odds of "none of them", and of all open reports that aren't candidates."""
    open_counts = np.maximum(np.maximum(open_counts, candidates), 1)
    none = model.none_log_odds + log(_USUAL_COUNT) + model.none_growth * np.log(open_counts / _USUAL_COUNT)
    unseen = np.log(np.maximum(open_counts - candidates, 1)) + _UNSEEN
    return none, np.where(open_counts > candidates, unseen, -np.inf)


def assign_labels(probabilities: Sequence[float], core_log_odds: Sequence[float], limits: Limits) -> list[Label | None]:
    """Label ranked candidates: the first one "High confidence", or up to five "Possible match", or none.

    Circumstantial evidence alone gives no label: the core log odds must be positive.
    """
    labels: list[Label | None] = [None] * len(probabilities)
    if not probabilities:
        return labels
    if probabilities[0] >= limits.high and core_log_odds[0] > 0:
        labels[0] = Label.HIGH
        return labels
    least = _least_possible(probabilities)
    best = list(zip(probabilities, core_log_odds, strict=True))[:MAX_LABELS]
    possible = [i for i, (probability, log_odds) in enumerate(best) if probability >= least and log_odds > 0]
    if sum(probabilities[i] for i in possible) >= limits.possible:
        for i in possible:
            labels[i] = Label.POSSIBLE
    return labels


def crowded_out_of(
    probabilities: Sequence[float], core_log_odds: Sequence[float], labels: Sequence[Label | None]
) -> frozenset[int]:
    """Return which of the ranked candidates would be possible matches too, if as many as that were named."""
    if Label.POSSIBLE not in labels:
        return frozenset()
    least = _least_possible(probabilities)
    rest = range(MAX_LABELS, len(probabilities))
    return frozenset(i for i in rest if probabilities[i] >= least and core_log_odds[i] > 0)


def judges_rest(scored: Sequence[ScoredCandidate]) -> bool:
    """Return whether all that isn't among a search's results is no possible match.

    If even the last of as many as there may be isn't clearly less probable than the first, there may be more like it.
    `scored` is everything that was scored: one that was ruled out takes a place, too.
    """
    return len(scored) < MAX_RESULTS or scored[-1].probability < _MIN_SHARE_OF_FIRST * scored[0].probability


def _least_possible(probabilities: Sequence[float]) -> float:
    return max(_MIN_PROBABILITY, _MIN_SHARE_OF_FIRST * probabilities[0])
