"""`reunite bench search`: how long a search takes and what it finds, in a scratch database."""

import asyncio
import gc
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final
from uuid import UUID

import numpy as np
from rich.console import Console
from rich.table import Table

from cli.bench.adding import Target, adding_reports
from cli.bench.database import Contents, database, fill
from cli.bench.filling import Filled, Filler, Tenant
from cli.context import run_async
from cli.progress import say
from cli.servers import Servers, as_owner
from cli.settings import Settings
from cli.tables import print_table
from db.store import Store
from db.vectors import Scope, SqlVectors, uuids
from reunite.encoder import PHOTO_SPACE, SHARED_SPACE, TEXT_SPACE
from reunite.entities import ReportKind
from reunite.matching.evidence import MAX_CANDIDATES

SPACES: Final = {
    "clip": {SHARED_SPACE: 512},
    "concept": {SHARED_SPACE: 1000, PHOTO_SPACE: 1280, TEXT_SPACE: 384},
}
_SMALL, _MIDDLE = 1000, 10_000
_LEAST_SECONDS: Final = 1.0
"""The least number of seconds for which searches and inserts run."""
_COMPARED: Final = 40
"""How many reports are also compared with all others, which is slow."""
_PAUSE_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Round:
    """The measurements of one community."""

    open: int
    seconds: tuple[float, ...]
    recall: tuple[float, float]
    """The share that was found of the 10 and of the 50 nearest of each pair kind."""

    def figures(self) -> dict[str, float]:
        p50, p95 = (round(1000 * float(quantile), 2) for quantile in np.quantile(self.seconds, [0.5, 0.95]))
        of_10, of_50 = (round(share, 4) for share in self.recall)
        return {"open": self.open, "p50_ms": p50, "p95_ms": p95, "recall_10": of_10, "recall_50": of_50}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: the sizes of communities, the numbers of those to search, and searches in each."""

    sizes: Sequence[int]
    searched: Sequence[int]
    rounds: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """All measurements."""

    rounds: Sequence[Round]
    inserts_per_second: float
    bytes_per_item: float
    build_seconds: float


def zipf(items: int, communities: int) -> list[int]:
    """Return the sizes of communities, largest first, the second half as large, the third a third, and so on."""
    shares = 1 / np.arange(1, communities + 1)
    ends = np.rint(items * np.cumsum(shares) / shares.sum()).astype(int)
    return [int(size) for size in np.diff(ends, prepend=0)]


def to_search(sizes: Sequence[int]) -> list[int]:
    """Return the numbers of a small, a middle and the largest community, each once."""
    largest = int(np.argmax(sizes))
    middle, small = (
        int(np.argmin([abs(size - wanted) for size in sizes]))
        for wanted in (min(_MIDDLE, sizes[largest] / 10), min(_SMALL, sizes[largest] / 100))
    )
    return list(dict.fromkeys((small, middle, largest)))


def run(settings: Settings, where: Servers, keep: str | None, plan: Plan, *, as_json: bool) -> None:
    """Measure searches, in a scratch database or in one that is kept under a name."""
    encoder = "concept" if settings.encoder.kind == "concept" else "clip"
    sizes = plan.sizes
    outcome = run_async(_measure(where, keep, Contents(encoder, sizes), plan))
    figures = [finished.figures() for finished in outcome.rounds]
    if as_json:
        print(
            json.dumps(
                {
                    "items": sum(sizes),
                    "communities": len(sizes),
                    "searches": figures,
                    "inserts_per_second": round(outcome.inserts_per_second, 1),
                    "bytes_per_item": round(outcome.bytes_per_item),
                    "build_seconds": round(outcome.build_seconds, 2),
                }
            )
        )
        return
    title = f"{sum(sizes)} reports in {len(sizes)} communities, vectors like {encoder}'s"
    table = Table("open reports", "p50 ms", "p95 ms", "recall@10", "recall@50", title=title)
    for row in figures:
        table.add_row(*map(str, row.values()))
    console = Console()
    print_table(table)
    console.print(
        f"{outcome.inserts_per_second:.0f} reports a second were added meanwhile. A report takes"
        f" {outcome.bytes_per_item / 1024:.1f} KB. The first searches took {outcome.build_seconds:.1f} s."
    )


async def _measure(home: Servers, keep: str | None, contents: Contents, plan: Plan) -> Benchmark:
    async with (
        database(home, keep) as own,
        Store(own.database_url) as store,
        await as_owner(own.owner_database_url) as owner,
    ):
        encoder = contents.encoder
        model = await store.embedding_models.register(encoder, f"{encoder}-bench", SPACES[encoder])
        to_search = 1 + plan.rounds + _COMPARED  # the first search, those that are timed, and recall
        contents = await fill(owner, Filler(owner, model), contents, plan.searched, to_search)
        gc.freeze()  # as a worker does
        results = []
        for number, community in zip(plan.searched, contents.searched, strict=True):
            say(f"searching among {contents.sizes[number]} reports")
            target = Target(own.database_url, own.owner_database_url, model, community.tenant)
            results.append(await _search_one(store, target, community, contents.sizes[number], plan.rounds))
        measured, first, pace = zip(*results, strict=True)
        return Benchmark(measured, min(pace), contents.bytes_per_item, sum(first))


def in_turn(lost: Sequence[UUID]) -> Iterator[tuple[UUID, bool]]:
    """Yield the reports whose searches are timed, over and over, and whether they have been searched for before.

    The first search and recall are of other reports, unless there are too few.
    """
    before = {lost[0], *lost[-_COMPARED:]}
    for report in cycle(lost[1:-_COMPARED] or lost):
        yield report, report in before
        before.add(report)


async def _search_one(
    store: Store, target: Target, filled: Filled, size: int, rounds: int
) -> tuple[Round, float, float]:
    """Return the round, how many seconds the first search took, and how many reports a second were added."""
    first = await _search(store, filled.tenant, filled.lost[0])
    searched = store.index_cache.get(filled.tenant.community, ReportKind.FOUND)
    recall = np.mean([await _recall(store, filled.tenant, report) for report in filled.lost[-_COMPARED:]], axis=0)
    async with adding_reports(target) as added:
        before, start = added.count, time.perf_counter()
        seconds: list[float] = []
        for report, searched_before in in_turn(filled.lost):
            if len(seconds) >= rounds and time.perf_counter() >= start + _LEAST_SECONDS:
                break
            if searched_before and searched.packs_items:  # its candidates are still unpacked
                store.index_cache.items.drop_all(filled.tenant.community, ReportKind.FOUND)
            seconds.append(await _search(store, filled.tenant, report))
            await asyncio.sleep(_PAUSE_SECONDS)
        pace = (added.count - before) / (time.perf_counter() - start)
    return Round(size, tuple(seconds), (float(recall[0]), float(recall[1]))), first, pace


async def _search(store: Store, tenant: Tenant, report: UUID) -> float:
    async with store.session(tenant.community) as session:
        known = await session.reports.get(report)
        start = time.perf_counter()
        if known:
            await session.candidates.search(known, MAX_CANDIDATES)
        return time.perf_counter() - start


async def _recall(store: Store, tenant: Tenant, report: UUID) -> tuple[float, float]:
    """Return what share of the 10 and of the 50 nearest by each kind of pair is among the search's own."""
    model = await store.embedding_models.live()
    async with store.transaction(tenant.community) as connection, store.session(tenant.community) as session:
        known = await session.reports.get(report)
        if known is None or model is None:
            return 0.0, 0.0
        search = await session.candidates.search(known, MAX_CANDIDATES)
        scope = Scope(report, known.kind.opposite, model.id, model.spaces, hidden=False)
        vectors = SqlVectors(connection, tenant.community)
        exact = await vectors.measure(scope, await vectors.targets(scope))
    shares = []
    for nearest in (10, 50):
        found = {
            kind: {candidate.item.report for candidate in search.candidates if kind in candidate.similarities}
            for kind in exact
        }
        right = [
            (len(found[kind].intersection(uuids(best))), len(best))
            for kind, distances in exact.items()
            for best in [distances.nearest(nearest)]
        ]
        shares.append(sum(hits for hits, _ in right) / sum(count for _, count in right))
    return shares[0], shares[1]
