"""Which channels are for found and for lost reports. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final, Literal, get_args

from reunite.entities import ReportKind, Settings
from reunite.errors import TellUserError

FOUND_NAMES: Final = frozenset({"found", "lost-and-found", "found-items"})
LOST_NAMES: Final = frozenset({"lost", "lost-items"})
ChannelUse = Literal["found", "lost", "log"]
CHANNEL_USES: Final[tuple[ChannelUse, ...]] = get_args(ChannelUse)
"""What the setup can create channels for; `log` is the moderators' channel."""


def role_of(channel: str, name: str, settings: Settings) -> ReportKind | None:
    """Return a channel's kind of report: as the moderators chose, or by its name if they chose none."""
    if channel in settings.found_channels:
        return ReportKind.FOUND
    if channel in settings.lost_channels:
        return ReportKind.LOST
    if name.casefold() in FOUND_NAMES and not settings.found_channels:
        return ReportKind.FOUND
    if name.casefold() in LOST_NAMES and not settings.lost_channels:
        return ReportKind.LOST
    return None


def check_log(settings: Settings, name: str) -> None:
    """Raise TellUserError if the moderators' channel, of this name, is for reports too: all there would see all."""
    if settings.log_channel and role_of(settings.log_channel, name, settings):
        raise TellUserError("log_channel_for_reports")


def without_deleted(settings: Settings, exists: Callable[[str], bool]) -> Settings:
    """Drop deleted channels from the settings.

    One that stayed would still count as chosen, and sealed reports would go where nobody reads them.
    """
    return replace(
        settings,
        found_channels=tuple(filter(exists, settings.found_channels)),
        lost_channels=tuple(filter(exists, settings.lost_channels)),
        log_channel=settings.log_channel if settings.log_channel and exists(settings.log_channel) else None,
    )


def lacking(settings: Settings, roles: Collection[ReportKind | None]) -> list[ChannelUse]:
    """Return what a workspace has no channel for; `roles` are those of its channels."""
    has: Mapping[ChannelUse, object] = {
        "found": ReportKind.FOUND in roles,
        "lost": ReportKind.LOST in roles,
        "log": settings.log_channel,
    }
    return [use for use in CHANNEL_USES if not has[use]]


def with_created(settings: Settings, ids: Mapping[ChannelUse, str]) -> Settings:
    """Choose channels that have just been created."""
    return replace(
        settings,
        found_channels=(ids["found"],) if "found" in ids else settings.found_channels,
        lost_channels=(ids["lost"],) if "lost" in ids else settings.lost_channels,
        log_channel=ids.get("log", settings.log_channel),
    )
