"""Where nobody answers: a login that ends with a sentence, and attempts to connect that never get too far apart."""

import asyncio
from unittest.mock import MagicMock

import discord
import pytest

from bot.discord.client import ReuniteClient, log_in
from bot.discord.config import DiscordConfig
from bot.discord.internals import addresses
from bot.errors import SetupError
from tests.doubles.discord import TOKEN


async def test_a_discord_that_takes_a_login_and_says_nothing_is_explained_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.discord.client._LOG_IN_SECONDS", 0.5)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        silent = DiscordConfig(token=TOKEN, api_base=address, gateway="ws://127.0.0.1:1")
        with addresses(silent):
            async with ReuniteClient(silent) as client:
                with pytest.raises(SetupError, match=r"can't be reached \(no answer\)"):
                    await log_in(client, TOKEN)


def test_after_a_long_outage_the_next_attempt_is_at_most_minutes_away() -> None:
    with addresses(DiscordConfig(token=TOKEN)):
        pauses = discord.shard.Shard(MagicMock(), MagicMock(), MagicMock())._backoff
    assert 128 < max(pauses.delay() for _ in range(1000)) <= 256
