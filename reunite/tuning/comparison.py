"""Compares embedded reports with each other in memory, as the store's search does within a community."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reunite.encoder import SHARED_SPACE, Vectors
from reunite.matching.evidence import SIDES, Background, Candidate, Item, PairKind, Search, Source
from reunite.tuning.cases import Numbers


@dataclass(frozen=True, slots=True)
class EmbeddedReport:
    """A report with the embeddings of its photos and of its text: by space, a row for each photo or thing."""

    item: Item
    photos: Mapping[str, Vectors]
    text: Mapping[str, Vectors]

    def rows(self, source: Source, preferred: str) -> Vectors | None:
        """Return the rows of a photo or text in the preferred space, or else in the shared one."""
        vectors = self.photos if source == "photo" else self.text
        return vectors.get(preferred, vectors.get(SHARED_SPACE))


def compare(queries: Sequence[EmbeddedReport], others: Sequence[EmbeddedReport]) -> list[Search]:
    """Search for each query with all others as candidates. Which found reports look alike isn't measured."""
    best = {kind: _best_cosines(queries, others, kind) for kind in PairKind}
    return [_search(row, query, others, best) for row, query in enumerate(queries)]


def _search(row: int, query: EmbeddedReport, others: Sequence[EmbeddedReport], best: dict[PairKind, Numbers]) -> Search:
    similarities: list[dict[PairKind, float]] = [{} for _ in others]
    background = {}
    for kind, cosines in best.items():
        known = np.flatnonzero(~np.isnan(cosines[row]))
        for column in known.tolist():
            similarities[column][kind] = float(cosines[row, column])
        if len(known):
            values = cosines[row, known]
            background[kind] = Background(float(values.mean()), float(values.std()), len(known))
    candidates = tuple(Candidate(other.item, found) for other, found in zip(others, similarities, strict=True))
    return Search(query.item, candidates, background, len(others))


def _best_cosines(queries: Sequence[EmbeddedReport], others: Sequence[EmbeddedReport], kind: PairKind) -> Numbers:
    """Return the highest cosine of each pair of reports, NaN where a side is missing."""
    mine, theirs, preferred = SIDES[kind]
    columns = [other.rows(theirs, preferred) for other in others]
    best = np.full((len(queries), len(others)), np.nan)
    for row, query in enumerate(queries):
        own = query.rows(mine, preferred)
        for column, vectors in enumerate(columns if own is not None else ()):
            if own is not None and vectors is not None:
                best[row, column] = float((own @ vectors.T).max())
    return best
