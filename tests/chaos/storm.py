"""One storm: what people do, what is killed in between, and what the judge counts when all is calm again."""

import asyncio
import json
import random
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.keys import new_key
from db.migrate import migrate
from embedded import Urls
from tests.chaos.sides import CARD, RETURNED, Side
from tests.support.waiting import eventually

_COLOURS: Final = ("red", "green", "blue", "yellow")
_DELETED: Final = "purple"
"""Of what is posted to be deleted, so that no verdict goes with it."""
_CALM: Final = 180.0
"""Seconds that the system has to come to rest."""
_PEACE, _PEACE_SECONDS = 5, 5.0
"""Every so many rounds nothing is harmed for a while, so that there are answers to give verdicts on."""
_UNSETTLED: Final = """SELECT (SELECT count(*) FROM work WHERE state = 'due')
  + (SELECT count(*) FROM outbox WHERE state = 'queued') + (SELECT count(*) FROM report WHERE state = 'pending')"""


@dataclass
class Posted:
    """A post, and what its author has done since."""

    kind: str
    words: str
    is_deleted: bool = False
    card: str | None = None
    """The card that the moderator confirmed."""


@dataclass
class Storm:
    """Everything that runs, and everything that was done."""

    side: Side
    servers: Urls
    home: Path
    chance: random.Random
    posts: dict[str, Posted] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    processes: dict[str, Process] = field(default_factory=dict)

    async def run(self, rounds: int) -> dict[str, Any]:
        """Do so many rounds of a kill and some posts; return the figures."""
        await migrate(self.servers.owner_database_url)
        self.key = new_key()
        began = time.monotonic()
        try:
            for role in ("worker", self.side.role):
                await self._start(role)
            await self._settle_in()
            for number in range(rounds):
                await self._people()
                if number % _PEACE == _PEACE - 1:
                    await asyncio.sleep(_PEACE_SECONDS)
                    await self._moderate()
                await self._harm()
                await self._supervise()
                await asyncio.sleep(self.chance.uniform(0, 2))
            await self._revive()
            await self._calm()
            return {"seconds": round(time.monotonic() - began), **self._figures(), "faults": await self._faults()}
        finally:
            for process in self.processes.values():
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    # People

    async def _people(self) -> None:
        for _ in range(self.chance.randint(1, 3)):
            kind = self.chance.choice(["found", "lost"])
            is_to_go = self.chance.random() < 0.25
            colour = _DELETED if is_to_go else self.chance.choice(_COLOURS)
            words = f"{colour} umbrella from zk{len(self.posts) // 3} qz{len(self.posts):04}"
            self.posts[await self.side.post(kind, colour, words)] = Posted(kind, words)
        present = [post for post, posted in self.posts.items() if _DELETED in posted.words and not posted.is_deleted]
        if present and self.chance.random() < 0.5:
            post = self.chance.choice(present)
            self.posts[post].is_deleted = True
            await self.side.delete(self.posts[post].kind, post)

    async def _settle_in(self) -> None:
        """Wait for a first answer: a bot that is new somewhere leaves what was posted before alone."""
        post = await self.side.post("found", "orange", "the first")
        await eventually(lambda: self.side.thread("found", post), within=_CALM)

    async def _moderate(self) -> None:
        """Confirm some of the cards that stand in threads now."""
        for post, posted in self.posts.items():
            if posted.kind == "lost" and posted.card is None and _DELETED not in posted.words:
                thread = self.side.thread("lost", post)
                cards = [message for message, text in thread if CARD in text and _DELETED not in text]
                if cards and self.chance.random() < 0.7:
                    posted.card = cards[0]
                    await self.side.confirm(post, cards[0])

    # Harm

    async def _harm(self) -> None:
        harms = {
            "worker": self._kill_child,
            "bot": self._kill_child,
            "postgres": self._kill_server,
            "redis": self._kill_server,
            "flushall": self._flush,
            "redis refuses writes": self._refuse_writes,
            "lock": self._lock,
            "platform": self._trouble,
        }
        names = [*harms, "worker", "bot", "bot"]  # what is killed most is what has most to lose
        name = self.chance.choice(names)
        self.did[name] += 1
        await harms[name](name)

    async def _start(self, role: str) -> None:
        settings = {
            "database": self.servers.database_url,
            "redis": self.servers.redis_url,
            "key": self.key,
            "photos": self.side.photos,
            "adapter": self.side.adapter,
        }
        command = [sys.executable, "-m", "tests.chaos.child", role, json.dumps(settings)]
        log = (self.home.parent / f"{role}.log").open("ab")
        self.processes[role] = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log, stdin=DEVNULL)
        log.close()

    async def _kill_child(self, name: str) -> None:
        role = "worker" if name == "worker" else self.side.role
        process = self.processes[role]
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await self._start(role)

    async def _kill_server(self, name: str) -> None:
        """Kill all processes of a server of ours; its keeper starts it again."""
        program = {"postgres": "postgres", "redis": "redis-server"}[name]
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                line = " ".join(process.cmdline())
                if str(self.home.resolve()) in line and program in line and "keeper" not in line:
                    process.kill()

    async def _flush(self, _: str) -> None:
        with suppress(RedisError, OSError):
            async with Redis.from_url(self.servers.redis_url) as redis:
                await redis.flushall()

    async def _refuse_writes(self, _: str) -> None:
        with suppress(RedisError, OSError):
            async with Redis.from_url(self.servers.redis_url) as redis:
                await redis.config_set("maxmemory", 1)
                await asyncio.sleep(1)
                await redis.config_set("maxmemory", 0)

    async def _lock(self, _: str) -> None:
        with suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(self.servers.owner_database_url) as connection:
                await connection.execute("SET lock_timeout = '2s'")
                await connection.execute("LOCK TABLE report, outbox IN ACCESS EXCLUSIVE MODE")
                await asyncio.sleep(1)

    async def _trouble(self, _: str) -> None:
        self.did[f"platform: {await self.side.trouble(self.chance)}"] += 1

    # The judge

    async def _supervise(self) -> None:
        """Start again what has ended by itself, as Docker does."""
        for role, process in list(self.processes.items()):
            if process.returncode is not None:
                self.did[f"{role} ended by itself"] += 1
                await self._start(role)

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
        """Wait until nothing is due and the judge finds no fault, or for as long as there is."""
        with suppress(TimeoutError):
            await eventually(self._is_calm, within=_CALM)

    async def _is_calm(self) -> bool:
        await asyncio.sleep(1)
        await self._supervise()
        with suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(self.servers.owner_database_url) as connection:
                row = await (await connection.execute(_UNSETTLED)).fetchone()
                return row == (0,) and not await self._faults()
        return False

    async def _faults(self) -> list[str]:
        """Compare what people did with what they see."""
        faults = [f"{number} messages are the same: {key}" for key, number in self.side.keys().items() if number > 1]
        everything = "\n".join(self.side.everything())
        for post, posted in self.posts.items():
            said = [text for _, text in self.side.thread(posted.kind, post)]
            token = posted.words.rsplit(" ", 1)[1]
            if posted.is_deleted:
                faults += [f"{posted.words} was deleted, and is still shown"] if token in everything else []
                continue
            if not said:
                faults.append(f"{posted.words} was never answered")
            returned = sum(RETURNED in text for text in said)
            if posted.card and returned != 1:
                faults.append(f"the verdict on {posted.words} was taken {returned} times")
        return faults

    def _figures(self) -> dict[str, Any]:
        posts = self.posts.values()
        return {
            "harm": dict(self.did),
            "posts": len(posts),
            "deleted": sum(posted.is_deleted for posted in posts),
            "verdicts": sum(posted.card is not None for posted in posts),
            "messages": sum(self.side.keys().values()),
        }
