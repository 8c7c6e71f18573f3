"""What `reunite doctor` says of Discord, asked as an operator asks it."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.discord import BOT_ID, TOKEN, DiscordDouble
from tests.doubles.discord_shapes import BOT_MAY, CREATE_THREADS
from tests.support.waiting import PATIENCE


@pytest.fixture
def surroundings(database_url: str, owner_database_url: str, redis_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "REUNITE_DATABASE_URL": database_url,
        "REUNITE_OWNER_DATABASE_URL": owner_database_url,
        "REUNITE_REDIS_URL": redis_url,
    }


async def doctor(surroundings: Mapping[str, str], discord: DiscordDouble, **settings: str) -> dict[str, dict[str, Any]]:
    """Run the command, and return its findings by what they are about."""
    environment = {
        **surroundings,
        "REUNITE_DISCORD_TOKEN": TOKEN,
        "REUNITE_DISCORD_API_BASE": discord.api_base,
        **settings,
    }
    reunite = Path(sys.executable).with_name("reunite")
    asked = await asyncio.create_subprocess_exec(reunite, "doctor", "--json", env=environment, stdout=PIPE, stderr=PIPE)
    said, _ = await asyncio.wait_for(asked.communicate(), PATIENCE)
    assert TOKEN.encode() not in said
    return {each["what"]: each for each in json.loads(said)}


async def test_a_bot_that_is_well_set_up(surroundings: dict[str, str]) -> None:
    async with DiscordDouble() as discord:
        found = await doctor(surroundings, discord)
    assert found["Discord"]["found"].startswith("logged in as reunite")
    assert found["its Message Content Intent"]["ok"]
    assert found["its permissions in The library"]["ok"]
    invitation = found["its invitation"]["found"]
    assert f"client_id={BOT_ID}" in invitation
    assert f"permissions={BOT_MAY}" in invitation
    assert "scope=bot+applications.commands" in invitation


async def test_what_is_missing_is_named_with_its_remedy(surroundings: dict[str, str]) -> None:
    async with DiscordDouble() as discord:
        discord.gateway.allows_message_content = False
        discord.roles[discord.bot_role]["permissions"] = str(BOT_MAY & ~CREATE_THREADS)
        found = await doctor(surroundings, discord)
        without = await doctor(surroundings, discord, REUNITE_DISCORD_MESSAGE_CONTENT="false")
    assert "REUNITE_DISCORD_MESSAGE_CONTENT=false" in found["its Message Content Intent"]["remedy"]
    assert found["its permissions in The library"]["found"] == "lacks create_public_threads"
    assert "let it in again" in found["its permissions in The library"]["remedy"]
    assert without["its Message Content Intent"]["ok"] is None


async def test_a_refused_token(surroundings: dict[str, str]) -> None:
    async with DiscordDouble() as discord:
        found = await doctor(surroundings, discord, REUNITE_DISCORD_TOKEN="wrong")
    assert found["Discord"]["ok"] is False
    assert "REUNITE_DISCORD_TOKEN" in found["Discord"]["remedy"]
