"""Workspaces of a community in PostgreSQL."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from db import mapping
from db.statistics import SqlStatistics
from db.trends import SqlTrends
from reunite import rules
from reunite.entities import Report, Settings, Verdict
from reunite.errors import DefectError
from reunite.ports import KnownCard, Sent

WORKSPACE_CHANGED: Final = "reunite_workspace"
"""Notified with platform and external id when settings or channels change: bots keep them in memory."""


class SqlWorkspaces(SqlTrends, SqlStatistics):
    """`reunite.ports.workspaces.Workspaces`."""

    async def settings(self, workspace: UUID) -> Settings:
        row = await self._one("SELECT * FROM workspace WHERE id = %(workspace)s", workspace=workspace)
        if row is None:
            raise DefectError(f"workspace {workspace} isn't in this community")
        return mapping.settings(row)

    async def settings_for(self, report: UUID) -> Settings:
        row = await self._row(
            "SELECT w.* FROM report r JOIN workspace w ON w.id = r.workspace_id WHERE r.id = %(report)s", report=report
        )
        return mapping.settings(row)

    async def save_settings(self, workspace: UUID, settings: Settings, *, if_first: bool = False) -> None:
        await self._do(  # former moderators must not stay signed in to the board
            """DELETE FROM board_session s USING workspace w
               WHERE w.id = %(workspace)s AND s.workspace_id = w.id AND w.moderators <> %(moderators)s
                 AND NOT (%(if_first)s AND w.is_set_up)""",
            workspace=workspace,
            if_first=if_first,
            moderators=list(settings.moderators),
        )
        await self._do(
            """WITH saved AS (UPDATE workspace SET language = %(language)s, found_channels = %(found_channels)s,
                 lost_channels = %(lost_channels)s, log_channel = %(log_channel)s, moderators = %(moderators)s,
                 private_reports = %(private_reports)s, sealed_categories = %(sealed_categories)s,
                 returned_by = %(returned_by)s, timezone = %(timezone)s, digest = %(digest)s, keep_days = %(keep_days)s,
                 is_set_up = true
               WHERE id = %(workspace)s AND NOT (%(if_first)s AND is_set_up) RETURNING platform, external_id)
               SELECT pg_notify(%(changed)s, platform || ' ' || external_id) FROM saved""",
            workspace=workspace,
            if_first=if_first,
            changed=WORKSPACE_CHANGED,
            **{name: list(value) if isinstance(value, tuple) else value for name, value in asdict(settings).items()},
        )

    async def member_zone(self, workspace: UUID, member: str) -> str:
        row = await self._one(
            "SELECT zone FROM member_zone WHERE workspace_id = %(workspace)s AND member_id = %(member)s",
            workspace=workspace,
            member=member,
        )
        return str(row["zone"]) if row else ""

    async def set_member_zone(self, workspace: UUID, member: str, zone: str) -> None:
        place = {"workspace": workspace, "member": member}
        if not zone:
            await self._do(
                "DELETE FROM member_zone WHERE workspace_id = %(workspace)s AND member_id = %(member)s", **place
            )
            return
        await self._do(
            """INSERT INTO member_zone (community_id, workspace_id, member_id, zone)
               VALUES (%(community)s, %(workspace)s, %(member)s, %(zone)s)
               ON CONFLICT (workspace_id, member_id) DO UPDATE SET zone = excluded.zone""",
            zone=zone,
            **place,
        )

    async def reports(self, workspace: UUID) -> Sequence[UUID]:
        rows = await self._all(
            "SELECT id FROM report WHERE workspace_id = %(workspace)s AND purged_at IS NULL ORDER BY id",
            workspace=workspace,
        )
        return [row["id"] for row in rows]

    async def posts(self, workspace: UUID, since: datetime | None, channel: str | None = None) -> Sequence[Report]:
        rows = await self._all(
            f"""{mapping.REPORT} WHERE r.workspace_id = %(workspace)s AND r.message IS NOT NULL
                  AND (%(since)s::timestamptz IS NULL OR r.created_at >= %(since)s)
                  AND (%(channel)s::text IS NULL OR r.channel = %(channel)s)
                  AND r.state NOT IN ('withdrawn', 'expired') ORDER BY r.created_at""",
            workspace=workspace,
            since=since,
            channel=channel,
        )
        return [mapping.report(row) for row in rows]

    async def cards(self, workspace: UUID, since: datetime | None, message: str | None = None) -> Sequence[KnownCard]:
        rows = await self._all(
            """SELECT o.sent_channel, o.sent_message, o.match_id FROM outbox o JOIN report r ON r.id = o.report_id
               WHERE r.workspace_id = %(workspace)s AND o.match_id IS NOT NULL AND o.sent_message IS NOT NULL
                 AND r.state NOT IN ('withdrawn', 'expired') AND o.task <> 'remove'
                 AND (%(since)s::timestamptz IS NULL OR o.created_at >= %(since)s)
                 AND (%(message)s::text IS NULL OR o.sent_message = %(message)s) ORDER BY o.seq""",
            workspace=workspace,
            since=since,
            message=message,
        )
        log = await self._all(
            "SELECT * FROM verdict WHERE match_id = ANY(%(matches)s) ORDER BY seq",
            matches=[row["match_id"] for row in rows],
        )
        given = defaultdict[UUID, list[Verdict]](list)
        for row in log:
            given[row["match_id"]].append(mapping.verdict(row))
        in_force = {match: tuple(rules.in_force(verdicts)) for match, verdicts in given.items()}
        return [
            KnownCard(
                Sent(row["sent_channel"], row["sent_message"]),
                row["match_id"],
                in_force.get(row["match_id"], ()),
                rules.taken_back(given.get(row["match_id"], ())),
            )
            for row in rows
        ]

    async def unlink(self, workspace: UUID) -> bool:
        row = await self._one(
            "SELECT own, unlink_workspace(%(workspace)s) <> own AS left FROM current_community() AS own",
            workspace=workspace,
        )
        return row is not None and bool(row["left"])
