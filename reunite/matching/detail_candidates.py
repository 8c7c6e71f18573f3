"""Chooses the candidates whose photos to compare in detail, which takes tens of milliseconds for each pair."""

from collections.abc import Iterable
from typing import Final

from reunite.matching.evidence import Candidate, PairKind, Search
from reunite.matching.measurement import z_score
from reunite.matching.weights import ScoringModel

MAX_COMPARED: Final = 6
"""How many candidates a report's photos are compared with."""
_MIN_Z: Final = 1.5
"""Photos that are less similar than this show different things, whatever their details say."""


def nearest_by_photo(candidates: Iterable[Candidate], limit: int = MAX_COMPARED) -> list[Candidate]:
    """Return the few whose photos are most similar to the query's, the most similar first."""
    kind = PairKind.PHOTO_PHOTO
    with_photos = (candidate for candidate in candidates if kind in candidate.similarities)
    return sorted(with_photos, key=lambda candidate: (-candidate.similarities[kind], candidate.item.report))[:limit]


def candidates_to_compare(search: Search, model: ScoringModel) -> list[Candidate]:
    """Return the candidates whose photos stand out among those of the other open reports."""
    kind = PairKind.PHOTO_PHOTO
    prior, background = model.background_priors[kind], search.background.get(kind)
    return [
        candidate
        for candidate in nearest_by_photo(search.candidates)
        if z_score(candidate.similarities[kind], background, prior) >= _MIN_Z
    ]
