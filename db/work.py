"""The record of work in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from db.queries import Queries
from reunite.ports import Backlog

KILLED_WORKERS: Final = "every worker that processed it was killed"
"""Why such work was given up; `reunite status` knows what to do about it."""
_FEWEST_MEASURED: Final = 5
_BACKLOG: Final = f"""
WITH taken AS (SELECT done_at - greatest(created_at, lag(done_at, 1, %(since)s) OVER (ORDER BY done_at)) AS time
               FROM work WHERE state = 'done' AND done_at > %(since)s ORDER BY done_at DESC LIMIT 20)
SELECT (SELECT count(*) FROM work WHERE state = 'due') AS queued,
  (SELECT extract(epoch FROM (sum(time) - max(time)) / (count(*) - 1))::float FROM taken
   HAVING count(*) >= {_FEWEST_MEASURED}) AS seconds_each
"""
"""The longest time is left out: it may include a worker's start."""


class SqlWork(Queries):
    """`reunite.ports.work.Work`, and what else tests and the command line need."""

    async def add(self, report: UUID, *, hinted: bool = True) -> UUID:
        row = await self._row(
            "INSERT INTO work (community_id, report_id, hinted_at)"
            " VALUES (%(community)s, %(report)s, CASE WHEN %(hinted)s THEN now() END) RETURNING id",
            hinted=hinted,
            report=report,
        )
        return UUID(str(row["id"]))

    async def add_for(self, reports: Sequence[UUID]) -> Sequence[UUID]:
        rows = await self._all(
            "INSERT INTO work (community_id, report_id, hinted_at)"
            " SELECT %(community)s, unnest(%(reports)s::uuid[]), now() RETURNING id",
            reports=reports,
        )
        return [row["id"] for row in rows]

    async def backlog(self, since: datetime) -> Backlog:
        row = await self._row(_BACKLOG, since=since)
        return Backlog(row["queued"], row["seconds_each"])

    async def count_by_same_author(self, report: UUID, since: datetime) -> int:
        row = await self._row(
            """SELECT count(*) AS n FROM report r JOIN report given ON given.id = %(report)s
                 AND r.workspace_id = given.workspace_id AND r.author_id = given.author_id
               WHERE coalesce(r.posted_at, r.created_at) >= %(since)s AND (r.state <> 'look' OR r.id = given.id)
                 AND NOT r.sample""",
            report=report,
            since=since,
        )
        return int(row["n"])

    async def interrupt(self, workspace: UUID) -> None:
        await self._do(
            """UPDATE work SET fence = fence + 1, leased_until = NULL, hinted_at = NULL
               WHERE report_id IN (SELECT id FROM report WHERE workspace_id = %(workspace)s)""",
            workspace=workspace,
        )
        await self._do(
            "SELECT 1 FROM report WHERE workspace_id = %(workspace)s ORDER BY id FOR UPDATE", workspace=workspace
        )

    async def stop(self, report: UUID) -> None:
        await self._do("DELETE FROM work WHERE report_id = %(report)s", report=report)

    async def unfinished(self) -> int:
        """Count the community's due work."""
        row = await self._row("SELECT count(*) AS n FROM work WHERE state = 'due'")
        return int(row["n"])
