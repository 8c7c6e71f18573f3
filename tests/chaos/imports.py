"""A long import that is killed in the middle: every photo once, and how its rate compares with embedding.

`share` is of the rate at which photos go from bytes to vectors, as `reunite bench embed` measures it; `share of the
encoder` of the rate at which the encoder takes photos that are decoded already.

python -m tests.chaos.imports --photos 2000 --size 1280x960
python -m tests.chaos.imports --photos 200 --like l14

Without --like the encoder is the offline one; with it, one of random weights of the size of a checkpoint.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID

import numpy as np
from PIL import Image

from cli.children import children
from cli.history import listing
from cli.priority import give_way
from cli.servers import Servers
from db.keys import Keys, new_key
from db.migrate import migrate
from db.store import Store
from embedded import EmbeddedServers
from reunite.commands import JoinWorkspace
from reunite.encoder import Encoder
from reunite.entities import ReportKind
from tests.chaos.folders import folder
from tests.support.processes import REUNITE, process
from tests.support.waiting import eventually
from workers import bench, bench_photos
from workers.batching import BatchingEncoder
from workers.decoder.pool import Decoders
from workers.encoders.catalogue import find_checkpoint
from workers.encoders.choose import choose

_SHELVES: Final = 4
"""Lists that are imported one after the other; before and after each, the embedding rate is measured."""
_KILLED: Final = 1
"""The shelf whose import is killed when half of it is reported."""
_PICTURES: Final = 64
"""Pictures that differ; the others are the same under other names and with other bytes."""
_ROUNDS: Final = 3
_BATCHES: Final = 4
_NICENESS: Final = 15
"""Of a worker's encoder."""
_LONGEST: Final = 3600.0
_PHOTOS: Final = """SELECT (SELECT count(*) FROM photo p WHERE p.report_id = r.id AND p.state = 'stored') AS photos
  FROM report r"""


@dataclass
class Measured:
    """Photos a second: encoded and embedded, around each shelf, and imported, for each shelf that wasn't killed."""

    encoder: list[float] = field(default_factory=list)
    embedding: list[float] = field(default_factory=list)
    imports: dict[int, float] = field(default_factory=dict)
    reported_when_killed: int = 0

    def share_of(self, rates: Sequence[float]) -> float:
        """Return the median rate of the imports, measured in the rates around each."""
        shares = [rate / (sum(rates[shelf : shelf + 2]) / 2) for shelf, rate in self.imports.items()]
        return round(median(shares), 3)


@dataclass(frozen=True)
class Reports:
    """The community's reports."""

    store: Store
    community: UUID

    async def photos(self) -> list[int]:
        """Return how many stored photos each report has."""
        async with self.store.transaction(self.community) as connection:
            return [row["photos"] for row in await (await connection.execute(_PHOTOS)).fetchall()]


def picture(seed: int, size: tuple[int, int]) -> bytes:
    """Make a JPEG with soft spots of colour and a camera's noise."""
    random = np.random.default_rng(seed)
    spots = Image.fromarray(random.integers(0, 256, (21, 28, 3), dtype=np.uint8))
    smooth = np.asarray(spots.resize(size, Image.Resampling.BICUBIC), np.float32)
    noise = random.standard_normal((size[1], size[0], 1), np.float32) * 4
    data = BytesIO()
    Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8)).save(data, "JPEG", quality=92)
    return data.getvalue()


def fill(shelves: Sequence[Path], photos: int, size: tuple[int, int]) -> None:
    """Spread so many photos over the shelves."""
    made = [picture(seed, size) for seed in range(min(_PICTURES, photos))]
    for number in range(photos):
        shelf = shelves[number % len(shelves)]
        shelf.mkdir(exist_ok=True)
        (shelf / f"{number:05}.jpg").write_bytes(made[number % len(made)] + number.to_bytes(4, "big"))


@cache
def _encoder(kind: str, model: str) -> Encoder:
    return choose(kind, None, model, lambda _: None, threads=None).encoder


def rates(kind: str, model: str, size: tuple[int, int]) -> tuple[float, float]:
    """Return how many photos a second the encoder takes in a worker's batches, and how many become vectors."""
    encoder, count = _encoder(kind, model), _BATCHES * bench.BATCH
    [speed] = bench.measure([encoder], count, _ROUNDS)
    posted = [picture(seed, size) for seed in range(bench.BATCH)] * _BATCHES
    return median(speed.photos), asyncio.run(_vectors_per_second(encoder, posted))


async def _vectors_per_second(encoder: Encoder, posted: Sequence[bytes]) -> float:
    """Return how many photos a second go from their bytes to their vectors: the median of rounds, after one more."""
    batching = BatchingEncoder(encoder)
    measured = []
    async with Decoders(framing=encoder.framing) as decoders:
        for _ in range(_ROUNDS + 1):
            start = time.perf_counter()
            await asyncio.gather(*(bench_photos.pipeline_vectors(decoders, batching, data) for data in posted))
            measured.append(len(posted) / (time.perf_counter() - start))
    await batching.close()
    return median(measured[1:])


