"""Whether Discord lets the bot in, and how: for `reunite doctor`. Connects to no gateway."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import discord

from bot.discord.addresses import addresses
from bot.discord.config import DiscordConfig
from bot.discord.permissions import NEEDED, invitation

_MOST_GUILDS = 200  # Discord's page


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `ok` is None for what is only worth knowing."""

    what: str
    ok: bool | None
    found: str
    remedy: str = ""


async def check_up(config: DiscordConfig) -> AsyncIterator[Check]:
    """Look at the token, the intents and the permissions in each guild, and give the invitation."""
    with addresses(config):
        async with discord.Client(intents=discord.Intents.none()) as client:
            try:
                await client.login(config.token)
            except discord.LoginFailure:
                remedy = "Copy the token again (your application, Bot, Reset Token) into REUNITE_DISCORD_TOKEN."
                yield Check("Discord", ok=False, found="Discord rejected the token", remedy=remedy)
                return
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                yield Check("Discord", ok=False, found=f"can't be reached: {error}", remedy="Try again later.")
                return
            yield Check("Discord", ok=True, found=f"logged in as {client.user}")
            yield _intent(client, config)
            invite = invitation(client.application_id or 0)
            for guild in await client.http.get_guilds(_MOST_GUILDS):
                yield _permissions(guild["name"], discord.Permissions(int(guild["permissions"])), invite)
            yield Check("its invitation", ok=None, found=invite)


def _intent(client: discord.Client, config: DiscordConfig) -> Check:
    what = "its Message Content Intent"
    if not config.message_content:
        return Check(what, ok=None, found="off: commands and message menus only")
    flags = client.application_flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return Check(what, ok=True, found="on")
    remedy = (
        "Turn it on at https://discord.com/developers (your application, Bot), or set"
        " REUNITE_DISCORD_MESSAGE_CONTENT=false to work with commands and menus only."
    )
    return Check(what, ok=False, found="off", remedy=remedy)


def _permissions(guild: str, has: discord.Permissions, invite: str) -> Check:
    lacks = [name for name, needed in NEEDED if needed and not getattr(has, name)]
    if not lacks or has.administrator:
        return Check(f"its permissions in {guild}", ok=True, found="has everything it needs")
    return Check(
        f"its permissions in {guild}",
        ok=False,
        found=f"lacks {', '.join(lacks)}",
        remedy=f"Open {invite} as someone who can manage that server, and add the bot again.",
    )
