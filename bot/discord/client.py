"""discord.py's client, and the errors that end its connection for good."""

import asyncio
import logging
from functools import partial
from math import ceil
from typing import Final

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.discord import internals
from bot.discord.command_tree import Translator
from bot.discord.config import DiscordConfig
from bot.discord.errors import FAILURES, check_code
from bot.discord.request_pace import RequestPace
from bot.errors import SetupError
from reunite.certificates import certificate_problem
from reunite.language import shortened

_LONGEST_PAUSE_SECONDS: Final = 30.0
"""Seconds that discord.py may wait out a rate limit by itself (its minimum); longer ones raise RateLimited."""
_LOG_IN_SECONDS: Final = 120.0
"""Seconds until a login is given up, as its first request may wait for five minutes."""
_HOUR: Final = 3600.0
_MAX_REASON: Final = 300
"""Characters of Discord's reason in the log: it may be a whole page."""
_CONNECTING: Final = (*FAILURES, discord.GatewayNotFound, discord.ConnectionClosed)
"""What an attempt to connect may raise."""
_AUTHENTICATION_FAILED: Final = 4004
"""The gateway's code for a token that is no longer valid."""
_TOO_MANY_STARTS: Final = (
    "The bot has connected to Discord as often as Discord allows in a day: find out why it restarts so often, and start"
    " it again in {minutes} minutes."
)
_REJECTED: Final = "Discord rejected the bot's token. Copy it again into REUNITE_DISCORD_TOKEN."

_log = structlog.get_logger(__name__)


class ReuniteClient(discord.AutoShardedClient):
    """A client without a cache of members or messages. `commands` is set before it logs in."""

    commands: app_commands.CommandTree["ReuniteClient"]

    def __init__(self, config: DiscordConfig) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot doesn't use voice
        intents = discord.Intents.none()
        intents.guilds = intents.messages = intents.guild_reactions = True
        intents.message_content = config.message_content
        logging.getLogger("discord.shard").addFilter(_in_a_line)
        trace = _trace()
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=_LONGEST_PAUSE_SECONDS,
            guild_ready_timeout=config.guilds_wait,
            http_trace=trace,
        )
        trace.on_request_start.append(partial(internals.name_itself, self.http.user_agent))
        self._login_limit = asyncio.timeout(None)
        self._commands_due_in: float | None = None
        """Seconds until Discord takes our commands, if it has put them off."""
        internals.forget_guilds_left(self._connection)
        internals.survive_the_unreadable(self._connection)

    async def login(self, token: str) -> None:
        async with asyncio.timeout(_LOG_IN_SECONDS) as self._login_limit:
            await super().login(token)

    async def setup_hook(self) -> None:
        """Register our commands in every language; doing so again changes nothing. Raises SetupError."""
        self._login_limit.reschedule(None)  # these requests have limits of their own, and may wait out a rate limit
        # With the number of shards known, the library uses the configured address.
        self.shard_count, _, starts = await self.http.get_bot_gateway()
        if starts["remaining"] < self.shard_count:  # one more, and Discord would replace the token
            raise SetupError(_TOO_MANY_STARTS.format(minutes=ceil(starts["reset_after"] / 60_000)))
        await self.commands.set_translator(Translator())
        await self._register_commands(_LONGEST_PAUSE_SECONDS)

    async def _register_commands(self, pause: float) -> None:
        """Register the commands. If Discord refuses them, those of an earlier start still work, and so do posts."""
        try:
            await self.commands.sync()
            self._commands_due_in = None
        except FAILURES as error:
            self._commands_due_in = getattr(error, "retry_after", pause)
            seconds = round(self._commands_due_in)
            _log.warning("discord_commands_put_off", seconds=seconds, reason=shortened(str(error), _MAX_REASON))

    async def register_commands_late(self) -> None:
        """Register the commands that Discord hasn't taken, as soon as it does."""
        pause = _LONGEST_PAUSE_SECONDS
        while self._commands_due_in is not None:
            await asyncio.sleep(self._commands_due_in)
            pause = min(2 * pause, _HOUR)
            await self._register_commands(pause)


def _in_a_line(record: logging.LogRecord) -> bool:
    """Log a connection that failed in a line; discord.py logs a traceback with each attempt."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, _CONNECTING):
        return True
    reason = certificate_problem(error) or shortened(str(error) or type(error).__name__, _MAX_REASON)
    _log.warning("discord_connection_delayed", reason=reason)
    return False


def _trace() -> aiohttp.TraceConfig:
    """Return what runs before every request, and checks its answer."""
    trace = RequestPace().trace()
    trace.on_request_start.append(internals.limit_time)
    trace.on_request_end.append(check_code)
    return trace


async def log_in(client: discord.Client, token: str) -> None:
    """Log in. Raises SetupError."""
    try:
        await client.login(token)
    except discord.LoginFailure as error:
        raise SetupError(_REJECTED) from error
    except discord.RateLimited as error:
        raise SetupError(_put_off(error)) from error
    except discord.HTTPException as error:  # its text may be a whole page about an outage
        raise SetupError(f"Discord can't be reached (it answers {error.status}): try again later.") from error
    except (discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
        reason = certificate_problem(error) or str(error) or "no answer"
        raise SetupError(f"Discord can't be reached ({reason}): try again later.") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise SetupError(not_from_discord(error)) from error


def not_from_discord(error: Exception) -> str:
    """Say that discord.py can't read the answers to its first requests, which a proxy may have given."""
    answered = f"{type(error).__name__}: {error}"
    return f"The answers from Discord's address aren't Discord's ({answered}). A proxy may be answering."


async def stay_connected(client: discord.Client) -> None:
    """Keep the connection open; it reconnects automatically. Raises SetupError if Discord closes it permanently."""
    try:
        await client.connect()
    except discord.PrivilegedIntentsRequired as error:
        raise SetupError(
            "The bot may not read messages: turn on 'Message Content Intent' at https://discord.com/developers"
            " (your application, Bot), or set REUNITE_DISCORD_MESSAGE_CONTENT=false to use only commands and menus."
        ) from error
    except discord.ConnectionClosed as error:
        if error.code == _AUTHENTICATION_FAILED:
            raise SetupError(_REJECTED) from error
        raise SetupError(f"Discord has closed the connection for good (code {error.code}).") from error
    except discord.RateLimited as error:
        raise SetupError(_put_off(error)) from error


def _put_off(error: discord.RateLimited) -> str:
    return f"Discord refuses the bot's requests for {error.retry_after / 60:.0f} minutes: try again after that."
