"""Similarities measured by PostgreSQL and read in bulk, as packed columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from db.mapping import Row
from db.products import products
from db.queries import Queries, Statement
from reunite.encoder import SHARED_SPACE
from reunite.entities import ReportKind
from reunite.matching.evidence import SIDES, PairKind

Ids = NDArray[np.void]
"""UUIDs of 16 bytes each."""
Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

ID: Final = np.dtype("V16")
NO_PHOTO: Final = UUID(int=0)
"""Means "no photo" in a packed column."""

TAKES_PART: Final = "(%(hidden)s OR NOT (r.sealed OR r.private))"
"""Hidden reports aren't even counted. Nor are sealed ones once a moderator has released them to this lost report: by
changing it, its author could find out what they are, from all that a search says."""
COMPARED: Final = f"""{TAKES_PART} AND CASE WHEN r.sample
  THEN r.workspace_id = (SELECT mine.workspace_id FROM report mine WHERE mine.id = %(report)s AND mine.sample)
  ELSE NOT EXISTS (SELECT FROM report mine WHERE mine.id = %(report)s AND mine.sample) END"""
"""Samples are compared only with samples of their workspace, other reports only with other reports."""

QUERY_VECTORS: Final = """SELECT array_agg(model_id) AS models, array_agg(space) AS in_spaces,
  array_agg(photo_id) AS photos, array_agg(halfvec_send(vector)) AS vectors
FROM (SELECT model_id, space, photo_id, vector FROM embedding WHERE report_id = %(report)s
  ORDER BY photo_id, part) AS own"""
"""The query's vectors of all models, because the live model may have changed since the scope was read."""
# One pass for all targets; OFFSET 0 keeps the planner from computing `target` again for each column.
_MEASURED: Final = """SELECT {columns} FROM (SELECT e.report_id, e.photo_id, e.vector, CASE {targets} END AS target
{among} OFFSET 0) AS e"""
_TARGET: Final = "WHEN e.space = %(space{target})s AND e.source = %(source{target})s THEN {target}"
_REPORTS: Final = """string_agg(uuid_send(report_id), '') FILTER (WHERE target = {target}) AS reports{target},
  string_agg(uuid_send(coalesce(photo_id, '00000000-0000-0000-0000-000000000000')), '')
    FILTER (WHERE target = {target}) AS photos{target}"""
_SIMILARITIES: Final = """string_agg(float8send(-(vector <#> %(v{target}_{vector})s)), '')
  FILTER (WHERE target = {target}) AS v{target}_{vector}"""
_ALL: Final = f"""FROM report r JOIN embedding e ON e.community_id = r.community_id AND e.report_id = r.id
WHERE r.community_id = %(community)s AND r.kind = %(opposite)s::report_kind AND r.state = 'open' AND {COMPARED}
  AND e.community_id = %(community)s AND e.model_id = %(model)s"""
_SOME: Final = """FROM embedding e WHERE e.report_id = ANY(%(reports)s::uuid[]) AND e.community_id = %(community)s
  AND e.model_id = %(model)s"""


@dataclass(frozen=True, slots=True)
class Target:
    """Vectors of the query that are compared with the same space and source of other reports."""

    space: str
    source: str
    kinds: tuple[PairKind, ...]
    """The pair kind of each of the query's vectors."""
    photos: tuple[UUID | None, ...]
    """The photo of each of the query's vectors, if it's one of a photo."""
    vectors: NDArray[np.float32]

    def of(self, kind: PairKind) -> list[int]:
        """Return the positions of the query's vectors that make a pair kind."""
        return [index for index, other in enumerate(self.kinds) if other is kind]


