"""The page as a platform: the bot's words become messages of the page."""

import psycopg

from bot.web.chat import Chat
from reunite.errors import TryAgainError, UndeliverableError
from reunite.model import PlatformName, ReplyTarget
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
        try:
            async with self._chat.session() as session:
                message = await session.add_reply(target.channel, root, outgoing.key, outgoing.reply)
        except psycopg.OperationalError as error:
            raise TryAgainError(str(error)) from error
        if message is None:
            raise UndeliverableError("the post was deleted")
        self._chat.changed()
        return Sent(target.channel, str(message))

    async def acknowledge(self, target: ReplyTarget) -> None:  # noqa: ARG002 - the port names it
        """Show that a post was taken up: on the page, its report's state does."""
        self._chat.changed()
