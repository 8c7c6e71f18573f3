"""The search in PostgreSQL: candidates by each pair kind and by rare words, with every similarity measured.

Among few open reports, all are measured; among many, quantised vectors say which
(docs/decisions/0045-searched-in-memory.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from db.answers import Answer
from db.candidate_items import ItemCache, Reading, ReadPlan, query_item
from db.index_cache import IndexCache
from db.index_loading import MANY, Changes, IndexLoader
from db.mapping import Row
from db.memory_index import MemoryIndex, PhotoVectors
from db.queries import Connection, Queries, Statement
from db.query_context import QueryContext, context_statement
from db.rare_words import SharedWords, boilerplate_of_sample, found_words, holders, shared_words
from db.scoring_items import PHOTO_CONTENT, REPORT_DETAILS, items_of
from db.vectors import (
    COMPARED,
    ID,
    NO_PHOTO,
    Ids,
    Keys,
    Measured,
    Scope,
    SqlVectors,
    as_array,
    distinct,
    keys_of,
    measured_by_kind,
    measuring,
    most_similar_pairs,
    unpacked,
    uuid_of,
)
from reunite.encoder import PHOTO_SPACE
from reunite.entities import Report, ReportKind
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.text.content import rare_candidates
from reunite.text.rarity import MAX_HOLDERS

_COUNT: Final = f"""SELECT count(*) AS n FROM report r WHERE r.community_id = %(community)s
  AND r.kind = %(opposite)s::report_kind AND r.state = 'open' AND {COMPARED}"""
_PHOTOS: Final = """
SELECT string_agg(uuid_send(report_id), '') AS reports, string_agg(halfvec_send(vector), '') AS vectors FROM embedding
WHERE report_id = ANY(%(reports)s::uuid[]) AND model_id = %(model)s AND space = %(space)s AND source = 'photo'
"""
_MAX_COMPARED: Final = 10
"""The nearest candidates of each pair kind that are compared with each other."""
_MAX_LOOKALIKES: Final = 64


class Compared(NamedTuple):
    """The results of comparing the query with all other reports, by vectors and by words."""

    answer: Answer
    words: SharedWords
    measured: Mapping[PairKind, Measured] | None
    """Exact similarities of all or of the nearest reports; None if PostgreSQL still has to measure them."""
    nearest: Sequence[Ids]
    """The nearest reports by pair kind."""
    photos: PhotoVectors | None
    """Photos of the nearest found reports; None if PostgreSQL still has to read them."""

    @property
    def near(self) -> Ids:
        """The few reports that are compared with each other."""
        return distinct([ids[:_MAX_COMPARED] for ids in self.nearest])


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process has in memory for a search."""

    index: MemoryIndex
    items: Reading


