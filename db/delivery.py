"""The bots' side of the outbox: leases replies, records their delivery, and renews links to photos."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

import structlog

from db import mapping
from db.database import Database
from db.session import CommunitySession
from db.signals import signals
from db.trouble import logging_failures
from reunite.entities import Photo, PlatformName, ReplyTarget, Report, ReportKind
from reunite.messages.reply import Reply, from_json
from reunite.ports import Audience, Sent

MAX_PER_COMMUNITY: Final = 8
"""How many replies of one community are sent at once, so that a slow channel delays no other community."""

MAX_ATTEMPTS: Final = 8
"""After this many attempts, a reply that fails because of our own defect counts as undeliverable."""
_UNREADABLE_PAUSE_SECONDS: Final = 60.0
"""The pause before a reply is read again that couldn't be: a newer version may have written it."""

_Read = TypeVar("_Read")
_COMMUNITY: Final = itemgetter("community_id")
_log = structlog.get_logger(__name__)


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
    tiles: tuple[bytes | None, ...]
    """The stored copies of the gallery's photos."""
    author: str
    sample: bool
    """Whether the report is a sample."""
    private: bool
    """Whether the report is private."""
    language: str | None
    """The author's language, if only they read it."""
    silent: bool
    """Whether it pings nobody."""
    kind: ReportKind | None
    """The report's kind; None while that is in doubt."""
    audience: Audience
    task: Literal["send", "edit", "remove"]
    version: int
    sent: Sent | None


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
        with_pictures: bool = True,
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
        items: list[OutboxItem] = []
        for community, rows in by_community:
            with logging_failures(_log, "outbox_read", community=str(community)):
                async with self._database.session(community) as session:
                    items += await _read(session, {row["seq"]: row for row in rows}, with_pictures=with_pictures)
        return sorted(items, key=lambda item: item.seq)

    def signals(self, platform: PlatformName) -> AbstractAsyncContextManager[asyncio.Event]:
        """Yield an event that is set whenever the outbox gets a reply for the platform."""
        return signals(self._database.url, "reunite_outbox", lambda payload: payload == platform)

    async def settle_unread(self) -> None:
        """Mark replies to the API's reports as sent: nobody reads them."""
        await self._database.rows("SELECT settle_unread()")

    async def stale_photos(self, platform: PlatformName, limit: int) -> list[tuple[UUID, UUID]]:
        """Return the community and id of photos whose links have expired, the longest-waiting ones first."""
        rows = await self._database.rows("SELECT * FROM stale_photos(%s::platform, %s)", platform, limit)
        return [(row["community_id"], row["photo_id"]) for row in rows]

    async def stale_photo(self, community: UUID, photo_id: UUID) -> StalePhoto | None:
        """Return a photo whose link has expired; None if it has been deleted."""
        async with self._database.session(community) as session:
            photo = await session.photos.get(photo_id)
            report = await session.reports.get(photo.report) if photo else None
        return StalePhoto(community, photo, report.target) if photo and report else None


async def _read(
    session: CommunitySession, leased: Mapping[int, Mapping[str, Any]], *, with_pictures: bool
) -> list[OutboxItem]:
    """Read leased replies, without those that were deleted since or can't be read: the others are still sent."""
    rows = await session.outbox.outgoing(leased)
    known = await session.reports.by_ids({row["report_id"] for row in rows})
    replies: dict[int, Reply] = {}
    for row in rows:
        if reply := await _part(session, leased, row, partial(from_json, row["reply"])):
            replies[row["seq"]] = reply
    targets = await session.reports.targets({report for reply in replies.values() for report in reply.jumps()})
    shown = {photo for reply in replies.values() for photo in _photos(reply) if photo}
    copies = await session.photos.stored_copies(shown) if with_pictures else {}
    items = []
    for row in rows:
        seq, report = row["seq"], known.get(row["report_id"])
        if report and seq in replies:
            whole = partial(_item, leased[seq], row, report, replies[seq].with_targets(targets), copies)
            items.append(await _part(session, leased, row, whole))
    return [item for item in items if item]


async def _part(
    session: CommunitySession,
    leased: Mapping[int, Mapping[str, Any]],
    row: Mapping[str, Any],
    read: Callable[[], _Read],
) -> _Read | None:
    """Read something of a row, or return None and note that it can't be read."""
    try:
        return read()
    except Exception as error:  # noqa: BLE001 - whatever it is, it's wrong in this reply only
        seq, fence, attempt = itemgetter("seq", "fence", "attempts")(leased[row["seq"]])
        _log.exception("reply_unreadable", outbox=seq, attempt=attempt)
        pause = None if attempt >= MAX_ATTEMPTS else _UNREADABLE_PAUSE_SECONDS
        await session.outbox.mark_unsent(seq, fence, row["version"], f"unreadable: {type(error).__name__}", pause)
        return None


def _item(
    leased: Mapping[str, Any], row: Mapping[str, Any], report: Report, reply: Reply, copies: Mapping[UUID, bytes]
) -> OutboxItem:
    """Return a task of the outbox. `copies` has the stored copies of photos."""
    is_for_moderators = row["audience"] == "moderators"
    shown = reply if is_for_moderators else reply.in_report_state(report.state)
    picture, *tiles = [copies.get(photo) if photo else None for photo in _photos(reply)]
    return mapping.entity(
        OutboxItem,
        {**row, **leased},
        key=row["sent_key"] or row["key"],
        community=leased["community_id"],
        report=leased["report_id"],
        reply=shown.without_pings() if row["silent"] else shown,
        target=_target(report.target, row["audience"], (row["log_channel"] or "") if is_for_moderators else None),
        picture=picture,
        created_at=report.created_at,
        author="" if report.sample else report.author.id,
        sample=report.sample,
        private=report.private,
        kind=None if report.kind_in_doubt else report.kind,
        language=report.language if report.private and row["audience"] == "thread" else None,
        tiles=tuple(tiles),
        sent=Sent(row["sent_channel"], row["sent_message"]) if row["sent_message"] else None,
    )


def _photos(reply: Reply) -> list[UUID | None]:
    """Return a reply's photo, and those of its gallery."""
    return [reply.picture.photo if reply.picture else None, *[tile.photo for tile in reply.gallery]]


def _target(thread: ReplyTarget, audience: Audience, log: str | None) -> ReplyTarget:
    """Return where a reply goes: the thread, the moderator channel (`log`), or the thread's channel."""
    if log is not None:
        return replace(thread, channel=log, message=None)
    return replace(thread, message=None) if audience == "channel" else thread
