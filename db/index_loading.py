"""Loads a community's open reports into its index in memory, and keeps it up to date."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np

from db.candidate_items import ItemCache
from db.mapping import Row
from db.memory_index import (
    MAX_PRECISE_BYTES,
    MAX_VECTOR_BYTES,
    NOTHING_READ,
    Group,
    MemoryIndex,
    SpaceSource,
    Vectors,
    Watermark,
    needs_axes,
)
from db.principal_axes import PrincipalAxes
from db.queries import Connection, Queries, Statement
from db.rare_words import Sampled
from db.scoring_items import DETAILS, items_of, photo_content
from db.search_changes import AUTHOR, FEW, MAX_CHANGES, SIDE, add_new, changes_since, new_items
from db.vectors import ID, Scope, unpacked
from db.word_index import WordIndex
from reunite.matching.evidence import Item

MANY: Final = 1000
"""With more open reports of one kind, vectors are quantised instead of all kept whole."""
MAX_ITEMS: Final = 8000
"""With more open reports of one kind, what scoring needs of them is kept packed."""
_SAMPLE: Final = 400
"""How many reports keep their vectors even among many."""
_FOR_AXES: Final = 4096
"""How many vectors of a space and source their axes are computed from."""
_BATCH: Final = 1500
"""How many reports' vectors are read at once."""
_ID_BITS: Final = 64
"""The leading bits of an id that decide whether it's in a sample."""
_COUNT: Final = f"SELECT count(*) AS n, coalesce(sum(cardinality(r.words)), 0) AS words FROM report r WHERE {SIDE}"
_VECTOR_COUNTS: Final = f"""SELECT e.space, e.source, count(*) AS n
FROM report r JOIN embedding e ON e.community_id = r.community_id AND e.report_id = r.id
WHERE {SIDE} AND e.model_id = %(model)s GROUP BY 1, 2"""
_REPORTS: Final = f"""SELECT r.sealed OR r.private AS hidden, string_agg(uuid_send(r.id), '') AS ids FROM report r
WHERE {SIDE} AND {{among}} GROUP BY 1"""
_WORDS: Final = f"""SELECT r.id AS report, r.sealed OR r.private AS hidden, {AUTHOR} AS author, r.words
FROM report r JOIN workspace w ON w.id = r.workspace_id
WHERE {SIDE} AND {{among}} AND r.id < %(below)s"""
_VECTORS: Final = f"""SELECT r.sealed OR r.private AS hidden, e.space, e.source,
  string_agg(uuid_send(e.report_id), '') AS ids,
  string_agg(uuid_send(coalesce(e.photo_id, '00000000-0000-0000-0000-000000000000')), '') AS photos,
  string_agg(halfvec_send(e.vector), '') AS vectors
FROM report r JOIN embedding e ON e.community_id = r.community_id AND e.report_id = r.id
WHERE {SIDE} AND e.model_id = %(model)s AND {{among}} GROUP BY 1, 2, 3"""
_ITEMS: Final = f"{DETAILS} WHERE {SIDE} AND {{among}}"
_PHOTOS: Final = photo_content(f"ARRAY(SELECT r.id FROM report r WHERE {SIDE} AND {{among}})")
_SOME: Final = "r.id = ANY(%(reports)s::uuid[])"
_RANGE: Final = "r.id BETWEEN %(first)s AND %(last)s"  # ids are random
_OF_PLACE: Final = f"{_RANGE} AND (e.space, e.source) = (%(space)s, %(source)s)"


class Changes(NamedTuple):
    """What has changed since the index was `asked`, as one row."""

    asked: Watermark
    row: Row


class LoadedRows(NamedTuple):
    """Rows that were read."""

    reports: Sequence[Row]
    vectors: Sequence[Row]
    words: Sequence[Row]
    """The words of all reports, or of those in the sample."""
    items: Sequence[Item]


