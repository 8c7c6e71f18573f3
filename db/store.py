"""The store: connections, transactions within a community, and the few things that are seen across communities."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from uuid import UUID

import psycopg
from pgvector.psycopg import register_vector_async
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from db import rows
from db.embeddings import EmbeddingSession
from db.session import CommunitySession, Connection
from db.work import WorkLease, WorkSession
from reunite.commands import JoinWorkspace
from reunite.entities import Photo, PlatformName, ReplyTarget, Settings, Workspace
from reunite.errors import DefectError, TryAgainError
from reunite.messages.reply import Reply, from_json
from reunite.ports import Audience, KnownCard, KnownPost, Sent

_OPEN_SECONDS = 10
_READY = 4
"""Connections that are held open for a burst of posts."""
_ROLE_OPTION = "-c role=reunite_app"  # whoever logs in has no more rights than the application's role


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """The model that is searched: its number here, which encoder was chosen, and its version."""

    id: int
    encoder: str
    version: str
    spaces: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A task leased for delivery: a reply to send, to edit or to remove. `attempts` counts this one.

    `target` is its report's thread, or the moderators' channel ("" where they have none any more); `sent` is where
    the reply is already.
    """

    seq: int
    community: UUID
    report: UUID
    fence: int
    attempts: int
    key: str
    reply: Reply
    target: ReplyTarget
    picture: bytes | None
    """The stored copy of the photo that the reply shows."""
    audience: Audience = "thread"
    task: Literal["send", "edit", "remove"] = "send"
    version: int = 0
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class StalePhoto:
    """A photo whose link has expired, and the post that it was in."""

    community: UUID
    photo: Photo
    post: ReplyTarget


