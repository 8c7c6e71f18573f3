"""Reports without embeddings, and a re-embedding that is killed and run again."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final
from uuid import UUID

from db.store import Store
from reunite.entities import Report, ReportKind
from tests.doubles.colour_encoder import COLOURS, ColourEncoder
from tests.support.processes import process
from tests.support.reembedding_process import SlowColours
from tests.support.services import background
from tests.support.world import World
from workers.batching import BatchingEncoder
from workers.reembedding import Progress, Reembedding

_CHILD: Final = (sys.executable, "-m", "tests.support.reembedding_process")
_SECONDS_EACH: Final = "0.004"
_PAUSE: Final = 0.02


@dataclass
class KilledRun:
    """The result of a re-embedding that was killed after a third and run again, with searches running meanwhile."""

    reports: int
    kept: int = 0
    """Reports that were embedded before the kill."""
    embedded: int = 0
    """Reports that the second run embedded."""
    embedded_once: int = 0
    searches: list[float] = field(default_factory=list)
    """The seconds of each search."""
    wrong: int = 0
    """Searches that didn't find what they should."""


async def reembedding(store: Store, encoder: ColourEncoder) -> Reembedding:
    model = await store.embedding_models.register("clip", encoder.version, encoder.spaces)
    return Reembedding(store, BatchingEncoder(encoder), model)


async def embed_all(work: Reembedding) -> Progress:
    return await work.embed_all(lambda _: None)


async def kill_and_resume(world: World, database_url: str, number: int) -> KilledRun:
    """Kill (SIGKILL) a process that re-embeds `number` found reports, and start another one."""
    reports = [*await posted(world, ReportKind.FOUND, number), *await posted(world, ReportKind.LOST, 1)]
    await embed_all(await reembedding(world.store, ColourEncoder()))  # the first model is live
    run = KilledRun(len(reports))
    async with background(_keep_searching(world, reports[-1], run)):
        async with process(*_CHILD, database_url, _SECONDS_EACH, stdout=PIPE) as first:
            assert first.stdout
            while int((await first.stdout.readline()).split()[0]) < number // 3:
                pass
            first.kill()
        run.kept = len(await embedded_with(world, SlowColours.version))
        async with process(*_CHILD, database_url, "0", stdout=PIPE) as second:
            output, _ = await second.communicate()
    run.embedded = int(output.split()[1])
    times = Counter(await embedded_with(world, SlowColours.version))
    run.embedded_once = sum(times[report.id] == 1 for report in reports)
    return run


async def _keep_searching(world: World, lost: Report, run: KilledRun) -> None:
    while True:
        began = perf_counter()
        is_found = await _finds_its_colour(world, lost)
        run.searches.append(perf_counter() - began)
        run.wrong += not is_found
        await asyncio.sleep(_PAUSE)


async def _finds_its_colour(world: World, lost: Report) -> bool:
    """Search once, and tell whether the nearest found report has the colour of the lost report."""
    async with world.store.session(world.workspace.community) as session:
        found = await session.candidates.search(lost, 10)
    best = max(found.candidates, key=lambda candidate: max(candidate.similarities.values()))
    return best.item.text.split()[0] == lost.text.split()[0]


async def posted(world: World, kind: ReportKind, number: int) -> list[Report]:
    """Store open reports whose texts name the colours in turn."""
    async with world.store.session(world.workspace.community) as session:
        rows = await session._all(
            """INSERT INTO report (community_id, workspace_id, source_key, kind, state, author_id, author_name, text,
                 channel, expires_at)
               SELECT %(community)s, %(workspace)s, %(kind)s || n, %(kind)s::report_kind, 'open', %(kind)s, 'Ben',
                 (%(colours)s::text[])[1 + n %% 6] || ' thing ' || n, 'found', now() + interval '9 days'
               FROM generate_series(1, %(number)s) AS n RETURNING id, source_key""",
            community=world.workspace.community,
            workspace=world.workspace.id,
            kind=kind,
            colours=list(COLOURS),
            number=number,
        )
        found = [await session.reports.get(row["id"]) for row in rows]
    return [report for report in found if report]


async def embedded_with(world: World, version: str) -> list[UUID]:
    """Return the reports that have embeddings of a model, each once per embedding."""
    async with world.store.session(world.workspace.community) as session:
        rows = await session._all(
            "SELECT report_id AS id FROM embedding JOIN embedding_model m ON m.id = model_id WHERE m.version = %(v)s",
            v=version,
        )
    return sorted(row["id"] for row in rows)
