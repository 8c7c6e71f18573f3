"""A guild with bot and worker as they are, in which a test tells its story: only Discord itself is played."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.app import BotConfig, run
from bot.discord.config import DiscordConfig
from db.config import Connections
from reunite.language import sentence
from tests.doubles.discord import TOKEN, DiscordDouble, Interaction
from tests.doubles.discord_shapes import MANAGE_GUILD, MANAGE_MESSAGES, Json
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.services import background, working
from tests.support.waiting import PATIENCE, eventually


@dataclass
class DiscordWorld:
    """A guild with the bot in it: Ada has lost something, Ben finds things, Mo moderates and Max manages the guild."""

    discord: DiscordDouble
    ada: str
    ben: str
    moderator: str
    manager: str

    async def post_found(self, colour: str, caption: str = "", times: int = 1) -> str:
        """Post a found report as Ben, and return the post once the bot has acknowledged it."""
        photos = {f"{colour}.jpg": drawing(colour)}
        post = await self.discord.people.post("found", self.ben, caption, photos, times=times)
        await self.wait_until_acknowledged(post)
        return post

    async def wait_until_acknowledged(self, post: str) -> None:
        await eventually(lambda: self.discord.people.has_reaction(post, "👀"))

    async def report_lost(self, words: str, photo: bytes | None = None) -> str:
        """Use `/lost` as Ada, and return the post that the bot made of it."""
        lost = self.discord.channel("lost")
        before = len(self.discord.replies(lost))
        picture = ("mine.jpg", photo) if photo else None
        used = await self.discord.ui.slash("lost", self.ada, "general", picture, description=words)
        assert f"<#{lost}>" in await self.discord.ui.answer(used, PATIENCE)
        [post] = await eventually(lambda: self.discord.replies(lost)[before:])
        assert "is looking for" in self.discord.text(post)
        return str(post["id"])

    async def wait_for_reply(self, thread: str, *words: str) -> str:
        """Wait for the bot to say something in a thread or channel (by id), and return that message's id."""
        return str((await self.discord.reply(thread, *words, within=PATIENCE))["id"])

    def has_replied(self, thread: str, words: str) -> bool:
        """Tell whether the bot has said something in a thread."""
        return any(words in self.discord.text(reply) for reply in self.discord.replies(thread))

    async def wait_until_shown(self, message: str, *words: str) -> Json:
        """Wait until a message of the bot, which may be changed, has these words."""

        def look() -> Json | None:
            shown = self.discord.message(message)
            return shown if all(word in self.discord.text(shown) for word in words) else None

        return await eventually(look)

    async def private_answer(self, used: Interaction) -> str:
        """Wait for a private reply."""
        answer = await self.discord.ui.answer(used, PATIENCE)
        assert used.ephemeral
        return answer

    async def press(self, message: str, words: str, user: str) -> str:
        """Press a button and return the private reply."""
        return await self.private_answer(await self.discord.ui.press(message, words, user))

    async def unlink(self) -> str:
        """Part from the other side as the manager, and return what's said then."""
        asking = await self.discord.ui.slash("unlink", self.manager, "general")
        assert await self.private_answer(asking) == sentence("unlink_sure")
        return await self.discord.ui.confirm(asking.responses[0]["id"], sentence("home_unlink"), self.manager)

    async def fill_in(
        self, opening: Interaction, photos: Mapping[str, bytes] | None = None, **values: str | list[str]
    ) -> str:
        """Fill in the modal that opens, and return the private reply."""
        await self.discord.ui.opened(opening, PATIENCE)
        return await self.private_answer(await self.discord.ui.submit(opening, photos, **values))

    async def set_up(self, button: str, **values: str | list[str]) -> str:
        """Change the settings as the manager, and return how the panel looks then."""
        used = await self.discord.ui.slash("setup", self.manager, "general")
        await self.private_answer(used)
        panel = used.responses[-1]["id"]
        pressed = await self.discord.ui.press(panel, button, self.manager)
        await self.discord.ui.opened(pressed, PATIENCE)
        before = self.discord.message(panel)["edited_timestamp"]
        submitted = await self.discord.ui.submit(pressed, None, **values)
        await eventually(lambda: submitted.answer or self.discord.message(panel)["edited_timestamp"] != before)
        return submitted.answer or self.discord.text(self.discord.message(panel))


@asynccontextmanager
async def discord_world(database_url: str, redis_url: str, **settings: Any) -> AsyncIterator[DiscordWorld]:
    """Open a guild, with a worker and the bot at work in it."""
    async with (
        guild() as world,
        at_work(world, database_url, redis_url),
        online(world, database_url, redis_url, **settings),
    ):
        yield world


@asynccontextmanager
async def guild(**double: Any) -> AsyncIterator[DiscordWorld]:
    """Open a guild without anything at work."""
    async with DiscordDouble(**{"answer_within": PATIENCE, **double}) as discord:
        manager = discord.admin.join("Max")
        discord.members[manager]["roles"].append(discord.add_role("managers", MANAGE_GUILD | MANAGE_MESSAGES))
        people = discord.admin.join("Ada"), discord.admin.join("Ben"), discord.admin.join("Mo", moderator=True)
        yield DiscordWorld(discord, *people, manager)


@asynccontextmanager
async def at_work(world: DiscordWorld, database_url: str, redis_url: str) -> AsyncIterator[None]:
    """Run a worker that may fetch the guild's photos."""
    async with working(database_url, redis_url, http_hosts=frozenset({world.discord.file_host})):
        yield


@asynccontextmanager
async def online(world: DiscordWorld, database_url: str, redis_url: str, **settings: Any) -> AsyncIterator[None]:
    """Run the bot."""
    discord = world.discord
    adapter = DiscordConfig(
        token=TOKEN, api_base=discord.api_base, gateway=discord.gateway_url, guilds_wait=0.05, **settings
    )
    servers = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    config = BotConfig(connections=servers, adapter=adapter, lease_seconds=5)
    ready = asyncio.Event()
    async with background(run(config, ready.set), ready):
        yield
