"""The bots' side of the outbox: leases replies, records their delivery, and renews links to photos."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Literal
from uuid import UUID

from db.database import Database
from db.session import CommunitySession
from db.signals import signals
from reunite.entities import Photo, PlatformName, ReplyTarget
from reunite.messages.reply import Reply, from_json
from reunite.ports import Audience, Sent

MAX_PER_COMMUNITY: Final = 8
"""How many replies of one community are sent at once, so that a slow channel delays no other community."""

_COMMUNITY: Final = itemgetter("community_id")


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A task leased for delivery: a reply to send, to edit or to remove. `attempts` includes this one.

    `target` is its report's thread, or the moderator channel ("" if it was unset meanwhile); `sent` is where the
    reply is if it was sent before.
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
    """The stored copy of the reply's photo."""
    created_at: datetime
    """When the report was stored."""
    tiles: tuple[bytes | None, ...] = ()
    """The stored copies of the gallery's photos."""
    author: str = ""
    sample: bool = False
    """Whether the report is a sample."""
    private: bool = False
    """Whether the report is private."""
    audience: Audience = "thread"
    task: Literal["send", "edit", "remove"] = "send"
    version: int = 0
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class StalePhoto:
    """A photo whose link has expired, and its post."""

    community: UUID
    photo: Photo
    post: ReplyTarget


class Deliveries:
    """The replies due on a platform, across communities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(
        self,
        platform: PlatformName,
        *,
        limit: int,
        seconds: float,
        in_flight: Collection[UUID] = (),
    ) -> list[OutboxItem]:
        """Lease the next due reply of each thread, taking turns between communities.

        `in_flight` has the community of each reply that the caller is already sending; together they may have at most
        `MAX_PER_COMMUNITY` of one community.
        """
        leased = await self._database.rows(
            "SELECT * FROM lease_outbox(%s::platform, %s, %s::uuid[], %s, %s)",
            platform,
            limit,
            list(in_flight),
            MAX_PER_COMMUNITY,
            timedelta(seconds=seconds),
        )
        by_community = groupby(sorted(leased, key=_COMMUNITY), key=_COMMUNITY)
        items = [item for community, rows in by_community for item in await self._items(community, list(rows))]
        return sorted(items, key=lambda item: item.seq)

    async def _items(self, community: UUID, leased: Sequence[Mapping[str, Any]]) -> list[OutboxItem]:
        """Read the leased replies of a community in one transaction."""
        async with self._database.session(community) as session:
            items = [await self._outbox_item(session, row) for row in leased]
        return [item for item in items if item]

    async def _outbox_item(self, session: CommunitySession, leased: Mapping[str, Any]) -> OutboxItem | None:
        row = await session.outbox.outgoing(leased["seq"])
        report = await session.reports.get(leased["report_id"])
        if row is None or report is None:
            return None  # deleted since it was leased
        reply = from_json(row["reply"])
        shown = reply if row["audience"] == "moderators" else reply.in_report_state(report.state)
        targets = await session.reports.targets(reply.jumps())
        picture = await session.photos.stored_copy(reply.picture.photo) if reply.picture else None
        tiles = [await session.photos.stored_copy(tile.photo) if tile.photo else None for tile in reply.gallery]
        log = None if row["audience"] != "moderators" else await session.workspaces.log_channel(report.id) or ""
        return OutboxItem(
            seq=leased["seq"],
            community=leased["community_id"],
            report=leased["report_id"],
            fence=leased["fence"],
            attempts=leased["attempts"],
            key=row["key"],
            reply=shown.with_targets(targets),
            target=_target(report.target, row["audience"], log),
            picture=picture,
            created_at=report.created_at,
            author="" if report.sample else report.author.id,
            sample=report.sample,
            private=report.private,
            tiles=tuple(tiles),
            audience=row["audience"],
            task=row["task"],
            version=row["version"],
            sent=Sent(row["sent_channel"], row["sent_message"]) if row["sent_message"] else None,
        )

    def signals(self, platform: PlatformName) -> AbstractAsyncContextManager[asyncio.Event]:
        """Yield an event that is set whenever the outbox gets a reply for the platform."""
        return signals(self._database.url, "reunite_outbox", lambda payload: payload == platform)

    async def stale_photos(self, platform: PlatformName, limit: int) -> list[StalePhoto]:
        """Return photos whose links have expired, the longest-waiting ones first."""
        rows = await self._database.rows("SELECT * FROM stale_photos(%s::platform, %s)", platform, limit)
        stale = []
        for row in rows:
            async with self._database.session(row["community_id"]) as session:
                photo = await session.photos.get(row["photo_id"])
                report = await session.reports.get(photo.report) if photo else None
                if photo and report:
                    stale.append(StalePhoto(row["community_id"], photo, report.target))
        return stale


def _target(thread: ReplyTarget, audience: Audience, log: str | None) -> ReplyTarget:
    """Return where a reply goes: the thread, the moderator channel (`log`), or the thread's channel."""
    if log is not None:
        return replace(thread, channel=log, message=None)
    return replace(thread, message=None) if audience == "channel" else thread
