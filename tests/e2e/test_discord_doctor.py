"""What `reunite doctor` says of Discord, asked as an operator asks it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from typer.testing import CliRunner

from cli.main import app
from tests.doubles.discord import BOT_ID, TOKEN, DiscordDouble
from tests.doubles.discord_shapes import BOT_MAY, CREATE_THREADS


async def doctor(shell: Mapping[str, str], discord: DiscordDouble, **settings: str) -> dict[str, dict[str, Any]]:
    """Run the command, and return its findings by what they are about."""
    environment = {
        **shell,
        "REUNITE_DISCORD_TOKEN": TOKEN,
        "REUNITE_DISCORD_API_BASE": discord.api_base,
        **settings,
    }
    # In a thread, as the command runs a loop of its own.
    asked = await asyncio.to_thread(CliRunner().invoke, app, ["doctor", "--json"], env=environment)
    assert TOKEN not in asked.output
    return {finding["what"]: finding for finding in json.loads(asked.stdout)}


async def test_a_bot_that_is_well_set_up(environment: dict[str, str]) -> None:
    async with DiscordDouble() as discord:
        found = await doctor(environment, discord)
    assert found["Discord"]["found"].startswith("logged in as reunite")
    assert found["its Message Content Intent"]["ok"]
    assert found["its permissions in The library"]["ok"]
    invitation = found["its invitation"]["found"]
    assert f"client_id={BOT_ID}" in invitation
    assert f"permissions={BOT_MAY}" in invitation
    assert "scope=bot+applications.commands" in invitation


async def test_what_is_missing_is_named_with_its_remedy(environment: dict[str, str]) -> None:
    async with DiscordDouble() as discord:
        discord.gateway.allows_message_content = False
        discord.roles[discord.bot_role]["permissions"] = str(BOT_MAY & ~CREATE_THREADS)
        found = await doctor(environment, discord)
        without = await doctor(environment, discord, REUNITE_DISCORD_MESSAGE_CONTENT="false")
    assert "REUNITE_DISCORD_MESSAGE_CONTENT=false" in found["its Message Content Intent"]["remedy"]
    assert found["its permissions in The library"]["found"] == "lacks create_public_threads"
    assert "add the bot again" in found["its permissions in The library"]["remedy"]
    assert without["its Message Content Intent"]["ok"] is None


async def test_a_refused_token_is_reported_with_its_remedy(environment: dict[str, str]) -> None:
    async with DiscordDouble() as discord:
        found = await doctor(environment, discord, REUNITE_DISCORD_TOKEN="wrong")
    assert found["Discord"]["ok"] is False
    assert "REUNITE_DISCORD_TOKEN" in found["Discord"]["remedy"]
