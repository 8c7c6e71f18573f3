"""Who may fetch photos from Slack's file host: a workspace's photos with that workspace's token."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from db.installations import Installations
from reunite.entities import ReplyTarget


@dataclass(frozen=True, slots=True)
class SlackFiles:
    """`hosts` (host, or host:port) alone are shown a token: `token`, or else the one that a workspace installed."""

    installations: Installations
    hosts: frozenset[str]
    token: str | None = field(default=None, repr=False)

    async def authorization(self, url: str, target: ReplyTarget) -> str | None:
        """Return the header's value by which a photo of a post is given out; None where it needs none, or has none."""
        if target.platform != "slack" or urlsplit(url).netloc not in self.hosts:
            return None
        if self.token:
            return f"Bearer {self.token}"
        installation = await self.installations.of(target.workspace)
        return f"Bearer {installation.bot_token}" if installation else None
