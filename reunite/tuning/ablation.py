"""What each piece of evidence contributes: how much worse a model without it scores, fitted again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from reunite.matching.weights import EVIDENCE, ScoringModel
from reunite.tuning.cases import Cases, Flags, Numbers
from reunite.tuning.out_of_fold import score_out_of_fold


@dataclass(frozen=True, slots=True)
class AblationResult:
    """How searches of one kind are scored out of fold."""

    log_loss: float
    recall_1: float
    recall_5: float


def ablation(
    cases: Cases, prior: ScoringModel, fold_of: Mapping[UUID, int], progress: Callable[[int], None]
) -> dict[str, dict[str, AblationResult]]:
    """Return the results with all evidence, then without each piece, for searches with and without a photo."""
    with_photo: Flags = np.logical_or.reduceat(cases.photos_compared, cases.first)
    table = {}
    for done, name in enumerate((None, *EVIDENCE), start=1):
        reduced = cases.without(name) if name else cases
        scores = score_out_of_fold(reduced, prior, fold_of)
        table[name or "everything"] = {
            "with a photo": _result(reduced, scores.probabilities, scores.log_losses, with_photo),
            "words alone": _result(reduced, scores.probabilities, scores.log_losses, ~with_photo),
        }
        progress(done)
    return table


def _result(cases: Cases, probabilities: Numbers, log_losses: Numbers, chosen: Flags) -> AblationResult:
    best = np.maximum.reduceat(np.where(cases.right, probabilities, -1.0), cases.first)
    rank = np.add.reduceat(~cases.right & (probabilities >= np.repeat(best, cases.counts)), cases.first)
    with_answer = chosen & (best >= 0)
    weights = cases.weights[with_answer]
    return AblationResult(
        log_loss=float(np.average(log_losses[chosen], weights=cases.weights[chosen])),
        recall_1=float(np.average(rank[with_answer] < 1, weights=weights)),
        recall_5=float(np.average(rank[with_answer] < 5, weights=weights)),  # noqa: PLR2004 - its name
    )
