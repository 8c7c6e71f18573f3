"""The evidence of labelled searches as arrays: what a scoring model is fitted to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from reunite.matching.evidence import PairKind, Search
from reunite.matching.features import extract
from reunite.matching.measurement import (
    content_evidence,
    search_evidence,
    similarity_evidence,
    without_uninformative_texts,
    word_evidence,
)
from reunite.matching.weights import EVIDENCE, BackgroundPrior, ScoringModel
from reunite.text.lexicon import is_translated
from reunite.text.reading import is_readable
from reunite.tuning.labelled_set import LabelledSearch

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MIN_DEVIATION: Final = 1e-6
_MIN_SPREAD: Final = 0.01
"""The least spread between reports, as a share of the deviation within one."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Measured searches, with all their candidates in one array."""

    evidence: Numbers
    """Candidates × `EVIDENCE`, NaN if unknown."""
    right: Flags
    """Whether each candidate is relevant."""
    first: NDArray[np.intp]
    """Index of each search's first candidate."""
    open_counts: NDArray[np.intp]
    weights: Numbers
    """The weight of each search."""
    things: tuple[UUID, ...]
    translated: Flags
    """Whether each search's query seems to be in another language than English."""

    @property
    def counts(self) -> NDArray[np.intp]:
        """The number of candidates of each search."""
        return np.diff(self.first, append=len(self.evidence))

    @property
    def photos_compared(self) -> Flags:
        """Whether the photos of each candidate were compared with the query's."""
        return ~np.isnan(self.evidence[:, EVIDENCE.index(PairKind.PHOTO_PHOTO)])

    def of(self, things: Collection[UUID]) -> "Cases":
        """Return the searches for some of the things."""
        chosen = np.array([thing in things for thing in self.things], bool)
        rows = np.repeat(chosen, self.counts)
        counts = self.counts[chosen]
        return Cases(
            evidence=self.evidence[rows],
            right=self.right[rows],
            first=np.cumsum(counts) - counts,
            open_counts=self.open_counts[chosen],
            weights=self.weights[chosen],
            things=tuple(thing for thing in self.things if thing in things),
            translated=self.translated[chosen],
        )

    def without(self, name: str) -> "Cases":
        """Return the same searches with one kind of evidence unknown."""
        evidence = self.evidence.copy()
        evidence[:, EVIDENCE.index(name)] = np.nan
        return replace(self, evidence=evidence)


def measure_cases(searches: Sequence[LabelledSearch], weights: Sequence[float], model: ScoringModel) -> Cases:
    """Measure searches with the model's background priors; searches without candidates are left out."""
    kept = [
        (labelled, weight) for labelled, weight in zip(searches, weights, strict=True) if labelled.search.candidates
    ]
    right = [c.item.report in labelled.relevant for labelled, _ in kept for c in labelled.search.candidates]
    counts = np.array([len(labelled.search.candidates) for labelled, _ in kept], np.intp)
    return Cases(
        evidence=_evidence([labelled.search for labelled, _ in kept], model),
        right=np.array(right, bool),
        first=np.cumsum(counts) - counts,
        open_counts=np.array([labelled.search.open_count for labelled, _ in kept], np.intp),
        weights=np.array([weight for _, weight in kept], np.float64),
        things=tuple(labelled.thing for labelled, _ in kept),
        translated=np.array([_is_translated(labelled.search.query.text) for labelled, _ in kept], bool),
    )


@lru_cache(maxsize=16_384)
def _is_translated(text: str) -> bool:
    return is_translated(text) or not is_readable(text)


def _evidence(searches: Sequence[Search], model: ScoringModel) -> Numbers:
    """Measure all candidates of all searches; what depends on the two reports alone is measured once per pair."""
    features = lru_cache(maxsize=None)(extract)
    content = lru_cache(maxsize=None)(lambda query, other: content_evidence(features(query), features(other)))
    rows = []
    for search in searches:
        query, others, measured = features(search.query), [], []
        for candidate in search.candidates:
            others.append(features(candidate.item))
            similarities = similarity_evidence(
                search.background, without_uninformative_texts(query, others[-1], candidate), model
            )
            by_words = word_evidence(search, query, others[-1], candidate)
            measured.append({**similarities, **by_words, **content(search.query, candidate.item)})
        together = search_evidence(query, others, measured, [1] * len(measured), search.open_count)
        rows += [[evidence.get(name, np.nan) for name in EVIDENCE] for evidence in together]
    return np.array(rows, np.float64).reshape(-1, len(EVIDENCE))


def fit_background_priors(searches: Sequence[LabelledSearch], prior: ScoringModel) -> dict[PairKind, BackgroundPrior]:
    """Fit the background priors to the searches; pair kinds that no search has keep the prior's."""
    fitted = dict(prior.background_priors)
    for kind in PairKind:
        backgrounds = [s.search.background[kind] for s in searches if kind in s.search.background]
        if len(backgrounds) > 1:
            means, deviations = np.array([[background.mean, background.deviation] for background in backgrounds]).T
            deviation = max(float(deviations.mean()), _MIN_DEVIATION)
            spread = max(float(means.std()), deviation * _MIN_SPREAD)
            fitted[kind] = BackgroundPrior(float(means.mean()), deviation, spread)
    return fitted
