"""A guild in which the bot is only there for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from structlog.testing import capture_logs

from bot.discord.app import running
from db.store import Store
from reunite.handlers import Handlers
from tests.doubles.discord import DiscordDouble
from tests.support.discord_adapter import World, config
from tests.support.queues import NoQueue
from tests.support.waiting import eventually


@asynccontextmanager
async def guild(database_url: str) -> AsyncIterator[tuple[DiscordDouble, Store]]:
    async with DiscordDouble() as discord, Store(database_url) as store:
        yield discord, store


@asynccontextmanager
async def online(discord: DiscordDouble, store: Store, **settings: Any) -> AsyncIterator[World]:
    """Have the bot there for a while."""
    settings = {"pause_after_trouble": 0.2, **settings}
    async with running(Handlers(store, NoQueue()), store, replace(config(discord), **settings)) as platform:
        yield World(discord, store, platform)


@asynccontextmanager
async def caught_up(discord: DiscordDouble, store: Store, **settings: Any) -> AsyncIterator[World]:
    """Have the bot there for a while, from when it has looked at what it missed."""
    with capture_logs() as logged:
        async with online(discord, store, **settings) as world:
            await eventually(lambda: any(line["event"] == "discord_reconciled" for line in logged))
            yield world
