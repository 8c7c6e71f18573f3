"""Authorises downloads from Slack's file host, with the token of the photo's workspace."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from db.installations import Installations
from reunite.entities import ReplyTarget


@dataclass(frozen=True, slots=True)
class SlackFiles:
    """Only `hosts` (host or host:port) are sent a token: `token`, or if that's None, the workspace's own."""

    installations: Installations
    hosts: frozenset[str]
    token: str | None = field(default=None, repr=False)

    async def authorization(self, url: str, target: ReplyTarget) -> str | None:
        """Return the Authorization header for a photo; None if it needs none or there's no token."""
        if target.platform != "slack" or urlsplit(url).netloc not in self.hosts:
            return None
        if self.token:
            return f"Bearer {self.token}"
        installation = await self.installations.of(target.workspace)
        return f"Bearer {installation.bot_token}" if installation else None
