"""Reads channels' histories after a downtime: page by page, newest first, and no page twice."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from bot.slack.errors import cause_of, is_of_one, slack_errors
from bot.slack.inbound import Inbound
from bot.slack.messages import hidden_before, history_page, is_deleted
from bot.slack.outbound import TAKEN_UP
from bot.slack.posts import after, before, is_post, may_bring_photo, moment_of, ts_of
from bot.slack.workspace import SlackWorkspace
from db.slack_windows import SlackWindows, Window
from db.trouble import is_trouble
from reunite.errors import MissingScopeError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers

AWAY: Final = timedelta(minutes=3)
"""After this long without a record, events may be lost; before that, Slack sends them again."""
_OVERLAP: Final = timedelta(minutes=5)
"""For clocks that differ."""
_NEAR_SECONDS: Final = 3600.0
"""Seconds between two older posts that are read together."""
_NEVER: Final = "9999999999.000000"
"""As a window's `since`: no post in it is new."""
_MOST_FAILING: Final = 3
"""Channels for which Slack may fail in one round: it's an outage if there are more."""
_GONE: Final = {"channel_not_found", "not_in_channel"}
Problem = TryAgainError | UndeliverableError
_log = structlog.get_logger(__name__)


class CatchUp:
    """Keeps what is still unread in the database, so that neither a rate limit nor a restart makes it start over."""

    def __init__(
        self,
        handlers: Handlers,
        inbound: Inbound,
        windows: SlackWindows,
        roles_since: Callable[[str], Awaitable[Mapping[str, datetime]]],
    ) -> None:
        """`roles_since` returns when channels became ones for reports, for those that weren't always."""
        self._handlers = handlers
        self._inbound = inbound
        self._windows = windows
        self._roles_since = roles_since
        self._unread: dict[tuple[str, str], str] = {}
        """By workspace and channel, which several workspaces may share: why Slack doesn't show it."""

    async def note_gap(self, workspace: SlackWorkspace, heard: datetime, now: datetime, earliest: datetime) -> None:
        """Note that events may be missing since the bot last heard, and that known posts may have changed meanwhile."""
        team, covered = workspace.team, [window.opened_at for window in await self._windows.of(workspace.team)]
        if covered and now - heard <= AWAY:
            return  # a restart: Slack sends the events again, and a longer list would only delay us
        await self._inbound.change_again(team, workspace.channels.keys(), is_back=False)
        posts = await self._known(workspace, None)
        missed, latest = max([heard - _OVERLAP, earliest, *covered]), ts_of(now + _OVERLAP)
        changed = await self._roles_since(team)
        for channel in workspace.channels.values():
            known = [ts for ts in posts.get(channel.id, []) if ts >= ts_of(earliest)]
            role_since = changed.get(channel.id, missed)
            if role_since >= heard:  # it changed while the bot was away: the new posts may be for it
                role_since = missed
            since = ts_of(max(missed, role_since))
            if channel.role or known:
                oldest = min([since, *map(before, known)])
                await self._windows.open(team, channel.id, oldest=oldest, since=since, latest=latest)
        await self._note_older(workspace, posts, earliest)

    async def note_joined(self, workspace: SlackWorkspace, channels: Collection[str], now: datetime) -> bool:
        """Note that known posts may have changed in channels that the bot wasn't in; return whether there are any."""
        posts = {
            channel: known for channel, known in (await self._known(workspace, None)).items() if channel in channels
        }
        await self._inbound.change_again(workspace.team, channels, is_back=True)
        await self._note_older(workspace, posts, now + _OVERLAP)
        return bool(posts)

    async def _note_older(self, workspace: SlackWorkspace, posts: Mapping[str, list[str]], earliest: datetime) -> None:
        """Note that the posts before `earliest` must be read again, together if they are near each other.

        Between others there may be years of messages that don't concern us.
        """
        noted = await self._windows.of(workspace.team)
        for channel, known in posts.items():
            here = [window for window in noted if window.channel == channel]
            older = [ts for ts in known if ts < ts_of(earliest)]
            unread = [ts for ts in older if not any(window.oldest < ts < window.latest for window in here)]
            for first, last in _groups(unread):
                await self._windows.open(
                    workspace.team, channel, oldest=before(first), since=_NEVER, latest=after(last)
                )

    async def read_gap(
        self, workspace: SlackWorkspace, earliest: datetime, hidden: dict[str, Problem], *, older: bool = False
    ) -> None:
        """Read what is still unread since `earliest`, or else the `older` posts.

        If Slack interrupts it, the next call continues with the same page. `hidden` channels are left out; one that
        Slack doesn't show becomes one of them, with what is wrong, and the others are read.
        """
        posts: dict[str, list[str]] | None = None
        while window := await self._windows.next(workspace.team, never=_NEVER, older=older, without=hidden):
            try:
                with slack_errors():
                    is_late = not older and window.latest < ts_of(earliest)
                    if is_late or not await workspace.has_channel(window.channel):
                        self._note_closed(workspace, window)
                        await self._windows.close(window)
                        continue
                    if posts is None or not older:  # before the page: others come meanwhile, though never older ones
                        posts = await self._known(workspace, None if older else moment_of(window.oldest) - _OVERLAP)
                    await self._page(workspace, window, posts.get(window.channel, ()))
            except (TryAgainError, UndeliverableError) as error:
                if cause_of(error) in _GONE:
                    await self._windows.close(window)
                elif not is_of_one(error) or sum(map(_may_be_outage, [*hidden.values(), error])) > _MOST_FAILING:
                    raise
                else:
                    self._note_unread(workspace, window, str(error))
                    hidden[window.channel] = error
            else:
                self._unread.pop((workspace.team, window.channel), None)
        if older:  # nothing is left to read of any channel that isn't hidden, or it has another id by now
            self._unread = {at: why for at, why in self._unread.items() if at[0] != workspace.team or at[1] in hidden}

    def keep(self, teams: Collection[str]) -> None:
        """Forget what is unread in all other workspaces."""
        self._unread = {at: why for at, why in self._unread.items() if at[0] in teams}

    def _note_unread(self, workspace: SlackWorkspace, window: Window, reason: str) -> None:
        """Log a channel that Slack doesn't show, once while the reason stays the same."""
        at = workspace.team, window.channel
        if self._unread.get(at) != reason:
            _log.warning("slack_channel_unread", channel=window.channel, reason=reason)
        self._unread[at] = reason

    def _note_closed(self, workspace: SlackWorkspace, window: Window) -> None:
        """Log that a channel's new posts are lost, because Slack hasn't shown them for too long."""
        if reason := self._unread.pop((workspace.team, window.channel), None):
            _log.warning("slack_posts_lost", channel=window.channel, reason=reason)

    async def is_complete(self, team: str) -> bool:
        """Return whether all new posts are read that the bot missed in a workspace."""
        return all(window.since == _NEVER for window in await self._windows.of(team))

    async def _page(self, workspace: SlackWorkspace, window: Window, posts: Sequence[str]) -> None:
        messages, has_more, is_limited = await history_page(workspace, window.channel, window.oldest, window.latest)
        last = messages[-1]["ts"] if messages else window.latest
        reached = last if has_more and messages else window.oldest
        seen = max(reached, min(last, hidden_before())) if is_limited else reached  # what is hidden isn't deleted
        await self._compare(workspace, replace(window, oldest=seen), messages, posts)
        if reached == window.oldest:
            await self._windows.close(window)
            _log.info("slack_caught_up", team=workspace.team, channel=window.channel)
        else:
            await self._windows.advance(window.id, reached)

    async def _compare(
        self, workspace: SlackWorkspace, window: Window, messages: Sequence[Mapping[str, Any]], posts: Sequence[str]
    ) -> None:
        """Compare a page with the posts known before it was read: take new ones, edits and deletions."""
        known = {ts for ts in posts if window.oldest <= ts < window.latest}
        present = {message["ts"]: message for message in messages if message.get("subtype") != "tombstone"}
        for ts in sorted(known - present.keys()):
            await _isolated(window, ts, self._lacking(workspace, window.channel, ts, messages))
        for ts, message in present.items():
            if not is_post(workspace, message):
                continue
            if ts in known and message.get("edited"):
                await _isolated(window, ts, self._inbound.edited(workspace, window.channel, message))
            elif ts not in known and ts >= window.since and may_bring_photo(message):
                await _isolated(window, ts, self._inbound.posted(workspace, window.channel, message))
            elif ts in known and ts >= window.since and not _has_eyes(workspace, message):
                await _isolated(window, ts, self._inbound.acknowledge_late(workspace, window.channel, ts))

    async def _lacking(
        self, workspace: SlackWorkspace, channel: str, ts: str, messages: Sequence[Mapping[str, Any]]
    ) -> None:
        """Withdraw the report of a post that a page lacks, or shows as deleted: a page may be incomplete."""
        is_tombstone = any(message["ts"] == ts for message in messages)
        if is_tombstone or await is_deleted(workspace, channel, ts):
            await self._inbound.deleted(workspace, channel, ts)
        else:
            _log.warning("slack_history_incomplete", channel=channel, message=ts)

    async def _known(self, workspace: SlackWorkspace, since: datetime | None) -> dict[str, list[str]]:
        """Return the ts of the reports' posts, by channel. A report is stored after its post."""
        found: dict[str, list[str]] = {}
        for known in await self._handlers.known_posts("slack", workspace.team, since):
            if ts := known.target.message:
                found.setdefault(known.target.channel, []).append(ts)
        return found


