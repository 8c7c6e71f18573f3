"""From a labelled set to a model whose labels keep their promises: draws, weights, and limits found out of fold."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import numpy as np

from reunite.matching import fit, judge
from reunite.matching.evidence import PairKind
from reunite.matching.fit import Cases
from reunite.matching.labelled import LabelledSearch, LabelledSet, folds, narrowed, taken_out
from reunite.matching.weights import EVIDENCE, EvidenceModel, Limits
from reunite.model import Label

LEAST_SEARCHES, LEAST_THINGS = 40, 25
"""With fewer, a fold has not five things, and whether one answer in twenty is wrong can't be seen."""

_ABSENT: Final = 0.5
_SIZES: Final[Sequence[int | None]] = (None, 100, 30, 8)
"""How many reports are open in a draw."""
_DRAWS: Final = 3
_SMALL: Final = 60
"""Below so many open reports most things are not there: so many of their searches are left out that half are."""
_BACKWARDS: Final = 0.5
"""How much the search of a find counts beside the search of a loss."""

_FOLDS: Final = 5
_HIGH_IS_RIGHT, _LIST_HOLDS, _MOST_FALSE_LABELS = 0.97, 0.55, 0.05
"""The labels' promises with a margin: 0.95, 0.5, and a label on one search in ten at most for what is not there."""
_DOUBT, _RIGHT_IN_DOUBT, _HELD_IN_DOUBT = 4.0, 0.95, 0.45
"""Before a limit is believed: so many more labels, of which these shares kept the promise."""
_HIGH_LIMITS: Final = (0.97, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997, 0.998, 0.999)
_POSSIBLE_LIMITS: Final = tuple(percent / 100 for percent in range(50, 96, 5))
"""Never lower than the promises with their margin, whatever a set says: it may hold no two things that look alike."""
NEVER: Final = 2.0
"""A limit that no probability reaches."""


class TooLittleDataError(Exception):
    """There are too few answers to learn from; the sentence says how many are needed."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model and how it did: numbers only."""

    model: EvidenceModel
    searches: int
    """Searches with an answer that the set has."""
    things: int
    log_loss: float
    """Of searches for things that took no part in the weights that judged them."""
    log_loss_before: float
    """The same searches, judged by the prior."""


def calibrate(labelled: LabelledSet, prior: EvidenceModel, seed: int = 0) -> Fitted:
    """Fit a model to a labelled set. Raises TooLittleDataError.

    The labels' limits are chosen on searches for things that took no part in the weights that judged them.
    """
    with_answer = [each for each in labelled.lost if each.answers]
    things = {each.thing for each in with_answer}
    if len(with_answer) < LEAST_SEARCHES or len(things) < LEAST_THINGS:
        raise TooLittleDataError(
            f"There are {len(with_answer)} lost reports with a known answer, about {len(things)} things: too few to"
            f" learn from. You need {LEAST_SEARCHES} about {LEAST_THINGS} things."
        )
    cases, prior = prepared(labelled, prior, seed)
    model = fit.most_probable(cases, prior)
    outside = out_of_fold(cases, prior, folds(labelled, _FOLDS, seed))
    return Fitted(
        model=_with_limits(model, outside, cases),
        searches=len(with_answer),
        things=len(things),
        log_loss=float(np.average(outside.log_losses, weights=cases.weights)),
        log_loss_before=float(np.average(fit.log_losses(cases, prior), weights=cases.weights)),
    )


def prepared(labelled: LabelledSet, prior: EvidenceModel, seed: int = 0) -> tuple[Cases, EvidenceModel]:
    """Return the measured searches to fit to, of communities small and large, and the prior with their backgrounds."""
    prior = replace(prior, typical=fit.typical_backgrounds([*labelled.lost, *labelled.found], prior))
    drawn = [*_draws(labelled, seed)]
    return fit.measured([each for each, _ in drawn], [weight for _, weight in drawn], prior), prior


def _draws(labelled: LabelledSet, seed: int) -> Iterator[tuple[LabelledSearch, float]]:
    """Yield searches as they would be with fewer reports open, half of them for what is not there, with weights."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    sizes = [size for size in _SIZES if size is None or size < len(labelled.found)]
    losses: dict[UUID, list[UUID]] = {}
    for each in labelled.lost:
        losses.setdefault(each.thing, []).append(each.search.query.report)
    for size in sizes:
        for _ in range(_DRAWS):
            weight = 1 / (_DRAWS * len(sizes))
            there = taken_out(labelled, absent=_ABSENT, size=size, seed=rng.getrandbits(32))
            yield from _weighted(_balanced(labelled.lost, there, size, rng), weight)
            one_each = [rng.choice(reports) for _, reports in sorted(losses.items())]
            missed = rng.sample(one_each, min(size or len(one_each), len(one_each)))
            yield from _weighted(_balanced(labelled.found, set(missed), 0, rng), weight * _BACKWARDS)


def _weighted(searches: Sequence[LabelledSearch], weight: float) -> Iterator[tuple[LabelledSearch, float]]:
    yield from ((each, weight) for each in searches)


def _balanced(
    searches: Sequence[LabelledSearch], there: Collection[UUID], size: int | None, rng: random.Random
) -> list[LabelledSearch]:
    """Narrow searches; in a small community no more of them are for absent things than for present ones."""
    if size is None or size >= _SMALL:
        return [narrowed(each, there) for each in searches]
    present = [each for each in searches if each.answers.intersection(there)]
    absent = [each for each in searches if not each.answers.intersection(there)]
    return [narrowed(each, there) for each in [*present, *rng.sample(absent, min(len(absent), len(present)))]]


# Out of fold --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """How searches are judged by weights fitted without their things, one entry a search."""

    log_losses: fit.Numbers
    shares: fit.Numbers
    """Each candidate's probability."""
    of_thing: fit.Numbers
    """Each candidate's log odds by likeness and words alone."""


