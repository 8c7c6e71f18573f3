"""The search in PostgreSQL: candidates by each pair kind and by rare words, with every similarity measured.

Exact within the community (docs/decisions/0002-vectors.md).
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.rows import DictRow

from db.queries import Queries
from reunite.encoder import SHARED_SPACE
from reunite.entities import ANOTHER, Report, ReportKind
from reunite.matching.evidence import SIDES, Background, Candidate, Item, PairKind, Search
from reunite.text.content import rare_candidates
from reunite.text.rarity import rare_words

# A sealed report isn't even counted, until a moderator releases it to this lost report.
_TAKES_PART: Final = """(%(sealed)s OR NOT r.sealed OR EXISTS (SELECT FROM match m
  WHERE m.found_id = r.id AND m.lost_id = %(report)s AND m.released))"""

_CANDIDATES: Final = f"""
WITH compared AS MATERIALIZED ( -- by itself: an aggregate over it would carry the vectors along, and spill to disk
  SELECT pair.kind, theirs.report_id, -(mine.vector <#> theirs.vector) AS similarity,
    CASE %(opposite)s WHEN 'found' THEN theirs.photo_id ELSE mine.photo_id END AS photo_id
  FROM unnest(%(kinds)s::text[], %(mine)s::text[], %(theirs)s::text[], %(spaces)s::text[])
    AS pair (kind, mine, theirs, space)
  JOIN embedding mine ON mine.model_id = %(model)s AND mine.report_id = %(report)s
    AND mine.source = pair.mine AND mine.space = pair.space
  JOIN embedding theirs ON theirs.community_id = mine.community_id AND theirs.model_id = mine.model_id
    AND theirs.source = pair.theirs AND theirs.space = pair.space
  JOIN report r ON r.id = theirs.report_id AND r.kind = %(opposite)s::report_kind AND r.state = 'open'
    AND {_TAKES_PART}
),
similarities AS MATERIALIZED (
  SELECT kind, report_id, max(similarity) AS similarity,
    (array_agg(photo_id ORDER BY similarity DESC))[1] AS photo_id
  FROM compared GROUP BY kind, report_id
),
background AS (
  SELECT kind, avg(similarity) AS mean, stddev_pop(similarity) AS deviation, count(*) AS count
  FROM similarities GROUP BY kind
),
ranked AS (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY similarity DESC, report_id) AS place
  FROM similarities),
chosen AS (SELECT report_id AS id FROM ranked WHERE place <= %(limit)s UNION SELECT unnest(%(rare)s::uuid[])
  EXCEPT SELECT CASE WHEN lost_id = %(report)s THEN found_id ELSE lost_id END FROM match
         WHERE (lost_id = %(report)s OR found_id = %(report)s) AND (state = 'refused' OR declined)),
measured AS (
  SELECT report_id, jsonb_object_agg(kind, similarity) AS similarities,
    (array_agg(photo_id ORDER BY kind <> 'photo-photo') FILTER (WHERE photo_id IS NOT NULL))[1] AS photo_id
  FROM similarities
  WHERE report_id IN (SELECT id FROM chosen) GROUP BY report_id
)
SELECT r.id, r.text, r.place, r.happened_at, r.posted_at, r.created_at, r.question ->> 'aspect' AS asked,
  r.question -> 'options' AS options,
  r.question_answer,
  coalesce(measured.similarities, '{{}}') AS similarities, measured.photo_id,
  (SELECT coalesce(jsonb_agg(p.colours ORDER BY p.position), '[]') FROM photo p
    WHERE p.report_id = r.id AND p.state = 'stored') AS colours,
  ARRAY(SELECT DISTINCT thing FROM photo p, unnest(p.shows) AS thing
    WHERE p.report_id = r.id AND p.state = 'stored' ORDER BY thing) AS shows,
  (SELECT jsonb_agg(background) FROM background) AS background
FROM chosen JOIN report r USING (id) LEFT JOIN measured ON measured.report_id = r.id
"""

_RARE: Final = f"""
SELECT wanted.word, r.id, r.author_id AS author, (
  SELECT count(*) FROM report o WHERE o.workspace_id = r.workspace_id AND o.author_id = r.author_id
    AND o.kind = r.kind AND o.state = 'open'
) AS reports_of_author
FROM unnest(%(words)s::text[]) AS wanted (word)
JOIN report r ON r.kind = %(opposite)s::report_kind AND r.state = 'open' AND r.words @> ARRAY[wanted.word]
  AND {_TAKES_PART}
