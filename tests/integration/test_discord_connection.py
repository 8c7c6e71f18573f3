"""Connecting to Discord, over real sockets, against the double."""

from dataclasses import replace

import pytest

from bot.discord.app import running
from bot.discord.config import DiscordSetupError
from db.store import Store
from reunite.handlers import Handlers
from tests.doubles.discord import DiscordDouble
from tests.doubles.discord_town import NoQueue, config, town


async def test_a_wrong_token_is_said_in_one_sentence(database_url: str) -> None:
    async with DiscordDouble() as discord, Store(database_url) as store:
        with pytest.raises(DiscordSetupError, match="REUNITE_DISCORD_TOKEN"):
            async with running(Handlers(store, NoQueue()), config(discord, token="wrong")):
                pass


async def test_a_discord_that_is_away_is_said_in_one_sentence(database_url: str) -> None:
    async with DiscordDouble() as discord, Store(database_url) as store:
        away = replace(config(discord), api_base="http://127.0.0.1:1")
        with pytest.raises(DiscordSetupError, match="can't be reached"):
            async with running(Handlers(store, NoQueue()), away):
                pass


async def test_a_missing_intent_is_said_in_one_sentence(database_url: str) -> None:
    async with DiscordDouble() as discord, Store(database_url) as store:
        discord.gateway.allows_message_content = False
        with pytest.raises(DiscordSetupError, match="Message Content Intent"):
            async with running(Handlers(store, NoQueue()), config(discord)):
                pass


async def test_discord_is_asked_for_no_more_than_is_needed(database_url: str) -> None:
    async with town(database_url) as here:
        assert here.discord.gateway.intents == 1 | 1 << 9 | 1 << 10 | 1 << 15
        assert {command["name"] for command in here.discord.commands} == {
            "lost", "found", "sealed", "mine", "privacy", "stats", "setup", "link", "unlink",
            "Found this", "I lost this",
        }  # fmt: skip
