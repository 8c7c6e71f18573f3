"""Fits two numbers to moderators' verdicts: how far the evidence may be trusted, and how often things are there.

Only what was shown is judged, so verdicts can't tell what each piece of evidence is worth; they tell whether the
probabilities as a whole were too bold or too timid (Platt scaling of the log odds).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Final

import numpy as np

from reunite.matching.calibration import Fitted, TooLittleDataError
from reunite.matching.fit import Numbers
from reunite.matching.judge import log_odds
from reunite.matching.weights import EvidenceModel, Term

LEAST_VERDICTS, LEAST_OF_EACH = 30, 8
"""Below, a few verdicts more or less would turn the result round."""
_SCALE_SPREAD, _SHIFT_SPREAD = 0.3, 1.5
"""How far the log of the scale and the shift may well be from 0."""
_STEPS: Final = 30
_CERTAIN: Final = 1e-4


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A match with a standing verdict: what was measured, what probability was shown, and whether it was right."""

    evidence: Mapping[str, float]
    probability: float
    right: bool


def from_verdicts(pairs: Sequence[JudgedPair], model: EvidenceModel) -> Fitted:
    """Scale and shift a model's log odds to verdicts; the labels' limits stay. Raises TooLittleDataError."""
    confirmed = sum(pair.right for pair in pairs)
    if len(pairs) < LEAST_VERDICTS or min(confirmed, len(pairs) - confirmed) < LEAST_OF_EACH:
        raise TooLittleDataError(
            f"There are {confirmed} confirmed and {len(pairs) - confirmed} rejected matches: too few to learn from."
            f" You need {LEAST_VERDICTS}, with at least {LEAST_OF_EACH} of each."
        )
    odds = np.array([log_odds(pair.evidence, model) for pair in pairs])
    shown = np.clip([pair.probability for pair in pairs], _CERTAIN, 1 - _CERTAIN)
    rivals = odds - np.log(shown / (1 - shown))
    right = np.array([pair.right for pair in pairs], np.float64)
    precision = np.array([_SCALE_SPREAD, _SHIFT_SPREAD]) ** -2.0
    at = np.zeros(2)
    for _ in range(_STEPS):
        share = _share(odds, rivals, at)
        slopes = np.column_stack([exp(at[0]) * odds, np.ones_like(odds)])
        curvature = slopes.T @ ((share * (1 - share))[:, None] * slopes) + np.diag(precision)
        at = at + np.clip(np.linalg.solve(curvature, slopes.T @ (right - share) - precision * at), -1, 1)
    scale, shift = exp(float(at[0])), float(at[1])
    terms = {name: _scaled(term, scale) for name, term in model.terms.items()}
    return Fitted(
        model=replace(model, terms=terms, none=model.none - shift, calibrated=True),
        searches=len(pairs),
        things=confirmed,
        log_loss=_log_loss(_share(odds, rivals, at), right),
        log_loss_before=_log_loss(shown, right),
    )


def _share(odds: Numbers, rivals: Numbers, at: Numbers) -> Numbers:
    share: Numbers = 1 / (1 + np.exp(rivals - exp(float(at[0])) * odds - at[1]))
    return share


def _log_loss(share: Numbers, right: Numbers) -> float:
    return float(-np.log(np.where(right > 0, share, 1 - share)).mean())


def _scaled(term: Term, scale: float) -> Term:
    return replace(term, gain=term.gain * scale, floor=term.floor * scale, cap=term.cap * scale)
