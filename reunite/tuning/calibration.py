"""Calibrates a scoring model on a labelled set: weights fitted to simulated communities, label limits out of fold."""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from uuid import UUID

import numpy as np

from reunite.matching.weights import ScoringModel
from reunite.tuning.cases import Cases, fit_background_priors, measure_cases
from reunite.tuning.fit import map_estimate
from reunite.tuning.label_limits import with_limits
from reunite.tuning.labelled_set import LabelledSearch, LabelledSet, assign_folds, narrow, sample_gallery
from reunite.tuning.likelihood import posterior
from reunite.tuning.missing import draw_missing, leave_out
from reunite.tuning.out_of_fold import score_out_of_fold

MIN_SEARCHES, MIN_THINGS = 40, 25
"""With fewer, a fold has less than five things, and an error rate of one in twenty can't be measured."""

_ABSENT: Final = 0.5
_SIZES: Final[Sequence[int | None]] = (None, 300, 100, 30, 8)
"""How many found reports are open in a draw."""
_MUCH_SMALLER: Final = 0.75
"""A size must be at most this share of the whole set, or its draws only repeat those of the whole."""
_MISSING: Final = (0.0, 0.5, 1.0)
"""Shares of reports that lack a caption, a place or a time, each in a draw of its own: communities differ."""
_SMALL: Final = 60
"""With fewer open reports most things are absent, so searches for absent things are sampled to balance the rest."""
_REVERSE_WEIGHT: Final = 0.5
"""Weight of a found report's search relative to a lost report's."""
_FOLDS: Final = 5


class TooLittleDataError(Exception):
    """There is too little data to fit a model; the message says how much is needed."""


@dataclass(frozen=True, slots=True)
class FitResult:
    """A fitted scoring model, and figures of the fit."""

    scoring_model: ScoringModel
    searches: int
    """Searches with a known answer."""
    things: int
    log_loss: float
    """Out of fold."""
    log_loss_before: float
    """The prior's log loss on the same searches."""

    def summary(self, source: str, version: str) -> dict[str, Any]:
        """Return what an encoder was fitted to and how it did, in numbers."""
        model = self.scoring_model
        return {
            "source": source,
            "encoder": version,
            "searches": self.searches,
            "things": self.things,
            "log_loss": self.log_loss,
            "log_loss_before": self.log_loss_before,
            "limits": {
                "words": asdict(model.text_limits),
                "other languages": asdict(model.translated_limits),
                "photos": asdict(model.photo_limits),
            },
        }


def calibrate(labelled: LabelledSet, prior: ScoringModel) -> FitResult:
    """Fit a scoring model to a labelled set, with label limits chosen out of fold. Raises TooLittleDataError."""
    with_answer = [search for search in labelled.lost if search.relevant]
    things = {search.thing for search in with_answer}
    if len(with_answer) < MIN_SEARCHES or len(things) < MIN_THINGS:
        raise TooLittleDataError(
            f"There are {len(with_answer)} lost reports with a known answer, about {len(things)} things: too few to"
            f" learn from. You need {MIN_SEARCHES} about {MIN_THINGS} things."
        )
    cases, prior = training_cases(labelled, prior)
    model = map_estimate(cases, prior)
    scores = score_out_of_fold(cases, prior, assign_folds(labelled, _FOLDS))
    return FitResult(
        scoring_model=with_limits(model, scores, cases),
        searches=len(with_answer),
        things=len(things),
        log_loss=float(np.average(scores.log_losses, weights=cases.weights)),
        log_loss_before=float(np.average(-posterior(cases, prior).log_likelihood(cases), weights=cases.weights)),
    )


def training_cases(labelled: LabelledSet, prior: ScoringModel) -> tuple[Cases, ScoringModel]:
    """Return searches in simulated communities of several sizes, and the prior with fitted background priors."""
    priors = fit_background_priors([*labelled.lost, *labelled.found], prior)
    prior = replace(prior, background_priors=priors)
    drawn = [*_draws(labelled)]
    return measure_cases([search for search, _ in drawn], [weight for _, weight in drawn], prior), prior


def _draws(labelled: LabelledSet) -> Iterator[tuple[LabelledSearch, float]]:
    """Yield weighted searches as they would be with fewer reports open, half of them for absent things."""
    rng = random.Random(0)  # noqa: S311 - no secret
    sizes = [size for size in _SIZES if size is None or size <= _MUCH_SMALLER * len(labelled.found)]
    lost_reports: dict[UUID, list[UUID]] = {}
    for search in labelled.lost:
        lost_reports.setdefault(search.thing, []).append(search.query)
    for size in sizes:
        for share in _MISSING:
            weight = 1 / (len(_MISSING) * len(sizes))
            missing = draw_missing([search.query for search in (*labelled.found, *labelled.lost)], share, rng)
            lost, found = leave_out(labelled.lost, missing), leave_out(labelled.found, missing)
            gallery = sample_gallery(labelled, absent=_ABSENT, size=size, seed=rng.getrandbits(32))
            yield from _weighted(_balanced(lost, gallery, size, rng), weight)
            one_per_thing = [rng.choice(reports) for _, reports in sorted(lost_reports.items())]
            open_lost = rng.sample(one_per_thing, min(size or len(one_per_thing), len(one_per_thing)))
            yield from _weighted(_balanced(found, set(open_lost), 0, rng), weight * _REVERSE_WEIGHT)


def _weighted(searches: Sequence[LabelledSearch], weight: float) -> Iterator[tuple[LabelledSearch, float]]:
    yield from ((search, weight) for search in searches)


def _balanced(
    searches: Sequence[LabelledSearch], present: Collection[UUID], size: int | None, rng: random.Random
) -> list[LabelledSearch]:
    """Narrow searches; in a small community, keep at most as many for absent things as for present ones."""
    if size is None or size >= _SMALL:
        return [narrow(search, present) for search in searches]
    answerable = [search for search in searches if search.relevant.intersection(present)]
    unanswerable = [search for search in searches if not search.relevant.intersection(present)]
    sampled = rng.sample(unanswerable, min(len(unanswerable), len(answerable)))
    return [narrow(search, present) for search in [*answerable, *sampled]]
