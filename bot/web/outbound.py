"""Sends, edits and removes replies on the page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from bot.web.chat import Chat
from db.web import WebSession
from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.ports import Outgoing, Sent


class WebPlatform:
    """`reunite.ports.Platform` over the page's messages."""

    name: PlatformName = "web"
    sends_pictures = False

    def __init__(self, chat: Chat, url: str) -> None:
        """`url` is the page's address."""
        self._chat = chat
        self.url = url

    async def send(self, outgoing: Outgoing) -> Sent:
        """Write a reply, once for each key: a second attempt finds the first."""
        target = outgoing.target
        root = int(target.message) if target.message else None
        async with self._writing() as session:
            message = await session.add_reply(target.channel, root, outgoing.key, outgoing.reply)
        if message is None:
            raise UndeliverableError("the post was deleted")
        return Sent(target.channel, str(message))

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        async with self._writing() as session:
            exists = await session.change_reply(int(sent.message), outgoing.reply)
        if not exists:
            raise UndeliverableError("the message was deleted")

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:  # noqa: ARG002 - its key identifies it
        """Delete a reply; it may be gone already."""
        async with self._writing() as session:
            await session.remove_reply(outgoing.key)

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:  # noqa: ARG002 - the port's signature
        """Return None: photos are uploaded to the page, so none has a link."""
        return None

    async def acknowledge(self, target: ReplyTarget) -> None:  # noqa: ARG002 - the port's signature
        """Refresh the page, which shows the state of a post's report."""
        self._chat.changed()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[WebSession]:
        try:
            async with self._chat.session() as session:
                yield session
        except psycopg.OperationalError as error:
            raise TryAgainError(type(error).__name__) from error  # its words may be members'
        self._chat.changed()
