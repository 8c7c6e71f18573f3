"""Changes discord.py inside, where it has no settings: all that a new version may break. It's tested with 2.7.1."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal

import aiohttp
import discord
import structlog
import yarl
from discord import RateLimited
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Ratelimit, Route
from discord.shard import Shard
from discord.utils import SnowflakeList

from bot.discord.config import DiscordConfig
from bot.discord.reconnecting import PatientShard, Websocket

_LONGEST_DOUBLING: Final = 8
"""After this many failures, the pauses between attempts to connect stop growing, at 256 s.

discord.py's own grow to 17 minutes, after which people would still wait once the network is back. Shorter ones could
use up the 1,000 starts that Discord allows in a day.
"""
_REQUEST_SECONDS: Final = 30.0
"""Seconds until a request that was sent and isn't answered is given up: its channel's other reactions wait for it."""
_SESSION: Final = {"READY", "RESUMED"}
"""The events without which a connection is of no use."""
_POSTS: Final = {"MESSAGE_CREATE", "MESSAGE_UPDATE"}
_DISPENSABLE: Final = frozenset(
    {"poll", "embeds", "components", "sticker_items", "interaction", "interaction_metadata", "referenced_message"}
)
"""Parts of a message that no report is read from."""

_log = structlog.get_logger(__name__)


class _Backoff(ExponentialBackoff[Literal[False]]):
    """discord.py's growing pauses, with a limit."""

    def __init__(self) -> None:
        super().__init__()
        self._max = _LONGEST_DOUBLING


class _Ratelimit(Ratelimit):
    """discord.py's rate limit of a route, of which all requests may be used, and no more.

    If a window is longer than `max_ratelimit_timeout`, discord.py refuses its second request already (the window for
    opening threads takes minutes, and each channel would get one thread in it), and takes it for over after a refusal.
    """

    def _is_long(self) -> bool:
        return self.expires is not None and self.expires - self._loop.time() > (self._max_ratelimit_timeout or math.inf)

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        limit, remaining = self.limit, self.remaining
        super().update(response, use_clock=use_clock)
        if self._is_long() and self.limit == limit:  # Discord hasn't counted the requests that are on their way
            self.remaining = min(self.remaining, remaining)

    async def acquire(self) -> None:
        if self.is_expired():
            self.reset()  # type: ignore[no-untyped-call]
        if self.remaining <= 0:
            await super().acquire()
            return
        self._last_request = self._loop.time()
        self.remaining -= 1
        self.outgoing += 1

    async def _refresh(self) -> None:
        """Let those who wait go on: as many as may, or all with an error if the window is still long."""
        if not self._is_long():
            self.reset_after = max(self.expires - self._loop.time(), 0.0) if self.expires else 0.0
            await super()._refresh()
        else:
            self._wake(len(self._pending_requests), exception=RateLimited(self.reset_after))

    def _wake(self, count: int = 1, *, exception: RateLimited | None = None) -> None:
        super()._wake(count, exception=exception if self.remaining <= 0 else None)


@contextmanager
def addresses(config: DiscordConfig) -> Iterator[None]:
    """Point discord.py at the configured addresses within the context, limit its pauses, and change its rate limits."""
    shard, http = vars(discord.shard), vars(discord.http)
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, shard["ExponentialBackoff"]
    try:
        shard["ExponentialBackoff"], shard["DiscordWebSocket"], http["Ratelimit"] = _Backoff, Websocket, _Ratelimit
        shard["Shard"] = PatientShard
        if config.api_base:
            Route.BASE = config.api_base
        if config.gateway:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway)
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, shard["ExponentialBackoff"] = before
        shard["DiscordWebSocket"], http["Ratelimit"], shard["Shard"] = DiscordWebSocket, Ratelimit, Shard


def forget_role(role: discord.Role) -> None:
    """Take a deleted role from the bot: until Discord tells of that, discord.py applies the role's overwrites."""
    me = role.guild.me
    setattr(me, "_roles", SnowflakeList(known.id for known in me.roles if not known.is_default()))  # noqa: B010 - private


