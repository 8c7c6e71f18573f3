"""The table `backfill`: channels whose past posts are to be read, with progress and results."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from db import mapping
from db.database import Database
from reunite.entities import PlatformName, ReportState, Workspace
from reunite.past_posts import KnownBefore, Span, Tally

Notice = Literal["", "start", "end"]
STOPPED: Final = "stopped"
"""The problem recorded when the operator stops the reading of a channel."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """A channel whose past posts are read: the span, and how far it was read."""

    id: UUID
    request: UUID
    community: UUID
    workspace_id: UUID
    workspace: str
    channel: str
    name: str
    span: Span
    reached: datetime
    cursor: str
    answers: bool
    """Whether the bot answers in the old threads."""
    next_notice: Notice
    """The next notice for the moderator channel."""
    tally: Tally
    problem: str
    created_at: datetime
    has_ended: bool

    @property
    def share(self) -> float:
        """How much of the span was read, from 0 to 1."""
        return 1.0 if self.has_ended else self.span.share(self.reached)


class Backfills:
    """The table `backfill`. Methods run their own transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def workspaces(self, community: UUID, platform: PlatformName) -> Sequence[str]:
        """Return a community's workspaces on a platform, by the platform's ids."""
        query = "SELECT external_id FROM workspace WHERE platform = %(platform)s::platform ORDER BY name, id"
        return [row["external_id"] for row in await self._database.rows_in(community, query, platform=platform)]

    async def channels(self, workspace: Workspace) -> Mapping[str, str]:
        """Return the names of a workspace's channels for reports, by the platform's ids."""
        query = """SELECT external_id, name FROM channel WHERE workspace_id = %(workspace)s AND role IS NOT NULL
                   ORDER BY role DESC, name"""
        rows = await self._database.rows_in(workspace.community, query, workspace=workspace.id)
        return {row["external_id"]: row["name"] for row in rows}

    async def start(
        self, workspace: Workspace, channels: Mapping[str, str], span: Span, *, answers: bool, notice: Notice = ""
    ) -> None:
        """Start reading channels that aren't being read; results of earlier readings are deleted."""
        about = {"workspace": workspace.id, "channels": list(channels), "names": list(channels.values())}
        await self._database.rows_in(
            workspace.community,
            """DELETE FROM backfill WHERE workspace_id = %(workspace)s AND ended_at IS NOT NULL AND tell = ''
               AND channel = ANY(%(channels)s)""",
            **about,
        )
        await self._database.rows_in(
            workspace.community,
            """INSERT INTO backfill (community_id, workspace_id, platform, workspace, channel, name, request, since,
                 until, reached, answers, tell)
               SELECT %(of)s, %(workspace)s, %(platform)s::platform, %(external)s, asked.channel, asked.name,
                 %(request)s, %(since)s, %(until)s, %(until)s, %(answers)s, %(tell)s
               FROM unnest(%(channels)s::text[], %(names)s::text[]) AS asked (channel, name)
               ON CONFLICT (workspace_id, channel) WHERE ended_at IS NULL DO NOTHING""",
            **about,
            of=workspace.community,
            platform=workspace.platform,
            external=workspace.external_id,
            request=uuid4(),
            since=span.since,
            until=span.until,
            answers=answers,
            tell=notice,
        )

    async def of(self, workspace: Workspace) -> list[Backfill]:
        """Return the latest reading of each of a workspace's channels."""
        rows = await self._database.rows_in(
            workspace.community,
            """SELECT * FROM (SELECT DISTINCT ON (channel) * FROM backfill WHERE workspace_id = %(workspace)s
               ORDER BY channel, created_at DESC) AS latest ORDER BY name, id""",
            workspace=workspace.id,
        )
        return [_backfill(row) for row in rows]

    async def open(self, platform: PlatformName) -> list[Backfill]:
        """Return the channels that a platform's bot must still read or report on, in all communities."""
        return [_backfill(row) for row in await self._database.rows("SELECT * FROM open_backfills(%s)", platform)]

    async def advance(self, backfill: Backfill, cursor: str, reached: datetime, tally: Tally, *, is_end: bool) -> None:
        """Record how far a channel was read, unless another process already went further."""
        await self._database.rows_in(
            backfill.community,
            """UPDATE backfill SET cursor = %(cursor)s, reached = least(reached, %(reached)s),
                 messages = %(messages)s, reports = %(reports)s, photos = %(photos)s, skipped = %(skipped)s,
                 ended_at = CASE WHEN %(is_end)s THEN now() END
               WHERE id = %(id)s AND cursor = %(before)s AND ended_at IS NULL""",
            id=backfill.id,
            before=backfill.cursor,
            cursor=cursor,
            reached=reached,
            messages=tally.messages,
            reports=tally.reports,
            photos=tally.photos,
            skipped=Jsonb(tally.skipped),
            is_end=is_end,
        )

    async def end(self, backfill: Backfill, problem: str) -> None:
        """Stop reading a channel, and record why."""
        await self._database.rows_in(
            backfill.community,
            "UPDATE backfill SET problem = %(problem)s, ended_at = now() WHERE id = %(id)s AND ended_at IS NULL",
            id=backfill.id,
            problem=problem,
        )

    async def record_notice(self, backfill: Backfill, then: Notice) -> None:
        """Record that the moderator channel got a notice, and which one comes next."""
        await self._database.rows_in(
            backfill.community,
            "UPDATE backfill SET tell = %(then)s WHERE request = %(request)s AND tell = %(tell)s",
            request=backfill.request,
            tell=backfill.next_notice,
            then=then,
        )

    async def known_posts(self, backfill: Backfill, keys: Collection[str]) -> Mapping[str, KnownBefore]:
        """Return the reports with these idempotency keys, purged ones included."""
        rows = await self._database.rows_in(
            backfill.community,
            """SELECT source_key, created_at, quiet, state FROM report
               WHERE workspace_id = %(workspace)s AND source_key = ANY(%(keys)s)""",
            workspace=backfill.workspace_id,
            keys=list(keys),
        )
        return {
            row["source_key"]: KnownBefore(row["created_at"], row["quiet"], ReportState(row["state"])) for row in rows
        }

    async def waiting(self, community: UUID) -> int:
        """Count the community's reports that wait for a worker."""
        [row] = await self._database.rows_in(community, "SELECT count(*) AS number FROM work WHERE state = 'due'")
        return int(row["number"])


def _backfill(row: mapping.Row) -> Backfill:
    return mapping.entity(
        Backfill,
        row,
        community=row["community_id"],
        span=Span(row["since"], row["until"]),
        next_notice=row["tell"],
        tally=Tally(row["messages"], row["reports"], row["photos"], Counter(row["skipped"])),
        has_ended=row["ended_at"] is not None,
    )
