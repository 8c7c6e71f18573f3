"""Another community's single post amid a flood of photos, through a worker with the offline encoder.

python -m tests.chaos.flood --photos 500
"""

import argparse
import asyncio
import io
import json
import logging
import os
import random
import sys
import time
from asyncio.subprocess import DEVNULL
from pathlib import Path
from statistics import median
from typing import Any, Final

import structlog
from PIL import Image

from db.migrate import migrate
from embedded import EmbeddedServers, Urls
from reunite.entities import IncomingPhoto
from tests.chaos.folders import folder
from tests.support.keys import KEYS
from tests.support.processes import REUNITE, process
from tests.support.waiting import eventually
from tests.support.world import World, open_world

_SINGLE_POSTS: Final = 12
_BATCH: Final = 8
"""As many posts of one community as a worker has in work at once, by default."""
_SIDE: Final = (1600, 1200)
_PATIENCE: Final = 600.0


def pictures(seed: int) -> Any:
    """Yield photos that all differ, as JPEGs of two megapixels."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    while True:
        tiny = Image.frombytes("RGB", (16, 12), chance.randbytes(16 * 12 * 3))
        file = io.BytesIO()
        tiny.resize(_SIDE, Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
        yield file.getvalue()


class Flood:
    """Two communities, and how long the posts of one wait."""

    def __init__(self, flooding: World, single: World, seed: int) -> None:
        self.flooding, self.single = flooding, single
        self._pictures = pictures(seed)

    async def run(self, photos: int) -> dict[str, Any]:
        """Time single posts at rest, a batch, and single posts while the flood is worked off."""
        await self._seconds("warm", 1)
        at_rest = [await self._seconds(f"at rest {number}", 1) for number in range(_SINGLE_POSTS)]
        batch = await self._seconds("batch", _BATCH)
        for number, photo in enumerate([self._photo() for _ in range(photos)]):
            await self.flooding.found(f"flood {number}", photos=[photo])
        amid = [await self._seconds(f"amid {number}", 1) for number in range(_SINGLE_POSTS)]
        left = await self._left()
        await eventually(self._left, holds=lambda due: due == 0, within=_PATIENCE)
        return {
            "at rest, seconds": round(median(at_rest), 2),
            "a batch, seconds": round(batch, 2),
            "amid the flood, seconds": round(median(amid), 2),
            "longest": round(max(amid), 2),
            "allowed": round(2 * median(at_rest) + batch, 2),
            "left of the flood meanwhile": left,
        }

    def _photo(self) -> IncomingPhoto:
        return IncomingPhoto("photo.jpg", data=next(self._pictures))

    async def _seconds(self, name: str, posts: int) -> float:
        names = [f"{name}/{number}" for number in range(posts)]
        photos = [self._photo() for _ in names]
        began = time.monotonic()
        for root, photo in zip(names, photos, strict=True):
            await self.single.found(root, photos=[photo])
        for root in names:
            await eventually(lambda: self._is_answered(root), within=_PATIENCE)  # noqa: B023 - used at once
        return time.monotonic() - began

    def _is_answered(self, root: str) -> bool:
        """Tell whether a thread has an answer; both worlds deliver for all of the platform."""
        return any(world.platform.kinds(root) for world in (self.flooding, self.single))

    async def _left(self) -> int:
        async with self.flooding.store.session(self.flooding.workspace.community) as session:
            return await session.work.unfinished()


async def flood(photos: int, seed: int) -> dict[str, Any]:
    """Run on servers of its own; return the figures."""
    with folder() as home, EmbeddedServers(home) as servers:
        await migrate(servers.owner_database_url)
        async with (
            open_world(servers.database_url, servers.redis_url, "flooding") as flooding,
            open_world(servers.database_url, servers.redis_url, "single") as single,
            process(*REUNITE, "worker", env=_environment(servers, home), stdout=DEVNULL, stderr=DEVNULL),
        ):
            return await Flood(flooding, single, seed).run(photos)


def _environment(servers: Urls, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        **KEYS.environment(),
        "REUNITE_DATABASE_URL": servers.database_url,
        "REUNITE_REDIS_URL": servers.redis_url,
        "REUNITE_ENCODER": "concept",
        "REUNITE_HOME": str(home / "data"),
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    figures = asyncio.run(flood(given.photos, given.seed))
    sys.stdout.write(json.dumps(figures) + "\n")
    is_late = figures["amid the flood, seconds"] > figures["allowed"]
    is_over = not figures["left of the flood meanwhile"]  # so the posts weren't amid it
    return 1 if is_late or is_over else 0


if __name__ == "__main__":
    sys.exit(main())