"""

_ALIKE: Final = """
SELECT one.report_id AS one, other.report_id AS other, max(-(one.vector <#> other.vector)) AS similarity
FROM embedding one JOIN embedding other ON other.community_id = one.community_id AND other.model_id = one.model_id
  AND other.space = one.space AND other.source = one.source AND other.report_id > one.report_id
WHERE one.model_id = %(model)s AND one.space = %(space)s AND one.source = 'photo'
  AND one.report_id = ANY(%(reports)s) AND other.report_id = ANY(%(reports)s)
GROUP BY one.report_id, other.report_id ORDER BY similarity DESC LIMIT %(most)s
"""
_MOST_COMPARED: Final = 10
"""How many candidates, the nearest in each kind of pair, are compared with each other."""
_MOST_ALIKE: Final = 64

_COUNT: Final = f"""SELECT count(*) AS n FROM report r
WHERE kind = %(opposite)s::report_kind AND state = 'open' AND {_TAKES_PART}"""
_PHOTOS: Final = "SELECT colours, shows FROM photo WHERE report_id = %(report)s AND state = 'stored' ORDER BY position"


class SqlCandidates(Queries):
    """`reunite.ports.candidates.Candidates`."""

    async def search(self, report: Report, limit: int, *, sealed: bool = False) -> Search:
        opposite = report.kind.opposite
        params = {"report": report.id, "opposite": opposite, "limit": limit, "sealed": sealed}
        [counted] = await self._all(_COUNT, **params)
        rare, boilerplate = await self._rare(report, counted["n"], params)
        spaces = await self._spaces()
        found = await self._all(_CANDIDATES, **params, **spaces, rare=list(rare))
        photos = await self._all(_PHOTOS, **params)
        return Search(
            query=_item(report.id, report.kind, _fields_of(report) | _seen_in(photos)),
            candidates=tuple(_candidate(row, opposite, rare) for row in found),
            background=_background(found),
            lookalikes=await self._alike(spaces, found) if opposite is ReportKind.FOUND else {},
            open_count=counted["n"],
            boilerplate=boilerplate,
        )

    async def _alike(self, spaces: dict[str, Any], found: list[DictRow]) -> dict[frozenset[UUID], float]:
        """Return the pairs of candidates whose photos are most alike: they may be posts of one thing."""
        nearest: set[UUID] = set()
        for kind in PairKind:
            known = [row for row in found if kind in row["similarities"]]
            known.sort(key=lambda row: -row["similarities"][kind])
            nearest.update(row["id"] for row in known[:_MOST_COMPARED])
        space = spaces["spaces"][spaces["kinds"].index(PairKind.PHOTO_PHOTO)]
        alike = await self._all(_ALIKE, model=spaces["model"], space=space, reports=list(nearest), most=_MOST_ALIKE)
        return {frozenset((row["one"], row["other"])): row["similarity"] for row in alike}

    async def _spaces(self) -> dict[str, Any]:
        """Return the live model, and by columns the pair kinds with the spaces in which it compares them."""
        model = await self._one("SELECT id, spaces FROM embedding_model WHERE live")
        spaces = model["spaces"] if model else {}
        mine, theirs, preferred = zip(*SIDES.values(), strict=True)
        return {
            "model": model["id"] if model else None,
            "kinds": list(SIDES),
            "mine": list(mine),
            "theirs": list(theirs),
            "spaces": [space if space in spaces else SHARED_SPACE for space in preferred],
        }

    async def _rare(
        self, report: Report, open_count: int, params: dict[str, Any]
    ) -> tuple[dict[UUID, set[str]], frozenset[str]]:
        """Return the rare words that open reports share with the report, and which of its words are boilerplate."""
        wanted = rare_candidates(report.text)
        found = await self._all(_RARE, **params, words=list(wanted)) if wanted else []
        holders: dict[str, dict[UUID, str]] = defaultdict(dict)
        for row in found:
            holders[row["word"]][row["id"]] = row["author"]
        return rare_words(holders, {row["author"]: row["reports_of_author"] for row in found}, open_count)


def _candidate(row: DictRow, kind: ReportKind, rare: Mapping[UUID, set[str]]) -> Candidate:
    return Candidate(
        item=_item(row["id"], kind, row),
        similarities={PairKind(pair): value for pair, value in row["similarities"].items()},
        rare_words=tuple(sorted(rare.get(row["id"], ()))),
        photo=row["photo_id"],
    )


def _background(found: list[DictRow]) -> dict[PairKind, Background]:
    background = found[0]["background"] or [] if found else []
    return {PairKind(row["kind"]): Background(row["mean"], row["deviation"], row["count"]) for row in background}


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


def _seen_in(photos: list[DictRow]) -> dict[str, Any]:
    """Return what a report's photos show, under the names of a candidate's columns."""
    return {
        "colours": [photo["colours"] for photo in photos],
        "shows": sorted({thing for photo in photos for thing in photo["shows"]}),
    }


def _item(report: UUID, kind: ReportKind, row: dict[str, Any]) -> Item:
    said: datetime | None = row["happened_at"]
    answer, ruled_out = row["question_answer"] or "", ()
    if answer == ANOTHER:
        answer, ruled_out = "", tuple(row["options"])
    about_colour, about_place = (row["asked"] == aspect for aspect in ("colour", "place"))
    return Item(
        report=report,
        kind=kind,
        text=row["text"],
        place=row["place"] or (answer if about_place else ""),
        at=said or row["posted_at"] or row["created_at"],
        time_is_stated=said is not None,
        posted_at=row["posted_at"],
        colours=tuple(tuple(photo) for photo in row["colours"]),
        shows=tuple(row["shows"]),
        answered_colour=answer if about_colour else "",
        ruled_out_colours=ruled_out if about_colour else (),
        ruled_out_places=ruled_out if about_place else (),
    )
