"""The weekly digest of a workspace that wants it: found items that still wait for their owners."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from reunite import rules
from reunite.entities import Report, ReportKind, ReportState
from reunite.messages import keys, welcome
from reunite.messages.reply import Tile
from reunite.ports import Session
from reunite.tiles import picture_of

EVERY: Final = timedelta(days=7)
"""How often a workspace gets one."""
_FEW: Final = 5


async def digest(session: Session, workspace: UUID, at: datetime) -> None:
    """Post what still waits in the channel where most of it was posted; nothing if nothing waits.

    A second call on the same day changes nothing.
    """
    await session.prompts.note_digest(workspace, at)
    posts = await session.workspaces.posts(workspace, None)
    waiting = [report for report in posts if _waits(report)]
    in_one = _in_one_channel(sorted(waiting, key=lambda report: report.reported_at))
    if not in_one:
        return
    returned = await session.workspaces.count("returned")
    shown = in_one[-rules.MAX_TILES :]
    tiles = [await _tile(session, number, report) for number, report in enumerate(shown, start=1)]
    reply = welcome.digest(shown, tiles, waiting=len(waiting), returned=returned)
    await session.outbox.post(shown[-1].id, keys.digest(workspace, at), reply, audience="channel")


def _waits(report: Report) -> bool:
    is_open_find = report.kind is ReportKind.FOUND and report.state is ReportState.OPEN
    return is_open_find and not (report.kind_in_doubt or report.sealed or report.sample)


def _in_one_channel(reports: Sequence[Report]) -> list[Report]:
    """Return the reports of the channel that has the most.

    Forums don't count: each post is a channel. Nor do, if others are there, one author's few posts: these may be direct
    messages.
    """
    found = [report for report in reports if report.target.message != report.target.channel]
    if not found:
        return []
    posts = Counter(report.target.channel for report in found)
    authors = Counter(channel for channel, _ in {(report.target.channel, report.author.id) for report in found})
    fullest = max(posts, key=lambda channel: (authors[channel] > 1 or posts[channel] > _FEW, posts[channel]))
    return [report for report in found if report.target.channel == fullest]


async def _tile(session: Session, number: int, report: Report) -> Tile:
    picture = await picture_of(session, report)
    return Tile(number, report.id, report.id, photo=picture.photo if picture else None)
