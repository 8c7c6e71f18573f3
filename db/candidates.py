"""The search in PostgreSQL: candidates by each pair kind and by rare words, with every similarity measured.

Among few open reports all are measured. Among many, sketches say which are worth it
(docs/decisions/0025-flat-search.md).
"""

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from psycopg.rows import DictRow

from db.photo_details import SqlPhotoDetails
from db.queries import Connection, Queries
from db.rare_words import SqlRareWords
from db.sketch_loading import SqlSketches
from db.sketches import SketchCache
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
    most_alike,
    uuids,
)
from reunite.encoder import PHOTO_SPACE
from reunite.entities import ANOTHER, Report, ReportKind
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search

MANY: Final = 1000
"""With more open reports of the other kind, not all are measured."""

_SEEN: Final = """(SELECT string_agg(array_send(p.colours), '' ORDER BY p.position) FROM photo p
    WHERE p.report_id = {report} AND p.state = 'stored') AS colours,
  ARRAY(SELECT DISTINCT thing FROM photo p, unnest(p.shows) AS thing
    WHERE p.report_id = {report} AND p.state = 'stored' ORDER BY thing) AS shows"""
_RULED_OUT: Final = """ARRAY(SELECT CASE WHEN lost_id = %(report)s THEN found_id ELSE lost_id END FROM match
    WHERE (lost_id = %(report)s OR found_id = %(report)s) AND (state = 'rejected' OR declined))"""
_RELEASED: Final = """ARRAY(SELECT r.id FROM match m JOIN report r ON r.id = m.found_id
    WHERE m.lost_id = %(report)s AND m.released AND r.sealed AND r.state = 'open')"""
_SCOPE: Final = f"""SELECT (SELECT id FROM embedding_model WHERE live) AS model,
  (SELECT spaces FROM embedding_model WHERE live) AS spaces,
  (SELECT count(*) FROM (SELECT FROM report r WHERE r.community_id = %(community)s
    AND r.kind = %(opposite)s::report_kind AND r.state = 'open' AND {COMPARED} LIMIT %(most)s) AS counted) AS n,
  {_RULED_OUT} AS ruled_out,
  {_RELEASED} AS released,
  {_SEEN.format(report="%(report)s")}"""
_OF_ANY_STATE: Final = f"""
SELECT r.id, r.kind, r.text, r.place, r.happened_at, r.posted_at, r.created_at, r.question ->> 'aspect' AS asked,
  r.question -> 'options' AS options, r.question_answer,
  {_SEEN.format(report="r.id")}
FROM report r WHERE r.id = ANY(%(reports)s::uuid[])
"""
_DETAILS: Final = f"""{_OF_ANY_STATE} AND r.state = 'open' AND r.kind = %(opposite)s::report_kind
  AND {COMPARED}
"""
_PHOTOS: Final = """
SELECT string_agg(uuid_send(report_id), '') AS reports, string_agg(halfvec_send(vector), '') AS vectors FROM embedding
WHERE report_id = ANY(%(reports)s::uuid[]) AND model_id = %(model)s AND space = %(space)s AND source = 'photo'
"""
_MOST_COMPARED: Final = 10
"""How many candidates, the nearest in each kind of pair, are compared with each other."""
_MOST_ALIKE: Final = 64
_ARRAY_HEADER, _ARRAY_DIMENSION = 12, 8
"""Bytes before the first element of a binary array."""


