"""The way in for events: posts, edits, deletions and reactions become the domain's commands, then Slack is answered.

An event whose handling fails is not acknowledged, and Slack sends it again.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog

from bot.slack.background import Background
from bot.slack.config import DELETED_CHANNEL_EVENTS
from bot.slack.files import photos_of
from bot.slack.markup import plain_text
from bot.slack.outbound import SlackPlatform
from bot.slack.workspace import SlackWorkspace
from db.installations import Installations
from reunite.commands import ChangeSettings, EditReport, GiveVerdict, ReportFound, ReportLost, Withdraw
from reunite.entities import ReplyTarget, ReportKind, VerdictKind
from reunite.errors import TellUserError, TryAgainError
from reunite.handlers import Handlers
from reunite.messages import wording
from reunite.ports import Outgoing

Body = Mapping[str, Any]
VERDICTS: Final = {"white_check_mark": VerdictKind.CONFIRM, "x": VerdictKind.REFUSE}
_ACKNOWLEDGE_TRIES: Final = 3
_log = structlog.get_logger(__name__)


class Inbound:
    """What Slack tells us of a workspace."""

    def __init__(
        self, handlers: Handlers, platform: SlackPlatform, installations: Installations, background: Background
    ) -> None:
        """`platform` is for reactions and for what a poster has to be told."""
        self._handlers = handlers
        self._platform = platform
        self._installations = installations
        self._background = background
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def message(self, workspace: SlackWorkspace, event: Body) -> None:
        """Take a message that was posted, edited or deleted; what happens to one, in the order in which it happened."""
        async with self._turns.setdefault(key_of(event["channel"], _subject(event)), asyncio.Lock()):
            await self._message(workspace, event)

    async def as_it_is_now(self, workspace: SlackWorkspace, event: Body) -> Body | None:
        """Return an event that comes again: a post as it stands by now, None where it is gone; others as they are."""
        if event.get("subtype") != "file_share":
            return event
        message = await message_at(workspace, event["channel"], event["ts"])
        return {**event, **message} if message and message.get("subtype") == "file_share" else None

    async def _message(self, workspace: SlackWorkspace, event: Body) -> None:
        match event:
            case {"subtype": "message_deleted", "channel": channel, "deleted_ts": ts}:
                await self.deleted(workspace, channel, ts)
            # A deleted post with answers stays as the headstone of its thread.
            case {"subtype": "message_changed", "channel": channel, "message": {"subtype": "tombstone", "ts": ts}}:
                await self.deleted(workspace, channel, ts)
            case {"subtype": "message_changed", "channel": channel, "message": message}:
                if is_by_person(workspace, message):
                    await self.edited(workspace, channel, message)
            case {"subtype": "file_share", "channel": channel}:
                if is_by_person(workspace, event):
                    await self.posted(workspace, channel, event)

    async def posted(self, workspace: SlackWorkspace, channel: str, message: Body) -> None:
        """Report a photo that was posted where found or lost things are."""
        role = workspace.role(channel)
        in_thread = message.get("thread_ts", message["ts"]) != message["ts"]
        if role and not in_thread and (photos := await photos_of(workspace, message.get("files", ()))):
            author = (await workspace.person(message["user"])).member
            target = workspace.target(channel, message["ts"])
            command = (ReportFound if role is ReportKind.FOUND else ReportLost)(
                source_key=key_of(channel, message["ts"]),
                target=target,
                author=author,
                text=plain_text(message.get("text", "")),
                photos=photos,
            )
            try:
                await self._handlers.report(command)
            except TellUserError as error:
                self._background.start(self._tell(command.source_key, target, error))
            else:
                self._background.start(self._acknowledge(target))

    async def edited(self, workspace: SlackWorkspace, channel: str, message: Body) -> None:
        """Let a report follow the words of its post; one that could not be taken as it was is taken now, perhaps."""
        target = workspace.target(channel, message["ts"])
        try:
            edited = await self._handlers.edit(EditReport(target=target, text=plain_text(message.get("text", ""))))
            if not edited and message.get("edited") and message.get("files"):
                await self.posted(workspace, channel, message)
        except TellUserError as error:
            self._background.start(self._tell(f"{key_of(channel, message['ts'])}:edit", target, error))

    async def deleted(self, workspace: SlackWorkspace, channel: str, ts: str) -> None:
        """Withdraw the report of a post that is gone."""
        await self._handlers.withdraw(Withdraw(target=workspace.target(channel, ts)))

    async def reaction(self, workspace: SlackWorkspace, event: Body) -> None:
        """Take a verdict that was given or taken back on a message of ours."""
        item = event["item"]
        if event.get("item_user") == workspace.bot_user and item.get("type") == "message":
            given = event["type"] == "reaction_added"
            await self.result(workspace, (item["channel"], item["ts"]), event["reaction"], event["user"], given=given)

    async def result(
        self, workspace: SlackWorkspace, at: tuple[str, str], reaction: str, user: str, *, given: bool
    ) -> None:
        """Take someone's reaction on the message at (channel, ts) as a verdict, by the rights they have now."""
        kind = VERDICTS.get(reaction)
        if kind is None or user == workspace.bot_user:
            return
        person = await workspace.person(user)
        command = GiveVerdict(
            target=workspace.target(*at),
            member=person.member,
            kind=kind,
            given=given,
            is_moderator=person.is_moderator,
        )
        try:
            result = await self._handlers.give_verdict(command)
        except TellUserError as error:
            _log.debug("slack_verdict_ignored", reason=error.key)
            return
        if result:  # so that after a pause it is known which reactions have gone
            await self._installations.note_reaction(workspace.team, at, reaction, user, given=given)

    async def channels_changed(self, workspace: SlackWorkspace, event: Body) -> None:
        """Look again where to listen, unless somebody else joined a channel."""
        if event["type"] in DELETED_CHANNEL_EVENTS:
            await self._channel_deleted(workspace.team, event["channel"])
        if event["type"] != "member_joined_channel" or event.get("user") == workspace.bot_user:
            await workspace.refresh()

    async def _channel_deleted(self, team: str, channel: str) -> None:
        """Withdraw the reports whose posts went with their channel, and take it off the settings."""
        for known in await self._handlers.known_posts("slack", team, datetime.min.replace(tzinfo=UTC)):
            if known.report.target.channel == channel:
                await self._handlers.withdraw(Withdraw(target=known.report.target))
        chosen = await self._handlers.settings("slack", team)
        left = replace(
            chosen,
            found_channels=tuple(each for each in chosen.found_channels if each != channel),
            lost_channels=tuple(each for each in chosen.lost_channels if each != channel),
            log_channel=chosen.log_channel if chosen.log_channel != channel else None,
        )
        if left != chosen:
            await self._handlers.set_up(ChangeSettings(platform="slack", workspace=team, settings=left))

    async def _tell(self, key: str, target: ReplyTarget, error: TellUserError) -> None:
        settings = await self._handlers.settings("slack", target.workspace)
        reply = wording.problem(error.key, settings.language, None, **error.params)
        # The event may come again, so we look first whether this was said.
        await self._platform.send(Outgoing(f"{key}:{error.key}", target, reply, maybe_sent=True))

    async def _acknowledge(self, target: ReplyTarget) -> None:
        for _ in range(_ACKNOWLEDGE_TRIES):
            try:
                await self._platform.acknowledge(target)
            except TryAgainError as error:
                await asyncio.sleep(error.after or 1)
            else:
                return


async def message_at(workspace: SlackWorkspace, channel: str, ts: str) -> Body | None:
    """Return a message of a channel as it stands now; None where it is gone."""
    page = await workspace.client.conversations_history(channel=channel, oldest=ts, latest=ts, inclusive=True, limit=1)
    return next((message for message in page["messages"] if message["ts"] == ts), None)


def _subject(event: Body) -> str:
    """Return the ts of the message that an event is about."""
    return str(event.get("deleted_ts") or event.get("message", event)["ts"])


def key_of(channel: str, ts: str) -> str:
    """Return what a post is known by: a ts is unique within its channel only."""
    return f"{channel}:{ts}"


def is_by_person(workspace: SlackWorkspace, message: Body) -> bool:
    """Tell whether a person wrote a message: what bots and apps post is no report."""
    return "bot_id" not in message and message.get("user") not in {None, workspace.bot_user, "USLACKBOT"}
