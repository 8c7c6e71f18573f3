"""Counts searches, labels and similarities."""

from collections.abc import Sequence

from metrics import definitions as metrics
from reunite.matching.evidence import PairKind
from reunite.matching.scoring import ScoredCandidate


def count_search(origin: str, scored: Sequence[ScoredCandidate]) -> None:
    """Count a search and its labels, and observe its best candidate's probability and similarities."""
    metrics.SEARCHES.labels(origin).inc()
    for candidate in scored:
        if candidate.label:
            metrics.LABELS.labels(candidate.label).inc()
    if scored:
        metrics.BEST_PROBABILITY.observe(scored[0].probability)
        for pair in PairKind:
            if pair in scored[0].evidence:
                metrics.SIMILARITY.labels(pair.value).observe(scored[0].evidence[pair])
