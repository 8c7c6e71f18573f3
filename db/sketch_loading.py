"""Reads a large community's vectors into sketches, and what has changed since."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.queries import Queries
from db.sketches import Axes, Group, SketchCache, Sketches
from db.vectors import Scope, ids_of, keys_of
from reunite.entities import ReportKind

_SAMPLE: Final = 4096
"""Vectors from which the axes of a space are taken."""
_MOST_CHANGES: Final = 5000
"""With more changes, a community is read again from the start."""
_BATCH: Final = 4 << 20
"""Bytes that are made into sketches at once."""
_HEADER: Final = 19
"""Bytes before the first row of a binary COPY."""
_LOST, _HIDDEN, _TEXT = 1, 2, 4

_OWN: Final = """ARRAY(SELECT report_id FROM search_change
    WHERE community_id = %(community)s AND changed = pg_current_xact_id_if_assigned()) AS own"""
_NOW: Final = f"""SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS seen, {_OWN},
  (SELECT count(*) FROM report r WHERE r.community_id = %(community)s AND r.state = 'open') AS reports"""
# After a restore from a backup old rows carry transactions that are yet to come.
_CHANGES: Final = f"""
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS seen, {_OWN}, ARRAY(
  SELECT report_id FROM search_change WHERE community_id = %(community)s
    AND changed >= %(seen)s::text::xid8 AND changed < pg_snapshot_xmax(pg_current_snapshot())
  LIMIT %(most)s) AS reports
"""
_VECTORS: Final = """
COPY (
  SELECT e.report_id,
    ((r.kind = 'lost')::int * 1 + (r.sealed OR r.private)::int * 2 + (e.source = 'text')::int * 4)::int2, e.vector
  FROM report r JOIN embedding e ON e.community_id = r.community_id AND e.report_id = r.id
  WHERE r.community_id = %(community)s AND r.state = 'open' AND NOT r.sample AND e.model_id = %(model)s
    AND e.space = %(space)s {among}
) TO STDOUT (FORMAT BINARY)
"""
_ALL: Final = ""
_SOME: Final = "AND e.report_id = ANY(%(reports)s)"
_RANDOM: Final = "AND e.report_id < %(below)s"  # ids are random


class SqlSketches(Queries):
    """Keeps a community's sketches as the database is."""

    async def current(self, sketch_cache: SketchCache, scope: Scope) -> Sketches:
        """Return the sketches as of now."""
        model, spaces = scope.model or 0, scope.spaces
        sketches = sketch_cache.get(self.community, model)
        async with sketches.lock:
            if sketches.seen:
                await self._refresh(sketches, model, spaces)
            else:
                await self._read(sketches, model, spaces)
        sketch_cache.trim()
        return sketches

    async def _read(self, sketches: Sketches, model: int, spaces: Mapping[str, int]) -> None:
        sketches.seen = 0  # where reading fails, the next search reads them again
        [now] = await self._all(_NOW, community=self.community)
        below = UUID(int=min(2**128 * _SAMPLE // max(now["reports"], 1), 2**128 - 1))
        axes: dict[str, Axes] = {}
        for space, dimension in spaces.items():
            sample = [rows["vector"] async for rows in self._vectors(model, space, dimension, _RANDOM, below=below)]
            if sample:
                axes[space] = Axes.of(np.concatenate(sample).astype(np.float32))
        sketches.axes, sketches.groups = axes, {}
        await self._add(sketches, model, spaces, np.empty(0, np.uint64), _ALL)
        sketches.count_all()
        sketches.seen, sketches.doubtful = now["seen"], now["own"]

    async def _refresh(self, sketches: Sketches, model: int, spaces: Mapping[str, int]) -> None:
        [now] = await self._all(_CHANGES, community=self.community, seen=sketches.seen, most=_MOST_CHANGES)
        if len(now["reports"]) == _MOST_CHANGES:
            await self._read(sketches, model, spaces)
            return
        if changed := list({*now["reports"], *now["own"], *sketches.doubtful}):
            await self._add(sketches, model, spaces, keys_of(ids_of(changed)), _SOME, reports=changed)
        sketches.seen, sketches.doubtful = now["seen"], now["own"]

    async def _add(
        self,
        sketches: Sketches,
        model: int,
        spaces: Mapping[str, int],
        gone: NDArray[np.uint64],
        among: str,
        **params: Any,
    ) -> None:
        added = []
        for space, axes in sketches.axes.items():
            async for rows in self._vectors(model, space, spaces[space], among, **params):
                made = axes.sketch(rows["vector"].astype(np.float32))
                added += [(group, rows["report"][mine], made[mine]) for group, mine in _groups(space, rows["flags"])]
        sketches.replace(gone, added)

    async def _vectors(
        self, model: int, space: str, dimension: int, among: str, **params: object
    ) -> AsyncIterator[NDArray[np.void]]:
        """Read vectors in batches; COPY's rows all have one length."""
        row = np.dtype([
            ("fields", ">i2"), ("l1", ">i4"), ("report", "V16"), ("l2", ">i4"), ("flags", ">i2"),
            ("l3", ">i4"), ("dimension", ">i2"), ("unused", ">i2"), ("vector", ">f2", (dimension,)),
        ])  # fmt: skip
        given = {"community": self.community, "model": model, "space": space, **params}
        async with (
            self._connection.cursor() as cursor,
            cursor.copy(_VECTORS.format(among=among).encode(), given) as copy,
        ):
            read, start = bytearray(), _HEADER
            async for data in copy:
                read += data
                if len(read) - start >= _BATCH:
                    whole = (len(read) - start) // row.itemsize
                    yield np.frombuffer(bytes(read[start : start + whole * row.itemsize]), row)
                    del read[: start + whole * row.itemsize]
                    start = 0
            whole = (len(read) - start) // row.itemsize
            if whole:
                yield np.frombuffer(bytes(read[start : start + whole * row.itemsize]), row)


def _groups(space: str, flags: NDArray[np.int16]) -> list[tuple[Group, NDArray[np.bool_]]]:
    return [
        (
            Group(
                ReportKind.LOST if flag & _LOST else ReportKind.FOUND,
                bool(flag & _HIDDEN),
                space,
                "text" if flag & _TEXT else "photo",
            ),
            flags == flag,
        )
        for flag in np.unique(flags).tolist()
    ]