def _has_eyes(workspace: SlackWorkspace, message: Mapping[str, Any]) -> bool:
    return any(
        reaction["name"] == TAKEN_UP and workspace.bot_user in reaction["users"]
        for reaction in message.get("reactions") or ()
    )


def _may_be_outage(problem: Problem) -> bool:
    return isinstance(problem, TryAgainError) and not isinstance(problem, MissingScopeError)


async def _isolated(window: Window, ts: str, step: Awaitable[None]) -> None:
    """Take in a message. A permanent error with one doesn't hold up the others."""
    try:
        with slack_errors():
            await step
    except TryAgainError:
        raise
    except UndeliverableError as error:
        _log.warning("slack_message_skipped", channel=window.channel, message=ts, reason=str(error))
    except Exception as error:
        if is_trouble(error):
            raise
        _log.exception("slack_message_skipped", channel=window.channel, message=ts)


def _groups(posts: Iterable[str]) -> list[tuple[str, str]]:
    """Group posts that are near each other; return the first and the last of each group."""
    groups: list[tuple[str, str]] = []
    for ts in sorted(posts):
        if groups and float(ts) - float(groups[-1][1]) <= _NEAR_SECONDS:
            groups[-1] = (groups[-1][0], ts)
        else:
            groups.append((ts, ts))
    return groups
