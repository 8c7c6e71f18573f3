"""`reunite doctor` for Discord: the token, the intent and the permissions. Doesn't connect to the gateway."""

import logging
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import discord

from bot.discord.client import not_from_discord
from bot.discord.config import DiscordConfig
from bot.discord.internals import addresses
from bot.discord.permissions import NEEDED, invitation
from bot.doctor import UNREACHABLE, Finding, whole_cause
from db.config import Connections

_MAX_GUILDS: Final = 200  # Discord's page


async def check(config: DiscordConfig, connections: Connections) -> AsyncIterator[Finding]:  # noqa: ARG001 - all adapters' signature
    """Check the token, the intent and the permissions in each guild, and give the invitation."""
    logging.getLogger("discord").setLevel(logging.ERROR)  # it warns of intents and voice, which nothing here needs
    with addresses(config):
        async with discord.Client(intents=discord.Intents.none()) as client:
            try:
                await client.login(config.token or "")
            except discord.LoginFailure:
                remedy = "Copy the token again (your application, Bot, Reset Token) into REUNITE_DISCORD_TOKEN."
                yield Finding("Discord", ok=False, found="Discord rejected the token", remedy=remedy)
                return
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                found = f"can't be reached: {whole_cause(error)}"
                yield Finding("Discord", ok=False, found=found, remedy=UNREACHABLE)
                return
            except (AttributeError, KeyError, TypeError) as error:
                yield Finding("Discord", ok=False, found=not_from_discord(error), remedy=UNREACHABLE)
                return
            yield Finding("Discord", ok=True, found=f"logged in as {client.user}")
            yield _intent(client, config)
            invite = invitation(client.application_id or 0)
            for guild in await client.http.get_guilds(_MAX_GUILDS):
                yield _permissions(guild["name"], discord.Permissions(int(guild["permissions"])), invite)
            yield Finding("its invitation", ok=None, found=invite)


def _intent(client: discord.Client, config: DiscordConfig) -> Finding:
    what = "its Message Content Intent"
    if not config.message_content:
        return Finding(what, ok=None, found="not requested: commands and message menus only")
    flags = client.application_flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return Finding(what, ok=True, found="on")
    remedy = (
        "Turn it on at https://discord.com/developers (your application, Bot), or set"
        " REUNITE_DISCORD_MESSAGE_CONTENT=false to use only commands and menus."
    )
    return Finding(what, ok=False, found="off", remedy=remedy)


def _permissions(guild: str, granted: discord.Permissions, invite: str) -> Finding:
    what = f"its permissions in {guild}"
    lacking = [name for name, needed in NEEDED if needed and not getattr(granted, name)]
    if not lacking or granted.administrator:
        return Finding(what, ok=True, found="complete")
    remedy = f"Open {invite} as someone who may manage that server, and add the bot again."
    return Finding(what, ok=False, found=f"lacks {', '.join(lacking)}", remedy=remedy)
