"""Calls the chat to send, edit and remove replies; the chat does each once for its key."""

from typing import Any, Final

from aiohttp import ClientSession
from pydantic import TypeAdapter

from bot.json_events import DIRECT
from bot.json_replies import reply_json
from bot.signed_http import call
from bot.webhook.config import WebhookConfig
from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import UndeliverableError
from reunite.handlers import Handlers
from reunite.ports import Outgoing, Sent

HERE: Final[tuple[PlatformName, str]] = ("webhook", "chat")
"""The platform and its one workspace."""
_SENT: Final = TypeAdapter(Sent)


class WebhookPlatform:
    """`reunite.ports.Platform` for the one chat."""

    name: PlatformName = HERE[0]
    sends_pictures = True

    def __init__(self, handlers: Handlers, session: ClientSession, config: WebhookConfig, address: str) -> None:
        """`address` is the bot's own."""
        self._handlers = handlers
        self._session = session
        self._config = config
        self.address = address

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send a reply, and return the message that it became, now or at an earlier attempt."""
        if outgoing.for_all and outgoing.target.channel.startswith(DIRECT):
            raise UndeliverableError("what is for all isn't sent to one person")
        return _SENT.validate_python(await self._write("send", outgoing))

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        await self._write("edit", outgoing, sent=sent.message)

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:  # noqa: ARG002 - its key identifies it
        await self._call(do="remove", key=outgoing.key)

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Ask for a fresh link to a post's photo; None if either is gone."""
        answer = await self._call(do="photo", channel=target.channel, message=target.message, name=name)
        return str(answer["url"]) if answer.get("url") else None

    async def acknowledge(self, target: ReplyTarget) -> None:
        """Do nothing: the answer to the post's event says that it was taken."""

    async def _write(self, do: str, outgoing: Outgoing, **more: Any) -> dict[str, Any]:
        language = outgoing.language or (await self._handlers.settings(*HERE)).language
        reply = reply_json(outgoing.reply, language, self.name, outgoing.picture)
        where = {"channel": outgoing.target.channel, "thread": outgoing.target.message, "people": outgoing.people}
        return await self._call(do=do, key=outgoing.key, reply=reply, **where, **more)

    async def _call(self, **body: Any) -> dict[str, Any]:
        return await call(self._session, str(self._config.url), self._config.key, body)
