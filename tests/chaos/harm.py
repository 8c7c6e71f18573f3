"""What goes wrong in a run: kills, an emptied Redis, locks, a full disk, a platform in trouble."""

import asyncio
import random
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import psutil
import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from embedded import Urls
from tests.chaos.children import Children
from tests.chaos.folders import full
from tests.chaos.people import People

_KILLED: Final = ("worker", "bot", "worker", "bot", "postgres", "redis")
_BETWEEN: Final = 1.5
"""The most seconds between what goes wrong in a round and each further kill."""
_FULL_SECONDS, _LOG_TOO = 2.0, 0.5


@dataclass
class Harm:
    """All that may go wrong, and how often it did."""

    people: People
    children: Children
    servers: Urls
    home: Path
    chance: random.Random
    did: Counter[str]
    has_small_disk: bool = False
    """Whether the servers' disk can be filled."""
    kills: int = 0
    """How many processes are killed in each round, on top of its other harm."""
    only: Sequence[str] = ()
    """All that goes wrong, if it isn't everything."""

    async def strike(self) -> None:
        """Let one thing go wrong, and kill more if more is to be killed."""
        names = self.only or [*self._harms(), "worker", "bot", "bot"]  # what is killed most is what has most to lose
        await self._do(self.chance.choice(names))
        for _ in range(self.kills):
            await asyncio.sleep(self.chance.uniform(0, _BETWEEN))
            await self._do(self.chance.choice(_KILLED))

    async def flush(self) -> None:
        """Empty Redis."""
        with suppress(RedisError, OSError):
            async with Redis.from_url(self.servers.redis_url) as redis:
                await redis.flushall()

    def _harms(self) -> dict[str, Callable[[], Awaitable[None]]]:
        harms: dict[str, Callable[[], Awaitable[None]]] = {
            "worker": partial(self.children.kill, "worker"),
            "bot": partial(self.children.kill, self.people.side.role),
            "postgres": partial(self._kill_server, "postgres"),
            "postgres shuts down": self._shut_down,
            "redis": partial(self._kill_server, "redis-server"),
            "flushall": self.flush,
            "redis refuses writes": self._refuse_writes,
            "lock": self._lock,
            "platform": self._trouble,
        }
        return harms | ({"full disk": self._fill_disk} if self.has_small_disk else {})

    async def _do(self, name: str) -> None:
        self.did[name] += 1
        sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {self.did.total()} {name}\n")
        await self._harms()[name]()

    async def _shut_down(self) -> None:
        """Shut PostgreSQL down as an administrator does: it ends all connections cleanly, or as after a crash."""
        fast, immediate = signal.SIGINT, signal.SIGQUIT
        await self._kill_server("postgres", self.chance.choice((fast, immediate)))

    async def _kill_server(self, program: str, by: signal.Signals = signal.SIGKILL) -> None:
        """Kill all processes of a server of ours; its keeper starts it again."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                line = " ".join(process.cmdline())
                if str(self.home.resolve()) in line and program in line and "keeper" not in line:
                    process.send_signal(by)

    async def _refuse_writes(self) -> None:
        with suppress(RedisError, OSError):
            async with Redis.from_url(self.servers.redis_url) as redis:
                await redis.config_set("maxmemory", 1)
                await asyncio.sleep(1)
                await redis.config_set("maxmemory", 0)

    async def _lock(self) -> None:
        with suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(self.servers.owner_database_url) as connection:
                await connection.execute("SET lock_timeout = '2s'")
                await connection.execute("LOCK TABLE report, outbox IN ACCESS EXCLUSIVE MODE")
                await asyncio.sleep(1)

    async def _fill_disk(self) -> None:
        """Leave no room for tables, and as often as not none for the write-ahead log."""
        with full(self.home):
            if self.chance.random() < _LOG_TOO:
                with suppress(psycopg.Error):
                    async with await psycopg.AsyncConnection.connect(self.servers.owner_database_url) as connection:
                        await connection.execute("SELECT pg_switch_wal()")
            await self.people.act()
            await asyncio.sleep(_FULL_SECONDS)

    async def _trouble(self) -> None:
        self.did[f"platform: {await self.people.side.trouble(self.chance)}"] += 1
