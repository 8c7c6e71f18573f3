"""The settings of a chat that talks to the bot by webhooks (docs/webhook.md)."""

from urllib.parse import urlsplit

from pydantic import Field
from pydantic.dataclasses import dataclass

from bot.errors import SetupError
from bot.signatures import key_of
from db.config import Address, Hosts, from_environment
from http_server.loopback import is_local


@dataclass(frozen=True, kw_only=True, config=from_environment("REUNITE_WEBHOOK_"))
class WebhookConfig:
    """Where the chat takes the bot's calls, the secret that both sides sign with, and where the bot listens."""

    url: Address | None = None
    secret: str | None = Field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = Field(default=8702, ge=0, le=65535)
    photo_hosts: Hosts = Field(default=frozenset(), validation_alias="REUNITE_PHOTO_HOSTS")

    @property
    def is_set(self) -> bool:
        """Whether anything is set up for a chat."""
        return bool(self.url or self.secret)

    @property
    def key(self) -> bytes:
        return key_of(self.secret or "")

    def check(self) -> None:
        """Raise SetupError if settings are missing or unsafe."""
        address = urlsplit(self.url or "")
        if address.scheme != "https" and not is_local(self.url or ""):
            raise SetupError("Set REUNITE_WEBHOOK_URL to the chat's address: https://…, or http:// on this machine.")
        try:
            self.key  # noqa: B018 - read for its check
        except ValueError as error:
            raise SetupError(f"REUNITE_WEBHOOK_SECRET can't be used: {error} (docs/webhook.md).") from None
