"""A Discord of our own on 127.0.0.1: enough of the HTTP API and the gateway for the unmodified client library.

A test lets people post and react, and checks what the bot makes of it.
"""

import re
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from tests.doubles import discord_shapes as shapes
from tests.doubles.discord_admin import Admin
from tests.doubles.discord_guild import Guild
from tests.doubles.discord_interaction import Interaction
from tests.doubles.discord_people import People
from tests.doubles.discord_rest import routes
from tests.doubles.discord_rest_base import Refusal
from tests.doubles.discord_shapes import BOT_ID, TOKEN, Json
from tests.doubles.discord_ui import Ui
from tests.support.waiting import eventually

__all__ = ["BOT_ID", "TOKEN", "DiscordDouble", "Interaction"]


@dataclass
class DiscordDouble(Guild):
    """One guild with the channels #found, #lost and #general; `async with DiscordDouble() as discord:` runs it."""

    refusals: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.admin, self.people, self.ui = Admin(self), People(self), Ui(self)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=32 << 20, middlewares=[self.gateway.lateness.middleware])
        app.add_routes(routes(self, self.refusals))
        app.router.add_get("/gateway", self.gateway.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def refuse(self, path: str, status: int, *, after: bool = False, **body: object) -> None:
        """Let the next request whose method and path match fail; with `after`, once it has taken effect."""
        self.refusals.append(Refusal(re.compile(path), status, body, after))

    # What the bot has made of it

    async def reply(self, channel: str, *words: str, within: float = 10) -> Json:
        """Wait for a message of the bot that has all these words, in a channel or thread (by id)."""

        def look() -> Json | None:
            return next(
                (reply for reply in self.replies(channel) if all(word in self.text(reply) for word in words)), None
            )

        try:
            return await eventually(look, within=within)
        except TimeoutError as error:
            there = "\n---\n".join(self.text(reply) for reply in self.replies(channel))
            raise AssertionError(f"{words} are in no message of the bot. There is:\n{there}") from error

    def replies(self, channel: str) -> list[Json]:
        """Return the bot's messages in a channel or thread (by id), in order."""
        return [message for message in self.messages.get(channel, {}).values() if message["author"]["id"] == BOT_ID]

    def buttons(self, message: Json) -> list[str]:
        """Return the words on the buttons below a message."""
        return [button["label"] for button in shapes.buttons(message)]

    text = staticmethod(shapes.text)
    pinged = staticmethod(shapes.pinged)
