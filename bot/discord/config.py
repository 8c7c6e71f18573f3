"""What the Discord adapter needs to know. Imports no Discord library, so that any process may build it."""

from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo

from reunite.entities import ReportKind


class DiscordSetupError(Exception):
    """Discord does not let the bot in as it is set up; the message is one sentence with the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordConfig:
    """`api_base` and `gateway` replace Discord's own addresses (a proxy, a test); None leaves them as they are.

    Without `message_content` the bot sees no photos in ordinary messages; commands and message menus still work.
    `zone` is the one in which members tell times. `look_back` bounds what is caught up on after a time away.
    `pause_after_trouble` is how many seconds after an event could not be taken (the database was away) it is looked for
    again. `guilds_wait` is how many seconds without another guild end the start, as Discord names no last one.
    """

    token: str = field(repr=False)
    api_base: str | None = None
    gateway: str | None = None
    found_channels: frozenset[str] = frozenset({"found", "lost-and-found", "found-items"})
    lost_channels: frozenset[str] = frozenset({"lost", "lost-items"})
    message_content: bool = True
    zone: tzinfo = UTC
    look_back: timedelta = timedelta(days=7)
    pause_after_trouble: float = 60.0
    guilds_wait: float = 2.0

    def role_of(self, channel: str) -> ReportKind | None:
        """Return what is posted in a channel of this name."""
        name = channel.casefold()
        if name in self.found_channels:
            return ReportKind.FOUND
        return ReportKind.LOST if name in self.lost_channels else None
