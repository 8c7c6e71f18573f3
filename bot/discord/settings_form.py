"""`/setup`: how a guild is set up, and two modals that change it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

import discord
from discord import ui

from bot.discord.forms import Filled, label, modal
from bot.discord.permissions import TO_ANSWER, TO_POST, Place, missing
from bot.discord.private_replies import Answer, edit_answer, is_ours, language, outcome
from bot.discord.render import Pressable, Rendered
from bot.discord.workspaces import Guilds, lacking
from reunite.commands import ChangeSettings
from reunite.entities import CATEGORIES, Category, ReportKind, Settings
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.language import LANGUAGES
from reunite.messages.wording import sentence

_PLACES: Final = "setup:places"
_WAYS: Final = "setup:ways"
_MOST: Final = 10
"""Channels, or roles, that can be chosen of a kind."""
_SHOWN: Final = (discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum)


class Setup:
    """Shows and changes the settings of a guild; for those who may manage it."""

    PREFIX: Final = "setup:"

    def __init__(self, handlers: Handlers, guilds: Guilds) -> None:
        """Own nothing."""
        self._handlers = handlers
        self._guilds = guilds

    def panel(self, guild: discord.Guild, words: str) -> Rendered:
        """Return how a guild is set up, what the bot lacks there, and the buttons that change it."""
        embed = discord.Embed(title=sentence("home_setup", words), description="\n".join(self._lines(guild, words)))
        plain = discord.ButtonStyle.secondary
        buttons = (
            Pressable(_PLACES, sentence("setup_places", words), plain),
            Pressable(_WAYS, sentence("setup_ways", words), plain),
        )
        return Rendered(None, embed, discord.AllowedMentions.none(), buttons)

    def _lines(self, guild: discord.Guild, words: str) -> list[str]:
        settings = self._guilds.settings(guild)
        chosen: Sequence[tuple[str, str]] = (
            ("setup_found", self._channels(guild, ReportKind.FOUND)),
            ("setup_lost", self._channels(guild, ReportKind.LOST)),
            ("setup_log", f"<#{settings.log_channel}>" if settings.log_channel else ""),
            ("setup_moderators", ", ".join(f"<@&{each}>" for each in settings.moderators)),
            ("setup_language", sentence("language_name", settings.language)),
            ("setup_private", sentence("setup_private_on" if settings.private_reports else "setup_public_on", words)),
            ("setup_sealed", ", ".join(sentence(f"category_{each}", words) for each in settings.sealed_categories)),
            ("setup_keep_days", str(settings.keep_days)),
        )
        lines = [f"**{sentence(key, words)}:** {value or '–'}" for key, value in chosen]
        return [*lines, *(f"⚠️ {each}" for each in self._lacks(guild, words))]

    def _channels(self, guild: discord.Guild, kind: ReportKind) -> str:
        return ", ".join(each.mention for each in self._guilds.channels(guild, kind))

    def _lacks(self, guild: discord.Guild, words: str) -> list[str]:
        """Name the permissions that the bot lacks, channel by channel."""
        log = guild.get_channel(int(self._guilds.settings(guild).log_channel or 0))
        needs: list[tuple[Place, discord.Permissions]] = [
            *((each, TO_ANSWER) for each in self._guilds.channels(guild, ReportKind.FOUND)),
            *((each, TO_POST) for each in self._guilds.channels(guild, ReportKind.LOST)),
            *([(log, TO_POST)] if isinstance(log, discord.TextChannel) else []),
        ]
        return [
            sentence("permissions_missing", words, **lacking(channel, needed, words))
            for channel, needed in needs
            if missing(channel, needed)
        ]

    async def ask(self, interaction: discord.Interaction, custom_id: str) -> None:
        """Open the modal of a button; only who may manage the guild has been shown one."""
        guild = interaction.guild
        if guild is None:
            return
        await self._guilds.known(guild)
        settings, words = self._guilds.settings(guild), language(interaction)
        labels = _places(settings, words) if custom_id == _PLACES else _ways(settings, words)
        await is_ours(interaction.response.send_modal(modal(sentence("home_setup", words), custom_id, labels)))

    async def take(self, interaction: discord.Interaction, custom_id: str, given: Filled) -> None:
        """Take what was chosen, and show how the guild is set up now."""
        if not await is_ours(interaction.response.defer()):
            return

        async def change() -> Answer:
            guild = interaction.guild
            if guild is None or not interaction.permissions.manage_guild:
                raise TellUserError("only_moderators_here")
            await self._guilds.known(guild)
            now = self._guilds.settings(guild)
            settings = _with_places(now, given) if custom_id == _PLACES else _with_ways(now, given)
            await self._handlers.set_up(ChangeSettings(platform="discord", workspace=str(guild.id), settings=settings))
            await self._guilds.join(guild)
            saved = sentence("setup_saved", language(interaction))
            return Answer(saved, (self.panel(guild, language(interaction)),))

        answer = await outcome(interaction, change)
        if answer.shown:
            await edit_answer(interaction, answer)
        else:
            await interaction.followup.send(answer.words, ephemeral=True)


def _places(settings: Settings, words: str) -> list[ui.Label[Any]]:
    def channels(name: str, chosen: Iterable[str], most: int = _MOST) -> ui.ChannelSelect[Any]:
        return ui.ChannelSelect(
            custom_id=name,
            channel_types=list(_SHOWN if name != "log" else _SHOWN[:1]),
            default_values=[discord.SelectDefaultValue.from_channel(discord.Object(int(each))) for each in chosen],
            min_values=0,
            max_values=most,
            required=False,
        )

    by_name, hint = sentence("setup_by_name", words), sentence("setup_log_hint", words)
    log = [settings.log_channel] if settings.log_channel else []
    roles: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id="moderators",
        default_values=[
            discord.SelectDefaultValue.from_role(discord.Object(int(each))) for each in settings.moderators
        ],
        min_values=0,
        max_values=_MOST,
        required=False,
    )
    return [
        label(sentence("setup_found", words), channels("found", settings.found_channels), by_name),
        label(sentence("setup_lost", words), channels("lost", settings.lost_channels), by_name),
        label(sentence("setup_log", words), channels("log", log, 1), hint),
        label(sentence("setup_moderators", words), roles),
    ]


def _ways(settings: Settings, words: str) -> list[ui.Label[Any]]:
    def options(name: str, offered: Mapping[Any, str], chosen: Iterable[str], most: int = 1) -> ui.Select[Any]:
        picked = set(chosen)
        return ui.Select(
            custom_id=name,
            options=[
                discord.SelectOption(label=said, value=value, default=value in picked)
                for value, said in offered.items()
            ],
            min_values=0 if most > 1 else 1,
            max_values=most,
            required=most == 1,
        )

    languages = {each: sentence("language_name", each) for each in LANGUAGES}
    reports = {"public": sentence("setup_public_on", words), "private": sentence("setup_private_on", words)}
    categories = {each: sentence(f"category_{each}", words) for each in CATEGORIES if each != "other"}
    private = "private" if settings.private_reports else "public"
    days: ui.TextInput[Any] = ui.TextInput(custom_id="keep_days", default=str(settings.keep_days), max_length=3)
    sealed = options("sealed", categories, settings.sealed_categories, len(categories))
    return [
        label(sentence("setup_language", words), options("language", languages, [settings.language])),
        label(sentence("setup_private", words), options("reports", reports, [private])),
        label(sentence("setup_sealed", words), sealed),
        label(sentence("setup_keep_days", words), days),
    ]


def _with_places(now: Settings, given: Filled) -> Settings:
    return replace(
        now,
        found_channels=given.values.get("found", ()),
        lost_channels=given.values.get("lost", ()),
        log_channel=given["log"] or None,
        moderators=given.values.get("moderators", ()),
    )


def _with_ways(now: Settings, given: Filled) -> Settings:
    days = given["keep_days"].strip()
    return replace(
        now,
        language=given["language"],
        private_reports=given["reports"] == "private",
        sealed_categories=cast("tuple[Category, ...]", given.values.get("sealed", ())),
        keep_days=int(days) if days.isdecimal() else 0,  # 0 is out of the range that is told
    )
