"""Scores each thing's searches by a model that was fitted without that thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from reunite.matching.weights import ScoringModel
from reunite.tuning import likelihood
from reunite.tuning.cases import Cases, Numbers
from reunite.tuning.fit import map_estimate


@dataclass(frozen=True, slots=True)
class OutOfFoldScores:
    log_losses: Numbers
    """One for each search."""
    probabilities: Numbers
    """One for each candidate."""
    core_log_odds: Numbers
    """One for each candidate, without circumstantial evidence."""


def score_out_of_fold(cases: Cases, prior: ScoringModel, fold_of: Mapping[UUID, int]) -> OutOfFoldScores:
    """Score each fold's searches by a model fitted to the other folds."""
    losses = np.zeros(len(cases.first))
    probabilities, core_log_odds = np.zeros(len(cases.evidence)), np.zeros(len(cases.evidence))
    for fold in sorted({fold_of[thing] for thing in cases.things}):
        inside = {thing for thing in cases.things if fold_of[thing] == fold}
        model = map_estimate(cases.of(set(cases.things) - inside), prior)
        scored = cases.of(inside)
        chosen = np.array([thing in inside for thing in cases.things])
        rows = np.repeat(chosen, cases.counts)
        found = likelihood.posterior(scored, model)
        losses[chosen] = -found.log_likelihood(scored)
        probabilities[rows] = found.candidates
        core_log_odds[rows] = likelihood.core_log_odds(scored, model)
    return OutOfFoldScores(losses, probabilities, core_log_odds)