class SqlCandidates(Queries):
    """`reunite.ports.candidates.Candidates`."""

    def __init__(self, connection: Connection, community: UUID, sketch_cache: SketchCache) -> None:
        """`connection` is in the community's transaction; `sketch_cache` keeps the process's sketches."""
        super().__init__(connection, community)
        self._sketch_cache = sketch_cache
        self._vectors = SqlVectors(connection, community)
        self._words = SqlRareWords(connection, community)
        self._details = SqlPhotoDetails(connection, community)
        self._sketches = SqlSketches(connection, community)

    async def search(self, report: Report, limit: int, *, sealed: bool = False, private: bool = True) -> Search:
        hidden = private if report.kind is ReportKind.FOUND else sealed
        scope, known = await self._scope(report, max(MANY, limit), hidden=hidden)
        targets = await self._vectors.targets(scope)
        open_count, estimates = known["n"], None
        if open_count > max(MANY, limit):
            estimates = (await self._sketches.current(self._sketch_cache, scope)).estimate(targets, scope)
            open_count = estimates.open_count + (0 if sealed else len(known["released"]))
        rare, boilerplate = await self._words.rare(
            report.text, scope, open_count, estimates.sample() if estimates else None
        )
        sure = ids_of([*rare, *known["released"]])
        among = distinct([estimates.worth_measuring(), sure]) if estimates else None
        measured = await self._vectors.measure(scope, targets, among)
        chosen = distinct([ids_of(list(rare)), *(measures.nearest(limit) for measures in measured.values())])
        chosen = chosen[~np.isin(keys_of(chosen), keys_of(ids_of(known["ruled_out"])))]
        candidates = await self._candidates(scope, measured, chosen, rare)
        return Search(
            query=_item(report.id, report.kind, _fields_of(report) | known),
            candidates=candidates,
            background=estimates.background(measured) if estimates else _background(measured),
            lookalikes=await self._alike(scope, measured) if scope.opposite is ReportKind.FOUND else {},
            open_count=open_count,
            boilerplate=boilerplate,
        )

    async def items(self, reports: Sequence[UUID]) -> dict[UUID, Item]:
        """Return reports as scoring sees them, whatever their state."""
        rows = await self._all(_OF_ANY_STATE, reports=list(reports))
        return {row["id"]: _item(row["id"], ReportKind(row["kind"]), row) for row in rows}

    async def open_lost(self) -> Sequence[UUID]:
        found = await self._all(
            "SELECT id FROM report WHERE kind = 'lost' AND state = 'open' AND NOT sample ORDER BY id"
        )
        return [row["id"] for row in found]

    async def has_sealed(self) -> bool:
        return bool(await self._one("SELECT 1 FROM report WHERE sealed AND state = 'open' LIMIT 1"))

    async def _scope(self, report: Report, most: int, *, hidden: bool) -> tuple[Scope, DictRow]:
        """Return what is searched, and what is known: reports that take part are counted to just beyond `most`."""
        opposite = report.kind.opposite
        given = {"report": report.id, "opposite": opposite, "hidden": hidden, "most": most + 1}
        [row] = await self._all(_SCOPE, **given, community=self.community)
        return Scope(report.id, opposite, row["model"], row["spaces"] or {}, hidden), row

    async def _candidates(
        self, scope: Scope, measured: Mapping[PairKind, Measured], chosen: Ids, rare: Mapping[UUID, set[str]]
    ) -> tuple[Candidate, ...]:
        rows = await self._all(_DETAILS, **scope.params(), reports=as_array(chosen))
        keys = keys_of(ids_of([row["id"] for row in rows]))
        similarities: list[dict[PairKind, float]] = [{} for _ in rows]
        for kind, measures in measured.items():
            places, known = measures.places(keys)
            values = measures.similarities[places].tolist()
            for index in np.flatnonzero(known).tolist():
                similarities[index][kind] = values[index]
        photos = _photos(measured, scope.opposite, keys)
        details = await self._details.of(scope.report) if PairKind.PHOTO_PHOTO in measured else {}
        return tuple(
            Candidate(
                item=_item(row["id"], scope.opposite, row),
                similarities=similarities[index],
                rare_words=tuple(sorted(rare.get(row["id"], ()))),
                photo=photos[index] if photos[index] != NO_PHOTO else None,
                details=details.get(row["id"]),
            )
            for index, row in enumerate(rows)
        )

    async def _alike(self, scope: Scope, measured: Mapping[PairKind, Measured]) -> dict[frozenset[UUID], float]:
        """Return the pairs of found reports near the query whose photos are most alike: perhaps posts of one thing."""
        space = scope.space(PHOTO_SPACE)
        nearest = distinct([measures.nearest(_MOST_COMPARED) for measures in measured.values()])
        [row] = await self._all(_PHOTOS, model=scope.model, space=space, reports=as_array(nearest))
        return most_alike(row["reports"], row["vectors"], scope.spaces[space], _MOST_ALIKE) if row["reports"] else {}


def _background(measured: Mapping[PairKind, Measured]) -> dict[PairKind, Background]:
    return {
        kind: Background(
            float(measures.similarities.mean()), float(measures.similarities.std()), len(measures.similarities)
        )
        for kind, measures in measured.items()
    }


def _photos(measured: Mapping[PairKind, Measured], opposite: ReportKind, keys: Keys) -> list[UUID]:
    """Return which photo of the found report is the most similar: to a photo, otherwise to the text."""
    to_text = PairKind.TEXT_PHOTO if opposite is ReportKind.FOUND else PairKind.PHOTO_TEXT
    photos = ids_of([NO_PHOTO] * len(keys)).copy()
    for kind in (to_text, PairKind.PHOTO_PHOTO):
        if kind in measured:
            places, known = measured[kind].places(keys)
            photos[known] = measured[kind].photos[places[known]]
    return uuids(photos)


def _fields_of(report: Report) -> dict[str, Any]:
    """Return a report's fields under the names of its columns."""
    return {
        "text": report.text,
        "place": report.place,
        "happened_at": report.happened_at,
        "posted_at": report.posted_at,
        "created_at": report.created_at,
        "asked": report.question.aspect if report.question else None,
        "options": report.question.options if report.question else (),
        "question_answer": report.question_answer,
    }


def _item(report: UUID, kind: ReportKind, row: dict[str, Any]) -> Item:
    happened_at: datetime | None = row["happened_at"]
    answer, ruled_out = row["question_answer"] or "", ()
    if answer == ANOTHER:
        answer, ruled_out = "", tuple(row["options"])
    about_colour, about_place = (row["asked"] == aspect for aspect in ("colour", "place"))
    return Item(
        report=report,
        kind=kind,
        text=row["text"],
        place=row["place"] or (answer if about_place else ""),
        at=happened_at or row["posted_at"] or row["created_at"],
        time_is_stated=happened_at is not None,
        posted_at=row["posted_at"],
        colours=_colours(row["colours"]),
        shows=tuple(row["shows"]),
        answered_colour=answer if about_colour else "",
        ruled_out_colours=ruled_out if about_colour else (),
        ruled_out_places=ruled_out if about_place else (),
    )


def _colours(packed: bytes | None) -> tuple[tuple[float, ...], ...]:
    """Read arrays of numbers in PostgreSQL's binary format, one after the other."""
    colours, start = [], 0
    while packed and start < len(packed):
        dimensions = int.from_bytes(packed[start : start + 4], "big")
        size = int.from_bytes(packed[start + 12 : start + 16], "big") if dimensions else 0
        start += _ARRAY_HEADER + dimensions * _ARRAY_DIMENSION
        colours.append(struct.unpack(">" + "4xf" * size, packed[start : start + 8 * size]))
        start += 8 * size
    return tuple(colours)
