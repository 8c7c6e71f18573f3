"""The fields of the modals with a guild's settings, and what a submission changes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, cast

import discord
from discord import ui

from bot import setting_choices
from bot.discord.forms import FormInput, labelled
from reunite.entities import Category, ReturnedBy, Settings
from reunite.language import sentence

_MAX: Final = 10
"""Channels of a kind, or roles, that can be chosen."""
_LOG_TYPES: Final = (discord.ChannelType.text,)
_CHANNEL_TYPES: Final = (
    *_LOG_TYPES,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.media,
)


def channel_inputs(settings: Settings, language: str) -> list[ui.Label[Any]]:
    by_name, log_hint = sentence("setup_by_name", language), sentence("setup_log_hint", language)
    log = [settings.log_channel] if settings.log_channel else []
    zone: ui.TextInput[Any] = ui.TextInput(
        custom_id="timezone", default=settings.timezone, max_length=60, required=False
    )
    roles: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id="moderators",
        default_values=[
            discord.SelectDefaultValue.from_role(discord.Object(int(role))) for role in settings.moderators
        ],
        min_values=0,
        max_values=_MAX,
        required=False,
    )
    return [
        labelled(sentence("setup_found", language), _channel_select("found", settings.found_channels), by_name),
        labelled(sentence("setup_lost", language), _channel_select("lost", settings.lost_channels), by_name),
        labelled(sentence("setup_log", language), _channel_select("log", log, 1), log_hint),
        labelled(sentence("setup_moderators", language), roles),
        labelled(sentence("setup_timezone", language), zone, sentence("setup_timezone_hint", language)),
    ]


def digest_inputs(settings: Settings, language: str) -> list[ui.Label[Any]]:
    label = sentence("setup_digest", language)
    return [labelled(label, _select("digest", digests(language), [digest_of(settings)]))]


def digest_of(settings: Settings) -> str:
    return "on" if settings.digest else "off"


def digests(language: str) -> Mapping[str, str]:
    return {choice: sentence(f"setup_digest_{choice}", language) for choice in ("on", "off")}


def _channel_select(name: str, chosen: Iterable[str], most: int = _MAX) -> ui.ChannelSelect[Any]:
    return ui.ChannelSelect(
        custom_id=name,
        channel_types=list(_CHANNEL_TYPES if name != "log" else _LOG_TYPES),
        default_values=[discord.SelectDefaultValue.from_channel(discord.Object(int(channel))) for channel in chosen],
        min_values=0,
        max_values=most,
        required=False,
    )


def rule_inputs(settings: Settings, language: str) -> list[ui.Label[Any]]:
    languages = _select("language", setting_choices.languages(), [settings.language])
    reports = {"public": sentence("setup_public_on", language), "private": sentence("setup_private_on", language)}
    categories = setting_choices.sealed_categories(language)
    private = "private" if settings.private_reports else "public"
    days: ui.TextInput[Any] = ui.TextInput(custom_id="keep_days", default=str(settings.keep_days), max_length=3)
    returned_by = _select("returned_by", setting_choices.returned_by(language), [settings.returned_by])
    sealed = _select("sealed", categories, settings.sealed_categories, len(categories))
    return [
        labelled(sentence("setup_language", language), languages),
        labelled(sentence("setup_private", language), _select("reports", reports, [private])),
        labelled(sentence("setup_sealed", language), sealed),
        labelled(sentence("setup_keep_days", language), days),
        labelled(sentence("setup_returned_by", language), returned_by),
    ]


def _select(name: str, offered: Mapping[Any, str], chosen: Iterable[str], most: int = 1) -> ui.Select[Any]:
    picked = set(chosen)
    return ui.Select(
        custom_id=name,
        options=[
            discord.SelectOption(label=label, value=value, default=value in picked) for value, label in offered.items()
        ],
        min_values=0 if most > 1 else 1,
        max_values=most,
        required=most == 1,
    )


def with_channels(settings: Settings, given: FormInput) -> Settings:
    return replace(
        settings,
        found_channels=given.values.get("found", ()),
        lost_channels=given.values.get("lost", ()),
        log_channel=given["log"] or None,
        moderators=given.values.get("moderators", ()),
        timezone=given["timezone"],
    )


def with_digest(settings: Settings, given: FormInput) -> Settings:
    return replace(settings, digest=given["digest"] == "on")


def with_rules(settings: Settings, given: FormInput) -> Settings:
    days = given["keep_days"].strip()
    return replace(
        settings,
        language=given["language"],
        private_reports=given["reports"] == "private",
        sealed_categories=cast("tuple[Category, ...]", given.values.get("sealed", ())),
        returned_by=cast("ReturnedBy", given["returned_by"] or settings.returned_by),
        keep_days=int(days) if days.isdecimal() else 0,  # 0 is out of the allowed range
    )
