"""What the Slack bot needs to know, and what it asks of Slack (slack/manifest.yaml says the same to Slack)."""

from dataclasses import dataclass, field
from typing import Final

from reunite.model import Channel, ReportKind

COMMAND: Final = "/lost"
SCOPES: Final = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "reactions:read",
        "reactions:write",
        "users:read",
    }
)
"""Of the bot token. `groups` are private channels."""
MESSAGE_EVENTS: Final = frozenset({"message.channels", "message.groups"})
REACTION_EVENTS: Final = frozenset({"reaction_added", "reaction_removed"})
CHANNEL_EVENTS: Final = frozenset(
    {"member_joined_channel", "channel_rename", "group_rename", "channel_left", "group_left"}
)
"""What may change where the bot listens."""
EVENTS: Final = MESSAGE_EVENTS | REACTION_EVENTS | CHANNEL_EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    """Tokens (xoxb-… and xapp-…), the channels that count by name, and who moderates beside admins and owners."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    api_base: str | None = None
    """Another address of the Web API, ending in a slash; None for Slack's own."""
    found_channels: frozenset[str] = frozenset({"found", "lost-and-found", "found-items"})
    lost_channels: frozenset[str] = frozenset({"lost", "lost-items"})
    moderators: frozenset[str] = frozenset()
    """Ids of users."""
    ping_seconds: float = 10
    """How often the connection is tried, and how long to wait before a lost one is made anew."""

    def channel(self, external_id: str, name: str) -> Channel:
        """Tell from a channel's name what is posted in it."""
        if name in self.found_channels:
            return Channel(external_id, name, ReportKind.FOUND)
        return Channel(external_id, name, ReportKind.LOST if name in self.lost_channels else None)