@dataclass(frozen=True, slots=True)
class Measured:
    """Each report's best similarity for one pair kind."""

    reports: Ids
    keys: Keys
    """In ascending order."""
    similarities: Floats
    photos: Ids
    """The photo of the found report in the best pair."""

    def nearest(self, limit: int) -> Ids:
        """Return the reports with the highest similarities; ties go to the lower id."""
        count = len(self.similarities)
        least = np.partition(self.similarities, count - limit)[count - limit] if limit < count else -np.inf
        best = np.flatnonzero(self.similarities >= least)
        halves = np.ascontiguousarray(self.reports[best]).view(">u8").reshape(-1, 2)
        order = np.lexsort((halves[:, 1], halves[:, 0], -self.similarities[best]))[:limit]
        nearest: Ids = self.reports[best[order]]
        return nearest

    def positions(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the reports' positions, and which of them were measured at all."""
        positions = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return positions, self.keys[positions] == keys


@dataclass(frozen=True, slots=True)
class Scope:
    """Which reports take part in a search, and by which model."""

    report: UUID
    opposite: ReportKind
    model: int | None
    spaces: Mapping[str, int]
    hidden: bool
    """Whether sealed or private reports take part."""

    def space(self, preferred: str) -> str:
        """Return the space to compare in: the preferred one, or the shared one if the model lacks it."""
        return preferred if preferred in self.spaces else SHARED_SPACE

    def params(self) -> dict[str, Any]:
        return {"report": self.report, "opposite": self.opposite, "model": self.model, "hidden": self.hidden}


class ByReport(NamedTuple):
    """The order of vectors by their reports."""

    order: NDArray[np.intp]
    """The positions of all vectors, those of a report one after the other."""
    starts: NDArray[np.intp]
    """Where each report's vectors start in `order`."""
    counts: NDArray[np.intp]
    reports: Ids
    keys: Keys
    """In ascending order."""

    @classmethod
    def of(cls, reports: Ids, keys: Keys) -> "ByReport":
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        return cls(order, starts, np.diff(starts, append=len(keys)), reports[order[starts]], ordered[starts])


def keys_of(ids: Ids) -> Keys:
    """Hash UUIDs to numbers; a collision within a community is next to impossible."""
    halves = np.ascontiguousarray(ids).view(np.uint64).reshape(-1, 2)
    return halves[:, 0] ^ (halves[:, 1] * np.uint64(0x9E3779B97F4A7C15))


def ids_of(reports: Sequence[UUID]) -> Ids:
    return np.frombuffer(b"".join(report.bytes for report in reports), ID)


def distinct(ids: Sequence[Ids]) -> Ids:
    together = np.concatenate([np.empty(0, ID), *ids])
    return together[np.unique(keys_of(together), return_index=True)[1]]


def as_array(ids: Ids) -> str:
    """Format UUIDs as a PostgreSQL array."""
    digits = ids.tobytes().hex()
    return "{" + ",".join(digits[start : start + 32] for start in range(0, len(digits), 32)) + "}"


def uuids(ids: Ids) -> list[UUID]:
    return list(map(uuid_of, ids.tolist()))


@lru_cache(maxsize=10_000)
def uuid_of(packed: bytes) -> UUID:
    """Return the UUID of 16 bytes. Creating one takes as long as looking up thirty."""
    return UUID(bytes=packed)


def unpacked(vectors: bytes, dimension: int) -> NDArray[np.float32]:
    """Read the vectors that `halfvec_send` has written one after the other."""
    packed = np.dtype([("dimension", ">i2"), ("unused", ">i2"), ("vector", ">f2", (dimension,))])
    return np.frombuffer(vectors, packed)["vector"].astype(np.float32)


def vector_of(packed: bytes) -> NDArray[np.float32]:
    """Read a single such vector."""
    return np.frombuffer(packed, ">f2", offset=4).astype(np.float32)


class QueryVector(NamedTuple):
    """A vector of the query."""

    model: int
    space: str
    photo: UUID | None
    vector: NDArray[np.float32]


class SqlVectors(Queries):
    """Measures the query's vectors against those of other reports."""

    async def targets(self, scope: Scope) -> list[Target]:
        """Return what the query's vectors are compared with, in the spaces that the pair kinds prefer."""
        [[row]] = await self._batch((QUERY_VECTORS, scope.params()))
        return targets_of(scope, query_vectors(row))

    async def measure(self, scope: Scope, targets: Sequence[Target]) -> dict[PairKind, Measured]:
        """Measure all open reports that take part."""
        if not targets:
            return {}
        [[found]] = await self._batch(measuring(self.community, scope, targets, None))
        return measured_by_kind(scope, targets, found)


def measuring(community: UUID, scope: Scope, targets: Sequence[Target], among: Ids | None) -> Statement:
    """Return the statement that measures similarities, of all open reports that take part or of those `among` all.

    `targets` must not be empty.
    """
    params = {**scope.params(), "community": community, "reports": None if among is None else as_array(among)}
    columns = []
    for number, target in enumerate(targets):
        params |= {f"space{number}": target.space, f"source{number}": target.source}
        columns.append(_REPORTS.format(target=number))
        for position, vector in enumerate(target.vectors):
            params[f"v{number}_{position}"] = HalfVector(vector)
            columns.append(_SIMILARITIES.format(target=number, vector=position))
    cases = " ".join([_TARGET.format(target=number) for number in range(len(targets))])
    source = _ALL if among is None else _SOME
    return _MEASURED.format(columns=", ".join(columns), targets=cases, among=source), params


def measured_by_kind(scope: Scope, targets: Sequence[Target], found: Row) -> dict[PairKind, Measured]:
    """Read the row of `measuring`."""
    measured: dict[PairKind, Measured] = {}
    for number, target in enumerate(targets):
        if found[f"reports{number}"]:
            measured |= _measured(scope, target, found, number)
    return measured


def query_vectors(row: Row) -> list[QueryVector]:
    """Read the row of `QUERY_VECTORS`."""
    columns = [row[name] or () for name in ("models", "in_spaces", "photos", "vectors")]
    return [
        QueryVector(model, space, photo, vector_of(packed))
        for model, space, photo, packed in zip(*columns, strict=True)
    ]


def targets_of(scope: Scope, query: Sequence[QueryVector]) -> list[Target]:
    """Return what each of the query's vectors is compared with."""
    grouped: dict[tuple[str, str], list[tuple[PairKind, UUID | None, NDArray[np.float32]]]] = {}
    for kind, (source, theirs, preferred) in SIDES.items():
        space = scope.space(preferred)
        for own in query:
            if (own.model, own.space) == (scope.model, space) and (own.photo is None) == (source == "text"):
                grouped.setdefault((space, theirs), []).append((kind, own.photo, own.vector))
    return [_target(space, source, found) for (space, source), found in grouped.items()]


def _target(space: str, source: str, query: Sequence[tuple[PairKind, UUID | None, NDArray[np.float32]]]) -> Target:
    kinds, photos, vectors = zip(*query, strict=True)
    return Target(space, source, kinds, photos, np.stack(vectors))


def _measured(scope: Scope, target: Target, row: Row, number: int) -> dict[PairKind, Measured]:
    reports, photos = (np.frombuffer(row[f"{name}{number}"], ID) for name in ("reports", "photos"))
    found = [np.frombuffer(row[f"v{number}_{position}"], ">f8") for position in range(len(target.vectors))]
    by_report = ByReport.of(reports, keys_of(reports))
    return best_by_kind(target, scope.opposite, by_report, photos, np.stack(found))


def best_by_kind(
    target: Target, opposite: ReportKind, by_report: ByReport, photos: Ids, similarities: NDArray[np.floating]
) -> dict[PairKind, Measured]:
    """Find each report's best similarity by pair kind; `similarities` has a row for each of the query's vectors."""
    order, starts, counts, reports, keys = by_report
    own = ids_of([photo or NO_PHOTO for photo in target.photos])
    measured = {}
    for kind in dict.fromkeys(target.kinds):
        positions = target.of(kind)
        values = similarities[positions].astype(np.float64)
        of_vectors = values[0] if len(positions) == 1 else values.max(axis=0)
        ordered = of_vectors[order]
        if len(order) == len(keys):
            best, winners = ordered, order
        else:
            best = np.maximum.reduceat(ordered, starts)
            winners = _winners(ordered, best, counts, order)
        compared = (
            photos[winners] if opposite is ReportKind.FOUND else own[positions][values[:, winners].argmax(axis=0)]
        )
        measured[kind] = Measured(reports, keys, best, compared)
    return measured


def _winners(
    values: Floats, best: Floats, counts: NDArray[np.int64], positions: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the position of each report's best vector; `values` and `positions` are sorted by report."""
    owners = np.repeat(np.arange(len(counts)), counts)
    ties = np.flatnonzero(values == best[owners])
    winners = np.empty(len(counts), np.int64)
    winners[owners[ties[::-1]]] = positions[ties[::-1]]
    return winners


def most_similar_pairs(ids: Ids, vectors: NDArray[np.float32], limit: int) -> dict[frozenset[UUID], float]:
    """Return the pairs of reports with the most similar vectors, at most `limit`."""
    keys = keys_of(ids)
    ones, others = np.nonzero(np.triu(keys[:, None] != keys[None, :]))
    cosines = products(vectors, vectors)[ones, others]
    names = uuids(ids)
    found: dict[frozenset[UUID], float] = {}
    for position in np.argsort(-cosines, kind="stable").tolist():
        found.setdefault(frozenset((names[ones[position]], names[others[position]])), float(cosines[position]))
        if len(found) == limit:
            break
    return found
