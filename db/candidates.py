"""The search in PostgreSQL: candidates by each pair kind and by rare words, with every similarity measured.

Among few open reports all are measured. Among many, sketches say which are worth it
(docs/decisions/0025-flat-search.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import numpy as np

from db.evidence import OF_ANY_STATE, SEEN, fields_of, items_of
from db.mapping import Row
from db.photo_details import OF_REPORT
from db.queries import Connection, Queries
from db.rare_words import SqlRareWords
from db.sketch_cache import SketchCache
from db.sketch_loading import MANY, SqlSketches
from db.sketches import Answer
from db.vectors import (
    COMPARED,
    MINE,
    NO_PHOTO,
    Ids,
    Keys,
    Measured,
    Scope,
    SqlVectors,
    Target,
    as_array,
    distinct,
    ids_of,
    keys_of,
    most_alike,
    targets_of,
)
from reunite.encoder import PHOTO_SPACE
from reunite.entities import Report, ReportKind
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.text.rarity import MOST_HOLDERS

_RULED_OUT: Final = """ARRAY(SELECT CASE WHEN lost_id = %(report)s THEN found_id ELSE lost_id END FROM match
    WHERE (lost_id = %(report)s OR found_id = %(report)s) AND (state = 'rejected' OR declined))"""
_RELEASED: Final = """ARRAY(SELECT r.id FROM match m JOIN report r ON r.id = m.found_id
    WHERE m.lost_id = %(report)s AND m.released AND r.sealed AND r.state = 'open')"""
_SCOPE: Final = f"""SELECT (SELECT id FROM embedding_model WHERE live) AS model,
  (SELECT spaces FROM embedding_model WHERE live) AS spaces, {_RULED_OUT} AS ruled_out, {_RELEASED} AS released"""
_COUNT: Final = f"""SELECT count(*) AS n FROM report r WHERE r.community_id = %(community)s
  AND r.kind = %(opposite)s::report_kind AND r.state = 'open' AND {COMPARED}"""
_DETAILS: Final = f"""{OF_ANY_STATE} AND r.state = 'open' AND r.kind = %(opposite)s::report_kind
  AND {COMPARED}