class IndexLoader(Queries):
    """Keeps a process's index and items of a community in step with the database."""

    def __init__(self, connection: Connection, community: UUID, items: ItemCache) -> None:
        """`connection` is in the community's transaction; `items` is the process's cache."""
        super().__init__(connection, community)
        self._items = items

    def changes(self, index: MemoryIndex, scope: Scope) -> Statement:
        """Return the statement that reads the changes since the last refresh."""
        return changes_since(index, self.community, scope.opposite)

    async def refresh(self, index: MemoryIndex, scope: Scope, since: Changes) -> None:
        """Bring index and items up to date. The caller holds the index's lock."""
        asked, changes = since
        restored = changes["seen"] < asked.seen  # the database has gone back in time: a backup or a replica
        if index.model != scope.model or not index.watermark.seen or restored:
            await self._reload(index, scope)
            return
        if asked is not index.watermark:  # another search has refreshed it meanwhile
            if _holds_all(index, asked, changes):
                return
            [[changes]] = await self._batch(self.changes(index, scope))
        by = dict(zip(changes["changed"] or (), changes["changed_by"] or (), strict=True))
        if len(by) == MAX_CHANGES:
            await self._reload(index, scope)
            return
        if changes["new"]:
            await self._take_in(index, scope, changes)
            index.packs_items |= len(index) > MAX_ITEMS
        seen, own = changes["seen"], changes["own"]
        applied = {report: changed for report, changed in by.items() if changed >= seen and report not in own}
        index.watermark = Watermark(seen, own, applied)
        if len(index) not in index.valid_counts or index.outgrown:
            await self._reload(index, scope)

    async def _take_in(self, index: MemoryIndex, scope: Scope, changes: Row) -> None:
        new = changes["new"]
        loaded = await self._read_rows(index, scope, _SOME, reports=new) if len(new) > FEW else None
        index.remove(new)
        self._items.drop(new, scope.opposite)
        if loaded:
            self._add(index, scope, loaded)
        else:
            add_new(index, changes)
            self._keep(index, new_items(changes, scope.opposite))

    async def _reload(self, index: MemoryIndex, scope: Scope) -> None:
        index.watermark = NOTHING_READ  # if reading fails, the next search starts over
        params = self._params(scope)
        [[now], [counted], vectors] = await self._batch(
            self.changes(index, scope), (_COUNT, params), (_VECTOR_COUNTS, params)
        )
        count = counted["n"]
        index.clear()
        index.words, index.packs_items = WordIndex(counted["words"]), count > MAX_ITEMS
        self._items.drop_all(self.community, scope.opposite)
        if count <= MANY and sum(4 * scope.spaces[row["space"]] * row["n"] for row in vectors) <= MAX_VECTOR_BYTES:
            index.axes, index.kept_below, index.valid_counts = {}, None, range(2 * MANY)
            if count:
                self._add(index, scope, await self._read_rows(index, scope, _RANGE, **_up_to(None)))
        else:
            index.axes = await self._axes(scope, vectors)
            index.kept_below = min(2**_ID_BITS * _SAMPLE // count, 2**_ID_BITS - 1)
            index.valid_counts = range(count // 2, 2 * count)
            async for loaded in self._batches(index, scope, count):
                self._add(index, scope, loaded)
        index.model, index.watermark = scope.model, Watermark(now["seen"], now["own"])

    async def _axes(self, scope: Scope, counts: Sequence[Row]) -> dict[SpaceSource, PrincipalAxes]:
        axes = {}
        precise = sum(2 * scope.spaces[row["space"]] * row["n"] for row in counts) <= MAX_PRECISE_BYTES
        for row in counts:
            if needs_axes(row["n"], None):
                space_source = {"space": row["space"], "source": row["source"]}
                params = {**self._params(scope), **space_source, **_up_to(2**_ID_BITS * _FOR_AXES // row["n"])}
                [loaded] = await self._batch((_VECTORS.format(among=_OF_PLACE), params))
                sample = np.concatenate([_vectors(scope, row).vectors for row in loaded])[:_FOR_AXES]
                axes[row["space"], row["source"]] = await asyncio.to_thread(PrincipalAxes.of, sample, precise=precise)
        return axes

    async def _batches(self, index: MemoryIndex, scope: Scope, count: int) -> AsyncIterator[LoadedRows]:
        batches = -(-count // _BATCH)
        bounds = [2**128 * number // batches for number in range(batches + 1)]
        for first, end in pairwise(bounds):
            yield await self._read_rows(index, scope, _RANGE, first=UUID(int=first), last=UUID(int=end - 1))

    async def _read_rows(self, index: MemoryIndex, scope: Scope, among: str, **extra: object) -> LoadedRows:
        """Return reports and their vectors, packed, and the words and items that are kept."""
        words_below = 2**_ID_BITS - 1 if index.words.is_complete else index.kept_below or 0
        params = {**self._params(scope), **extra, "below": UUID(int=words_below << (128 - _ID_BITS))}
        wanted = (_REPORTS, _VECTORS, _WORDS, _ITEMS, _PHOTOS)
        found = await self._batch(*[(statement.format(among=among), params) for statement in wanted])
        reports, vectors, words, items, [photos] = found
        return LoadedRows(reports, vectors, words, await asyncio.to_thread(items_of, items, photos))

    def _add(self, index: MemoryIndex, scope: Scope, loaded: LoadedRows) -> None:
        for row in loaded.reports:
            index.reports[row["hidden"]].add(ids=np.frombuffer(row["ids"], ID))
        for row in loaded.words:
            index.add_words(Sampled(**{**row, "words": frozenset(row["words"])}))
        for row in loaded.vectors:
            index.add(_vectors(scope, row))
        self._keep(index, loaded.items)

    def _keep(self, index: MemoryIndex, items: Sequence[Item]) -> None:
        if index.packs_items:
            index.items.add(items)
        else:
            self._items.keep(self.community, items)

    def _params(self, scope: Scope) -> dict[str, Any]:
        return {"community": self.community, "opposite": scope.opposite, "model": scope.model}


def _holds_all(index: MemoryIndex, asked: Watermark, changes: Row) -> bool:
    """Return whether the index, which others have refreshed since `asked`, already includes `changes`.

    They do if nothing had changed since `asked`: the others only added what came later. But what one of them added
    from its own transaction may still be rolled back.
    """
    complete = len(changes["changed"] or ()) < MAX_CHANGES
    return asked.seen > 0 and complete and not changes["new"] and not index.watermark.doubtful


def _up_to(first_bits: int | None) -> dict[str, UUID]:
    last = 2**128 if first_bits is None else min(first_bits << (128 - _ID_BITS), 2**128)
    return {"first": UUID(int=0), "last": UUID(int=last - 1)}


def _vectors(scope: Scope, row: Row) -> Vectors:
    ids, photos = (np.frombuffer(row[name], ID) for name in ("ids", "photos"))
    vectors = unpacked(row["vectors"], scope.spaces[row["space"]])
    return Vectors(Group(row["hidden"], row["space"], row["source"]), ids, photos, vectors)