def random_weights(alias: str | None, place: Path) -> tuple[str, str]:
    """Return the kind and the folder of a model of a checkpoint's size, or the offline encoder."""
    if alias is None:
        return "concept", ""
    checkpoint = find_checkpoint(alias)
    if checkpoint is None:
        raise SystemExit(f"There's no {alias} in `reunite model list`.")
    return "clip", str(bench.random_like(checkpoint, place / alias))


async def run(photos: int, size: tuple[int, int], alias: str | None) -> dict[str, Any]:
    """Import so many photos with one kill; return the figures."""
    with folder() as home, EmbeddedServers(home) as urls, tempfile.TemporaryDirectory() as place:
        shelves = [Path(place) / f"shelf-{number}" for number in range(_SHELVES)]
        fill(shelves, photos, size)
        await migrate(urls.owner_database_url)
        keys = Keys([new_key()])
        where = Servers(urls.database_url, urls.owner_database_url, urls.redis_url, "imports", keys)
        kind, model = random_weights(alias, Path(place))
        quiet = {"REUNITE_LOG_LEVEL": "error", "REUNITE_OPEN_SET_URL": "off", "REUNITE_HOME": str(home)}
        environment = {**where.environment(), **quiet, "REUNITE_ENCODER": kind, "REUNITE_MODEL": model}
        async with Store(where.database_url, keys=keys) as store, children([["worker"]], environment) as [worker]:
            community = (await store.join(JoinWorkspace("web", "here", "Our place"))).community
            await worker.start()
            reports = Reports(store, community)
            measured = await _measure(shelves, reports, environment, partial(rates, kind, model, size))
            by_photos = Counter(await reports.photos())
    return {
        "photos": photos,
        "size": list(size),
        "encoder": [round(rate, 1) for rate in measured.encoder],
        "embedding": [round(rate, 1) for rate in measured.embedding],
        "imports": [round(rate, 1) for rate in measured.imports.values()],
        "share": measured.share_of(measured.embedding),
        "share of the encoder": measured.share_of(measured.encoder),
        "reported when killed": measured.reported_when_killed,
        "missing": photos - by_photos[1],
        "not once": sum(by_photos.values()) - by_photos[1],
    }


async def _measure(
    shelves: Sequence[Path],
    reports: Reports,
    environment: dict[str, str],
    measure_rates: Callable[[], tuple[float, float]],
) -> Measured:
    measured = Measured()
    with ProcessPoolExecutor(1, get_context("spawn"), give_way, (_NICENESS,)) as alone:

        async def measure_embedding() -> None:
            encoder, embedding = await asyncio.get_running_loop().run_in_executor(alone, measure_rates)
            measured.encoder.append(encoder)
            measured.embedding.append(embedding)

        await measure_embedding()
        for number, shelf in enumerate(shelves):
            if number == _KILLED:
                measured.reported_when_killed = await _kill_import(shelf, reports, environment)
            result = await _import(shelf, environment)
            if number != _KILLED:
                measured.imports[number] = result["photos"] / result["seconds"]
            await measure_embedding()
            sys.stderr.write(f"{shelf.name}: {result}, embedding {measured.embedding[-1]:.1f}/s\n")
    return measured


async def _import(shelf: Path, environment: dict[str, str]) -> dict[str, Any]:
    import_it = (*REUNITE, "import", str(shelf), "--json")
    async with process(*import_it, env=environment, stdout=asyncio.subprocess.PIPE) as importing:
        output, _ = await asyncio.wait_for(importing.communicate(), _LONGEST)
    result: dict[str, Any] = json.loads(output)
    return result


async def _kill_import(shelf: Path, reports: Reports, environment: dict[str, str]) -> int:
    """Start to import a shelf, and kill that when half of it is reported; return how much was."""
    before = len(await reports.photos())
    enough = before + len(listing.read(shelf, ReportKind.FOUND).entries) // 2

    async def is_half_reported() -> bool:
        return len(await reports.photos()) >= enough

    async with process(*REUNITE, "import", str(shelf), "--json", env=environment):
        await eventually(is_half_reported, within=_LONGEST)
    return len(await reports.photos()) - before


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--like", help="a checkpoint of `reunite model list`")
    parser.add_argument("--size", default="1280x960", help="width and height of each photo")
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    began = time.monotonic()
    figures = asyncio.run(run(given.photos, (width, height), given.like))
    sys.stdout.write(json.dumps(figures | {"seconds": round(time.monotonic() - began)}) + "\n")
    return 1 if figures["missing"] or figures["not once"] else 0


if __name__ == "__main__":
    sys.exit(main())
