"""`/setup`: a guild's settings, and the modals that change them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import discord
import psycopg
import structlog

from bot.backfill import BackfillRequests
from bot.channels import check_log
from bot.discord.forms import FormInput, modal
from bot.discord.new_channels import NewChannels
from bot.discord.permissions import TO_HIDE, TO_POST, ReportChannel, closed_to_some, may_set_up
from bot.discord.private_replies import (
    CHECK_SECONDS,
    PrivateReply,
    Work,
    follow_up,
    language_of_user,
    reply_privately,
    reply_with_problem,
    result_or_problem,
    show,
    try_acknowledge,
)
from bot.discord.render import Rendered, RenderedButton
from bot.discord.samples import Samples
from bot.discord.settings_fields import (
    channel_inputs,
    digest_inputs,
    digest_of,
    digests,
    rule_inputs,
    with_channels,
    with_digest,
    with_rules,
)
from bot.discord.workspaces import Workspaces, guild_of, missing_permissions
from bot.saved import answering
from reunite import rights
from reunite.entities import ReportKind, Settings
from reunite.errors import TellUserError, TryAgainError
from reunite.handlers import Handlers
from reunite.language import command_names, listed, sentence
from reunite.text.zones import likely_zone

_CHANNELS: Final = "setup:places"
_RULES: Final = "setup:ways"
_DIGEST: Final = "setup:digest"
_PAST_POSTS: Final = "setup:past_posts"
_log = structlog.get_logger(__name__)


class SettingsForm:
    """Shows and changes a guild's settings; only those who may manage the guild can use it."""

    PREFIX: Final = "setup:"

    def __init__(self, handlers: Handlers, workspaces: Workspaces, requests: BackfillRequests) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._requests = requests
        self._new_channels = NewChannels(workspaces)
        self._samples = Samples(handlers, workspaces)

    def panel(self, interaction: discord.Interaction) -> Rendered:
        """Return the settings, what the bot lacks, and the buttons that open the modals."""
        guild, language = guild_of(interaction), language_of_user(interaction)
        offered, create = self._new_channels.offer(guild, language)
        lines = [*self._settings(guild, language), *self._missing(guild, language)]
        lines += [*self._open_log(guild, language), *self._shown_elsewhere(guild, language), *offered]
        if not interaction.client.intents.message_content:
            lines.append(f"⚠️ {sentence('posts_unread', language, command=command_names(language))}")
        embed = discord.Embed(title=sentence("home_setup", language), description="\n".join(lines))
        plain = discord.ButtonStyle.secondary
        buttons = (
            RenderedButton(_CHANNELS, sentence("setup_places", language), plain),
            RenderedButton(_RULES, sentence("setup_ways", language), plain),
            RenderedButton(_DIGEST, sentence("setup_digest", language), plain),
            self._samples.offer(language),
            RenderedButton(_PAST_POSTS, sentence("home_past_posts", language), plain),
            *create,
        )
        return Rendered(None, embed, discord.AllowedMentions.none(), buttons)

    def _current(self, guild: discord.Guild) -> Settings:
        """Return a guild's settings without deleted roles, which Discord would show as unknown ones."""
        settings = self._workspaces.settings(guild)
        return replace(settings, moderators=tuple(role for role in settings.moderators if guild.get_role(int(role))))

    def _settings(self, guild: discord.Guild, language: str) -> list[str]:
        settings = self._current(guild)
        sealed = (sentence(f"category_{category}", language) for category in settings.sealed_categories)
        reports = "setup_private_on" if settings.private_reports else "setup_public_on"
        values: Sequence[tuple[str, str]] = (
            ("setup_found", self._channels(guild, ReportKind.FOUND, language)),
            ("setup_lost", self._channels(guild, ReportKind.LOST, language)),
            ("setup_log", f"<#{settings.log_channel}>" if settings.log_channel else ""),
            ("setup_moderators", listed((f"<@&{role}>" for role in settings.moderators), language)),
            ("setup_language", sentence("language_name", settings.language)),
            ("setup_private", sentence(reports, language)),
            ("setup_sealed", listed(sealed, language)),
            ("setup_timezone", settings.timezone),
            ("setup_keep_days", str(settings.keep_days)),
            ("setup_digest", digests(language)[digest_of(settings)]),
            ("setup_returned_by", sentence(f"returned_by_{settings.returned_by}", language)),
        )
        return [f"**{sentence(key, language)}:** {value or '–'}" for key, value in values]

    def _channels(self, guild: discord.Guild, kind: ReportKind, language: str) -> str:
        return listed((channel.mention for channel in self._workspaces.channels(guild, kind)), language)

    def _missing(self, guild: discord.Guild, language: str) -> list[str]:
        """Name the missing permissions, once for all channels that lack the same ones; in a timeout, only that."""
        if guild.me.is_timed_out():
            return [f"⚠️ {sentence('in_timeout', language, bot=guild.me.display_name)}"]
        log = guild.get_channel(int(self._workspaces.settings(guild).log_channel or 0))
        needs: list[tuple[ReportChannel, discord.Permissions]] = [
            *((channel, TO_POST) for channel in self._workspaces.channels(guild, ReportKind.FOUND)),
            *((channel, TO_HIDE) for channel in self._workspaces.channels(guild, ReportKind.LOST)),
            *([(log, TO_POST)] if isinstance(log, discord.TextChannel) else []),
        ]
        lacking: dict[str, dict[str, str]] = {}
        for channel, needed in needs:
            slots = missing_permissions(channel, needed, language)
            if names := slots["permissions"]:
                same = lacking.setdefault(names, slots)
                same["channel"] = listed(dict.fromkeys((same["channel"], slots["channel"])), language)
        return [f"⚠️ {sentence('permissions_missing', language, **slots)}" for slots in lacking.values()]

    def _open_log(self, guild: discord.Guild, language: str) -> list[str]:
        """Warn of a moderators' channel that everyone can read."""
        log = guild.get_channel(int(self._workspaces.settings(guild).log_channel or 0))
        is_open = log is not None and log.permissions_for(guild.default_role).view_channel
        return [sentence("log_channel_open", language, channel=log.mention)] if log and is_open else []

    def _shown_elsewhere(self, guild: discord.Guild, language: str) -> list[str]:
        """Warn of channels for reports whose posts are also shown to people who can't open them."""
        found, lost = (self._workspaces.channels(guild, kind) for kind in (ReportKind.FOUND, ReportKind.LOST))
        closed = closed_to_some(guild, found, lost)
        mentions = listed((channel.mention for channel in closed), language)
        return (
            [sentence("channels_shown_elsewhere", language, channels=mentions, command=command_names(language))]
            if closed
            else []
        )

    async def open(self, interaction: discord.Interaction, custom_id: str) -> None:
        """Open a button's modal, create channels or post samples; only those who may manage the guild see it."""
        guild = interaction.guild
        if guild is None:
            return
        if custom_id == NewChannels.BUTTON:
            await self._reply(interaction, lambda: self._create(interaction))
            return
        if custom_id == Samples.BUTTON:
            await self._samples.post(interaction)
            return
        if custom_id == _PAST_POSTS:
            await reply_privately(interaction, lambda: self._read_past_posts(interaction))
            return
        if not await self._is_joined(guild):  # a form that lacks the current choices would delete them
            await reply_with_problem(interaction, TellUserError("went_wrong"))
            return
        settings, language = self._current(guild), language_of_user(interaction)
        if custom_id == _CHANNELS:
            locales = str(guild.preferred_locale), str(interaction.locale)
            proposed = settings.timezone or next(filter(None, map(likely_zone, locales)), "")
            inputs = channel_inputs(replace(settings, timezone=proposed), language)
        elif custom_id == _DIGEST:
            inputs = digest_inputs(settings, language)
        else:
            inputs = rule_inputs(settings, language)
        form = modal(sentence("home_setup", language), custom_id, inputs)
        await try_acknowledge(interaction, partial(interaction.response.send_modal, form))

    async def _is_joined(self, guild: discord.Guild) -> bool:
        """Return whether the settings are known, in time for opening a modal."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._workspaces.ensure_joined(guild)
        except (TryAgainError, psycopg.OperationalError, TimeoutError) as error:
            _log.warning("discord_settings_delayed", guild=str(guild.id), error=type(error).__name__)
            return False
        except Exception:  # noqa: BLE001 - the person gets an answer whatever happens
            _log.exception("discord_settings_defect", guild=str(guild.id))
            return False
        return True

    async def submit(self, interaction: discord.Interaction, custom_id: str, given: FormInput) -> None:
        """Save the choices, and show the settings again."""
        await self._reply(interaction, lambda: self._save(interaction, custom_id, given))

    async def _reply(self, interaction: discord.Interaction, work: Work) -> None:
        """Acknowledge a press or a modal, then show the panel in its place, or an error."""
        if not await try_acknowledge(interaction, interaction.response.defer):
            return
        reply = await result_or_problem(interaction, work)
        if reply.embeds:
            await show(interaction, reply)
        else:
            await follow_up(interaction, reply.words)

    async def _save(self, interaction: discord.Interaction, custom_id: str, given: FormInput) -> PrivateReply:
        guild = await self._managed(interaction)
        change = {_CHANNELS: with_channels, _DIGEST: with_digest}.get(custom_id, with_rules)

        def changed(before: Settings) -> Settings:
            settings = change(before, given)
            log = guild.get_channel(int(settings.log_channel or 0))
            check_log(settings, log.name if log else "", before.log_channel)
            return settings

        await self._workspaces.change(guild, changed)
        with answering():
            return PrivateReply(sentence("setup_saved", language_of_user(interaction)), (self.panel(interaction),))

    async def _create(self, interaction: discord.Interaction) -> PrivateReply:
        guild, language = await self._managed(interaction), language_of_user(interaction)
        assert isinstance(interaction.user, discord.Member)  # noqa: S101 - in a guild, it is one
        words = await self._new_channels.create(guild, interaction.user, language)
        return PrivateReply(words, (self.panel(interaction),))

    async def _read_past_posts(self, interaction: discord.Interaction) -> PrivateReply:
        guild, language = await self._managed(interaction), language_of_user(interaction)
        return PrivateReply(await self._requests.start_or_report("discord", str(guild.id), language))

    async def _managed(self, interaction: discord.Interaction) -> discord.Guild:
        """Return the guild of someone who may manage it."""
        guild = interaction.guild
        rights.check_member("set_up", is_moderator=may_set_up(interaction))
        assert guild is not None  # noqa: S101 - it was just checked
        await self._workspaces.ensure_joined(guild)
        return guild
