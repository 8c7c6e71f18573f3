"""Queries of import and export."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.queries import Queries


@dataclass(frozen=True, slots=True)
class Processed:
    """A report that the workers have finished: how many photos they stored, and why they refused others.

    `problems` has each refused photo's name and the key of the sentence that explains it.
    """

    report: UUID
    photos: int
    problems: tuple[tuple[str, str], ...]
    failed: bool


class SqlImportExport(Queries):
    """Imports and exports of a community."""

    async def known_reports(self, workspace: str, keys: Collection[str]) -> dict[str, UUID]:
        """Return the API's reports with these idempotency keys."""
        rows = await self._all(
            """SELECT r.source_key, r.id FROM report r JOIN workspace w ON w.id = r.workspace_id
               WHERE w.platform = 'api' AND w.external_id = %(workspace)s AND r.source_key = ANY(%(keys)s)""",
            workspace=workspace,
            keys=list(keys),
        )
        return {row["source_key"]: row["id"] for row in rows}

    async def known_ids(self, reports: Collection[UUID]) -> set[UUID]:
        """Return which of these ids are those of the community's own reports."""
        rows = await self._all("SELECT id FROM report WHERE id = ANY(%(reports)s)", reports=list(reports))
        return {row["id"] for row in rows}

    async def processed(self, reports: Collection[UUID]) -> Sequence[Processed]:
        """Return the given reports that have no due work left."""
        rows = await self._all(
            """SELECT r.id AS report,
                 (SELECT count(*) FROM photo p WHERE p.report_id = r.id AND p.state = 'stored') AS photos,
                 (SELECT coalesce(json_agg(json_build_array(p.name, p.problem) ORDER BY p.position), '[]')
                  FROM photo p WHERE p.report_id = r.id AND p.state = 'failed') AS problems,
                 r.id IN (SELECT report_id FROM work WHERE state = 'failed') AS failed
               FROM report r WHERE r.id = ANY(%(reports)s)
                 AND r.id NOT IN (SELECT report_id FROM work WHERE state = 'due')""",
            reports=list(reports),
        )
        return [
            Processed(row["report"], row["photos"], tuple((name, why) for name, why in row["problems"]), row["failed"])
            for row in rows
        ]

    async def reports(self) -> Sequence[tuple[UUID, bool]]:
        """Return the reports that aren't purged, oldest first, each with whether it's sealed or private."""
        rows = await self._all(
            """SELECT id, sealed OR private AS hidden FROM report WHERE purged_at IS NULL AND state <> 'look'
               AND NOT sample ORDER BY created_at, id"""
        )
        return [(row["id"], row["hidden"]) for row in rows]
