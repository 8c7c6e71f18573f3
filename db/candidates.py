"""The search in PostgreSQL: candidates by each pair kind and by rare words, with every similarity measured.

Among few open reports all are measured. Among many, sketches say which are worth it
(docs/decisions/0025-flat-search.md).
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import numpy as np

from db.answers import Answer
from db.evidence import OF_ANY_STATE, SEEN, fields_of, items_of
from db.mapping import Row
from db.queries import Connection, Queries, Statement
from db.rare_words import SharedWords, boilerplate_of_sample, holders, shared_words
from db.searched import Searched, knowing
from db.sketch_cache import SketchCache
from db.sketch_loading import MANY, SqlSketches
from db.sketches import Sketches
from db.vectors import (
    COMPARED,
    NO_PHOTO,
    Ids,
    Keys,
    Measured,
    Scope,
    SqlVectors,
    as_array,
    distinct,
    ids_of,
    keys_of,
    measured_by_kind,
    measuring,
    most_alike,
)
from reunite.encoder import PHOTO_SPACE
from reunite.entities import Report, ReportKind
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.text.content import rare_candidates
from reunite.text.rarity import MOST_HOLDERS

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


class SqlCandidates(Queries):
    """`reunite.ports.candidates.Candidates`."""

    def __init__(self, connection: Connection, community: UUID, sketch_cache: SketchCache) -> None:
        """`connection` is in the community's transaction; `sketch_cache` keeps what the process knows."""
        super().__init__(connection, community)
        self._sketch_cache = sketch_cache
        self._vectors = SqlVectors(connection, community)
        self._sketches = SqlSketches(connection, community)

    async def search(self, report: Report, limit: int, *, sealed: bool = False, private: bool = True) -> Search:
        hidden = private if report.kind is ReportKind.FOUND else sealed
        sketches = self._sketch_cache.get(self.community, report.kind.opposite)
        async with self._connection.pipeline():
            query = await self._searched(report, sketches, hidden=hidden)
            if not report.sample and (sketches.few or len(sketches) > limit):
                answer, words = await self._from_memory(query, sketches, limit)
            else:
                answer, words = await self._from_database(query)
            return await self._put_together(report, query, answer, words, limit)

    async def items(self, reports: Sequence[UUID]) -> dict[UUID, Item]:
        """Return what is known of reports for scoring, whatever has become of them."""
        given = {"reports": list(reports)}
        found, [seen] = await self._together((OF_ANY_STATE, given), (SEEN, given))
        return {item.report: item for item in items_of(found, seen)}

    async def open_lost(self) -> Sequence[UUID]:
        found = await self._all(
            "SELECT id FROM report WHERE kind = 'lost' AND state = 'open' AND NOT sample ORDER BY id"
        )
        return [row["id"] for row in found]

    async def has_sealed(self) -> bool:
        return bool(await self._one("SELECT 1 FROM report WHERE sealed AND state = 'open' LIMIT 1"))

    async def _searched(self, report: Report, sketches: Sketches, *, hidden: bool) -> Searched:
        """Return what is known of the query, and bring memory up to date for it."""
        scope = Scope(report.id, report.kind.opposite, None, {}, hidden)
        known = sketches.known
        [fetch] = await self._send(knowing(scope, self._sketches.changes(sketches, scope)))
        words = rare_candidates(report.text)
        [row] = await fetch()
        query = Searched.of(scope, row, words)
        if not report.sample:
            try:
                async with sketches.lock:
                    await self._sketches.refresh(sketches, query.scope, known, row)
            finally:
                self._sketch_cache.trim(self.community, scope.opposite)
        return query

    async def _from_memory(self, query: Searched, sketches: Sketches, limit: int) -> tuple[Answer, SharedWords]:
        """Ask memory while PostgreSQL looks up the words."""
        scope = query.scope
        most = 2 * MANY if sketches.few else MOST_HOLDERS
        [fetch] = await self._send(holders(query.words, scope.params(), most))
        async with sketches.lock:  # another search may be reading everything again
            known = sketches.know(scope.model)
            answer = sketches.answer(query.targets, scope, query.released, limit) if known else None
        found = await fetch()
        if answer is None:
            return await self._from_database(query)
        return answer, shared_words(found, answer.open_count, answer.open_count if answer.few else MOST_HOLDERS)

    async def _put_together(
        self, report: Report, query: Searched, answer: Answer, words: SharedWords, limit: int
    ) -> Search:
        """Read what scoring needs of the reports that are worth it, and measure those that sketches have chosen."""
        rare = ids_of(list(words.rare))
        worth = answer.nearest(limit) if answer.few else [*answer.worth_measuring(), ids_of(query.released)]
        chosen = query.without_ruled_out(distinct([rare, *worth]))
        near = distinct(answer.nearest(_MOST_COMPARED))
        exactly = [] if answer.few or not query.targets else [self._measuring(query, chosen)]
        sent = await self._send(*exactly, *_details_of(query.scope, chosen, near, report))
        background = answer.background()
        boilerplate = words.boilerplate | boilerplate_of_sample(words.common, answer.sample or ())
        pairs = _pairs(query, answer.measured, chosen) if answer.few else {}
        *measured, details, [seen], photos = [await fetch() for fetch in sent]
        if not answer.few:
            pairs = _pairs_of_nearest(query, [row for [row] in measured], rare, limit)
        *items, item = items_of([*(row for row in details if row["id"].bytes in pairs), fields_of(report)], seen)
        return Search(
            query=item,
            candidates=_candidates(items, pairs, words, query.details if PairKind.PHOTO_PHOTO in background else {}),
            background=background,
            lookalikes=_lookalikes(query.scope, photos),
            open_count=answer.open_count,
            boilerplate=boilerplate,
        )

    def _measuring(self, query: Searched, among: Ids) -> Statement:
        return measuring(self.community, query.scope, query.targets, among)

    async def _from_database(self, query: Searched) -> tuple[Answer, SharedWords]:
        """Measure everything in the database: for a sample, for nearly all, or where memory has been emptied."""
        given = query.scope.params()
        [[counted]] = await self._together((_COUNT, {**given, "community": self.community}))
        [found] = await self._together(holders(query.words, given, counted["n"]))
        measured = await self._vectors.measure(query.scope, query.targets, None)
        return Answer(counted["n"], measured, {}, None), shared_words(found, counted["n"], counted["n"])


