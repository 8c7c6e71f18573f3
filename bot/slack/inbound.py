"""Turns Slack's messages and reactions into commands of the domain, and acknowledges them afterwards.

An event whose handling fails is not acknowledged, and Slack sends it again.
"""

from collections import deque
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

import structlog

from bot.channels import without_deleted
from bot.latest import Latest
from bot.locks import Locks
from bot.slack.background import Background, with_retries
from bot.slack.errors import CLOSED
from bot.slack.greeting import Greeter
from bot.slack.manifest import DELETED_CHANNEL_EVENTS, MOVED_CHANNEL_EVENT
from bot.slack.messages import version_now
from bot.slack.outbound import SlackPlatform
from bot.slack.post_answers import PostAnswers
from bot.slack.posts import (
    Body,
    files_of,
    is_post,
    key_of,
    may_bring_photo,
    moment_of,
    photos_of,
    report_of,
    ts_of,
    words_of,
)
from bot.slack.workspace import SlackWorkspace
from db.channel_roles import saved_role
from db.refused_changes import change_again
from db.slack_channels import move_channel, move_unread, note_deleted
from db.slack_windows import SlackWindows
from db.store import Store
from reunite.commands import ChangeSettings, EditReport, NewReport, Withdraw
from reunite.entities import ReplyTarget
from reunite.errors import PhotoGoneError, PostGoneError, TellUserError
from reunite.handlers import Handlers

_REMEMBERED: Final = 5000
_EYES_SECONDS: Final = 600.0
"""Seconds of trouble after which a post gets no 👀 any more: by then, it usually has its reply."""
_log = structlog.get_logger(__name__)


