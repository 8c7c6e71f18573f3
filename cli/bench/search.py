"""`reunite bench search`: how long a search takes, with random vectors in a scratch database."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final
from uuid import UUID

import numpy as np
import psycopg
from pgvector import HalfVector
from pgvector.psycopg import register_vector_async
from rich.console import Console
from rich.table import Table

from cli.progress import say
from cli.servers import Servers, scratch
from cli.settings import Settings
from db.store import EmbeddingModel, Store
from reunite.commands import JoinWorkspace
from reunite.encoder import PHOTO_SPACE, SHARED_SPACE, TEXT_SPACE
from reunite.entities import Workspace
from reunite.matching.evidence import MAX_CANDIDATES

SPACES: Final[Mapping[str, Mapping[str, int]]] = {
    "clip": {SHARED_SPACE: 512},
    "concept": {SHARED_SPACE: 1000, PHOTO_SPACE: 1280, TEXT_SPACE: 384},
}
_SOURCES: Final[Mapping[str, Sequence[str]]] = {
    SHARED_SPACE: ("photo", "text"),
    PHOTO_SPACE: ("photo",),
    TEXT_SPACE: ("text",),
}
_BATCH: Final = 1000
_REPORTS: Final = """
WITH new AS (
  INSERT INTO report (community_id, workspace_id, source_key, kind, state, author_id, author_name, text, words, channel,
    expires_at)
  SELECT %(community)s, %(workspace)s, %(kind)s || n, %(kind)s::report_kind, 'open', 'bench', 'bench',
    'word' || n %% 500 || ' word' || n %% 7, ARRAY['word' || n %% 500, 'word' || n %% 7], 'bench',
    now() + interval '1 day'
  FROM generate_series(%(first)s::int, %(last)s::int) AS n RETURNING id
)
INSERT INTO photo (community_id, report_id, position, name, state, copy, colours)
SELECT %(community)s, id, 0, 'bench.jpg', 'stored', '', array_fill(1.0 / 18, ARRAY[18]) FROM new RETURNING report_id, id
"""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long each search took among this many open reports."""

    reports: int
    seconds: tuple[float, ...]


def run(settings: Settings, where: Servers, sizes: Sequence[int], rounds: int, *, as_json: bool) -> None:
    """Measure the exact search in one community of each size."""
    encoder = "clip" if settings.encoder == "clip" else "concept"
    latencies = asyncio.run(_measure(where, encoder, sorted(set(sizes)), rounds))
    figures = [_figures(latency) for latency in latencies]
    if as_json:
        print(json.dumps({"spaces_of": encoder, "searches": figures}))
        return
    table = Table("open reports", "median ms", "slowest ms", title=f"One search, vectors like {encoder}'s")
    for row in figures:
        table.add_row(str(row["reports"]), str(row["median_ms"]), str(row["slowest_ms"]))
    Console().print(table)


def _figures(latency: Latency) -> dict[str, float]:
    in_ms = [1000 * seconds for seconds in latency.seconds]
    return {"reports": latency.reports, "median_ms": round(median(in_ms), 1), "slowest_ms": round(max(in_ms), 1)}


async def _measure(home: Servers, encoder: str, sizes: Sequence[int], rounds: int) -> list[Latency]:
    """Fill one community up to each size (in rising order) and search for `rounds` lost reports, one by one."""
    async with scratch(home) as own, Store(own.database_url) as store:
        workspace = await store.join(JoinWorkspace("web", "bench", "Bench"))
        model = await store.register_model(encoder, f"{encoder}-bench", SPACES[encoder])
        async with await psycopg.AsyncConnection.connect(own.owner_database_url, autocommit=True) as owner:
            await register_vector_async(owner)
            filler = _Filler(owner, workspace, model)
            lost = await filler.add("lost", 0, rounds)
            latencies, filled = [], 0
            for size in sizes:
                while filled < size:
                    await filler.add("found", filled, min(size, filled + _BATCH))
                    filled = min(size, filled + _BATCH)
                    say(f"{filled} open reports")
                await owner.execute("ANALYZE")
                latencies.append(Latency(size, tuple([await _search(store, workspace, report) for report in lost])))
    return latencies


async def _search(store: Store, workspace: Workspace, report: UUID) -> float:
    async with store.session(workspace.community) as session:
        known = await session.report(report)
        start = time.perf_counter()
        if known:
            await session.search(known, MAX_CANDIDATES)
        return time.perf_counter() - start


class _Filler:
    """Writes reports in bulk, as the database owner: past row-level security."""

    def __init__(self, owner: psycopg.AsyncConnection[Any], workspace: Workspace, model: EmbeddingModel) -> None:
        self._owner = owner
        self._workspace = workspace
        self._model = model
        self._noise = np.random.default_rng(0)

    async def add(self, kind: str, first: int, end: int) -> list[UUID]:
        """Add reports numbered `first` to `end - 1`, each with a photo and a text, and return their ids."""
        params = {"community": self._workspace.community, "workspace": self._workspace.id, "kind": kind}
        added = await self._owner.execute(_REPORTS.encode(), {**params, "first": first, "last": end - 1})
        ids = await added.fetchall()
        await self._embed(ids)
        return [report for report, _ in ids]

    async def _embed(self, ids: Sequence[tuple[UUID, UUID]]) -> None:
        """Write random vectors for reports and their photos."""
        async with (
            self._owner.cursor() as cursor,
            cursor.copy(
                "COPY embedding (community_id, report_id, photo_id, model_id, space, source, vector)"
                " FROM STDIN WITH (FORMAT BINARY)"
            ) as copy,
        ):
            copy.set_types(["uuid", "uuid", "uuid", "int4", "text", "text", "halfvec"])
            for space, dimension in self._model.spaces.items():
                for source in _SOURCES[space]:
                    vectors = self._noise.standard_normal((len(ids), dimension), np.float32)
                    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
                    for (report, photo), vector in zip(ids, vectors, strict=True):
                        of = photo if source == "photo" else None
                        row = (self._workspace.community, report, of, self._model.id, space, source, HalfVector(vector))
                        await copy.write_row(row)
