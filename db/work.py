"""The record of work in PostgreSQL."""

from uuid import UUID

from db.queries import Queries


class SqlWork(Queries):
    """`reunite.ports.work.Work`, and what tests and the command line need besides."""

    async def add(self, report: UUID, *, hinted: bool = True) -> UUID:
        row = await self._one(
            "INSERT INTO work (community_id, report_id, hinted_at)"
            " VALUES (%(community)s, %(report)s, CASE WHEN %(hinted)s THEN now() END) RETURNING id",
            hinted=hinted,
            community=self.community,
            report=report,
        )
        return UUID(str((row or {})["id"]))

    async def stop(self, report: UUID) -> None:
        await self._do("DELETE FROM work WHERE report_id = %(report)s", report=report)

    async def unfinished(self) -> int:
        """Return how many pieces of work of the community are not done yet."""
        row = await self._one("SELECT count(*) AS n FROM work WHERE state = 'due'")
        return int(row["n"]) if row else 0