class Inbound:
    """Handles the events of all workspaces. Events about the same message are handled one after the other."""

    def __init__(
        self,
        handlers: Handlers,
        platform: SlackPlatform,
        background: Background,
        greeter: Greeter,
        store: Store,
    ) -> None:
        self._handlers = handlers
        self._store = store
        self._windows = SlackWindows(store)
        self._greeter = greeter
        self._platform = platform
        self._background = background
        self._answers = PostAnswers(handlers, platform, self._windows, background)
        self._edited = Latest[str, float](_REMEMBERED)
        """By post, the ts of its newest edit: Slack doesn't keep their order."""
        self._deleted: deque[str] = deque(maxlen=_REMEMBERED)
        """The latest deleted messages: Slack may send a post's event after its deletion."""
        self._locks = Locks[str]()

    async def message(self, workspace: SlackWorkspace, event: Body) -> None:
        """Handle a message that was posted, edited or deleted."""
        await workspace.find_channel(event["channel"])
        async with self._locks.of(key_of(event["channel"], _subject(event))):
            await self._message(workspace, event)

    async def note_missed(self, team: str, event: Body) -> None:
        """Note that a message has to be read again: Slack has sent its event for the last time, in vain."""
        await self._answers.note_missed(team, event["channel"], _subject(event))

    async def current(self, workspace: SlackWorkspace, event: Body) -> Body | None:
        """Return an event that Slack sends again with the current version of its post; None if that is gone.

        Only the event of a post with a photo has the subtype file_share; the message in the channel's history has none.
        """
        match event:
            case {"subtype": "message_changed", "channel": channel, "message": {"ts": _} as known}:
                message = await version_now(workspace, channel, known)
                return {**event, "message": message} if message else None
            case {"channel": channel, "ts": _} if files_of(event):
                message = await version_now(workspace, channel, event)
                return {"channel": channel, **message} if message and files_of(message) else None
        return event

    async def _message(self, workspace: SlackWorkspace, event: Body) -> None:
        match event:
            case {"subtype": "message_deleted", "channel": channel, "deleted_ts": ts}:
                await self.deleted(workspace, channel, ts)
            # A deleted post with replies leaves a tombstone at the root of its thread.
            case {"subtype": "message_changed", "channel": channel, "message": {"subtype": "tombstone", "ts": ts}}:
                await self.deleted(workspace, channel, ts)
            case {"subtype": "message_changed", "channel": channel, "message": message}:
                if is_post(workspace, message):
                    await self.edited(workspace, channel, message)
            case {"channel": channel} if may_bring_photo(event) and is_post(workspace, event):
                await self.posted(workspace, channel, event)
            case {"channel": channel} if not event.get("subtype") and is_post(workspace, event):
                if role := workspace.role(channel):
                    await self._answers.offer(workspace, channel, event, role)

    async def posted(self, workspace: SlackWorkspace, channel: str, message: Body) -> None:
        """Report a photo that was posted in a channel for reports, or say why a post brings none that can be used."""
        role, key = workspace.role(channel), key_of(channel, message["ts"])
        if not role or key in self._deleted:
            return
        found = await photos_of(workspace, message)
        if (root := message.get("thread_ts", message["ts"])) != message["ts"]:
            if found.photos:
                await self._answers.photo_in_thread(workspace, workspace.target(channel, root), message)
            return
        target = workspace.target(channel, message["ts"])
        problems = {f"{key}:{number}": problem for number, problem in enumerate(found.problems)}
        if not (found.photos or problems):
            problem = await self._answers.problem_of(workspace, channel, message, role)
            problems = {key: problem} if problem else {}
        if problems:
            self._answers.explain(target, problems)
        if found.photos:
            author = (await workspace.person(message["user"])).member
            await self._report(await report_of(workspace, channel, message, role, author=author, photos=found.photos))

    async def _report(self, command: NewReport) -> None:
        try:
            await self._handlers.report(command)
        except TellUserError as error:
            self._answers.explain(command.target, {command.source_key: error})
        else:
            self._background.start(self._acknowledge(command.target))

    async def edited(self, workspace: SlackWorkspace, channel: str, message: Body) -> None:
        """Update a report with the new words and photos of its post; one that was refused before is tried again."""
        target, key = workspace.target(channel, message["ts"]), key_of(channel, message["ts"])
        edited_at = float((message.get("edited") or {}).get("ts", 0))
        if edited_at < self._edited.get(key, 0):
            return
        try:
            words, found = await words_of(workspace, message), await photos_of(workspace, message)
            # A photo with another problem may still be there, so the post's photos aren't known.
            is_known = all(isinstance(problem, PhotoGoneError) for problem in found.problems)
            photos = found.photos if is_known else None
            posted_at = moment_of(message["ts"])
            edited = await self._handlers.edit(
                EditReport(target=target, text=words, photos=photos, posted_at=posted_at)
            )
            role = workspace.role(channel)
            if edited is None and role and message.get("edited"):
                saved = await saved_role(self._store, "slack", workspace.team, channel)
                if saved is not None and not saved.is_of(role, posted_at):
                    return
                if found.photos or found.problems:
                    await self.posted(workspace, channel, message)
                else:  # its words may have been too long
                    await self._answers.offer(workspace, channel, message, role)
        except TellUserError as error:
            self._answers.explain(target, {f"{key}:edit": error})
        self._edited[key] = edited_at

    async def acknowledge_late(self, workspace: SlackWorkspace, channel: str, ts: str) -> None:
        """React with 👀 to a post that was taken, unless it was read quietly: a restart has cut the first try off."""
        target = workspace.target(channel, ts)
        report = await self._handlers.report_at(target)
        if report and not report.quiet:
            self._background.start(self._acknowledge(target))

    async def deleted(self, workspace: SlackWorkspace, channel: str, ts: str) -> None:
        """Withdraw the report whose post was deleted."""
        self._deleted.append(key_of(channel, ts))
        await self._handlers.withdraw(Withdraw(target=workspace.target(channel, ts)))

    async def change_again(self, team: str, channels: Collection[str], *, is_back: bool) -> None:
        """Edit and remove the replies in some channels that the bot couldn't without access; perhaps it `is_back`."""
        await change_again(self._store, "slack", team, CLOSED, channels=channels, is_back=is_back)

    def is_deleted(self, key: str) -> bool:
        """Return whether a post (given by its idempotency key) was deleted recently."""
        return key in self._deleted

    async def channels_changed(self, workspace: SlackWorkspace, event: Body) -> None:
        """Read the channels again, unless someone else joined one."""
        if event["type"] in DELETED_CHANNEL_EVENTS:
            await self._channel_deleted(workspace.team, event["channel"])
        if event["type"] == MOVED_CHANNEL_EVENT:
            await self._channel_moved(workspace, event)
        is_join, is_ours = event["type"] == "member_joined_channel", event.get("user") == workspace.bot_user
        if is_ours and (inviter := event.get("inviter")):
            self._greeter.note_inviter(workspace.team, event["channel"], inviter)
        if not is_join:
            workspace.lookup.forget(_changed_channel(event))
        if not is_join or is_ours:
            await workspace.refresh()
        if is_join and is_ours:
            await self._greeter.invited(workspace, event["channel"])

    async def _channel_deleted(self, team: str, channel: str) -> None:
        """Withdraw the reports whose posts were in a deleted channel, and drop it from the settings."""
        for post in await self._handlers.known_posts("slack", team, channel=channel):
            await self._handlers.withdraw(Withdraw(target=post.target))
        await note_deleted(self._store, team, channel)
        saved = await self._handlers.settings("slack", team)
        settings = without_deleted(saved, lambda chosen: chosen != channel)
        if settings != saved:
            await self._handlers.set_up(ChangeSettings(platform="slack", workspace=team, settings=settings))

    async def _channel_moved(self, workspace: SlackWorkspace, event: Body) -> None:
        """Keep a channel's reports and settings under its new id, and read what was posted there before we knew it."""
        old, new, at = event["old_channel_id"], event["new_channel_id"], event["event_ts"]
        await move_channel(self._store, workspace.team, old, new)
        workspace.move_channel(old, new)
        await move_unread(self._store, workspace.team, old, new)
        await self._windows.open(workspace.team, new, oldest=at, since=at, latest=ts_of(datetime.now(UTC)))

    async def _acknowledge(self, target: ReplyTarget) -> None:
        try:
            await with_retries(lambda: self._platform.acknowledge(target), _EYES_SECONDS)
        except PostGoneError:
            await self._handlers.withdraw(Withdraw(target=target))


def _subject(event: Body) -> str:
    """Return the ts of the message that an event is about."""
    return str(event.get("deleted_ts") or event.get("message", event)["ts"])


def _changed_channel(event: Body) -> str:
    """Return the id of the channel that an event is about."""
    channel = event.get("channel") or event["old_channel_id"]
    return str(channel["id"] if isinstance(channel, dict) else channel)
