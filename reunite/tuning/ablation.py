"""What each piece of evidence brings: how much worse scored are without it, fitted anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from reunite.matching.evidence import PairKind
from reunite.matching.weights import EVIDENCE, ScoringModel
from reunite.tuning import fit
from reunite.tuning.calibration import out_of_fold
from reunite.tuning.fit import Cases, Flags


@dataclass(frozen=True, slots=True)
class Worth:
    """How searches of one kind are scored out of fold."""

    log_loss: float
    recall_1: float
    recall_5: float


def ablation(
    cases: Cases, prior: ScoringModel, fold_of: Mapping[UUID, int], progress: Callable[[int], None]
) -> dict[str, dict[str, Worth]]:
    """Return for all evidence, then without each piece, how searches with and without a photo are scored."""
    compared = ~np.isnan(cases.evidence[:, EVIDENCE.index(PairKind.PHOTO_PHOTO)])
    with_photo: Flags = np.logical_or.reduceat(compared, cases.first)
    table = {}
    for done, name in enumerate((None, *EVIDENCE), start=1):
        some = cases.without(name) if name else cases
        outside = out_of_fold(some, prior, fold_of)
        table[name or "everything"] = {
            "with a photo": _worth(some, outside.shares, outside.log_losses, with_photo),
            "words alone": _worth(some, outside.shares, outside.log_losses, ~with_photo),
        }
        progress(done)
    return table


def _worth(cases: Cases, shares: fit.Numbers, log_losses: fit.Numbers, chosen: Flags) -> Worth:
    best = np.maximum.reduceat(np.where(cases.right, shares, -1.0), cases.first)
    rank = np.add.reduceat(~cases.right & (shares >= np.repeat(best, cases.counts)), cases.first)
    there = chosen & (best >= 0)
    return Worth(
        log_loss=float(np.average(log_losses[chosen], weights=cases.weights[chosen])),
        recall_1=float(np.average(rank[there] < 1, weights=cases.weights[there])),
        recall_5=float(np.average(rank[there] < 5, weights=cases.weights[there])),  # noqa: PLR2004 - its name
    )
