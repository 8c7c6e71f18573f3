"""A community's numbers in PostgreSQL: how many items, and how good the matches were."""

from typing import Final, Literal

from db.counts import COUNTS, RETURNED, counting_open
from db.queries import Queries
from reunite.entities import PromisesKept, Statistics

_FIELDS: Final = ("matches_shown", "confirmed", "rejected", "high", "high_right", "lists", "lists_right")
_NAMES: Final = ", ".join(_FIELDS)
_COUNTED: Final = """
WITH known AS (SELECT j.* FROM feedback j JOIN report f ON f.id = j.found_id WHERE NOT f.sample
    AND (j.is_certain OR NOT j.is_right)), -- a closer look at an item decides nothing
made AS (SELECT m.lost_id, m.label, m.state, known.is_right,
    m.released OR NOT f.sealed AS is_public, -- only moderators know the others
    EXISTS (SELECT FROM outbox o WHERE o.match_id = m.id AND o.audience = 'thread') AS is_shown
  FROM match m JOIN report f ON f.id = m.found_id AND NOT f.sample LEFT JOIN known ON known.id = m.id
  WHERE {of}),
lists AS (SELECT bool_or(coalesce(is_right, false)) AS is_right, bool_and(is_right IS NOT NULL) AS is_whole
  FROM made WHERE label = 'possible' AND is_public GROUP BY lost_id)
SELECT count(*) FILTER (WHERE is_shown) AS matches_shown,
  count(*) FILTER (WHERE is_public AND state = 'confirmed') AS confirmed,
  count(*) FILTER (WHERE is_public AND state = 'rejected') AS rejected,
  count(is_right) FILTER (WHERE label = 'high') AS high,
  count(*) FILTER (WHERE label = 'high' AND is_right) AS high_right,
  (SELECT count(*) FROM lists WHERE is_right OR is_whole) AS lists,
  (SELECT count(*) FROM lists WHERE is_right) AS lists_right
FROM made
"""
MATCHES: Final = f"""SELECT {", ".join(f"sum({name})::int AS {name}" for name in _FIELDS)}
FROM (SELECT {_NAMES} FROM tally UNION ALL ({_COUNTED.format(of="true")})) AS stored_and_forgotten"""
"""How many matches were shown, and how good they were, with those that are forgotten."""
_LEARNED_FROM: Final = """SELECT coalesce((SELECT (summary ->> 'searches')::int FROM (
    SELECT summary FROM calibration JOIN embedding_model e ON e.version = model_version AND e.live
    WHERE community_id IS NOT NULL ORDER BY seq DESC LIMIT 1) AS own
  WHERE summary ->> 'source' = 'feedback'), 0) AS learned_from"""
TALLY: Final = f"""INSERT INTO tally (community_id, workspace_id, {_NAMES})
SELECT r.community_id, r.workspace_id, counted.*
FROM report r, ({_COUNTED.format(of="m.lost_id = %(report)s")}) AS counted
WHERE r.id = %(report)s AND matches_shown + confirmed + rejected + high + lists > 0
ON CONFLICT (workspace_id) DO UPDATE SET {", ".join(f"{name} = tally.{name} + excluded.{name}" for name in _FIELDS)}"""
"""Adds a lost report's matches to its workspace's tally, before they are deleted."""


class SqlStatistics(Queries):
    """The statistics of `reunite.ports.workspaces.Workspaces`."""

    async def statistics(self, *, for_moderators: bool = False) -> Statistics:
        items = await self._row(f"SELECT {COUNTS}", for_moderators=for_moderators)
        matches = await self._row(MATCHES)
        learned = await self._row(_LEARNED_FROM)
        shown = {name: matches.pop(name) for name in ("matches_shown", "confirmed", "rejected")}
        return Statistics(**items, **shown, kept=PromisesKept(**matches, **learned))

    async def count(self, which: Literal["open", "returned"]) -> int:
        number = RETURNED if which == "returned" else f"({counting_open('found')})"
        return int((await self._row(f"SELECT {number} AS number", for_moderators=False))["number"])