class Store:
    """PostgreSQL. `async with Store(url) as store:` opens a pool of connections as the application's role."""

    def __init__(self, url: str, *, connections: int = 8) -> None:
        """Open nothing yet; `connections` is the most that are held at once."""
        self._url = url
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=psycopg.AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row, "options": _ROLE_OPTION},
            min_size=min(_READY, connections),
            max_size=connections,
            configure=_configure,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )

    async def __aenter__(self) -> Self:
        try:
            await self._pool.open(wait=True, timeout=_OPEN_SECONDS)
        except PoolTimeout as error:
            await self._pool.close()
            msg = (
                f"Couldn't connect to the database within {_OPEN_SECONDS} seconds. Check REUNITE_DATABASE_URL, and run"
                " `reunite migrate` if you haven't yet."
            )
            raise psycopg.OperationalError(msg) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    # Transactions

    @asynccontextmanager
    async def session(self, community: UUID) -> AsyncIterator[CommunitySession]:
        """Open a transaction within a community; it commits at the end, or rolls back on an error."""
        async with self.transaction(community) as connection:
            yield CommunitySession(connection, community)

    @asynccontextmanager
    async def entered(
        self, platform: PlatformName, external_id: str
    ) -> AsyncIterator[tuple[Workspace, Settings, CommunitySession]]:
        """Open a transaction within a workspace's community, in as few round trips as can be: every post needs one."""
        try:
            async with self._pool.connection() as connection, connection.transaction():
                cursor = await connection.execute(
                    "SELECT *, set_config('reunite.community', community_id::text, true)"
                    " FROM workspace_named(%s::platform, %s)",
                    [platform, external_id],
                )
                row = await cursor.fetchone()
                if row is None:
                    msg = f"workspace {platform}:{external_id} was never joined"
                    raise DefectError(msg)
                workspace = Workspace(row["id"], row["community_id"], platform, external_id)
                yield workspace, rows.settings(row), CommunitySession(connection, workspace.community)
        except psycopg.errors.DeadlockDetected as error:
            raise TryAgainError("another transaction was in the way") from error

    @asynccontextmanager
    async def embedding_session(self, community: UUID) -> AsyncIterator[EmbeddingSession]:
        """Open a transaction within a community in which vectors may be written."""
        async with self.transaction(community) as connection:
            yield EmbeddingSession(connection, community)

    @asynccontextmanager
    async def work_session(self, lease: WorkLease) -> AsyncIterator[WorkSession]:
        """Open a transaction under a lease. Raises LeaseLostError where the lease was overtaken."""
        async with self.transaction(lease.community) as connection:
            session = WorkSession(connection, lease)
            await session.hold()
            yield session

    @asynccontextmanager
    async def transaction(self, community: UUID) -> AsyncIterator[Connection]:
        """Open a transaction in which row-level security lets only a community be seen."""
        try:
            async with self._pool.connection() as connection, connection.transaction():
                await connection.execute("SELECT set_config('reunite.community', %s, true)", [str(community)])
                yield connection
        except (
            psycopg.errors.DeadlockDetected,
            psycopg.errors.ForeignKeyViolation,
        ) as error:  # or it has moved or gone
            raise TryAgainError("another transaction was in the way") from error

    async def _rows(self, query: str, *params: object) -> list[dict[str, Any]]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(query.encode(), params)).fetchall()

    # Workspaces

    async def join(self, command: JoinWorkspace) -> Workspace:
        """Make a workspace and its channels known (a community of its own, if it is new)."""
        [row] = await self._rows(
            "SELECT * FROM join_workspace(%s::platform, %s, %s)", command.platform, command.external_id, command.name
        )
        workspace = Workspace(row["workspace_id"], row["community_id"], command.platform, command.external_id)
        async with self.transaction(workspace.community) as connection:
            for channel in command.channels:
                await connection.execute(
                    """INSERT INTO channel (community_id, workspace_id, external_id, name, role)
                       VALUES (%s, %s, %s, %s, %s) ON CONFLICT (workspace_id, external_id)
                       DO UPDATE SET name = excluded.name, role = excluded.role""",
                    [workspace.community, workspace.id, channel.id, channel.name, channel.role],
                )
        return workspace

    async def workspace(self, platform: PlatformName, external_id: str) -> Workspace | None:
        """Return a workspace."""
        found = await self._rows("SELECT * FROM find_workspace(%s::platform, %s)", platform, external_id)
        return Workspace(found[0]["workspace_id"], found[0]["community_id"], platform, external_id) if found else None

    async def communities(self) -> list[UUID]:
        """Return every community's id."""
        return [row["id"] for row in await self._rows("SELECT all_communities AS id FROM all_communities()")]

    async def expired_reports(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Return reports whose time is over and which are still known, each after its community."""
        found = await self._rows("SELECT * FROM expired_reports(%s)", limit)
        return [(row["community_id"], row["report_id"]) for row in found]

    async def known_posts(self, workspace: Workspace, since: datetime) -> list[KnownPost]:
        """Return the posts of a workspace's reports, without those whose reports are withdrawn."""
        async with self.session(workspace.community) as session:
            return await session.known_posts(workspace.id, since)

    async def known_cards(self, workspace: Workspace, since: datetime) -> list[KnownCard]:
        """Return the match replies that were sent in a workspace."""
        async with self.session(workspace.community) as session:
            return await session.known_cards(workspace.id, since)

    async def save_link_code(self, workspace: Workspace, code_hash: str) -> None:
        """Keep a code by which another workspace may join the community, for a quarter of an hour."""
        async with self.transaction(workspace.community) as connection:
            await connection.execute("DELETE FROM link_code WHERE community_id = %s", [workspace.community])
            await connection.execute(
                "INSERT INTO link_code (hash, community_id) VALUES (%s, %s)", [code_hash, workspace.community]
            )

    async def link(self, workspace: Workspace, code_hash: str) -> bool:
        """Let a workspace's community join the one that a code was made in; false where the code is not valid."""
        async with self.transaction(workspace.community) as connection:
            cursor = await connection.execute("SELECT link_workspace(%s, %s) AS linked", [workspace.id, code_hash])
            return bool((await cursor.fetchone() or {})["linked"])

    async def leave(self, workspace: Workspace) -> None:
        """Delete a workspace with all that is known of it."""
        async with self.transaction(workspace.community) as connection:
            await connection.execute("SELECT leave_workspace(%s)", [workspace.id])

    # Photos

    async def stale_photos(self, platform: PlatformName, limit: int) -> list[StalePhoto]:
        """Return photos whose links have expired, those that wait longest first."""
        found = await self._rows("SELECT * FROM stale_photos(%s::platform, %s)", platform, limit)
        stale = []
        for row in found:
            async with self.session(row["community_id"]) as session:
                photo = await session.photo(row["photo_id"])
                report = await session.report(photo.report) if photo else None
                if photo and report:
                    stale.append(StalePhoto(row["community_id"], photo, report.target))
        return stale

    # Models

    async def live_model(self) -> EmbeddingModel | None:
        """Return the model that is searched; None before the first worker has chosen."""
        found = await self._rows("SELECT id, encoder, version, spaces FROM model WHERE live")
        return EmbeddingModel(**found[0]) if found else None

    async def register_model(self, encoder: str, version: str, spaces: Mapping[str, int]) -> EmbeddingModel:
        """Make a model known beside the others; the very first one becomes live."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("LOCK TABLE model IN SHARE ROW EXCLUSIVE MODE")
            await connection.execute(
                "INSERT INTO model (encoder, version, spaces, live) SELECT %s, %s, %s, NOT EXISTS (SELECT FROM model)"
                " ON CONFLICT (version) DO NOTHING",
                [encoder, version, Jsonb(dict(spaces))],
            )
            found = await (
                await connection.execute("SELECT id, encoder, version, spaces FROM model WHERE version = %s", [version])
            ).fetchone()
        if found is None:
            msg = f"model {version} vanished while it was being registered"
            raise DefectError(msg)
        return EmbeddingModel(**found)

    async def make_live(self, model: int) -> None:
        """Let another model be the one that is searched."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute("UPDATE model SET live = false WHERE live")
            await connection.execute("UPDATE model SET live = true WHERE id = %s", [model])

    # Work

    async def hint_due_work(self, *, quiet: float, limit: int) -> list[tuple[UUID, int]]:
        """Return work that is due and was not hinted at for `quiet` seconds, each with the number of its new hint."""
        found = await self._rows("SELECT * FROM hint_due_work(%s, %s)", timedelta(seconds=quiet), limit)
        return [(row["work_id"], row["hint"]) for row in found]

    async def lease_work(self, work: UUID, seconds: float) -> WorkLease | None:
        """Take work for so many seconds; None where someone has it, or it is done."""
        found = await self._rows("SELECT * FROM lease_work(%s, %s)", work, timedelta(seconds=seconds))
        if not found:
            return None
        [row] = found
        return WorkLease(work, row["community_id"], row["report_id"], row["fence"], row["failures"])

    # Outbox

    async def lease_outbox(self, platform: PlatformName, *, limit: int, seconds: float) -> list[OutboxItem]:
        """Take the next reply of each thread, as far as it is due."""
        leased = await self._rows(
            "SELECT * FROM lease_outbox(%s::platform, %s, %s)", platform, limit, timedelta(seconds=seconds)
        )
        items = [await self._outbox_item(row) for row in sorted(leased, key=lambda row: row["seq"])]
        return [item for item in items if item]

    async def _outbox_item(self, leased: Mapping[str, Any]) -> OutboxItem | None:
        async with self.session(leased["community_id"]) as session:
            row = await session.outgoing(leased["seq"])
            report = await session.report(leased["report_id"])
            if row is None or report is None:
                return None  # deleted since it was leased
            reply = from_json(row["reply"])
            targets = await session.targets(reply.jumps())
            picture = await session.photo_bytes(reply.picture) if reply.picture else None
            log = None if row["audience"] == "thread" else await session.log_channel(report.id) or ""
        return OutboxItem(
            seq=leased["seq"],
            community=leased["community_id"],
            report=leased["report_id"],
            fence=leased["fence"],
            attempts=leased["attempts"],
            key=row["key"],
            reply=reply.with_targets(targets),
            target=report.target if log is None else replace(report.target, channel=log, message=None),
            picture=picture,
            audience=row["audience"],
            task=row["task"],
            version=row["version"],
            sent=Sent(row["sent_channel"], row["sent_message"]) if row["sent_message"] else None,
        )

    @asynccontextmanager
    async def outbox_signals(self, platform: PlatformName) -> AsyncIterator[asyncio.Event]:
        """Hold a connection that sets the event whenever a reply for the platform was put into the outbox."""
        event = asyncio.Event()

        async def listen(connection: psycopg.AsyncConnection[Any]) -> None:
            async for notice in connection.notifies():
                if notice.payload == platform:
                    event.set()

        async with await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, options=_ROLE_OPTION
        ) as connection:
            await connection.execute("LISTEN reunite_outbox")
            listener = asyncio.create_task(listen(connection))
            try:
                yield event
            finally:
                listener.cancel()
                await asyncio.gather(listener, return_exceptions=True)


async def _configure(connection: Connection) -> None:
    await register_vector_async(connection)
    await connection.commit()