"""
_PHOTOS: Final = """
SELECT string_agg(uuid_send(report_id), '') AS reports, string_agg(halfvec_send(vector), '') AS vectors FROM embedding
WHERE report_id = ANY(%(reports)s::uuid[]) AND model_id = %(model)s AND space = %(space)s AND source = 'photo'
"""
_MOST_COMPARED: Final = 10
"""How many candidates, the nearest in each kind of pair, are compared with each other."""
_MOST_ALIKE: Final = 64


@dataclass(frozen=True, slots=True)
class Query:
    """What is known of a report that is searched for."""

    scope: Scope
    targets: Sequence[Target]
    ruled_out: Sequence[UUID]
    released: Sequence[UUID]
    details: Mapping[UUID, float]
    """How many details of photos match with which report."""
    holders: Sequence[Row]
    """Which reports have its words."""


class SqlCandidates(Queries):
    """`reunite.ports.candidates.Candidates`."""

    def __init__(self, connection: Connection, community: UUID, sketch_cache: SketchCache) -> None:
        """`connection` is in the community's transaction; `sketch_cache` keeps what the process knows."""
        super().__init__(connection, community)
        self._sketch_cache = sketch_cache
        self._vectors = SqlVectors(connection, community)
        self._words = SqlRareWords(connection, community)
        self._sketches = SqlSketches(connection, community)

    async def search(self, report: Report, limit: int, *, sealed: bool = False, private: bool = True) -> Search:
        hidden = private if report.kind is ReportKind.FOUND else sealed
        query, answer = await self._query(report, limit, hidden=hidden)
        scope = query.scope
        rare, boilerplate = await self._words.rare(query.holders, answer.open_count, answer.sample)
        measured = answer.measured
        if answer.sample is not None:
            sure = ids_of([*rare, *query.released])
            measured = await self._vectors.measure(scope, query.targets, distinct([answer.worth_measuring(), sure]))
        nearest = {kind: each.nearest(limit) for kind, each in measured.items()}
        chosen = distinct([ids_of(list(rare)), *nearest.values()])
        chosen = chosen[~np.isin(keys_of(chosen), keys_of(ids_of(query.ruled_out)))]
        near = distinct([each[:_MOST_COMPARED] for each in nearest.values()])
        details, seen, photos = await self._together(*self._details_of(scope, chosen, near, report))
        *items, item = items_of([*details, fields_of(report)], seen)
        return Search(
            query=item,
            candidates=_candidates(query, measured, items, rare),
            background=answer.background(),
            lookalikes=_lookalikes(scope, photos),
            open_count=answer.open_count,
            boilerplate=boilerplate,
        )

    async def items(self, reports: Sequence[UUID]) -> dict[UUID, Item]:
        """Return what is known of reports for scoring, whatever has become of them."""
        given = {"reports": list(reports)}
        found = items_of(*await self._together((OF_ANY_STATE, given), (SEEN, given)))
        return {item.report: item for item in found}

    async def open_lost(self) -> Sequence[UUID]:
        found = await self._all(
            "SELECT id FROM report WHERE kind = 'lost' AND state = 'open' AND NOT sample ORDER BY id"
        )
        return [row["id"] for row in found]

    async def has_sealed(self) -> bool:
        return bool(await self._one("SELECT 1 FROM report WHERE sealed AND state = 'open' LIMIT 1"))

    async def _query(self, report: Report, limit: int, *, hidden: bool) -> tuple[Query, Answer]:
        """Return what is known of the query, and what memory says of it."""
        given = {"report": report.id, "opposite": report.kind.opposite, "hidden": hidden}
        sketches = self._sketch_cache.get(self.community, report.kind.opposite)
        since = sketches.seen
        [known], [changes], mine, details, holders = await self._together(
            (_SCOPE, given),
            self._sketches.changes(sketches),
            (MINE, given),
            (OF_REPORT, given),
            self._words.holders(report.text, given, 2 * MANY if sketches.few else MOST_HOLDERS),
        )
        scope = Scope(report.id, report.kind.opposite, known["model"], known["spaces"] or {}, hidden)
        query = Query(
            scope,
            targets_of(scope, mine),
            known["ruled_out"],
            known["released"],
            {row["other"]: row["details"] for row in details},
            holders,
        )
        if not report.sample:
            try:
                async with sketches.lock:
                    await self._sketches.refresh(sketches, scope, since, changes)
            finally:
                self._sketch_cache.trim(self.community, scope.opposite)
            if sketches.few or len(sketches) > limit:
                return query, sketches.answer(query.targets, scope, query.released)
        return await self._everything(query, report.text)

    async def _everything(self, query: Query, text: str) -> tuple[Query, Answer]:
        """Measure everything in the database: a sample's search, or one that asks for nearly all."""
        given = query.scope.params()
        [[counted]] = await self._together((_COUNT, {**given, "community": self.community}))
        [holders] = await self._together(self._words.holders(text, given, counted["n"]))
        measured = await self._vectors.measure(query.scope, query.targets, None)
        return replace(query, holders=holders), Answer(counted["n"], measured, {}, None)

    def _details_of(
        self, scope: Scope, chosen: Ids, near: Ids, report: Report
    ) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Return the statements for what scoring needs: of the chosen reports, and photos of those found nearby."""
        space = scope.space(PHOTO_SPACE)
        compared = near if scope.opposite is ReportKind.FOUND else near[:0]
        return (
            (_DETAILS, {**scope.params(), "reports": as_array(chosen)}),
            (SEEN, {"reports": as_array(distinct([chosen, ids_of([report.id])]))}),
            (_PHOTOS, {"model": scope.model, "space": space, "reports": as_array(compared)}),
        )


def _candidates(
    query: Query, measured: Mapping[PairKind, Measured], items: Sequence[Item], rare: Mapping[UUID, set[str]]
) -> tuple[Candidate, ...]:
    keys = keys_of(ids_of([item.report for item in items]))
    similarities: list[dict[PairKind, float]] = [{} for _ in items]
    for kind, each in measured.items():
        places, known = each.places(keys)
        values = each.similarities[places].tolist()
        for index in np.flatnonzero(known).tolist():
            similarities[index][kind] = values[index]
    photos = _photos(measured, query.scope.opposite, keys)
    details = query.details if PairKind.PHOTO_PHOTO in measured else {}
    return tuple(
        Candidate(
            item=item,
            similarities=similar,
            rare_words=tuple(sorted(rare[item.report])) if rare and item.report in rare else (),
            photo=photo,
            details=details.get(item.report) if details else None,
        )
        for item, similar, photo in zip(items, similarities, photos, strict=True)
    )


def _lookalikes(scope: Scope, photos: Sequence[Row]) -> dict[frozenset[UUID], float]:
    """Return the pairs of found reports near the query whose photos are most alike: perhaps posts of one thing."""
    [row] = photos
    size = scope.spaces.get(scope.space(PHOTO_SPACE), 0)
    return most_alike(row["reports"], row["vectors"], size, _MOST_ALIKE) if row["reports"] else {}


def _photos(measured: Mapping[PairKind, Measured], opposite: ReportKind, keys: Keys) -> list[UUID | None]:
    """Return which photo of the found report is the most similar: to a photo, otherwise to the text."""
    to_text = PairKind.TEXT_PHOTO if opposite is ReportKind.FOUND else PairKind.PHOTO_TEXT
    photos = ids_of([NO_PHOTO] * len(keys)).copy()
    for kind in (to_text, PairKind.PHOTO_PHOTO):
        if kind in measured:
            places, known = measured[kind].places(keys)
            photos[known] = measured[kind].photos[places[known]]
    return [UUID(bytes=photo) if photo != NO_PHOTO.bytes else None for photo in photos.tolist()]
