"""Reports as the HTTP API shows them, with their photos: read in bulk, or found by similar photos."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db import mapping
from db.counts import COUNTS, VISIBLE
from db.photos import SqlPhotos
from db.queries import Queries, as_real
from reunite.encoder import PHOTO_SPACE, SHARED_SPACE
from reunite.entities import Photo, Report
from reunite.ports.query_encoder import EncodedPhoto

_BY_AUTHOR: Final = """SELECT id FROM report WHERE workspace_id = %(workspace)s AND author_id = %(author)s
  AND purged_at IS NULL AND state <> 'look' AND NOT sample"""
_NEWEST_FIRST: Final = "ORDER BY created_at DESC, id DESC LIMIT %(limit)s"
NEWEST: Final = f"{_BY_AUTHOR} {_NEWEST_FIRST}"
OLDER: Final = f"""{_BY_AUTHOR}
  AND (created_at, id) < ((SELECT created_at FROM report WHERE id = %(before)s), %(before)s) {_NEWEST_FIRST}"""
"""Compared with two values, not with a subquery's row: only so does PostgreSQL begin there in the index."""


@dataclass(frozen=True, slots=True)
class Item:
    """A report with its photos."""

    report: Report
    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """A photo and its cosine similarity to the query's."""

    photo: UUID
    report: UUID
    similarity: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """A community's numbers, of what the caller may see."""

    photos: int
    texts: int
    open_lost: int
    open_found: int
    returned: int


class SqlItems(Queries):
    """Reads reports in bulk."""

    async def of(self, reports: Collection[UUID]) -> Mapping[UUID, Item]:
        """Return reports with their photos, without purged ones, looks and samples."""
        rows = await self._all(
            f"{mapping.REPORT} WHERE r.id = ANY(%(reports)s) AND r.purged_at IS NULL AND r.state <> 'look'"
            " AND NOT r.sample",
            reports=list(reports),
        )
        photos = await SqlPhotos(self._connection, self.community).of_reports([row["id"] for row in rows])
        return {row["id"]: Item(mapping.report(row), tuple(photos[row["id"]])) for row in rows}

    async def posted_by(self, workspace: UUID, author: str, limit: int, before: UUID | None) -> Sequence[UUID]:
        """Return an author's reports that aren't purged, newest first; with `before`, those that are older than it."""
        rows = await self._all(
            OLDER if before else NEWEST,
            workspace=workspace,
            author=author,
            limit=limit,
            before=before,
        )
        return [row["id"] for row in rows]

    async def is_posted_by(self, workspace: UUID, author: str, report: UUID) -> bool:
        """Return whether an author has posted this report, which may be purged by now."""
        found = await self._one(
            "SELECT FROM report WHERE id = %(report)s AND workspace_id = %(workspace)s AND author_id = %(author)s",
            report=report,
            workspace=workspace,
            author=author,
        )
        return found is not None

    async def similar(self, report: UUID, limit: int, *, sealed: bool) -> Sequence[Similar]:
        """Return the open reports with the most similar photos, each with its best photo."""
        rows = await self._all(
            f"""WITH model AS (SELECT id, CASE WHEN spaces ? '{PHOTO_SPACE}' THEN '{PHOTO_SPACE}'
                                 ELSE '{SHARED_SPACE}' END AS space FROM embedding_model WHERE live),
              compared AS MATERIALIZED (
                SELECT theirs.photo_id, theirs.report_id, -(mine.vector <#> theirs.vector) AS similarity
                FROM model JOIN embedding mine ON mine.model_id = model.id AND mine.space = model.space
                  AND mine.source = 'photo' AND mine.report_id = %(report)s
                JOIN embedding theirs ON theirs.community_id = mine.community_id AND theirs.model_id = mine.model_id
                  AND theirs.space = mine.space AND theirs.source = 'photo' AND theirs.report_id <> mine.report_id
                JOIN report r ON r.id = theirs.report_id AND r.state = 'open' AND {VISIBLE})
              SELECT * FROM (SELECT DISTINCT ON (report_id) photo_id AS photo, report_id AS report, similarity
                             FROM compared ORDER BY report_id, similarity DESC) AS best
              ORDER BY similarity DESC, report LIMIT %(limit)s""",
            report=report,
            limit=limit,
            for_moderators=sealed,
        )
        return [Similar(**row) for row in rows]

    async def add_query_photo(self, report: UUID, position: int, photo: EncodedPhoto) -> UUID:
        """Store what a query's photo shows, without its picture; return its id."""
        row = await self._row(
            """INSERT INTO photo (community_id, report_id, position, name, state, copy, colours, shows)
               VALUES (%(community)s, %(report)s, %(position)s, 'query', 'stored', '', %(colours)s, %(shows)s)
               RETURNING id""",
            report=report,
            position=position,
            colours=[as_real(share) for share in photo.colours],
            shows=list(photo.shows),
        )
        return UUID(str(row["id"]))

    async def numbers(self, *, for_moderators: bool) -> Numbers:
        row = await self._row(
            f"""SELECT
              (SELECT count(*) FROM photo p JOIN report r ON r.id = p.report_id
               WHERE p.state = 'stored' AND {VISIBLE}) AS photos,
              (SELECT count(*) FROM report r WHERE r.text <> '' AND r.purged_at IS NULL AND {VISIBLE}) AS texts,
              {COUNTS}""",
            for_moderators=for_moderators,
        )
        return Numbers(**row)