def out_of_fold(cases: Cases, prior: EvidenceModel, fold_of: Mapping[UUID, int]) -> OutOfFold:
    """Judge each thing's searches by weights that were fitted to the other folds' things."""
    losses = np.zeros(len(cases.first))
    shares, of_thing = np.zeros(len(cases.evidence)), np.zeros(len(cases.evidence))
    for fold in sorted({fold_of[thing] for thing in cases.things}):
        inside = {thing for thing in cases.things if fold_of[thing] == fold}
        model = fit.most_probable(cases.of(set(cases.things) - inside), prior)
        judged = cases.of(inside)
        chosen = np.array([thing in inside for thing in cases.things])
        rows = np.repeat(chosen, cases.counts)
        losses[chosen] = fit.log_losses(judged, model)
        shares[rows], of_thing[rows] = fit.shares(judged, model), fit.odds_of_thing(judged, model)
    return OutOfFold(losses, shares, of_thing)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a search would show: the first's probability, or that of the list, and whether it would be right."""

    probability: float
    right: bool
    there: bool
    weight: float


def _with_limits(model: EvidenceModel, outside: OutOfFold, cases: Cases) -> EvidenceModel:
    """Set the lowest limits of the labels that keep the promises, each with and without a photo to compare."""
    firsts = _shown(outside, cases, Label.HIGH, Limits(high=0.0, possible=NEVER))
    lists = _shown(outside, cases, Label.POSSIBLE, Limits(high=NEVER, possible=0.0))
    of_words, of_photos = (
        Limits(
            high=next((limit for limit in _HIGH_LIMITS if _is_right(firsts[photos], limit)), NEVER),
            possible=next((limit for limit in _POSSIBLE_LIMITS if _holds(lists[photos], limit)), NEVER),
        )
        for photos in (False, True)
    )
    return replace(model, of_words=of_words, of_photos=of_photos, calibrated=True)


def _shown(outside: OutOfFold, cases: Cases, label: Label, limits: Limits) -> dict[bool, list[_Shown]]:
    """Return what each search would show under limits that give all a label, by whether photos were compared."""
    groups: dict[bool, list[_Shown]] = {False: [], True: []}
    compared = ~np.isnan(cases.evidence[:, EVIDENCE.index(PairKind.PHOTO_PHOTO)])
    for first, count, weight in zip(cases.first, cases.counts, cases.weights.tolist(), strict=True):
        own = slice(first, first + count)
        best = np.argsort(-outside.shares[own], kind="stable")[: judge.MOST_LABELS]
        probabilities, right = outside.shares[own][best].tolist(), cases.right[own][best].tolist()
        labels = judge.label(probabilities, outside.of_thing[own][best].tolist(), limits)
        named = [position for position, name in enumerate(labels) if name is label]
        shown = _Shown(
            sum(probabilities[position] for position in named),
            any(right[position] for position in named),
            bool(cases.right[own].any()),
            weight,
        )
        groups[bool(compared[own][best[0]])].append(shown)
    return groups


def _is_right(group: Sequence[_Shown], limit: float) -> bool:
    return _share(group, limit, _RIGHT_IN_DOUBT) >= _HIGH_IS_RIGHT


def _holds(group: Sequence[_Shown], limit: float) -> bool:
    absent = [each for each in group if not each.there]
    labelled = sum(each.weight for each in absent if each.probability >= limit)
    false_labels = labelled / (sum(each.weight for each in absent) or 1.0)
    return _share(group, limit, _HELD_IN_DOUBT) >= _LIST_HOLDS and false_labels <= _MOST_FALSE_LABELS


def _share(group: Sequence[_Shown], limit: float, doubtful: float) -> float:
    """Return the share of labels that would be right, after some doubt."""
    labelled = [each for each in group if each.probability >= limit]
    right = sum(each.weight for each in labelled if each.right)
    return (right + doubtful * _DOUBT) / (sum(each.weight for each in labelled) + _DOUBT)
