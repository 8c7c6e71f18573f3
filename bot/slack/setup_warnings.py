"""What is wrong with a workspace's setup, for the App Home: what keeps replies back, and who reads more than meant."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.slack.errors import FAILURES
from bot.slack.manifest import command_names
from bot.slack.people import Person
from bot.slack.permissions import missing
from bot.slack.workspace import SlackWorkspace
from reunite.entities import Settings
from reunite.errors import TryAgainError
from reunite.language import listed, sentence

_SHARED: Final = "is_ext_shared"
"""Slack's word for channels in which people from other organisations are."""


async def setup_warnings(workspace: SlackWorkspace, person: Person, settings: Settings) -> list[str]:
    """Return the warnings for someone who moderates, or whom Slack doesn't tell; the latter read only of scopes."""
    warnings = []
    if scopes := await _missing_scopes(workspace):
        named = listed((f"`{scope}`" for scope in scopes), person.language)
        warnings.append(sentence("home_scopes", person.language, scopes=named))
    if person.moderates:
        known = await workspace.lookup.recent()
        warnings += await _of_moderator_channel(workspace, known, settings.log_channel, person.language)
        warnings += await _of_report_channels(workspace, known, settings, person.language)
    return warnings


async def _of_moderator_channel(
    workspace: SlackWorkspace, known: Mapping[str, Mapping[str, Any]], log: str | None, language: str
) -> list[str]:
    if log is None:
        return []
    found = known.get(log, {})
    if await _is_missing(workspace, known, log):
        key = "home_log_closed"
    elif not found.get("is_private", True):
        key = "log_channel_open"
    elif found.get(_SHARED):
        key = "log_channel_shared"
    else:
        return []
    return [sentence(key, language, channel=f"<#{log}>")]


async def _of_report_channels(
    workspace: SlackWorkspace, known: Mapping[str, Mapping[str, Any]], settings: Settings, language: str
) -> list[str]:
    """Warn of chosen channels that the bot isn't in, and of those whose posts are shown to others than their members.

    Everyone in a workspace can search, and matches show the posts of one channel in another.
    """
    chosen = dict.fromkeys((*settings.found_channels, *settings.lost_channels))
    closed = [channel for channel in chosen if await _is_missing(workspace, known, channel)]
    reports = [channel.id for channel in workspace.channels.values() if channel.role]
    private = [channel for channel in reports if known.get(channel, {}).get("is_private")]
    shared = [channel for channel in reports if known.get(channel, {}).get(_SHARED)]
    found = {
        "home_channels_closed": closed,
        "channels_shown_elsewhere": private if len(reports) > 1 else [],
        "channels_shared": shared if len(shared) < len(reports) else [],
    }
    slots = {"command": command_names(language)}
    return [sentence(key, language, channels=_mentions(at, language), **slots) for key, at in found.items() if at]


async def _is_missing(workspace: SlackWorkspace, known: Mapping[str, Mapping[str, Any]], channel: str) -> bool:
    """Return whether the bot isn't in a chosen channel, if Slack says so."""
    try:
        return channel not in known and not await workspace.has_channel(channel)
    except TryAgainError:  # nothing is known to be wrong
        return False


def _mentions(channels: Iterable[str], language: str) -> str:
    return listed((f"<#{channel}>" for channel in channels), language)


async def _missing_scopes(workspace: SlackWorkspace) -> list[str]:
    """Return the scopes that the app lacks; none if Slack doesn't say: the rest of the tab matters more."""
    try:
        return missing((await workspace.client.auth_test()).headers)
    except FAILURES:
        return []
