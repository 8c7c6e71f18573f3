"""Discord's events as commands of the domain. No object of the library passes this line."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import PurePath
from typing import Concatenate, Final, ParamSpec
from uuid import UUID
from weakref import WeakValueDictionary

import discord
import structlog

from bot.discord.config import DiscordConfig
from bot.discord.render import answer_of, answered
from reunite import wording
from reunite.commands import AnswerQuestion, JoinWorkspace, Judge, NewReport, ReportFound, ReportLost, Withdraw
from reunite.errors import TellUserError, TryAgainError, UndeliverableError
from reunite.handlers import Answered, Handlers
from reunite.model import Channel, IncomingPhoto, Member, ReplyTarget, ReportKind, VerdictKind
from reunite.ports import Outgoing, Platform
from reunite.when import parse_when

_P = ParamSpec("_P")

_VERDICTS: Final = {"✅": VerdictKind.CONFIRM, "❌": VerdictKind.REFUSE}
_REPORTS: Final[dict[ReportKind, type[NewReport]]] = {ReportKind.FOUND: ReportFound, ReportKind.LOST: ReportLost}
_POSTS: Final = {discord.MessageType.default, discord.MessageType.reply}
_UNTYPED_PHOTOS: Final = {".heic", ".heif"}  # Discord often knows no content type for them

_SETTLE_SECONDS: Final = 5.0

_log = structlog.get_logger(__name__)

_Method = Callable[Concatenate["Inbound", _P], Coroutine[object, object, None]]


def _counted(method: _Method[_P]) -> _Method[_P]:
    """Keep account of the events that are being handled."""

    @wraps(method)
    async def counted(self: "Inbound", /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        await method(self, *args, **kwargs)

    return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class LostForm:
    """What a member filled in after `/lost`."""

    description: str
    where: str
    when: str
    photo: discord.Attachment | None


class Inbound:
    """Takes the events of one client. Events about the same message are handled one after the other."""

    def __init__(self, client: discord.Client, handlers: Handlers, platform: Platform, config: DiscordConfig) -> None:
        """`platform` is the way back, for 👀 and for what a person has to be told."""
        self._client = client
        self._handlers = handlers
        self._platform = platform
        self._config = config
        self.under_way: set[asyncio.Task[object]] = set()
        self._joined: set[int] = set()
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def settle(self) -> None:
        """Wait a few seconds for the events that are being handled."""
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=_SETTLE_SECONDS)

    async def join(self, guild: discord.Guild) -> None:
        """Make a guild known, with its channels and what is posted in each."""
        channels = (
            Channel(str(channel.id), channel.name, self._config.role_of(channel.name))
            for channel in guild.text_channels
        )
        await self._handlers.join(JoinWorkspace("discord", str(guild.id), guild.name, tuple(channels)))
        self._joined.add(guild.id)

    @_counted
    async def message(self, message: discord.Message) -> None:
        """Take a photo in a channel for found or lost things as a report."""
        channel = message.channel
        if message.author.bot or message.webhook_id or message.type not in _POSTS:
            return
        if not isinstance(channel, discord.TextChannel) or not (role := self._config.role_of(channel.name)):
            return
        photos = tuple(_photo(each) for each in message.attachments if _is_photo(each))
        if not photos:
            return
        target = ReplyTarget("discord", str(channel.guild.id), str(channel.id), str(message.id))
        command = _REPORTS[role](
            source_key=str(message.id),
            target=target,
            author=_member(message.author),
            text=message.clean_content,
            photos=photos,
        )
        async with self._turn(message.id):
            await self._report(channel.guild, command)

    async def _report(self, guild: discord.Guild, command: NewReport) -> None:
        """Write a post down, then show that it is."""
        try:
            await self._known(guild)
            try:
                await self._handlers.report(command)
            except TellUserError as error:
                problem = wording.problem(error.key, **error.params)
                await self._platform.send(Outgoing(f"{command.source_key}:problem", command.target, problem))
            else:
                await self._platform.acknowledge(command.target)
        except (TryAgainError, UndeliverableError) as error:
            _log.warning("discord_post_unanswered", post=command.source_key, reason=str(error))

    @_counted
    async def deleted(self, guild: int | None, channel: int, message: int) -> None:
        """Withdraw the report whose post is gone."""
        if guild is None or not (place := self._client.get_guild(guild)) or place.get_thread(channel):
            return
        async with self._turn(message):
            await self._known(place)
            await self._handlers.withdraw(
                Withdraw(target=ReplyTarget("discord", str(guild), str(channel), str(message)))
            )

    @_counted
    async def reaction(self, event: discord.RawReactionActionEvent, *, given: bool) -> None:
        """Take ✅ or ❌ on a match reply as a verdict, by the rights that the member has now."""
        kind = _VERDICTS.get(event.emoji.name)
        guild = self._client.get_guild(event.guild_id or 0)
        me = self._client.user
        if kind is None or guild is None or me is None or event.user_id == me.id:
            return
        if event.message_author_id not in {None, me.id}:
            return
        async with self._turn(event.message_id):
            await self._known(guild)
            member = event.member or await _fetch_member(guild, event.user_id)
            command = Judge(
                target=ReplyTarget("discord", str(guild.id), str(event.channel_id), str(event.message_id)),
                member=_member(member) if member else Member(str(event.user_id), str(event.user_id)),
                kind=kind,
                given=given,
                is_moderator=member is not None and _is_moderator(guild, event.channel_id, member),
            )
            await self._judge(command, event)

    async def _judge(self, command: Judge, event: discord.RawReactionActionEvent) -> None:
        try:
            await self._handlers.judge(command)
        except TellUserError as error:
            _log.debug("discord_verdict_ignored", message=event.message_id, reason=error.key)

    @_counted
    async def lost(self, interaction: discord.Interaction, form: LostForm) -> None:
        """Take `/lost`: Discord wants a sign within three seconds, so that comes first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            answer = await self._report_lost(interaction, form)
        except TellUserError as error:
            answer = wording.tell(error)
        except Exception:  # noqa: BLE001 - the person is told, whatever it was
            _log.exception("discord_lost_defect", interaction=interaction.id)
            answer = wording.sentence("our_fault")
        await interaction.edit_original_response(content=answer)

    @_counted
    async def pressed(self, interaction: discord.Interaction) -> None:
        """Take a press of a question's button; what came of it is said to whoever pressed it alone."""
        data: Mapping[str, object] = interaction.data or {}
        pressed, message = str(data.get("custom_id", "")), interaction.message
        answer = answer_of(pressed)
        if interaction.type is not discord.InteractionType.component or answer is None or message is None:
            return
        await interaction.response.defer()
        try:
            said = await self._answer(interaction, *answer)
        except TellUserError as error:
            words = wording.tell(error)
        except Exception:  # noqa: BLE001 - the person is told, whatever it was
            _log.exception("discord_answer_defect", interaction=interaction.id)
            words = wording.sentence("answer_not_taken")
        else:
            words = said.words
            if said.changed:
                await interaction.edit_original_response(embeds=[answered(message, pressed)], view=None)
        await interaction.followup.send(words, ephemeral=True)

    async def _answer(self, interaction: discord.Interaction, report: UUID, choice: str) -> Answered:
        guild = interaction.guild
        if guild is None:
            raise TellUserError("not_here")
        await self._known(guild)
        target = ReplyTarget("discord", str(guild.id), str(interaction.channel_id))
        return await self._handlers.answer(
            AnswerQuestion(target=target, member=_member(interaction.user), report=report, choice=choice)
        )

    async def _report_lost(self, interaction: discord.Interaction, form: LostForm) -> str:
        guild = interaction.guild
        if guild is None:
            raise TellUserError("not_here")
        if form.photo and not _is_photo(form.photo):
            raise TellUserError("photo_not_an_image", name=form.photo.filename)
        channel = self._answering_channel(guild, interaction.channel)
        command = ReportLost(
            source_key=str(interaction.id),
            target=ReplyTarget("discord", str(guild.id), str(channel.id)),
            author=_member(interaction.user),
            text=form.description,
            place=form.where,
            happened_at=parse_when(form.when, datetime.now(self._config.zone)),
            photos=(_photo(form.photo),) if form.photo else (),
        )
        await self._known(guild)
        await self._handlers.report(command)
        return wording.sentence("looking_in", channel=channel.mention)

    def _answering_channel(self, guild: discord.Guild, used_in: object) -> discord.TextChannel:
        """Return the channel for lost things, or else the one in which the command was used."""
        lost = (each for each in guild.text_channels if self._config.role_of(each.name) is ReportKind.LOST)
        here = used_in.parent if isinstance(used_in, discord.Thread) else used_in
        for channel in (*lost, here):
            if isinstance(channel, discord.TextChannel):
                mine = channel.permissions_for(guild.me)
                if mine.view_channel and mine.send_messages and mine.embed_links and mine.create_public_threads:
                    return channel
        raise TellUserError("not_here")

    async def _known(self, guild: discord.Guild) -> None:
        """Join a guild whose first event comes before its joining is through."""
        if guild.id not in self._joined:
            async with self._turn(guild.id):
                if guild.id not in self._joined:
                    await self.join(guild)

    def _turn(self, snowflake: int) -> asyncio.Lock:
        """Return the lock under which events about one thing wait for each other, in the order in which they came."""
        return self._turns.setdefault(snowflake, asyncio.Lock())


async def _fetch_member(guild: discord.Guild, user: int) -> discord.Member | None:
    """Ask Discord: a reaction that is taken away comes without its member, and members are not cached."""
    try:
        return await guild.fetch_member(user)
    except discord.NotFound:
        return None


def _is_moderator(guild: discord.Guild, channel: int, member: discord.Member) -> bool:
    place = guild.get_channel_or_thread(channel)
    rights = place.permissions_for(member) if place else member.guild_permissions
    return rights.manage_messages


def _member(user: discord.User | discord.Member) -> Member:
    return Member(str(user.id), user.display_name)


def _is_photo(attachment: discord.Attachment) -> bool:
    kind = attachment.content_type or ""
    return kind.startswith("image/") or PurePath(attachment.filename).suffix.casefold() in _UNTYPED_PHOTOS


def _photo(attachment: discord.Attachment) -> IncomingPhoto:
    return IncomingPhoto(attachment.filename, url=attachment.url)
