"""Sets what discord.py has no settings for: other addresses, and how long it pauses before it connects again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

import discord
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.discord.config import DiscordConfig

_LONGEST_DOUBLING: Final = 8
"""After so many failures, pauses between attempts to connect grow no longer: up to 256 s.

discord.py's own grow to 17 minutes, after which people would still wait once the network is back. Shorter ones could
use up the 1,000 starts that Discord allows in a day.
"""


class _Backoff(ExponentialBackoff[Literal[False]]):
    """discord.py's growing pauses, with a limit."""

    def __init__(self) -> None:
        super().__init__()
        self._max = _LONGEST_DOUBLING


@contextmanager
def addresses(config: DiscordConfig) -> Iterator[None]:
    """Point discord.py at the configured addresses within the context, and limit its pauses."""
    shard = vars(discord.shard)
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, shard["ExponentialBackoff"]
    try:
        shard["ExponentialBackoff"] = _Backoff
        if config.api_base:
            Route.BASE = config.api_base
        if config.gateway:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway)
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, shard["ExponentialBackoff"] = before
