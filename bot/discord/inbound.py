"""Discord's messages and reactions as commands of the domain. No object of the library passes this line."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, Final, ParamSpec

import discord
import structlog

from bot.discord.guilds import Guilds, lacking, member_of
from bot.discord.outbound import DiscordPlatform
from bot.discord.permissions import TO_ANSWER, Place, missing
from bot.discord.posts import is_post, photos_of, report_of, target_of, words_of
from reunite.commands import EditReport, GiveVerdict, NewReport, Withdraw
from reunite.entities import Member, ReplyTarget, ReportKind, VerdictKind
from reunite.errors import TellUserError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.messages import wording
from reunite.ports import Outgoing

_P = ParamSpec("_P")

VERDICTS: Final = {"✅": VerdictKind.CONFIRM, "❌": VerdictKind.REFUSE}
_TELL_EVERY: Final = 3600.0
"""Seconds between two notes in a channel that a permission is missing there."""
_SETTLE_SECONDS: Final = 5.0
_RECENT: Final = 1000

_log = structlog.get_logger(__name__)

_Method = Callable[Concatenate["Inbound", _P], Coroutine[object, object, None]]


def _counted(method: _Method[_P]) -> _Method[_P]:
    """Keep account of the events that are being handled."""

    @wraps(method)
    async def counted(self: "Inbound", /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        self.count()
        await method(self, *args, **kwargs)

    return counted


class Inbound:
    """Takes the events of one client. Events about the same message are handled one after the other."""

    def __init__(self, client: discord.Client, handlers: Handlers, guilds: Guilds, platform: DiscordPlatform) -> None:
        """`platform` is the way back, for 👀 and for what a person has to be told."""
        self._client = client
        self._handlers = handlers
        self._guilds = guilds
        self._platform = platform
        self._under_way: set[asyncio.Task[object]] = set()
        self.recent: deque[int] = deque(maxlen=_RECENT)
        """The posts that came last."""
        self._told: dict[int, float] = {}

    def count(self) -> None:
        """Keep account of the event that is being handled in this task."""
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Wait a few seconds for the events that are being handled."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=_SETTLE_SECONDS)

    @_counted
    async def message(self, message: discord.Message) -> None:
        """Take a photo in a channel for found or lost things as a report."""
        place = self._place(message)
        if place and photos_of(message.attachments):
            async with self._guilds.turn(message.id):
                await self._guilds.known(place[0].guild)
                await self._report(report_of(message, place[1]), place[0], again=True)
            self.recent.append(message.id)

    def _place(self, message: discord.Message) -> tuple[Place, ReportKind] | None:
        """Return the channel for lost or found things in which a person's post is; None for any other message."""
        channel: object = message.channel
        if isinstance(channel, discord.Thread):  # the first message of a forum's post has its thread's id
            channel = channel.parent if channel.id == message.id else None
        if not is_post(message) or not isinstance(channel, Place):
            return None
        role = self._guilds.role_of(channel)
        return (channel, role) if role else None

    async def _report(self, command: NewReport, channel: Place, *, again: bool) -> None:
        """Write a post down, then show that it is; `again` shows it for one that is known, too."""
        try:
            try:
                receipt = await self._handlers.report(command)
            except TellUserError as error:
                await self._tell(command.target, f"{command.source_key}:problem", error, channel.guild)
                return
            if receipt.created or again:
                await self._tell_what_is_missing(channel)
                await self._platform.acknowledge(command.target)
        except (TryAgainError, UndeliverableError) as error:
            _log.warning("discord_post_unanswered", post=command.source_key, reason=str(error))

    async def _tell(self, target: ReplyTarget, key: str, error: TellUserError, guild: discord.Guild) -> None:
        problem = wording.problem(error.key, self._guilds.language(guild), None, **error.params)
        await self._platform.send(Outgoing(key, target, problem))

    async def _tell_what_is_missing(self, channel: Place) -> None:
        """Say there, once an hour, which permissions the bot lacks: in the channel, else in the moderators' log."""
        names, now = missing(channel, TO_ANSWER), time.monotonic()
        if not names or now - self._told.get(channel.id, -_TELL_EVERY) < _TELL_EVERY:
            return
        self._told[channel.id] = now
        _log.warning("discord_permissions_missing", channel=str(channel.id), permissions=names)
        language = self._guilds.language(channel.guild)
        log = channel.guild.get_channel(int(self._guilds.settings(channel.guild).log_channel or 0))
        for place in (channel, log):
            if isinstance(place, discord.TextChannel) and place.permissions_for(channel.guild.me).send_messages:
                told = lacking(channel, TO_ANSWER, language)
                await place.send(wording.sentence("permissions_missing", language, **told))
                return

    @_counted
    async def edited(self, message: discord.Message) -> None:
        """Take the changed words of a post over; a post that could not be taken before is tried again."""
        if message.edited_at is None or not is_post(message) or message.guild is None:
            return
        async with self._guilds.turn(message.id):
            await self._guilds.known(message.guild)
            target = target_of(message)
            try:
                changed = await self._handlers.edit(EditReport(target=target, text=words_of(message)))
            except TellUserError as error:
                await self._tell(target, f"{message.id}:{message.edited_at.timestamp()}", error, message.guild)
                return
            place = self._place(message)
            if not changed and place and photos_of(message.attachments):
                await self._report(report_of(message, place[1]), place[0], again=False)

    @_counted
    async def renamed(self, thread: discord.Thread) -> None:
        """Take the new title of a forum's post over."""
        if isinstance(thread.parent, discord.ForumChannel) and self._guilds.role_of(thread.parent):
            try:
                message = await thread.fetch_message(thread.id)
            except discord.NotFound:
                return
            async with self._guilds.turn(message.id):
                await self._guilds.known(thread.guild)
                await self._handlers.edit(EditReport(target=target_of(message), text=words_of(message)))

    @_counted
    async def channel_deleted(self, guild: int, channel: int) -> None:
        """Withdraw the reports whose posts were in a channel or thread that is gone; Discord names none of them."""
        place = self._client.get_guild(guild)
        if place is None:
            return
        await self._guilds.known(place)
        for known in await self._handlers.known_posts("discord", str(guild), datetime.min.replace(tzinfo=UTC)):
            if known.report.target.channel == str(channel):
                await self._handlers.withdraw(Withdraw(target=known.report.target))

    @_counted
    async def deleted(self, guild: int | None, channel: int, message: int) -> None:
        """Withdraw the report whose post is gone."""
        place = self._client.get_guild(guild or 0)
        if place is None:
            return
        async with self._guilds.turn(message):
            await self._guilds.known(place)
            target = ReplyTarget("discord", str(guild), str(channel), str(message))
            if await self._handlers.withdraw(Withdraw(target=target)):
                await self._platform.unname_thread(target)

    @_counted
    async def reaction(self, event: discord.RawReactionActionEvent, *, given: bool) -> None:
        """Take ✅ or ❌ on a match reply as a verdict, by the rights that the member has now."""
        kind = VERDICTS.get(event.emoji.name)
        guild = self._client.get_guild(event.guild_id or 0)
        me = self._client.user
        if kind is None or guild is None or me is None or event.user_id == me.id:
            return
        if event.message_author_id not in {None, me.id}:
            return
        target = ReplyTarget("discord", str(guild.id), str(event.channel_id), str(event.message_id))
        async with self._guilds.turn(event.message_id):
            await self._guilds.known(guild)
            member = event.member or await fetch_member(guild, event.user_id)
            if member and member.bot:
                return
            await self.verdict(target, member or event.user_id, kind, given=given)

    async def verdict(self, target: ReplyTarget, by: discord.Member | int, kind: VerdictKind, *, given: bool) -> None:
        """Take a verdict; `by` is a mere id where the member has left, who can take back no more than their own."""
        command = GiveVerdict(
            target=target,
            member=member_of(by) if isinstance(by, discord.Member) else Member(str(by), str(by)),
            kind=kind,
            given=given,
            is_moderator=isinstance(by, discord.Member) and self._may_give_verdict(by, int(target.channel)),
        )
        try:
            await self._handlers.give_verdict(command)
        except TellUserError as error:
            _log.debug("discord_verdict_ignored", message=target.message, reason=error.key)

    def _may_give_verdict(self, member: discord.Member, channel: int) -> bool:
        place = member.guild.get_channel_or_thread(channel)
        rights = place.permissions_for(member) if place else member.guild_permissions
        return self._guilds.is_moderator(member, rights)


async def fetch_member(guild: discord.Guild, user: int) -> discord.Member | None:
    """Ask Discord: a reaction that is taken away comes without its member, and members are not cached."""
    try:
        return await guild.fetch_member(user)
    except discord.NotFound:
        return None
