"""What is wrong with a workspace's setup, for the App Home: what keeps replies back, and who reads more than meant."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
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
        log, chosen = settings.log_channel, (*settings.found_channels, *settings.lost_channels)
        closed = await _closed(workspace, (*chosen, log) if log else chosen)
        known = await workspace.lookup.recent()  # which may have been read again
        if log:
            warnings += _of_moderator_channel(known.get(log, {}), log, person.language, is_closed=log in closed)
        reports = [channel.id for channel in workspace.channels.values() if channel.role]
        closed = [channel for channel in closed if channel != log]
        warnings += _of_report_channels(known, closed, reports, person.language)
    return warnings


def _of_moderator_channel(said: Mapping[str, Any], log: str, language: str, *, is_closed: bool) -> list[str]:
    if is_closed:
        key = "home_log_closed"
    elif not said.get("is_private", True):
        key = "log_channel_open"
    elif said.get(_SHARED):
        key = "log_channel_shared"
    else:
        return []
    return [sentence(key, language, channel=f"<#{log}>")]


def _of_report_channels(
    known: Mapping[str, Mapping[str, Any]], closed: Collection[str], reports: Collection[str], language: str
) -> list[str]:
    """Warn of chosen channels that the bot isn't in, and of those whose posts are shown to others than their members.

    Everyone in a workspace can search, and matches show the posts of one channel in another.
    """
    private = [channel for channel in reports if known.get(channel, {}).get("is_private")]
    shared = [channel for channel in reports if known.get(channel, {}).get(_SHARED)]
    found = {
        "home_channels_closed": closed,
        "channels_shown_elsewhere": private if len(reports) > 1 else [],
        "channels_shared": shared if len(shared) < len(reports) else [],
    }
    slots = {"command": command_names(language)}
    return [sentence(key, language, channels=_mentions(at, language), **slots) for key, at in found.items() if at]


async def _closed(workspace: SlackWorkspace, chosen: Iterable[str]) -> list[str]:
    """Return the chosen channels that the bot isn't in, says Slack."""
    known, closed = await workspace.lookup.recent(), []
    for channel in dict.fromkeys(chosen):
        with suppress(TryAgainError):  # nothing is known to be wrong
            if channel not in known and not await workspace.has_channel(channel):
                closed.append(channel)
    return closed


def _mentions(channels: Iterable[str], language: str) -> str:
    return listed((f"<#{channel}>" for channel in channels), language)


async def _missing_scopes(workspace: SlackWorkspace) -> list[str]:
    """Return the scopes that the app lacks; none if Slack doesn't say: the rest of the tab matters more."""
    try:
        return missing((await workspace.client.auth_test()).headers)
    except FAILURES:
        return []