class SqlCandidates(Queries):
    """`reunite.ports.candidates.Candidates`."""

    def __init__(self, connection: Connection, community: UUID, index_cache: IndexCache) -> None:
        """`connection` is in the community's transaction; `index_cache` is the process's cache."""
        super().__init__(connection, community)
        self._index_cache = index_cache
        self._vectors = SqlVectors(connection, community)
        self._loader = IndexLoader(connection, community, index_cache.items)

    async def search(self, report: Report, limit: int, *, sealed: bool = False, private: bool = True) -> Search:
        hidden = private if report.kind is ReportKind.FOUND else sealed
        index = self._index_cache.get(self.community, report.kind.opposite)
        cache = ItemCache() if report.sample else self._index_cache.items  # samples are compared with samples only
        memory = Memory(index, cache.reading(self.community))
        query, changes = await self._context_of(report, index, hidden=hidden)
        compared = None if report.sample else await self._from_memory(query, memory, changes, limit)
        compared = compared or await self._from_database(query, limit)
        return await self._assemble(report, query, compared, memory, limit)

    async def items(self, reports: Sequence[UUID]) -> dict[UUID, Item]:
        """Return what scoring needs to know about reports in any state."""
        params = {"reports": list(reports)}
        rows, [photos] = await self._batch((REPORT_DETAILS, params), (PHOTO_CONTENT, params))
        return {item.report: item for item in items_of(rows, photos)}

    async def open_lost(self) -> Sequence[UUID]:
        rows = await self._all(
            "SELECT id FROM report WHERE kind = 'lost' AND state = 'open' AND NOT sample ORDER BY id"
        )
        return [row["id"] for row in rows]

    async def has_sealed(self) -> bool:
        return bool(await self._one("SELECT 1 FROM report WHERE sealed AND state = 'open' LIMIT 1"))

    async def _context_of(self, report: Report, index: MemoryIndex, *, hidden: bool) -> tuple[QueryContext, Changes]:
        """Read what a search needs to know about the query, and what has changed, in one round trip."""
        scope, asked = Scope(report.id, report.kind.opposite, None, {}, hidden), index.watermark
        context = context_statement(scope, self._loader.changes(index, scope))
        async with self._pipeline(context) as [fetch]:
            words = rare_candidates(report.text)  # while PostgreSQL works
        [row] = await fetch()
        return QueryContext.of(scope, row, words), Changes(asked, row)

    async def _from_memory(self, query: QueryContext, memory: Memory, changes: Changes, limit: int) -> Compared | None:
        """Bring memory up to date, and compare with it; None if it holds too little."""
        index = memory.index
        async with index.lock:
            await self._refresh(memory, query, changes)
            if not index.holds_all and len(index) <= limit:
                return None
            most = 2 * MANY if index.holds_all else MAX_HOLDERS
            look_up = [] if index.words.is_complete else [holders(query.words, query.scope.params(), most)]
            async with self._pipeline(*look_up) as fetching:  # PostgreSQL looks up words while we compare
                answer = index.answer(query.targets, query.scope, limit)
            if fetching:
                found = found_words(await fetching[0](), most)
            else:
                found = index.words.find(query.words, most, with_hidden=query.scope.hidden)
            return _compared(query, index, answer, shared_words(found, answer.open_count), limit)

    async def _refresh(self, memory: Memory, query: QueryContext, changes: Changes) -> None:
        try:
            await self._loader.refresh(memory.index, query.scope, changes)
            memory.items.restart()
        finally:
            self._index_cache.trim(self.community, query.scope.opposite)

    async def _assemble(
        self, report: Report, query: QueryContext, compared: Compared, memory: Memory, limit: int
    ) -> Search:
        """Read what scoring needs to know about the chosen reports; PostgreSQL measures what memory can't."""
        answer, words, measured, nearest, photos = compared
        rare = np.frombuffer(b"".join(words.rare), ID)
        chosen = query.without_ruled_out(distinct([rare, *nearest]))
        plan = ReadPlan.of(query.scope, chosen, memory.items, memory.index.items)
        read_photos = [_photos_of(query.scope, compared.near)] if photos is None else []
        measure = [measuring(self.community, query.scope, query.targets, chosen)] if measured is None else []
        async with self._pipeline(*plan.statements(), *read_photos, *measure) as fetching:
            items = plan.in_memory(memory.items)
            background = answer.background()
            boilerplate = words.boilerplate | boilerplate_of_sample(words.common, answer.sample or ())
            pairs = {} if measured is None else _pairs(query, measured, chosen)
            lookalikes = {} if photos is None else most_similar_pairs(*photos, _MAX_LOOKALIKES)
        found = [await fetch() for fetch in fetching]
        items |= plan.read(found, memory.items)
        if measured is None:  # its statement was the last
            pairs = _pairs_of_nearest(query, found.pop()[0], rare, limit)
        if photos is None:
            lookalikes = most_similar_pairs(*_photo_vectors(query.scope, found.pop()[0]), _MAX_LOOKALIKES)
        details_of_photos = query.details if PairKind.PHOTO_PHOTO in background else {}
        return Search(
            query=query_item(report, query.photos),
            candidates=_candidates(items, pairs, words, details_of_photos),
            background=background,
            lookalikes=lookalikes,
            open_count=answer.open_count,
            boilerplate=boilerplate,
        )

    async def _from_database(self, query: QueryContext, limit: int) -> Compared:
        """Measure everything in PostgreSQL: for samples, and near the limit."""
        params = query.scope.params()
        [[counted]] = await self._batch((_COUNT, {**params, "community": self.community}))
        [found] = await self._batch(holders(query.words, params, counted["n"]))
        measured = await self._vectors.measure(query.scope, query.targets)
        words = shared_words(found_words(found, counted["n"]), counted["n"])
        nearest = [measured_one.nearest(limit) for measured_one in measured.values()]
        return Compared(Answer(counted["n"], measured, {}, None), words, measured, nearest, None)


