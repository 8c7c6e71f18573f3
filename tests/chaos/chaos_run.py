"""One run: what people do, what is killed in between, and what the checker finds when nothing is due any more."""

import asyncio
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from statistics import median
from typing import Any, Final

import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.keys import new_key
from db.migrate import migrate
from embedded import Urls
from tests.chaos.checker import faults
from tests.chaos.children import Children
from tests.chaos.harm import Harm
from tests.chaos.people import People
from tests.chaos.sides import Side
from tests.support.waiting import eventually

_CALM: Final = 180.0
"""Seconds after which a system that is not at rest and gets no further counts as stuck.

Slack accepts one message a second in a channel: after a run, the backlog may take longer.
"""
_PEACE, _PEACE_SECONDS = 3, 6.0
"""Every third round is followed by a quiet spell, so that there are answers to give verdicts on."""
_STARTED: Final = 60.0
_WHILE_STARTING: Final = 0.25
"""How long a round waits until the bot and the worker are ready, and how often one doesn't wait for that."""
_FLUSHED_WITHIN: Final = 0.5
"""Seconds after a post."""
_UNSETTLED: Final = """SELECT (SELECT count(*) FROM work WHERE state = 'due')
  + (SELECT count(*) FROM outbox WHERE state = 'queued') + (SELECT count(*) FROM report WHERE state = 'pending')"""


@dataclass
class ChaosRun:
    """Everything that runs, and everything that was done."""

    side: Side
    servers: Urls
    home: Path
    chance: random.Random
    has_small_disk: bool = False
    """Whether the servers' disk can be filled."""
    kills: int = 0
    """How many processes are killed in each round, on top of its other harm."""
    only: Sequence[str] = ()
    """All that goes wrong, if it isn't everything."""
    metrics_port: int | None = None
    """The port of the worker's metrics; the bot's is the next one."""
    did: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.people = People(self.side, self.chance)
        settings: dict[str, Any] = {
            "database": self.servers.database_url,
            "redis": self.servers.redis_url,
            "key": new_key(),
            "photos": self.side.photos,
            "adapter": self.side.adapter,
        }
        if self.metrics_port:
            settings["metrics"] = {"worker": self.metrics_port, "bot": self.metrics_port + 1}
        self.children = Children(self.home.parent, settings, self.did)
        self.harm = Harm(
            self.people,
            self.children,
            self.servers,
            self.home,
            self.chance,
            self.did,
            self.has_small_disk,
            self.kills,
            self.only,
        )

    async def run(self, rounds: int, minutes: float = inf) -> dict[str, Any]:
        """Do so many rounds of a kill and some posts, those that begin within some minutes; return the figures."""
        began, done = time.monotonic(), 0
        async with self._running():
            while done < rounds and time.monotonic() - began < minutes * 60:
                done += 1
                await self.people.act()
                if done % _PEACE == 0:
                    await self._peace()
                await self.harm.strike()
                await self.children.supervise()
                if self.chance.random() > _WHILE_STARTING:
                    await self.children.wait(_STARTED)
                await asyncio.sleep(self.chance.uniform(0, 2))
            await self._revive()
            await self._calm()
            await self._judge_cards(done // 3 + 1)
            found = faults(self.side, self.people)
            if found:
                await self._show_tasks()
        return {"rounds": done, "seconds": round(time.monotonic() - began), **self._figures(), "faults": found}

    async def flush(self, times: int) -> dict[str, Any]:
        """Empty Redis so often, each time with a post on its way; return after how many seconds each was answered."""
        seconds, found = [], []
        async with self._running():
            for number in range(times):
                post, began = await self.side.post("found", "green", f"green scarf {number}"), time.monotonic()
                await asyncio.sleep(self.chance.uniform(0, _FLUSHED_WITHIN))
                await self.harm.flush()
                try:
                    await eventually(lambda: self.side.thread("found", post), within=_CALM)  # noqa: B023 - used at once
                except TimeoutError:
                    found.append(f"post {number} was never answered")
                seconds.append(round(time.monotonic() - began, 1))
        return {"flushes": times, "median": median(seconds), "longest": max(seconds), "faults": found}

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        """Run a worker and a bot, until the context ends."""
        await migrate(self.servers.owner_database_url)
        try:
            for role in ("worker", self.side.role):
                await self.children.start(role)
            await self._settle_in()
            yield
        finally:
            await self.children.end()

    async def _peace(self) -> None:
        """Harm nothing for a while: on a busy machine the bot may take long to start."""
        with suppress(TimeoutError):
            await eventually(self._is_connected, within=_CALM)
        await asyncio.sleep(_PEACE_SECONDS)

    async def _is_connected(self) -> bool:
        await self.children.supervise()
        return self.side.is_connected()

    async def _judge_cards(self, rounds: int) -> None:
        """Let the moderator go through what is there now, while more is killed."""
        for _ in range(rounds):
            await self.people.moderate()
            await self.harm.strike()
            await self._peace()
        await self._revive()
        await self._calm()

    async def _settle_in(self) -> None:
        """Wait for a first answer: a bot that is new somewhere leaves what was posted before alone."""
        post = await self.side.post("found", "orange", "the first")
        await eventually(lambda: self.side.thread("found", post), within=_CALM)

    # The end

    async def _revive(self) -> None:
        """Let Redis take writes."""
        await eventually(self._writable, within=60)

    async def _writable(self) -> bool:
        with suppress(RedisError, OSError):
            async with Redis.from_url(self.servers.redis_url) as redis:
                await redis.config_set("maxmemory", 0)
                return True
        return False

    async def _calm(self) -> None:
        """Wait until nothing is due and the checker finds no fault, for as long as that gets any nearer."""
        least, since = sys.maxsize, time.monotonic()
        while time.monotonic() - since < _CALM:
            await asyncio.sleep(1)
            await self.children.supervise()
            unsettled = await self._unsettled()
            if unsettled == 0 and not faults(self.side, self.people):
                return
            if unsettled < least:
                least, since = unsettled, time.monotonic()

    async def _unsettled(self) -> int:
        """Return how much is due."""
        with suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(self.servers.owner_database_url) as connection:
                row = await (await connection.execute(_UNSETTLED)).fetchone()
                return int(row[0]) if row else sys.maxsize
        return sys.maxsize

    async def _show_tasks(self) -> None:
        """Let the processes write into their logs what they wait for."""
        self.children.signal(signal.SIGUSR1)
        await asyncio.sleep(1)

    def _figures(self) -> dict[str, Any]:
        posts = self.people.posts.values()
        return {
            "harm": dict(self.did),
            "posts": len(posts),
            "deleted": sum(posted.is_deleted for posted in posts),
            "commands": sum(is_taken() for is_taken in self.people.commands.values()),
            "verdicts": sum(posted.card is not None for posted in posts),
            "taken back": sum(posted.is_taken_back for posted in posts),
            "messages": sum(self.side.keys().values()),
        }
