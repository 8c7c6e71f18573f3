"""`make fuzz`: made and mutated pictures through a real worker, each with a good photo in the same post.

python -m tests.chaos.photos --pictures 5000 --seed 1
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import psutil
import structlog

from db.keys import new_key
from db.migrate import migrate
from embedded import EmbeddedServers, Urls
from reunite.entities import IncomingPhoto
from tests.chaos.folders import folder
from tests.doubles.made_poison import WELL_FORMED, made
from tests.doubles.mutations import Mutator
from tests.support.pictures import drawing
from tests.support.world import World, open_world

_AT_ONCE: Final = 4
_LONGEST: Final = 10.0
"""Seconds within which every post should be answered …"""
_GIVEN_UP: Final = 300.0
"""… and after which the run continues without them."""
_MEMORY: Final = 300 * 2**20
"""How much the worker's own memory may grow."""
_SAID_EVERY: Final = 500
_GOOD: Final = IncomingPhoto("good.jpg", data=drawing("red"))
_STATES: Final = """SELECT r.source_key AS post, p.name, p.state, coalesce(p.problem, '') AS problem
  FROM photo p JOIN report r ON r.id = p.report_id WHERE r.source_key = ANY(%(posts)s)"""


@dataclass
class Figures:
    """What the run has shown."""

    made: int = 0
    mutated: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_picture: str = ""
    before: int = 0
    most: int = 0
    decoders_died: int = 0
    faults: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Return the figures for people, and the faults."""
        faults = list(self.faults)
        if self.most - self.before > _MEMORY:
            faults.append("the worker has grown too much")
        return {
            "made": self.made,
            "mutated": self.mutated,
            "outcomes": dict(self.outcomes.most_common()),
            "slowest post, seconds": round(self.slowest, 1),
            "slowest picture": self.slowest_picture,
            "worker's memory before, MB": self.before // 2**20,
            "worker's memory at most, MB": self.most // 2**20,
            "decoders that died": self.decoders_died,
            "faults": faults,
        }


@dataclass
class Fuzz:
    """A worker, and the community that posts to it."""

    world: World
    worker: Process
    figures: Figures

    async def run(self, pictures: int, seed: int) -> None:
        """Post all made pictures, and then as many mutated ones; what can still be opened is mutated further."""
        await self._post({f"warm {number}": _GOOD.data or b"" for number in range(_AT_ONCE)})
        self.figures.before = psutil.Process(self.worker.pid).memory_info().rss
        mutator = Mutator(list(WELL_FORMED.values()), seed)
        made_ones = iter(made().items())
        while batch := dict(islice(made_ones, _AT_ONCE)):
            await self._post(batch)
            self.figures.made += len(batch)
        mutations = ((f"mutated {number}", mutator.mutated()) for number in range(pictures))
        while batch := dict(islice(mutations, _AT_ONCE)):
            for name in await self._post(batch):
                mutator.keep(batch[name])
            self.figures.mutated += len(batch)
            if self.figures.mutated % _SAID_EVERY == 0:
                sys.stderr.write(f"{self.figures.mutated} mutated pictures\n")

    async def _post(self, pictures: Mapping[str, bytes]) -> Sequence[str]:
        """Post pictures at once, each with a good photo; return those that were opened once all is answered."""
        began = time.monotonic()
        for name, data in pictures.items():
            await self.world.found(name, photos=(IncomingPhoto("bad", data=data), _GOOD))
        waiting = set(pictures)
        while waiting and time.monotonic() - began < _GIVEN_UP:
            await asyncio.sleep(0.02)
            self._watch()
            done = {name for name in waiting if "nothing" in self.world.platform.kinds(name)}
            if done and (seconds := time.monotonic() - began) > self.figures.slowest:
                self.figures.slowest, self.figures.slowest_picture = seconds, min(done)
            waiting -= done
        self.figures.faults += [f"{name} was never answered" for name in sorted(waiting)]
        return await self._judged(pictures)

    def _watch(self) -> None:
        with suppress(psutil.Error):
            self.figures.most = max(self.figures.most, psutil.Process(self.worker.pid).memory_info().rss)

    async def _judged(self, pictures: Mapping[str, bytes]) -> list[str]:
        if self.worker.returncode is not None:
            raise RuntimeError(f"the worker died over one of {sorted(pictures)}")
        async with self.world.store.session(self.world.workspace.community) as session:
            rows = await session._all(_STATES, posts=list(pictures))
        opened = []
        for row in rows:
            name, state = row["post"], row["state"]
            if row["name"] == _GOOD.name:
                self.figures.faults += [] if state == "stored" else [f"{name} harmed the photo beside it"]
                continue
            is_reported = "problem" in self.world.platform.kinds(name)
            self.figures.outcomes[row["problem"] or ("partly stored" if is_reported else "stored")] += 1
            opened += [name] if state == "stored" else []
            if state == "pending" or (state == "failed" and not is_reported):
                self.figures.faults.append(f"{name} is {state} without a reply that says so")
        return opened


async def fuzz(pictures: int, seed: int) -> dict[str, Any]:
    """Run on servers of its own; return the figures."""
    figures, began = Figures(), time.monotonic()
    with folder() as home, EmbeddedServers(home) as servers:
        await migrate(servers.owner_database_url)
        log = home.parent / "worker.log"
        async with open_world(servers.database_url, servers.redis_url) as world, _working(servers, log) as worker:
            await Fuzz(world, worker, figures).run(pictures, seed)
        figures.decoders_died = log.read_bytes().count(b"decoder_died")
    return {"seconds": round(time.monotonic() - began), **figures.shown()}


@asynccontextmanager
async def _working(servers: Urls, log: Path) -> AsyncIterator[Process]:
    settings = {"database": servers.database_url, "redis": servers.redis_url, "key": new_key(), "photos": {}}
    command = [sys.executable, "-m", "tests.chaos.child", "worker", json.dumps(settings)]
    with log.open("wb") as output:
        worker = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=output)
    try:
        yield worker
    finally:
        with suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures = asyncio.run(fuzz(given.pictures, given.seed))
    if figures["slowest post, seconds"] > _LONGEST:
        figures["faults"].append(f"{figures['slowest picture']} took longer than {_LONGEST:.0f} seconds")
    sys.stdout.write(json.dumps(figures) + "\n")
    return 1 if figures["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
