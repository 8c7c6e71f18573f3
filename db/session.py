"""One transaction within one community, whole: searching is in `db.search`, the rest in the queries it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from db import rows, search
from db.matches import MatchQueries
from db.outbox import OutboxQueries
from db.queries import Connection
from db.reports import ReportQueries
from reunite.entities import Channel, Report, ReportKind, Settings, Statistics
from reunite.errors import DefectError
from reunite.matching.evidence import Search

__all__ = ["CommunitySession", "Connection"]


class CommunitySession(ReportQueries, MatchQueries, OutboxQueries):
    """The store within a community's transaction (`reunite.ports.Session` and what workers and bots need besides)."""

    async def search(self, report: Report, limit: int, *, sealed: bool = False) -> Search:
        """Return open reports of the opposite kind that may fit, with what was measured on each pair."""
        return await search.search(self._connection, report, limit, sealed=sealed)

    async def add_work(self, report: UUID) -> UUID:
        """Note that a report is to be (re)processed, and return the work's id."""
        row = await self._one(
            "INSERT INTO work (community_id, report_id) VALUES (%(community)s, %(report)s) RETURNING id",
            community=self.community,
            report=report,
        )
        return UUID(str((row or {})["id"]))

    async def lock_workspace(self, workspace: UUID) -> None:
        """Stop the work on a workspace's reports, and lock these to the end of the transaction."""
        await self._do(
            """UPDATE work SET fence = fence + 1, leased_until = NULL, hinted_at = NULL
               WHERE report_id IN (SELECT id FROM report WHERE workspace_id = %(workspace)s)""",
            workspace=workspace,
        )
        await self._do(
            "SELECT 1 FROM report WHERE workspace_id = %(workspace)s ORDER BY id FOR UPDATE", workspace=workspace
        )

    async def unlink(self, workspace: UUID) -> None:
        """Give a workspace a community of its own: nothing of it is seen in this one any more."""
        await self._do("SELECT unlink_workspace(%(workspace)s)", workspace=workspace)

    async def unfinished_work(self) -> int:
        """Return how many pieces of work of the community are not done yet."""
        row = await self._one("SELECT count(*) AS n FROM work WHERE state = 'due'")
        return int(row["n"]) if row else 0

    async def settings(self, workspace: UUID) -> Settings:
        """Return how a workspace wants it."""
        row = await self._one("SELECT * FROM workspace WHERE id = %(workspace)s", workspace=workspace)
        if row is None:
            msg = f"workspace {workspace} is not of this community"
            raise DefectError(msg)
        return rows.settings(row)

    async def save_settings(self, workspace: UUID, settings: Settings) -> None:
        """Note how a workspace wants it."""
        await self._do(
            """UPDATE workspace SET language = %(language)s, found_channels = %(found_channels)s,
                 lost_channels = %(lost_channels)s, log_channel = %(log_channel)s, moderators = %(moderators)s,
                 private_reports = %(private_reports)s, sealed_categories = %(sealed_categories)s,
                 keep_days = %(keep_days)s WHERE id = %(workspace)s""",
            workspace=workspace,
            **{name: list(value) if isinstance(value, tuple) else value for name, value in asdict(settings).items()},
        )

    async def statistics(self) -> Statistics:
        """Count what the community has."""
        row = await self._one(
            """WITH known AS (SELECT m.state FROM match m JOIN report f ON f.id = m.found_id
                             WHERE m.released OR NOT f.sealed) -- of the others moderators alone know
               SELECT
                 (SELECT count(*) FROM report WHERE kind = 'lost' AND state = 'open') AS open_losses,
                 (SELECT count(*) FROM report WHERE kind = 'found' AND state = 'open' AND NOT sealed) AS open_finds,
                 (SELECT count(*) FROM report WHERE kind = 'found' AND state = 'returned') AS returned,
                 (SELECT count(DISTINCT match_id) FROM outbox WHERE audience = 'thread') AS matches_shown,
                 (SELECT count(*) FROM known WHERE state = 'confirmed') AS confirmed,
                 (SELECT count(*) FROM known WHERE state = 'refused') AS refused,
                 coalesce((SELECT version FROM model WHERE live), '') AS model"""
        )
        return Statistics(**row or {})

    async def channels(self, workspace: UUID) -> Sequence[Channel]:
        """Return the known channels of a workspace."""
        found = await self._all("SELECT * FROM channel WHERE workspace_id = %(workspace)s", workspace=workspace)
        return [_channel(row) for row in found]


def _channel(row: Mapping[str, Any]) -> Channel:
    return Channel(row["external_id"], row["name"], ReportKind(row["role"]) if row["role"] else None)
