"""Jobs of the HTTP API: many items posted at once, and the workers' progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from db.queries import Queries


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that could not be accepted, and why."""

    position: int
    detail: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job and its progress; `reports` has None if an item was refused."""

    id: UUID
    key: str
    reports: Sequence[UUID | None]
    refused: Sequence[Refusal]
    created_at: datetime
    waiting: int
    failed: int


class SqlApiJobs(Queries):
    """The jobs of a community."""

    async def by_key(self, workspace: UUID, key: str) -> UUID | None:
        row = await self._one(
            "SELECT id FROM api_job WHERE workspace_id = %(workspace)s AND key = %(key)s", workspace=workspace, key=key
        )
        return UUID(str(row["id"])) if row else None

    async def add(
        self, workspace: UUID, key: str, reports: Sequence[UUID | None], refused: Sequence[Refusal]
    ) -> UUID | None:
        """Store a job; None if the key is in use."""
        row = await self._one(
            """INSERT INTO api_job (community_id, workspace_id, key, reports, refused)
               VALUES (%(community)s, %(workspace)s, %(key)s, %(reports)s, %(refused)s)
               ON CONFLICT (workspace_id, key) DO NOTHING RETURNING id""",
            workspace=workspace,
            key=key,
            reports=list(reports),
            refused=Jsonb([{"position": refusal.position, "detail": refusal.detail} for refusal in refused]),
        )
        return UUID(str(row["id"])) if row else None

    async def get(self, job: UUID) -> Job | None:
        row = await self._one("SELECT * FROM api_job WHERE id = %(job)s", job=job)
        if row is None:
            return None
        counted = await self._row(
            """SELECT count(*) FILTER (WHERE w.state = 'due') AS waiting,
                      count(*) FILTER (WHERE w.state = 'failed') AS failed
               FROM (SELECT DISTINCT ON (report_id) report_id, state FROM work
                     WHERE report_id = ANY(%(reports)s) ORDER BY report_id, created_at DESC) AS w""",
            reports=[report for report in row["reports"] if report],
        )
        refused = [Refusal(**refusal) for refusal in row["refused"]]
        reports, created_at = row["reports"], row["created_at"]
        return Job(row["id"], row["key"], reports, refused, created_at, counted["waiting"], counted["failed"])
