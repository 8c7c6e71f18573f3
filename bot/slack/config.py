"""The Slack adapter's settings. Imports no Slack library, so that any process may read them."""

import re
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic.dataclasses import dataclass

from bot.errors import SetupError
from db.config import Listed, from_environment

FILE_HOST: Final = "files.slack.com"
_USER_ID: Final = re.compile(r"[UW][0-9A-Z]+")
_EXPIRING: Final = "xoxe."
"""How tokens begin that have to be exchanged again and again."""


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_SLACK_"))
class SlackConfig:
    """Tokens and secrets of the app, and who moderates besides admins and owners.

    With `app_token` (xapp-…) events come by Socket Mode; otherwise by HTTP, and `signing_secret` verifies them. With
    `bot_token` (xoxb-…) one workspace is served; with `client_id` and `client_secret` every one that installs the app.
    """

    bot_token: str | None = Field(default=None, repr=False)
    app_token: str | None = Field(default=None, repr=False)
    signing_secret: str | None = Field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = Field(default=None, repr=False)
    api_base: str | None = None
    """Another address of the Web API, ending in a slash; None for Slack's own."""
    host: str = "127.0.0.1"
    port: int = Field(default=8701, ge=0, le=65535)
    """The address for Slack's requests and for installations, if the bot listens."""
    moderators: Listed = frozenset()
    """Ids of users, for every workspace."""

    # Hooks for tests
    ping_seconds: float = Field(default=10, validation_alias="ping_seconds")
    """How often the connection is tested, and how long until a lost one is replaced."""
    look_back: timedelta = Field(default=timedelta(days=2), validation_alias="look_back")
    """How far back the bot looks for missed posts."""
    between_pages: float = Field(default=2.0, validation_alias="between_pages")
    """The least number of seconds between two pages of past posts."""

    @field_validator("moderators")
    @classmethod
    def _are_ids(cls, named: frozenset[str]) -> frozenset[str]:
        if wrong := sorted(name for name in named if not _USER_ID.fullmatch(name)):
            raise ValueError(f"{wrong[0]} isn't a user's id, such as U012ABCDEF: Slack shows it in the user's profile")
        return named

    @property
    def is_set(self) -> bool:
        """Whether anything is set up for Slack."""
        return any((self.bot_token, self.app_token, self.signing_secret, self.client_id))

    @property
    def file_host(self) -> str:
        """The host (and port) of members' files: the only one that gets a token."""
        return urlsplit(self.api_base or "").netloc or FILE_HOST

    @property
    def is_without_tls(self) -> bool:
        """Whether `api_base` is a local address without TLS, as in tests."""
        return urlsplit(self.api_base or "").scheme == "http"

    def check(self) -> None:
        """Raise SetupError if settings are missing or contradict each other."""
        if bool(self.client_id) != bool(self.client_secret) or bool(self.client_id) == bool(self.bot_token):
            raise SetupError(
                "Set either REUNITE_SLACK_BOT_TOKEN (xoxb-…, one workspace) or both REUNITE_SLACK_CLIENT_ID and"
                " REUNITE_SLACK_CLIENT_SECRET (several); docs/slack.md says where to find them."
            )
        if (self.bot_token or "").startswith(_EXPIRING):
            raise SetupError(
                "REUNITE_SLACK_BOT_TOKEN expires after 12 hours: create another app from slack/manifest.yaml, without"
                " token rotation, which can't be turned off."
            )
        for name, token, beginning in (("BOT", self.bot_token, "xoxb-"), ("APP", self.app_token, "xapp-")):
            if token and not token.startswith(beginning):
                raise SetupError(
                    f"REUNITE_SLACK_{name}_TOKEN must begin with {beginning}; docs/slack.md says where to find it."
                )
        if not self.app_token and not self.signing_secret:
            raise SetupError(
                "Set REUNITE_SLACK_APP_TOKEN (xapp-…, Socket Mode) or REUNITE_SLACK_SIGNING_SECRET (HTTP);"
                " docs/slack.md says where to find them."
            )
