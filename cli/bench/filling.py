"""Fills a scratch database in bulk with communities of reports, each with a photo, words and vectors."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import numpy as np
import psycopg
from pgvector import HalfVector
from pgvector.psycopg import register_vector_async

from cli.bench.vectors import Floats, Source, Surface
from db.embedding_models import EmbeddingModel
from db.embeddings import EmbeddingRow, SqlEmbeddings
from db.store import Store
from reunite.encoder import PHOTO_SPACE, SHARED_SPACE, TEXT_SPACE

SOURCES: Final[dict[str, tuple[Source, ...]]] = {
    SHARED_SPACE: ("photo", "text"),
    PHOTO_SPACE: ("photo",),
    TEXT_SPACE: ("text",),
}
_WORDS, _WORDS_OF_A_REPORT = 20_000, 6
_REPORTS_OF_AN_AUTHOR: Final = 3
_BATCH: Final = 5000
_PREPARED: Final = 500
_SYLLABLES: Final = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "ai", "ou")]
_REPORT: Final = """COPY report (id, community_id, workspace_id, source_key, kind, state, author_id, author_name, text,
  words, channel, expires_at) FROM STDIN"""
_PHOTO: Final = "COPY photo (id, community_id, report_id, position, name, state, copy, colours) FROM STDIN"
_EMBEDDING: Final = """COPY embedding (community_id, report_id, photo_id, model_id, space, source, part, vector)
  FROM STDIN WITH (FORMAT BINARY)"""
_EMBEDDING_TYPES: Final = ("uuid", "uuid", "uuid", "int4", "text", "text", "int2", "halfvec")
_ONE_REPORT: Final = """INSERT INTO report (id, community_id, workspace_id, source_key, kind, author_id, author_name,
    text, words, channel, expires_at)
  VALUES (%(report)s, %(community)s, %(workspace)s, %(report)s::text, 'found', 'bench', 'bench', 'bench', '{bench}',
    'bench', '2100-01-01')"""
_ONE_PHOTO: Final = """INSERT INTO photo (id, community_id, report_id, position, name, state, copy)
  VALUES (%(photo)s, %(community)s, %(report)s, 0, 'bench.jpg', 'stored', '')"""
_COLOURS: Final = "{" + ",".join(["0.0556"] * 18) + "}"


@dataclass(frozen=True)
class Tenant:
    """A community of the benchmark, and its one workspace."""

    community: UUID = field(default_factory=uuid4)
    workspace: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Filled:
    """A community with its reports, and those lost reports that are searched for."""

    tenant: Tenant
    lost: Sequence[UUID]


@dataclass(frozen=True)
class Batch:
    """Reports to be written, one for each thing."""

    tenant: Tenant
    kind: str
    things: Floats
    reports: Sequence[UUID]
    photos: Sequence[UUID]


class Filler:
    """Writes as the database's owner: past row-level security."""

    def __init__(self, owner: psycopg.AsyncConnection[Any], model: EmbeddingModel) -> None:
        self.added = 0
        self._ready: dict[tuple[str, Source], Floats] = {}
        self._owner = owner
        self._model = model
        self._random = np.random.default_rng(0)
        self._surfaces = {space: Surface(dimension) for space, dimension in model.spaces.items()}
        self._any = next(iter(self._surfaces.values()))
        frequency = 1 / np.arange(10, _WORDS + 10)
        self._frequency = frequency / frequency.sum()
        self._vocabulary = _vocabulary(self._random)

    async def fill(self, reports: int, to_search: int = 0) -> Filled:
        """Make a community with this many open reports, half of them found, half lost, some of the same thing."""
        tenant = await self._join()
        pairs = self._any.things(min(to_search, reports // 2), self._random)
        await self.add(tenant, "found", pairs)
        lost = await self.add(tenant, "lost", pairs)
        left = reports - 2 * len(pairs)
        for start in range(0, left, 2 * _BATCH):
            some = min(left - start, 2 * _BATCH)
            await self.add(tenant, "found", self._any.things(some - some // 2, self._random))
            await self.add(tenant, "lost", self._any.things(some // 2, self._random))
        return Filled(tenant, lost)

    async def _join(self) -> Tenant:
        tenant = Tenant()
        await self._owner.execute("INSERT INTO community (id, name) VALUES (%s, 'bench')", [tenant.community])
        await self._owner.execute(
            "INSERT INTO workspace (id, community_id, platform, external_id, name) VALUES (%s, %s, 'web', %s, 'bench')",
            [tenant.workspace, tenant.community, str(tenant.workspace)],
        )
        return tenant

    async def add_one(self, store: Store, tenant: Tenant) -> None:
        """Add one found report as the application does: under row-level security, and with triggers."""
        report, photo = uuid4(), uuid4()
        number = self.added % _PREPARED
        vectors = [
            EmbeddingRow(photo if source == "photo" else None, space, views[number])
            for (space, source), views in self._prepared().items()
        ]
        async with store.transaction(tenant.community) as connection, connection.pipeline():
            given = {"report": report, "photo": photo, "community": tenant.community, "workspace": tenant.workspace}
            await connection.execute(_ONE_REPORT, given)
            await connection.execute(_ONE_PHOTO, given)
            await SqlEmbeddings(connection, tenant.community).save(report, self._model.id, vectors, text="bench")
            await connection.execute("UPDATE report SET state = 'open' WHERE id = %(report)s", given)

    def _prepared(self) -> dict[tuple[str, Source], Floats]:
        """Return vectors made beforehand: making them takes longer than writing them."""
        if not self._ready:
            things = self._any.things(_PREPARED, self._random)
            for space, surface in self._surfaces.items():
                for source in SOURCES[space]:
                    self._ready[space, source] = surface.views(things, source, self._random)
        return self._ready

    async def add(self, tenant: Tenant, kind: str, things: Floats) -> list[UUID]:
        """Add an open report of each thing, and return their ids."""
        reports, photos = ([uuid4() for _ in things] for _ in range(2))
        batch = Batch(tenant, kind, things, reports, photos)
        await self._copy(_REPORT, "".join(self._report_rows(batch)).encode())
        await self._copy(_PHOTO, "".join(_photo_rows(batch)).encode())
        for space, surface in self._surfaces.items():
            for source in SOURCES[space]:
                vectors = await asyncio.to_thread(surface.views, things, source, self._random)
                await self._copy_vectors(batch, space, source, vectors)
        return reports

    def _report_rows(self, batch: Batch) -> list[str]:
        count = len(batch.reports)
        drawn = self._random.choice(_WORDS, (count, _WORDS_OF_A_REPORT), p=self._frequency)
        authors = self._random.integers(max(count // _REPORTS_OF_AN_AUTHOR, 1), size=count)
        rows = []
        for report, numbers, author in zip(batch.reports, drawn.tolist(), authors.tolist(), strict=True):
            words = [self._vocabulary[number] for number in dict.fromkeys(numbers)]
            rows.append(
                f"{report}\t{batch.tenant.community}\t{batch.tenant.workspace}\t{report}\t{batch.kind}\topen\t{author}"
                f"\tbench\t{' '.join(words)}\t{{{','.join(words)}}}\tbench\t2100-01-01\n"
            )
        return rows

    async def _copy_vectors(self, batch: Batch, space: str, source: Source, vectors: Floats) -> None:
        if not self._owner.adapters.types.get("halfvec"):
            await register_vector_async(self._owner)
        photos = batch.photos if source == "photo" else [None] * len(vectors)
        async with self._owner.cursor() as cursor, cursor.copy(_EMBEDDING.encode()) as copy:
            copy.set_types(_EMBEDDING_TYPES)
            for report, photo, vector in zip(batch.reports, photos, vectors, strict=True):
                where = (batch.tenant.community, report, photo, self._model.id, space, source, 0)
                await copy.write_row((*where, HalfVector(vector)))

    async def _copy(self, statement: str, data: bytes) -> None:
        async with self._owner.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            await copy.write(data)


def _vocabulary(random: np.random.Generator) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        words["".join(_SYLLABLES[index] for index in random.integers(len(_SYLLABLES), size=4).tolist())] = None
    return list(words)


def _photo_rows(batch: Batch) -> list[str]:
    """Return photos with an empty stored copy: a search doesn't read it."""
    return [
        f"{photo}\t{batch.tenant.community}\t{report}\t0\tbench.jpg\tstored\t\\\\x\t{_COLOURS}\n"
        for report, photo in zip(batch.reports, batch.photos, strict=True)
    ]
