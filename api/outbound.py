"""The API as a platform: it delivers no replies, because programs read items and matches instead."""

from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import UndeliverableError
from reunite.ports import Outgoing, Sent


class ApiPlatform:
    """`reunite.ports.Platform` for reports from the API."""

    name: PlatformName = "api"
    sends_pictures = False

    async def send(self, outgoing: Outgoing) -> Sent:
        if outgoing.people:
            raise UndeliverableError("there is no conversation with a program")
        return Sent(outgoing.target.channel, outgoing.key)

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Do nothing: programs read the current state."""

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Do nothing, for the same reason."""

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:  # noqa: ARG002 - the port's signature
        """Return None: only the client can renew its link."""
        return None

    async def acknowledge(self, target: ReplyTarget) -> None:
        """Do nothing: the HTTP response acknowledged the report."""
