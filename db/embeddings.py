"""Embeddings in PostgreSQL: those of several models and spaces are kept side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from db.queries import Queries

_UNEMBEDDED_PHOTOS: Final = """EXISTS (SELECT FROM photo p WHERE p.report_id = r.id AND p.state = 'stored'
  AND NOT EXISTS (SELECT FROM embedding e WHERE e.photo_id = p.id AND e.model_id = %(model)s))"""
_UNEMBEDDED_TEXT: Final = """(r.text <> '' AND NOT EXISTS (SELECT FROM embedding e
  WHERE e.report_id = r.id AND e.photo_id IS NULL AND e.model_id = %(model)s))"""
_LACKING: Final = f"""SELECT {{}} FROM report r WHERE r.state IN ('open', 'returned')
  AND ({_UNEMBEDDED_PHOTOS} OR {_UNEMBEDDED_TEXT})"""

_MISSED: Final = """ AND NOT EXISTS (SELECT FROM work w WHERE w.report_id = r.id AND w.state <> 'done')
  AND EXISTS (SELECT FROM embedding e WHERE e.report_id = r.id AND e.model_id <> %(model)s)"""
"""Only reports from before the model was in use, without those that a worker gave up or has still to process."""


@dataclass(frozen=True, slots=True)
class EmbeddingRow:
    """A vector of length 1: of a photo, or of the report's text if `photo` is None."""

    photo: UUID | None
    space: str
    vector: NDArray[np.float32]
    part: int = 0
    """The number of the thing in a text that mentions several."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A report's photos without embeddings, as names by id, and its text, which may have some."""

    photos: Mapping[UUID, str]
    text: str
    lacks_text: bool = False


class SqlEmbeddings(Queries):
    """The embeddings of a community's reports."""

    async def reports_lacking(self, model: int, limit: int, after: UUID | None, *, missed: bool) -> list[UUID]:
        """Return matchable reports that lack embeddings of a model, in order of id.

        With `missed`, only those that another model has embedded and that have no unfinished work.
        """
        rows = await self._all(
            f"{_LACKING.format('r.id')}{_MISSED if missed else ''} AND (%(after)s::uuid IS NULL OR r.id > %(after)s)"
            " ORDER BY r.id LIMIT %(limit)s",
            model=model,
            limit=limit,
            after=after,
        )
        return [row["id"] for row in rows]

    async def count_lacking(self, model: int, *, missed: bool) -> int:
        """Count the reports that `reports_lacking` would return."""
        query = _LACKING.format("count(*) AS n") + (_MISSED if missed else "")
        return int((await self._row(query, model=model))["n"])

    async def lacking(self, report: UUID, model: int) -> Lacking:
        """Return what of a report has no embeddings of a model."""
        rows = await self._all(
            f"""SELECT {_UNEMBEDDED_TEXT} AS lacks_text, r.text, p.id, p.name
                FROM report r LEFT JOIN photo p ON p.report_id = r.id AND p.state = 'stored' AND NOT EXISTS
                  (SELECT FROM embedding e WHERE e.photo_id = p.id AND e.model_id = %(model)s)
                WHERE r.id = %(report)s ORDER BY p.position""",
            report=report,
            model=model,
        )
        photos = {row["id"]: row["name"] for row in rows if row["id"]}
        return Lacking(photos, rows[0]["text"], lacks_text=rows[0]["lacks_text"]) if rows else Lacking({}, "")

    async def save(self, report: UUID, model: int, embeddings: Sequence[EmbeddingRow], *, text: str) -> None:
        """Store embeddings of a model; those of other models stay.

        `text` is the text that was embedded: if it has been edited since, its embeddings are left out.
        """
        async with self._connection.cursor() as cursor:
            await cursor.executemany(  # in one round trip
                """INSERT INTO embedding (community_id, report_id, photo_id, model_id, space, source, part, vector)
                   SELECT %(community)s, id, %(photo)s, %(model)s, %(space)s, %(source)s, %(part)s, %(vector)s
                   FROM report WHERE id = %(report)s AND purged_at IS NULL AND (%(source)s = 'photo' OR text = %(text)s)
                   FOR SHARE
                   ON CONFLICT (report_id, model_id, space, photo_id, part) DO UPDATE SET vector = excluded.vector""",
                [
                    {
                        "community": self.community,
                        "report": report,
                        "photo": row.photo,
                        "model": model,
                        "space": row.space,
                        "source": "text" if row.photo is None else "photo",
                        "part": row.part,
                        "text": text,
                        "vector": HalfVector(row.vector),
                    }
                    for row in embeddings
                ],
            )


def of_photo(photo: UUID, vectors: Mapping[str, NDArray[np.float32]], index: int) -> list[EmbeddingRow]:
    """Make rows from a photo's vectors: row `index` of each space."""
    return [EmbeddingRow(photo, space, array[index]) for space, array in vectors.items()]


def of_text(vectors: Mapping[str, NDArray[np.float32]]) -> list[EmbeddingRow]:
    """Make rows from a text's vectors, one for each thing that it mentions."""
    return [EmbeddingRow(None, space, row, part) for space, array in vectors.items() for part, row in enumerate(array)]
