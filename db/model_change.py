"""Queries for a change of encoder: decided pairs, vectors of any model, and the deletion of old vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.queries import Queries
from reunite.encoder import SHARED_SPACE, Vectors
from reunite.tuning.model_ranking import DecidedPair

_PAIRS: Final = """SELECT f.lost_id, f.found_id, f.is_right FROM feedback f
  JOIN report lost ON lost.id = f.lost_id AND lost.state IN ('open', 'returned') AND NOT lost.sample
  JOIN report found ON found.id = f.found_id AND found.state IN ('open', 'returned') AND NOT found.sample
  ORDER BY f.created_at DESC, f.id LIMIT %(limit)s"""
_FOUND: Final = """SELECT id FROM report WHERE kind = 'found' AND state IN ('open', 'returned') AND NOT sample
  ORDER BY created_at DESC, id LIMIT %(limit)s"""
_PHOTOS: Final = """SELECT e.photo_id, e.vector FROM embedding e
  WHERE e.model_id = %(model)s AND e.space = %(space)s AND e.source = 'photo'
    AND (%(after)s::uuid IS NULL OR e.photo_id > %(after)s) ORDER BY e.photo_id LIMIT %(limit)s"""
_DELETE: Final = """WITH gone AS (DELETE FROM embedding WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM embedding WHERE community_id = current_community() AND model_id <> %(kept)s LIMIT %(limit)s))
  RETURNING pg_column_size(vector) AS size)
  SELECT count(*) AS vectors, coalesce(sum(size), 0)::bigint AS bytes FROM gone"""


@dataclass(frozen=True, slots=True)
class ReportVectors:
    """A report's embeddings of one model: by space, a row for each photo or thing."""

    photos: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    text: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)

    def stacked(self) -> tuple[dict[str, Vectors], dict[str, Vectors]]:
        """Return the photos' and the text's embeddings as arrays."""
        return _stacked(self.photos), _stacked(self.text)


def _stacked(rows: Mapping[str, Sequence[NDArray[np.float32]]]) -> dict[str, Vectors]:
    return {space: np.stack(vectors) for space, vectors in rows.items()}


class SqlModelChange(Queries):
    """A community's part in a change of encoder."""

    async def live_model(self) -> int | None:
        """Return the encoder that searches use at present; None if none has been chosen yet."""
        row = await self._one("SELECT id FROM embedding_model WHERE live")
        return int(row["id"]) if row else None

    async def decided_pairs(self, limit: int) -> list[DecidedPair]:
        """Return the newest pairs that moderators or owners have decided, if both reports still exist."""
        rows = await self._all(_PAIRS, limit=limit)
        return [DecidedPair(row["lost_id"], row["found_id"], row["is_right"]) for row in rows]

    async def newest_found_reports(self, limit: int) -> list[UUID]:
        """Return the newest open or returned found reports."""
        return [row["id"] for row in await self._all(_FOUND, limit=limit)]

    async def vectors(self, reports: Sequence[UUID], model: int) -> dict[UUID, ReportVectors]:
        """Return the reports' embeddings of a model."""
        rows = await self._all(
            "SELECT report_id, space, source, vector FROM embedding"
            " WHERE report_id = ANY(%(reports)s::uuid[]) AND model_id = %(model)s ORDER BY photo_id, part",
            reports=list(reports),
            model=model,
        )
        found: dict[UUID, ReportVectors] = {}
        for row in rows:
            of_report = found.setdefault(row["report_id"], ReportVectors())
            vectors = of_report.photos if row["source"] == "photo" else of_report.text
            vectors.setdefault(row["space"], []).append(row["vector"].to_numpy().astype(np.float32))
        return found

    async def photos(self, model: int, limit: int, after: UUID | None) -> tuple[list[UUID], Vectors]:
        """Return a page of photos and their embeddings in the shared space, in order of id."""
        rows = await self._all(_PHOTOS, model=model, space=SHARED_SPACE, limit=limit, after=after)
        vectors = [row["vector"].to_numpy().astype(np.float32) for row in rows]
        return [row["photo_id"] for row in rows], np.stack(vectors) if vectors else np.empty((0, 0), np.float32)

    async def delete_others(self, kept: int, limit: int) -> tuple[int, int]:
        """Delete at most `limit` embeddings of other models; return their number and their bytes."""
        row = await self._row(_DELETE, kept=kept, limit=limit)
        return row["vectors"], row["bytes"]
