"""Reports by command, modal or message menu: where they go, and who may see them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

import discord

from bot.discord.config import DiscordConfig
from bot.discord.guilds import Guilds, lacking, member_of
from bot.discord.outbound import ARCHIVE_AFTER, DiscordPlatform
from bot.discord.outbound import Place as Answered
from bot.discord.permissions import TO_ANSWER, TO_HIDE, TO_POST, Place, missing
from bot.discord.posts import REPORTS, is_post, report_of
from bot.discord.private import Answer, language
from bot.discord.render import thread_name
from reunite.entities import Category, IncomingPhoto, ReplyTarget, ReportKind
from reunite.errors import TellUserError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.messages.forms import Form, ReportForm, report_form
from reunite.messages.wording import sentence
from reunite.text.when import parse_when

KINDS: Final[Mapping[ReportForm, ReportKind]] = {
    "lost": ReportKind.LOST, "found": ReportKind.FOUND, "sealed": ReportKind.FOUND,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a member filled in."""

    words: str = ""
    where: str = ""
    when: str = ""
    secret: str = ""
    category: str = "other"
    private: bool | None = None
    """None leaves it to the guild's settings."""
    photos: tuple[IncomingPhoto, ...] = ()
    not_photos: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in at all."""
        return not (self.words.strip() or self.photos or self.not_photos)


class Reporting:
    """Takes what members report by other ways than a post with a photo."""

    def __init__(self, handlers: Handlers, guilds: Guilds, platform: DiscordPlatform, config: DiscordConfig) -> None:
        """`platform` is for 👀 and the thread of a message that was chosen by menu."""
        self._handlers = handlers
        self._guilds = guilds
        self._platform = platform
        self._config = config

    def form(self, interaction: discord.Interaction, which: ReportForm, told: Told) -> Form:
        """Return what a member is asked, with what they have told already."""
        private = interaction.guild is not None and self._guilds.settings(interaction.guild).private_reports
        form = report_form(which, language(interaction), private=private)
        known = {"where": told.where, "when": told.when}
        return replace(
            form, fields=tuple(replace(each, value=known.get(each.name) or each.value) for each in form.fields)
        )

    async def take(self, interaction: discord.Interaction, which: ReportForm, told: Told) -> Answer:
        """Take a report. Raises TellUserError."""
        guild = _guild(interaction)
        await self._guilds.known(guild)
        if told.not_photos:
            raise TellUserError("photo_not_an_image", name=told.not_photos[0])
        if told.is_empty:
            raise TellUserError("empty_report")
        happened_at = parse_when(told.when, datetime.now(self._config.zone))
        private = which == "lost" and (
            self._guilds.settings(guild).private_reports if told.private is None else told.private
        )
        place = await self._place(interaction, KINDS[which], told.words, private=private)
        command = REPORTS[KINDS[which]](
            source_key=str(interaction.id),
            target=ReplyTarget("discord", str(guild.id), str(place.id)),
            author=member_of(interaction.user),
            text=told.words,
            place=told.where,
            happened_at=happened_at,
            photos=told.photos,
            sealed=which == "sealed",
            private=private,
            category=cast("Category", told.category),
            proof_question=told.secret,
        )
        await self._handlers.report(command)
        key = {"lost": "looking_in", "found": "answering_in", "sealed": "sealed_kept"}[which]
        return Answer(sentence(key, language(interaction), channel=place.mention))

    async def _place(
        self, interaction: discord.Interaction, kind: ReportKind, words: str, *, private: bool
    ) -> discord.TextChannel | discord.ForumChannel | discord.Thread:
        guild = _guild(interaction)
        needed, spoken = TO_HIDE if private else TO_POST, language(interaction)
        channel = self._guilds.channel_for(guild, kind, interaction.channel, needed, spoken)
        if not private:
            return channel
        assert isinstance(channel, discord.TextChannel)  # noqa: S101 - no others have private threads
        name = thread_name(kind, words, discord.utils.utcnow(), self._guilds.language(guild))
        thread = await channel.create_thread(
            name=name, type=discord.ChannelType.private_thread, invitable=False, auto_archive_duration=ARCHIVE_AFTER
        )
        await thread.add_user(interaction.user)
        return thread

    async def from_menu(self, interaction: discord.Interaction, message: discord.Message, kind: ReportKind) -> Answer:
        """Take any message as a report of whoever wrote it. Raises TellUserError."""
        guild, place = _guild(interaction), interaction.channel
        await self._guilds.known(guild)
        channel = place.parent if isinstance(place, discord.Thread) and place.id == message.id else place
        if not isinstance(place, Answered) or not isinstance(channel, Place) or not is_post(message):
            raise TellUserError("not_this_message")
        may = isinstance(interaction.user, discord.Member) and self._guilds.is_moderator(
            interaction.user, interaction.permissions
        )
        if kind is ReportKind.LOST and message.author.id != interaction.user.id and not may:
            raise TellUserError("only_own_post")
        if missing(channel, TO_ANSWER):
            raise TellUserError("permissions_missing", **lacking(channel, TO_ANSWER, language(interaction)))
        command = report_of(message, kind)
        async with self._guilds.turn(message.id):
            await self._handlers.report(command)
            with suppress(TryAgainError, UndeliverableError):  # whoever has blocked the bot gets no 👀, but an answer
                await self._platform.acknowledge(command.target)
            thread = await self._platform.open_thread(place, message.id, kind)
        return Answer(sentence("answering_in", language(interaction), channel=thread.mention))


def _guild(interaction: discord.Interaction) -> discord.Guild:
    if interaction.guild is None:
        raise TellUserError("not_here")
    return interaction.guild
