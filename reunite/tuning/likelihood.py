"""The probabilities that a scoring model gives to measured searches, as `scoring.softmax` does, but vectorised."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from reunite.matching.scoring import CIRCUMSTANTIAL, null_log_odds
from reunite.matching.weights import EVIDENCE, ScoringModel, Term
from reunite.tuning.cases import Cases, Flags, Numbers

_MIN_STEP: Final = -1 + 1e-9
"""Steps below a term's neutral, in bends, are limited to this: log1p(−1) is −∞."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """How a model distributes the probability of each search."""

    candidates: Numbers
    none: Numbers
    unseen: Numbers

    def log_likelihood(self, cases: Cases) -> Numbers:
        """Return the log probability of the truth, for each search."""
        found = np.add.reduceat(np.where(cases.right, self.candidates, 0.0), cases.first)
        has_answer = np.logical_or.reduceat(cases.right, cases.first)
        return np.log(np.maximum(np.where(has_answer, found, self.none + self.unseen), 1e-300))


def posterior(cases: Cases, model: ScoringModel) -> Posterior:
    log_odds = _total_log_odds(cases, model, EVIDENCE)
    none, unseen = null_log_odds(cases.open_counts, cases.counts, model)
    highest = np.maximum(np.maximum.reduceat(log_odds, cases.first), np.maximum(none, unseen))
    seen = np.exp(log_odds - np.repeat(highest, cases.counts))
    none, unseen = np.exp(none - highest), np.exp(unseen - highest)
    total = np.add.reduceat(seen, cases.first) + none + unseen
    return Posterior(seen / np.repeat(total, cases.counts), none / total, unseen / total)


def core_log_odds(cases: Cases, model: ScoringModel) -> Numbers:
    """Return each candidate's log odds without circumstantial evidence."""
    return _total_log_odds(cases, model, [name for name in EVIDENCE if name not in CIRCUMSTANTIAL])


def _total_log_odds(cases: Cases, model: ScoringModel, names: Collection[str]) -> Numbers:
    total = np.zeros(len(cases.evidence))
    for name in names:
        if name in model.terms:
            total += _term_log_odds(model.terms[name], cases.evidence[:, EVIDENCE.index(name)])
    return total


def _term_log_odds(term: Term, values: Numbers) -> Numbers:
    """Vectorised `Term.log_odds`; 0 for unknown values."""
    steps = values - term.neutral
    if np.isfinite(term.bend):
        steps = term.bend * np.log1p(np.maximum(steps / term.bend, _MIN_STEP))
    return np.nan_to_num(np.clip(term.gain * steps, term.floor, term.cap))


def term_derivatives(term: Term, values: Numbers) -> dict[str, Numbers]:
    """Return the derivatives of a term's log odds with respect to log gain, neutral and log bend."""
    log_odds = _term_log_odds(term, values)
    is_free: Flags = (log_odds > term.floor) & (log_odds < term.cap) & ~np.isnan(values)
    by_neutral, by_bend = np.full_like(log_odds, -term.gain), np.zeros_like(log_odds)
    if np.isfinite(term.bend):
        steps = np.maximum((values - term.neutral) / term.bend, _MIN_STEP)
        by_neutral = -term.gain / (1 + steps)
        by_bend = term.gain * term.bend * (np.log1p(steps) - steps / (1 + steps))
    derivatives = {"gain": log_odds, "neutral": by_neutral, "bend": by_bend}
    return {name: np.where(is_free, slope, 0.0) for name, slope in derivatives.items()}
