"""A workspace with bot and worker as they are, the unmodified Slack client, and the double as Slack."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.app import BotConfig, run
from db.config import Connections
from db.store import Store
from reunite.handlers import Handlers
from tests.doubles.slack import SlackDouble, shown
from tests.doubles.slack_api import BOT_TOKEN
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.queues import NoQueue
from tests.support.services import background, working
from tests.support.slack_adapter import config, no_proxy, note_greeting
from tests.support.waiting import PATIENCE, eventually


@dataclass
class SlackWorld:
    """A workspace with the bot in it. Ada loses things, Ben finds them, Mo moderates."""

    slack: SlackDouble
    found: str
    lost: str
    mods: str
    ada: str
    ben: str
    moderator: str

    async def reply(self, channel: str, root: str, words: str) -> dict[str, Any]:
        """Wait for a reply in a thread."""
        return await self.slack.wait_for_reply(channel, root, words)

    def post_found(self, colour: str, words: str = "") -> str:
        """Let Ben post a photo in #found; return the post."""
        return self.slack.post_photo(self.found, self.ben, drawing(colour), words)

    async def report_lost(self, words: str) -> str:
        """Use `/lost` as Ada, and return the post that the bot made of it."""
        before = len(self.slack.messages[self.lost])
        used = await self.slack.slash("lost", words, self.ada, self.found)
        await eventually(lambda: used.answers)
        assert f"<#{self.lost}>" in used.answers[0]["text"]
        post = await eventually(lambda: self.slack.messages[self.lost][before:])
        assert "is looking for" in shown(post[0])
        return str(post[0]["ts"])

    async def card(self, lost: str) -> dict[str, Any]:
        """Wait for a match in a lost report's thread."""
        return await self.reply(self.lost, lost, "This could be yours.")

    async def set_up(self, **chosen: Any) -> None:
        """Let the moderator fill in the setup."""
        home = await self.slack.ui.open_home(self.moderator)
        await self.slack.ui.press_in(home, "Setup", self.moderator)
        modal = await self.slack.ui.modal(self.moderator, "Setup")
        await self.slack.ui.submit(modal, self.moderator, **chosen)
        await self.slack.ui.modal(self.moderator, "Saved.")


def worker_config(slack: SlackDouble, **more: Any) -> dict[str, Any]:
    """Return the settings of a worker that fetches photos from the double."""
    host = frozenset({urlsplit(slack.origin).netloc})
    return {"slack_token": BOT_TOKEN, "slack_hosts": host, "http_hosts": host, **more}


@asynccontextmanager
async def bot_on(slack: SlackDouble, database_url: str, redis_url: str, **more: Any) -> AsyncIterator[None]:
    """Run the bot as `reunite bot slack` does."""
    adapter, ready = config(slack, **more), asyncio.Event()
    servers = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    settings = BotConfig(connections=servers, adapter=adapter, lease_seconds=5)
    async with background(run(settings, ready.set), ready):
        yield


def people_of(slack: SlackDouble) -> SlackWorld:
    """Open three channels and let three people in."""
    slack.triggers_live = PATIENCE
    found, lost, mods = (slack.admin.add_channel(name) for name in ("found", "lost", "mods"))
    people = slack.admin.add_member("Ada"), slack.admin.add_member("Ben"), slack.admin.add_member("Mo", admin=True)
    return SlackWorld(slack, found, lost, mods, *people)


@asynccontextmanager
async def slack_world(
    database_url: str, redis_url: str, *, works: bool = True, **of_worker: Any
) -> AsyncIterator[SlackWorld]:
    """Run bot and worker in a workspace; without `works` the worker is the test's own."""
    async with AsyncExitStack() as stack:
        stack.enter_context(no_proxy())
        slack = await stack.enter_async_context(SlackDouble.running())
        world = people_of(slack)
        if works:
            settings = worker_config(slack, **of_worker)
            await stack.enter_async_context(working(database_url, redis_url, **settings))
        async with Store(database_url, keys=KEYS) as store:
            await note_greeting(Handlers(store, NoQueue()))
        await stack.enter_async_context(bot_on(slack, database_url, redis_url))
        yield world
