"""What the Slack bot needs to know, and what it asks of Slack (slack/manifest.yaml says the same to Slack)."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from reunite.model import Channel, ReportKind, Settings

LOST, FOUND = "/lost", "/found"
COMMANDS: Final = frozenset({LOST, FOUND})
REPORT_LOST, REPORT_FOUND, REPORT_SEALED = "report_lost", "report_found", "report_sealed"
GLOBAL_SHORTCUTS: Final = frozenset({REPORT_LOST, REPORT_FOUND, REPORT_SEALED})
FOUND_THIS, LOST_THIS = "found_this", "lost_this"
MESSAGE_SHORTCUTS: Final = frozenset({FOUND_THIS, LOST_THIS})
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
        "im:history",
        "im:write",
        "reactions:read",
        "reactions:write",
        "usergroups:read",
        "users:read",
    }
)
"""Of the bot token. `groups` are private channels, `im` direct messages."""
MESSAGE_EVENTS: Final = frozenset({"message.channels", "message.groups"})
REACTION_EVENTS: Final = frozenset({"reaction_added", "reaction_removed"})
DELETED_CHANNEL_EVENTS: Final = frozenset({"channel_deleted", "group_deleted"})
CHANNEL_EVENTS: Final = DELETED_CHANNEL_EVENTS | frozenset(
    {"member_joined_channel", "channel_rename", "group_rename", "channel_left", "group_left"}
)
"""What may change where the bot listens."""
LEAVE_EVENTS: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""The workspace has taken the app away; Slack tells both, in either order."""
HOME_EVENT: Final = "app_home_opened"
EVENTS: Final = MESSAGE_EVENTS | REACTION_EVENTS | CHANNEL_EVENTS | LEAVE_EVENTS | {HOME_EVENT}
EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH = "/slack/events", "/slack/install", "/slack/oauth_redirect"


class SlackSetupError(Exception):
    """Slack can't be used as it is set up; the message is one sentence with the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    """Tokens and secrets of the app, the channels that count by name, who moderates beside admins and owners.

    With `app_token` (xapp-…) events come by Socket Mode, else by HTTP, and `signing_secret` shows that they are
    Slack's. With `bot_token` (xoxb-…) one workspace is served, with `client_id` and `client_secret` every one that
    installs the app.
    """

    bot_token: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    api_base: str | None = None
    """Another address of the Web API, ending in a slash; None for Slack's own."""
    host: str = "127.0.0.1"
    port: int = 8701
    """Where requests of Slack and of those who install the app are listened for, if they are."""
    found_channels: frozenset[str] = frozenset({"found", "lost-and-found", "found-items"})
    lost_channels: frozenset[str] = frozenset({"lost", "lost-items"})
    moderators: frozenset[str] = frozenset()
    """Ids of users, for every workspace."""
    ping_seconds: float = 10
    """How often the connection is tried, and how long to wait before a lost one is made anew."""
    look_back: timedelta = timedelta(days=2)
    """How far back at most is looked, at the start, for what was missed."""

    def __post_init__(self) -> None:
        """Raise SlackSetupError where what is set can't work together."""
        if bool(self.client_id) != bool(self.client_secret) or bool(self.client_id) == bool(self.bot_token):
            raise SlackSetupError(
                "Set either REUNITE_SLACK_BOT_TOKEN (xoxb-…, one workspace) or both REUNITE_SLACK_CLIENT_ID and"
                " REUNITE_SLACK_CLIENT_SECRET (several workspaces). See docs/slack.md."
            )
        if not self.app_token and not self.signing_secret:
            raise SlackSetupError(
                "Set REUNITE_SLACK_APP_TOKEN (xapp-…, Socket Mode) or REUNITE_SLACK_SIGNING_SECRET (HTTP)."
                " See docs/slack.md."
            )

    def channel(self, external_id: str, name: str, settings: Settings | None = None) -> Channel:
        """Tell what is posted in a channel: by the workspace's own choice, else by the channel's name."""
        chosen = settings or Settings()
        is_found = external_id in chosen.found_channels if chosen.found_channels else name in self.found_channels
        if is_found and external_id not in chosen.lost_channels:
            return Channel(external_id, name, ReportKind.FOUND)
        is_lost = external_id in chosen.lost_channels if chosen.lost_channels else name in self.lost_channels
        return Channel(external_id, name, ReportKind.LOST if is_lost else None)
