"""The store: sessions, workspaces, and the few queries across communities."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import psycopg

from db import mapping
from db.database import Database, begin
from db.delivery import Deliveries
from db.due_tasks import DueTasks
from db.embedding_models import EmbeddingModels
from db.keys import NO_KEYS, Keys
from db.leases import LeaseLostError, WorkLease, WorkSession
from db.queries import Connection
from db.session import CommunitySession
from db.signals import notifications, signals
from db.workspaces import WORKSPACE_CHANGED
from reunite.commands import JoinWorkspace
from reunite.entities import Channel, Member, PlatformName, ReportKind, Settings, Workspace
from reunite.errors import NotJoinedError, TellUserError, TryAgainError

_ENTER: Final = """SELECT *, set_config('reunite.community', community_id::text, true)
  FROM enter_workspace(%s::platform, %s)"""
_PRESENT: Final = """UPDATE workspace SET absent_since = NULL, address = coalesce(nullif(%(address)s, ''), address)
  WHERE id = %(id)s AND (absent_since IS NOT NULL OR %(address)s NOT IN ('', address))"""
_SAVE_CHANNEL: Final = """INSERT INTO channel (community_id, workspace_id, external_id, name, role)
  VALUES (%s, %s, %s, %s, %s) ON CONFLICT (workspace_id, external_id)
  DO UPDATE SET name = excluded.name, role = excluded.role,
    since = CASE WHEN channel.role IS DISTINCT FROM excluded.role THEN coalesce(%s, now()) ELSE channel.since END
  WHERE (channel.name, channel.role) IS DISTINCT FROM (excluded.name, excluded.role)"""
_DELETE_OTHER_CHANNELS: Final = "DELETE FROM channel WHERE workspace_id = %s AND external_id <> ALL(%s)"
_NOTE_ABSENCE: Final = """UPDATE workspace
  SET absent_since = CASE WHEN %(since)s::timestamptz IS NOT NULL THEN least(absent_since, %(since)s) END
  WHERE id = %(id)s"""

_SIGN_OUT: Final = "DELETE FROM board_session WHERE workspace_id = %s"
_SOME_REPORTS: Final = "SELECT id FROM report WHERE workspace_id = %s LIMIT %s"
_DELETED_AT_ONCE: Final = 500
"""Reports that are deleted in one transaction: nobody waits long for the rows that it locks."""


class Store(Database):
    """`reunite.ports.Store` on PostgreSQL, and what else workers and bots need."""

    def __init__(self, url: str, *, connections: int = 8, warm: bool = False, keys: Keys = NO_KEYS) -> None:
        """Open nothing yet; see `Database`."""
        super().__init__(url, connections=connections, warm=warm, keys=keys)
        self.embedding_models = EmbeddingModels(self)
        self.delivery = Deliveries(self)
        self.due = DueTasks(self)

    @asynccontextmanager
    async def entered(
        self, platform: PlatformName, external_id: str
    ) -> AsyncIterator[tuple[Workspace, Settings, CommunitySession]]:
        # A single round trip, because every post needs it.
        try:
            async with self.outside() as connection:
                cursor = await connection.execute(_ENTER, [platform, external_id])
                row = await cursor.fetchone()
                if row is None:
                    raise NotJoinedError(platform, external_id)
                workspace = Workspace(row["id"], row["community_id"], platform, external_id)
                session = CommunitySession(connection, workspace.community, self.index_cache, self.keys)
                yield workspace, mapping.settings(row), session
        except psycopg.errors.DeadlockDetected as error:
            raise TryAgainError("conflict with another transaction") from error

    @asynccontextmanager
    async def work_session(self, lease: WorkLease) -> AsyncIterator[WorkSession]:
        """Open a transaction under a lease. Raises LeaseLostError if another worker has the work now."""
        async with self._beginning(f"{begin(lease.community)}; {lease.hold()}") as (connection, held):
            if held is None:
                raise LeaseLostError
            yield WorkSession(connection, lease, self.index_cache, self.keys)

    @asynccontextmanager
    async def notifying_of_looks(self, notify: Callable[[UUID], None]) -> AsyncIterator[None]:
        """Call `notify` with each look that is answered within the context."""

        def is_ours(payload: str) -> bool:
            notify(UUID(payload))
            return False

        async with signals(self.url, "reunite_look", is_ours):
            yield

    # Workspaces

    @asynccontextmanager
    async def workspace_changes(self, platform: PlatformName) -> AsyncIterator[AsyncIterator[str]]:
        """Yield the workspaces of a platform (its ids) whose settings or channels any process changes from now on."""
        prefix = f"{platform} "
        async with notifications(self.url, WORKSPACE_CHANGED) as changed:
            yield (about.removeprefix(prefix) async for about in changed if about.startswith(prefix))

    async def join(self, command: JoinWorkspace) -> Workspace:
        [row] = await self.rows(
            "SELECT * FROM join_workspace(%s::platform, %s, %s)", command.platform, command.external_id, command.name
        )
        workspace = Workspace(row["workspace_id"], row["community_id"], command.platform, command.external_id)
        async with self.transaction(workspace.community) as connection:
            await connection.execute(_PRESENT, {"id": workspace.id, "address": command.address})
            if command.channels is not None:
                await _save_channels(connection, workspace, command.channels, command.away_since)
        return workspace

    async def channels(self, workspace: Workspace) -> list[Channel]:
        """Return a workspace's channels as they were saved last, by any process."""
        query = "SELECT external_id, name, role FROM channel WHERE workspace_id = %s ORDER BY external_id"
        rows = await self.rows_in(workspace.community, query, workspace.id)
        return [
            Channel(row["external_id"], row["name"], ReportKind(row["role"]) if row["role"] else None) for row in rows
        ]

    async def workspace(self, platform: PlatformName, external_id: str) -> Workspace | None:
        rows = await self.rows("SELECT * FROM find_workspace(%s::platform, %s)", platform, external_id)
        return Workspace(rows[0]["workspace_id"], rows[0]["community_id"], platform, external_id) if rows else None

    async def known_workspaces(self, platform: PlatformName) -> list[tuple[Workspace, datetime | None]]:
        rows = await self.rows("SELECT * FROM known_workspaces(%s::platform)", platform)
        return [
            (Workspace(row["workspace_id"], row["community_id"], platform, row["external_id"]), row["absent_since"])
            for row in rows
        ]

    async def note_absence(self, workspace: Workspace, since: datetime | None) -> None:
        await self.rows_in(workspace.community, _NOTE_ABSENCE, since=since, id=workspace.id)

    async def delete_old_jobs(self) -> None:
        """Delete the HTTP API's jobs that are older than 30 days."""
        await self.rows("SELECT delete_old_jobs()")

    async def save_board_link(self, workspace: Workspace, member: Member, language: str, link_hash: str) -> None:
        async with self.transaction(workspace.community) as connection:
            await connection.execute(
                "DELETE FROM board_session WHERE workspace_id = %s AND member_id = %s AND began_at IS NULL",
                [workspace.id, member.id],
            )
            await connection.execute(
                """INSERT INTO board_session (community_id, workspace_id, member_id, member_name, language, link_hash)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                [workspace.community, workspace.id, member.id, member.name, language, link_hash],
            )

    async def save_link_code(self, workspace: Workspace, code_hash: str) -> None:
        async with self.transaction(workspace.community) as connection:
            await connection.execute("DELETE FROM link_code WHERE community_id = %s", [workspace.community])
            await connection.execute(
                "INSERT INTO link_code (hash, community_id) VALUES (%s, %s)", [code_hash, workspace.community]
            )

    async def is_linked(self, workspace: Workspace) -> bool:
        async with self.transaction(workspace.community) as connection:
            return await _has_others(connection, workspace)

    @asynccontextmanager
    async def linked(self, workspace: Workspace, code_hash: str) -> AsyncIterator[CommunitySession]:
        async with self.transaction(workspace.community) as connection:
            cursor = await connection.execute("SELECT link_workspace(%s, %s) AS linked", [workspace.id, code_hash])
            [row] = await cursor.fetchall()
            if not row["linked"]:
                raise TellUserError(
                    "link_code_used" if await _has_others(connection, workspace) else "link_code_unknown"
                )
            entered = await connection.execute(_ENTER, [workspace.platform, workspace.external_id])
            [there] = await entered.fetchall()
            yield CommunitySession(connection, there["community_id"], self.index_cache, self.keys)

    async def leave(self, workspace: Workspace) -> None:
        async with self.transaction(workspace.community) as connection:
            await connection.execute(_SIGN_OUT, [workspace.id])  # nobody sees on the board what's left meanwhile
        while await self._delete_some_reports(workspace):
            pass
        await self.rows_in(workspace.community, "SELECT leave_workspace(%s)", workspace.id)

    async def _delete_some_reports(self, workspace: Workspace) -> bool:
        """Delete some of a workspace's reports, with all that belongs to them; false if there were none."""
        async with self.transaction(workspace.community) as connection:
            cursor = await connection.execute(_SOME_REPORTS, [workspace.id, _DELETED_AT_ONCE])
            some = [row["id"] for row in await cursor.fetchall()]
            # Workers lock these first, too.
            await connection.execute("DELETE FROM work WHERE report_id = ANY(%s)", [some])
            await connection.execute("DELETE FROM report WHERE id = ANY(%s)", [some])
        return bool(some)

    # Work

    async def hint_due_work(self, *, silence: float, limit: int) -> list[tuple[UUID, int]]:
        """Return due work without a hint in the last `silence` seconds, each with the number of its new hint."""
        rows = await self.rows("SELECT * FROM hint_due_work(%s, %s)", timedelta(seconds=silence), limit)
        return [(row["work_id"], row["hint"]) for row in rows]

    async def lease_work(
        self, in_flight: Collection[UUID], *, max_per_community: int, seconds: float
    ) -> WorkLease | None:
        """Lease the next due work for some seconds, taking turns between communities; None if nothing is due.

        `in_flight` has the community of each piece that the caller is working on; together they may have at most
        `max_per_community` of one community.
        """
        rows = await self.rows(
            "SELECT *, deaths_over(work_id) AS deaths FROM lease_work(%s::uuid[], %s, %s)",
            list(in_flight),
            max_per_community,
            timedelta(seconds=seconds),
        )
        if not rows:
            return None
        [row] = rows
        ids, counts = (row["work_id"], row["community_id"], row["report_id"]), (row["failures"], row["deaths"])
        return WorkLease(*ids, row["fence"], *counts)


async def _has_others(connection: Connection, workspace: Workspace) -> bool:
    others = "SELECT 1 FROM workspace WHERE community_id = %s AND id <> %s"
    cursor = await connection.execute(others, [workspace.community, workspace.id])
    return await cursor.fetchone() is not None


async def _save_channels(
    connection: Connection, workspace: Workspace, channels: Sequence[Channel], away_since: datetime | None
) -> None:
    """Store a workspace's channels, and delete those that it no longer has."""
    in_order = sorted(channels, key=lambda channel: channel.id)  # two processes may save them at once
    ours = workspace.community, workspace.id
    about = [(*ours, channel.id, channel.name, channel.role, away_since) for channel in in_order]
    async with connection.cursor() as cursor:
        await cursor.executemany(_SAVE_CHANNEL, about)
        saved = cursor.rowcount
    deleted = await connection.execute(_DELETE_OTHER_CHANNELS, [workspace.id, [channel.id for channel in in_order]])
    if saved > 0 or deleted.rowcount:
        about_it = f"{workspace.platform} {workspace.external_id}"
        await connection.execute("SELECT pg_notify(%s, %s)", [WORKSPACE_CHANGED, about_it])