def _compared(query: QueryContext, index: MemoryIndex, answer: Answer, words: SharedWords, limit: int) -> Compared:
    """Add to an answer what memory knows exactly; the caller holds the lock, for another search may reload it."""
    measured = _measured(query, answer, index, words)
    nearest = answer.nearest() if measured is None else [found.nearest(limit) for found in measured.values()]
    compared = Compared(answer, words, measured, nearest, None)
    if index.precise:
        near = compared.near if query.scope.opposite is ReportKind.FOUND else compared.near[:0]
        compared = compared._replace(photos=index.photos_of(query.scope, near))
    return compared


def _measured(
    query: QueryContext, answer: Answer, index: MemoryIndex, words: SharedWords
) -> Mapping[PairKind, Measured] | None:
    """Return what memory can measure exactly; None if it can't."""
    if answer.is_exact or not query.targets:
        return answer.measured
    if not index.precise:
        return None
    rare = np.frombuffer(b"".join(words.rare), ID)
    among = distinct([rare, *answer.nearest()])
    return index.measure(query.targets, query.scope, among)


def _photos_of(scope: Scope, near: Ids) -> Statement:
    """Return the statement that reads the photos of the nearest found reports."""
    compared = near if scope.opposite is ReportKind.FOUND else near[:0]
    return _PHOTOS, {"model": scope.model, "space": scope.space(PHOTO_SPACE), "reports": as_array(compared)}


def _photo_vectors(scope: Scope, row: Row) -> PhotoVectors:
    """Read the row of `_photos_of`."""
    dimension = scope.spaces.get(scope.space(PHOTO_SPACE), 0)
    return np.frombuffer(row["reports"] or b"", ID), unpacked(row["vectors"] or b"", dimension)


Pair = tuple[dict[PairKind, float], UUID | None]
"""The query's similarities to another report by pair kind, and the found report's most similar photo."""


def _pairs_of_nearest(query: QueryContext, row: Row, rare: Ids, limit: int) -> dict[bytes, Pair]:
    """Return the measured pairs with reports that share rare words, and with the nearest of each pair kind."""
    measured = measured_by_kind(query.scope, query.targets, row)
    nearest = [found.nearest(limit) for found in measured.values()]
    return _pairs(query, measured, query.without_ruled_out(distinct([rare, *nearest])))


def _pairs(query: QueryContext, measured: Mapping[PairKind, Measured], chosen: Ids) -> dict[bytes, Pair]:
    """Return the measured pairs with the chosen reports, by id."""
    keys = keys_of(chosen)
    similarities: list[dict[PairKind, float]] = [{} for _ in keys]
    for kind, found in measured.items():
        positions, measured_here = found.positions(keys)
        for of_report, similarity, is_measured in zip(
            similarities, found.similarities[positions].tolist(), measured_here.tolist(), strict=True
        ):
            if is_measured:
                of_report[kind] = similarity
    photos = _photos(measured, query.scope.opposite, keys)
    return dict(zip(chosen.tolist(), zip(similarities, photos, strict=True), strict=True))


def _photos(measured: Mapping[PairKind, Measured], opposite: ReportKind, keys: Keys) -> list[UUID | None]:
    """Return the found report's photo that is most similar to the other's photos, or else to its text."""
    none = NO_PHOTO.bytes
    to_text = PairKind.TEXT_PHOTO if opposite is ReportKind.FOUND else PairKind.PHOTO_TEXT
    photos = np.zeros(len(keys), ID)
    for kind in (to_text, PairKind.PHOTO_PHOTO):
        if kind in measured:
            positions, is_measured = measured[kind].positions(keys)
            photos[is_measured] = measured[kind].photos[positions[is_measured]]
    return [uuid_of(photo) if photo != none else None for photo in photos.tolist()]


def _candidates(
    items: Mapping[bytes, Item], pairs: Mapping[bytes, Pair], words: SharedWords, details: Mapping[UUID, float]
) -> tuple[Candidate, ...]:
    rare = {report: tuple(sorted(shared)) for report, shared in words.rare.items()}
    found = [(item, pairs[report], rare.get(report, ())) for report, item in items.items() if report in pairs]
    return tuple(
        [
            Candidate(item, similarities, shared, photo, details.get(item.report) if details else None)
            for item, (similarities, photo), shared in found
        ]
    )