def forget_guilds_left(connection: Any) -> None:
    """Let a client forget, in a new session, the guilds that have removed the bot since the last one.

    Otherwise it would call there, and keep what is stored about them, until its next start.
    """
    ready: Callable[[Any], None] = connection.parsers["READY"]

    def parse(data: Any) -> None:
        shard, listed = data["shard"][0], {int(guild["id"]) for guild in data["guilds"]}
        for guild in [*connection.guilds]:
            if guild.shard_id == shard and guild.id not in listed:
                _log.info("discord_guild_left", guild=str(guild.id))
                connection._remove_guild(guild)  # noqa: SLF001 - there's no other way
        ready(data)

    connection.parsers["READY"] = parse


def survive_the_unreadable(connection: Any) -> None:
    """Let a client's connection go on when it can't read an event or a fetched message."""
    parsers = connection.parsers
    parsers |= {name: _surviving(name, parse) for name, parse in parsers.items() if name not in _SESSION}
    connection.create_message = _lenient(connection.create_message)


def _surviving(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a parser that only logs what discord.py can't read, without its words: otherwise the bot would end.

    A post is first tried again without the parts that can't be read.
    """

    def parsed_shortened(data: Any) -> bool:
        try:
            parse(_shortened(data))
        except Exception:  # noqa: BLE001 - the first error is logged
            return False
        _log.warning("discord_message_unreadable", message=data["id"], exc_info=True)
        return True

    def parse_or_log(data: Any) -> None:
        try:
            parse(_with_short_messages(data) if event == "INTERACTION_CREATE" else data)
        except Exception:  # noqa: BLE001 - see above
            if event not in _POSTS or not parsed_shortened(data):
                _log.exception("discord_event_unreadable", during=event)

    return parse_or_log


def _with_short_messages(interaction: Any) -> Any:
    """Return an interaction whose chosen messages lack all parts that no report is read from.

    discord.py reads them only later, and then nobody would get an answer.
    """
    data = interaction.get("data") or {}
    resolved = data.get("resolved") or {}
    short = {number: _shortened(message) for number, message in (resolved.get("messages") or {}).items()}
    return {**interaction, "data": {**data, "resolved": {**resolved, "messages": short}}} if short else interaction


def _lenient(create: Callable[..., discord.Message]) -> Callable[..., discord.Message]:
    """Return what reads a fetched message, without the parts that discord.py can't read: a whole page would fail."""

    def create_or_shorten(*, channel: Any, data: dict[str, Any]) -> discord.Message:
        try:
            return create(channel=channel, data=data)
        except Exception:  # noqa: BLE001 - see above
            message = create(channel=channel, data=_shortened(data))
            _log.warning("discord_message_unreadable", message=data["id"], exc_info=True)
            return message

    return create_or_shorten


def _shortened(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message and what it forwards without the parts that no report is read from."""
    kept = {key: part for key, part in message.items() if key not in _DISPENSABLE}
    if "message_snapshots" in kept:  # discord.py expects their embeds
        forwarded = [part.get("message") for part in kept["message_snapshots"] or () if part]
        kept["message_snapshots"] = [
            {"message": {**_shortened(message), "embeds": []}} for message in forwarded if message
        ]
    return kept


async def limit_time(session: aiohttp.ClientSession, _: object, __: object) -> None:
    """Limit how long the session's later requests wait, apart from their pace and the sending of photos.

    discord.py opens the session and has no setting for that, and aiohttp's can't be set later except through
    `vars`. The first request, when logging in, keeps aiohttp's own limit of five minutes.
    """
    limit = aiohttp.ClientTimeout(total=None, sock_connect=_REQUEST_SECONDS, sock_read=_REQUEST_SECONDS)
    vars(session)["_timeout"] = limit


async def name_itself(
    user_agent: str, _: aiohttp.ClientSession, __: object, params: aiohttp.TraceRequestStartParams
) -> None:
    """Send discord.py's name with every request.

    By itself, it sends aiohttp's with answers to interactions and with webhooks, which Discord may block.
    """
    params.headers.setdefault("User-Agent", user_agent)