def _details_of(scope: Scope, chosen: Ids, near: Ids, report: Report) -> tuple[Statement, ...]:
    """Return the statements for what scoring needs: of the chosen reports, and photos of those found nearby."""
    space = scope.space(PHOTO_SPACE)
    compared = near if scope.opposite is ReportKind.FOUND else near[:0]
    return (
        (_DETAILS, {**scope.params(), "reports": as_array(chosen)}),
        (SEEN, {"reports": as_array(distinct([chosen, ids_of([report.id])]))}),
        (_PHOTOS, {"model": scope.model, "space": space, "reports": as_array(compared)}),
    )


Pair = tuple[dict[PairKind, float], UUID | None]
"""The similarities of the query and another report, and the found one's photo that is the most similar."""


def _pairs_of_nearest(query: Searched, rows: Sequence[Row], rare: Ids, limit: int) -> dict[bytes, Pair]:
    """Return what was measured of those with rare words, and of the nearest by each kind of pair."""
    measured: dict[PairKind, Measured] = {}
    for row in rows:
        measured |= measured_by_kind(query.scope, query.targets, row)
    nearest = [each.nearest(limit) for each in measured.values()]
    return _pairs(query, measured, query.without_ruled_out(distinct([rare, *nearest])))


def _pairs(query: Searched, measured: Mapping[PairKind, Measured], chosen: Ids) -> dict[bytes, Pair]:
    """Return what was measured of some reports, by id."""
    keys = keys_of(chosen)
    similarities: list[dict[PairKind, float]] = [{} for _ in keys]
    for kind, each in measured.items():
        places, known = each.places(keys)
        values = each.similarities[places].tolist()
        for index in np.flatnonzero(known).tolist():
            similarities[index][kind] = values[index]
    photos = _photos(measured, query.scope.opposite, keys)
    return dict(zip(chosen.tolist(), zip(similarities, photos, strict=True), strict=True))


def _photos(measured: Mapping[PairKind, Measured], opposite: ReportKind, keys: Keys) -> list[UUID | None]:
    """Return which photo of the found report is the most similar: to a photo, otherwise to the text."""
    to_text = PairKind.TEXT_PHOTO if opposite is ReportKind.FOUND else PairKind.PHOTO_TEXT
    photos = ids_of([NO_PHOTO] * len(keys)).copy()
    for kind in (to_text, PairKind.PHOTO_PHOTO):
        if kind in measured:
            places, known = measured[kind].places(keys)
            photos[known] = measured[kind].photos[places[known]]
    return [UUID(bytes=photo) if photo != NO_PHOTO.bytes else None for photo in photos.tolist()]


def _candidates(
    items: Sequence[Item], pairs: Mapping[bytes, Pair], words: SharedWords, details: Mapping[UUID, float]
) -> tuple[Candidate, ...]:
    candidates = []
    for item in items:
        similarities, photo = pairs[item.report.bytes]
        rare = tuple(sorted(words.rare.get(item.report, ()))) if words.rare else ()
        candidates.append(Candidate(item, similarities, rare, photo, details.get(item.report) if details else None))
    return tuple(candidates)


def _lookalikes(scope: Scope, photos: Sequence[Row]) -> dict[frozenset[UUID], float]:
    """Return the pairs of found reports near the query whose photos are most alike: perhaps posts of one thing."""
    [row] = photos
    size = scope.spaces.get(scope.space(PHOTO_SPACE), 0)
    return most_alike(row["reports"], row["vectors"], size, _MOST_ALIKE) if row["reports"] else {}
