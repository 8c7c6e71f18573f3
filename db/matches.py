"""Matches in PostgreSQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from db import mapping
from db.queries import Queries, as_real
from reunite.entities import Handover, Match, MatchState, ReplyTarget, Why
from reunite.errors import DefectError
from reunite.ports import ScoredPair

_BY_THE_AUTHOR_OF: Final = """JOIN workspace theirs ON theirs.id = {one}.workspace_id
    JOIN workspace w ON w.id = theirs.id OR (w.platform, theirs.platform) = ('discord', 'discord')
    JOIN report {other} ON {other}.workspace_id = w.id AND {other}.author_id = {one}.author_id
      AND {other}.kind = {one}.kind AND ({other}.id = {one}.id OR theirs.platform <> 'api')"""
"""Other reports of the same kind by the same account. A list's belong to many owners under one name."""
_RULED_OUT: Final = f"""
WITH ruled_out AS (
  SELECT m.found_id AS other, m.* FROM report mine
    {_BY_THE_AUTHOR_OF.format(one="mine", other="lost")} JOIN match m ON m.lost_id = lost.id
    WHERE mine.id = %(report)s AND mine.kind = 'lost'
  UNION ALL
  SELECT again.id AS other, m.* FROM match m
    JOIN report lost ON lost.id = m.lost_id {_BY_THE_AUTHOR_OF.format(one="lost", other="again")}
    WHERE m.found_id = %(report)s
)
SELECT DISTINCT other FROM ruled_out WHERE state = 'rejected' OR (declined AND (label IS NOT NULL OR faded))
"""


class SqlMatches(Queries):
    """`reunite.ports.matches.Matches`."""

    async def save(self, pairs: Sequence[ScoredPair]) -> Sequence[Match]:
        if not pairs:
            return []
        rows = await self._all(
            f"""INSERT INTO match AS m (community_id, lost_id, found_id, model_id, probability, label, why, evidence,
                                  percent, photo_id)
               SELECT %(community)s, pair.lost, pair.found, live.id, pair.probability, pair.label, pair.why,
                      pair.evidence, pair.percent, pair.photo
               FROM (SELECT id FROM embedding_model WHERE live) AS live,
                 unnest(%(lost)s::uuid[], %(found)s::uuid[], %(probability)s::real[], %(label)s::text[],
                   %(why)s::jsonb[], %(evidence)s::jsonb[], %(percent)s::boolean[], %(photo)s::uuid[])
                   WITH ORDINALITY AS pair (lost, found, probability, label, why, evidence, percent, photo, number)
               ORDER BY pair.number
               ON CONFLICT (lost_id, found_id) DO UPDATE SET model_id = excluded.model_id,
                 probability = excluded.probability, label = excluded.label, why = excluded.why,
                 evidence = excluded.evidence, percent = excluded.percent, photo_id = excluded.photo_id,
                 faded = excluded.label IS NULL AND (m.faded OR m.label IS NOT NULL)
               RETURNING {mapping.MATCH}""",
            lost=[pair.lost for pair in pairs],
            found=[pair.found for pair in pairs],
            probability=[as_real(pair.probability) for pair in pairs],
            label=[pair.label for pair in pairs],
            why=[Jsonb([asdict(why) for why in pair.why]) for pair in pairs],
            evidence=[Jsonb(dict(pair.evidence)) for pair in pairs],
            percent=[pair.percent for pair in pairs],
            photo=[pair.photo for pair in pairs],
        )
        if not rows:
            raise DefectError("a match can't be saved before a model is live")
        saved = {(match.lost, match.found): match for match in map(mapping.match, rows)}
        return [saved[pair.lost, pair.found] for pair in pairs]

    async def fade(self, matches: Collection[UUID]) -> Sequence[Match]:
        if not matches:
            return []
        rows = await self._all(
            f"UPDATE match AS m SET label = NULL, faded = true WHERE id = ANY(%(matches)s) RETURNING {mapping.MATCH}",
            matches=sorted(matches),
        )
        return [mapping.match(row) for row in rows]

    async def get(self, match: UUID) -> Match | None:
        return next(iter(await self._from("match m WHERE id = %(match)s", match=match)), None)

    async def ruled_out(self, report: UUID) -> frozenset[UUID]:
        return frozenset({row["other"] for row in await self._all(_RULED_OUT, report=report)})

    async def shown_at(self, target: ReplyTarget) -> Match | None:
        shown = await self._from(
            """match m JOIN outbox o ON o.match_id = m.id
               WHERE o.platform = %(platform)s::platform AND o.sent_channel = %(channel)s
                 AND o.sent_message = %(message)s""",
            **asdict(target),
        )
        return next(iter(shown), None)

    async def of(self, report: UUID) -> Sequence[Match]:
        either = "lost_id = %(report)s OR found_id = %(report)s"
        return await self._from(f"match m WHERE {either} ORDER BY probability DESC, id", report=report)

    async def _from(self, matches: LiteralString, **params: object) -> list[Match]:
        return [mapping.match(row) for row in await self._all(f"SELECT {mapping.MATCH} FROM {matches}", **params)]

    async def set_why(self, match: UUID, why: tuple[Why, ...]) -> None:
        await self._do(
            "UPDATE match SET why = %(why)s WHERE id = %(match)s",
            match=match,
            why=Jsonb([asdict(reason) for reason in why]),
        )

    async def set_state(self, match: UUID, state: MatchState) -> None:
        await self._do("UPDATE match SET state = %(state)s WHERE id = %(match)s", match=match, state=state)

    async def decline(self, match: UUID, *, declined: bool) -> None:
        await self._do("UPDATE match SET declined = %(declined)s WHERE id = %(match)s", match=match, declined=declined)

    async def pick(self, match: UUID) -> None:
        await self._do("UPDATE match SET picked = true, declined = false WHERE id = %(match)s", match=match)

    async def note_handover(self, match: UUID, handover: Handover) -> None:
        await self._do(
            "UPDATE match SET got_back = %(got_back)s, handed_over = %(handed_over)s, returned = %(returned)s"
            " WHERE id = %(match)s",
            match=match,
            **asdict(handover),
        )

    async def release(self, match: UUID) -> None:
        await self._do("UPDATE match SET released = true WHERE id = %(match)s", match=match)
