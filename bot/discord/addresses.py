"""Points discord.py at other addresses, which it takes only as class attributes."""

from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.discord.config import DiscordConfig


@contextmanager
def addresses(config: DiscordConfig) -> Iterator[None]:
    """Point discord.py at the configured addresses within the context."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    try:
        if config.api_base:
            Route.BASE = config.api_base
        if config.gateway:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway)
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
