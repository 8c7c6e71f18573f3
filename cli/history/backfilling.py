"""`reunite backfill`: asks a platform's bot to read past posts, and shows its progress."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final
from uuid import UUID

from bot.backfill import BackfillRequests, share_of
from bot.platforms import PLATFORMS
from cli.communities import find_community
from cli.errors import UsageError
from cli.progress import progress_bar, say
from cli.servers import Servers
from db import queue
from db.backfills import STOPPED, Backfill, Backfills
from db.monitoring import Monitoring
from db.store import Store
from reunite.entities import PlatformName, Workspace
from reunite.handlers import Handlers
from reunite.past_posts import Skipped, Tally
from reunite.plurals import counted

_POLL_SECONDS: Final = 0.5
_SILENCE_SECONDS: Final = 180.0
"""Seconds without progress after which the operator is asked to look at bot and workers; Slack may take a minute."""
_REASONS: Final[Mapping[str, str]] = {
    Skipped.NOT_A_MEMBERS: "written by a bot or the platform, or in a thread",
    Skipped.NO_PHOTO: "without a photo",
    Skipped.DELETED: "deleted while they were read",
    Skipped.REPLY: "a photo in reply to another post",
    Skipped.SETTLED: "marked as done (✅, or a closed forum post)",
    Skipped.KNOWN: "already known",
    Skipped.TOO_OLD: "older than reports are kept",
    Skipped.REFUSED: "not usable (too long, too many photos, or the photo is gone)",
}
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """Which community's past posts to read. Without `channels` (ids or names), all channels for reports."""

    platform: PlatformName
    community: str | None = None
    channels: Collection[str] = ()
    since: datetime | None = None
    answers: bool = False


async def run(where: Servers, selection: Selection) -> list[Backfill]:
    """Request the reading of past posts, and watch until it ends; a second run only watches."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store(where.database_url, keys=where.keys))
        hints = await stack.enter_async_context(queue.connect(store, where.redis_url, where.queue))
        workspaces = await _workspaces(store, selection)
        requests = BackfillRequests(Handlers(store, hints), store)
        started = [
            backfill for workspace in workspaces for backfill in await _start(store, requests, workspace, selection)
        ]
        if not started:
            raise UsageError("There's no such channel for reports. /setup lists them.")
        if any(backfill.answers is not selection.answers for backfill in started):
            say("This is being read already. Whether it's answered was decided by the first request.")
        await _warn_without_bot(store, selection.platform)
        return await _watch(Backfills(store), workspaces, {backfill.id for backfill in started})


async def stop(where: Servers, selection: Selection) -> int:
    """Stop the reading; return how many channels were being read."""
    async with Store(where.database_url, keys=where.keys) as store:
        backfills = Backfills(store)
        found = [
            backfill for workspace in await _workspaces(store, selection) for backfill in await backfills.of(workspace)
        ]
        running = [
            backfill
            for backfill in found
            if not backfill.has_ended and _is_selected(selection, backfill.channel, backfill.name)
        ]
        for backfill in running:
            await backfills.end(backfill, STOPPED)
        return len(running)


async def _workspaces(store: Store, selection: Selection) -> list[Workspace]:
    community = await find_community(store, selection.community)
    ids = await Backfills(store).workspaces(community.id, selection.platform)
    found = [await store.workspace(selection.platform, workspace_id) for workspace_id in ids]
    if not found:
        title = PLATFORMS[selection.platform].title
        raise UsageError(f"{community.name} isn't on {title}: start `reunite bot {selection.platform}` once.")
    return [workspace for workspace in found if workspace]


async def _start(
    store: Store, requests: BackfillRequests, workspace: Workspace, selection: Selection
) -> Sequence[Backfill]:
    known = await Backfills(store).channels(workspace)
    selected = {channel: name for channel, name in known.items() if _is_selected(selection, channel, name)}
    span = await requests.span(workspace, selection.since)
    if selection.since and selection.since < span.since:
        say(f"Posts before {span.since:%Y-%m-%d} are left out: their reports would expire right away.")
    running = await requests.start(workspace, selected, span, answers=selection.answers)
    return [backfill for backfill in running if backfill.channel in selected]


def _is_selected(selection: Selection, channel: str, name: str) -> bool:
    return not selection.channels or not {channel, name, f"#{name}"}.isdisjoint(selection.channels)


async def _warn_without_bot(store: Store, platform: PlatformName) -> None:
    alive = {process.role for process in await Monitoring(store).processes() if process.is_alive}
    if f"bot {platform}" not in alive:
        say(f"`reunite bot {platform}` doesn't seem to be running. It does the reading, as soon as you start it.")
    say("You can stop watching at any time; the bot keeps reading. `--stop` ends it.")


async def _watch(backfills: Backfills, workspaces: Sequence[Workspace], ids: Collection[UUID]) -> list[Backfill]:
    """Show the progress until everything is read."""
    with progress_bar("Reading past posts", _PERCENT) as show:
        seen, moved_at = Tally(), monotonic()
        while True:
            found = [
                backfill for workspace in workspaces for backfill in await backfills.of(workspace) if backfill.id in ids
            ]
            show(int(_PERCENT * share_of(found)))
            if all(backfill.has_ended for backfill in found):
                return found
            tally = Tally.of(backfill.tally for backfill in found)
            if tally != seen:
                seen, moved_at = tally, monotonic()
            elif monotonic() > moved_at + _SILENCE_SECONDS:
                say("Nothing has moved for a while. Are the bot and a worker running? `reunite status` shows it.")
                moved_at = monotonic()
            await asyncio.sleep(_POLL_SECONDS)


def as_json(found: Sequence[Backfill]) -> list[dict[str, Any]]:
    return [
        {
            "channel": backfill.name,
            "since": backfill.span.since.isoformat(),
            "messages": backfill.tally.messages,
            "reports": backfill.tally.reports,
            "photos": backfill.tally.photos,
            "skipped": dict(backfill.tally.skipped),
            "problem": backfill.problem,
        }
        for backfill in found
    ]


def summary(found: Sequence[Backfill]) -> list[str]:
    """Summarise the taken and the skipped messages, with reasons."""
    tally = Tally.of(backfill.tally for backfill in found)
    taken = f"{counted(tally.reports, 'report')} with {counted(tally.photos, 'photo')}"
    lines = [f"Read {counted(tally.messages, 'message')}: {taken}."]
    if skipped := sum(tally.skipped.values()):
        lines.append(f"Skipped: {skipped}.")
        lines += [f"  {number} {_REASONS[reason]}" for reason, number in tally.skipped.most_common()]
    lines += [f"#{backfill.name} wasn't read to the end: {backfill.problem}." for backfill in found if backfill.problem]
    return lines


def start_of_day(given: datetime | None) -> datetime | None:
    """Return when a day begins, in UTC."""
    return given.replace(tzinfo=UTC) if given else None
