"""The page as a platform: the bot's words become messages of the page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from bot.web.chat import Chat
from db.web import WebSession
from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.ports import Outgoing, Sent


class WebPlatform:
    """Implements `reunite.ports.Platform`. `url` is where the page is."""

    def __init__(self, chat: Chat, url: str) -> None:
        """`chat` shows what is sent."""
        self._chat = chat
        self.url = url

    @property
    def name(self) -> PlatformName:
        """The platform's name."""
        return "web"

    async def send(self, outgoing: Outgoing) -> Sent:
        """Write a reply, once for each key: a second try finds the first. Raises TryAgainError, UndeliverableError."""
        target = outgoing.target
        root = int(target.message) if target.message else None
        async with self._writing() as session:
            message = await session.add_reply(target.channel, root, outgoing.key, outgoing.reply)
        if message is None:
            raise UndeliverableError("the post was deleted")
        return Sent(target.channel, str(message))

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Show a reply in its new form. Raises TryAgainError, UndeliverableError."""
        async with self._writing() as session:
            is_there = await session.change_reply(int(sent.message), outgoing.reply)
        if not is_there:
            raise UndeliverableError("the message was deleted")

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:  # noqa: ARG002 - its key tells where it is
        """Take a reply away, if it is there. Raises TryAgainError."""
        async with self._writing() as session:
            await session.remove_reply(outgoing.key)

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:  # noqa: ARG002 - the port names them
        """Return None: photos are uploaded to the page, so none has a link."""
        return None

    async def acknowledge(self, target: ReplyTarget) -> None:  # noqa: ARG002 - the port names it
        """Show that a post was taken up: on the page, its report's state does."""
        self._chat.changed()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[WebSession]:
        try:
            async with self._chat.session() as session:
                yield session
        except psycopg.OperationalError as error:
            raise TryAgainError(str(error)) from error
        self._chat.changed()
