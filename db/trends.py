"""A community's trends in PostgreSQL."""

from typing import Final

from db.counts import WAS_RETURNED
from db.queries import Queries
from reunite.entities import WEEKS, ReportWords, Trends
from reunite.trends import LOOKED_AT

_MAX_READ: Final = 1000
_RETURNED: Final = f"{WAS_RETURNED} AND NOT (r.sealed OR r.sample)"
_NUMBERS: Final = f"""
SELECT
  (SELECT array_agg(number ORDER BY back DESC) FROM (
     SELECT back, count(r.id) AS number FROM generate_series(0, {WEEKS - 1}) AS back LEFT JOIN report r ON {_RETURNED}
       AND r.returned_at <= now() - back * interval '7 days'
       AND r.returned_at > now() - (back + 1) * interval '7 days'
     GROUP BY back) AS week) AS returned,
  (SELECT percentile_cont(0.5) WITHIN GROUP
     (ORDER BY extract(epoch FROM r.returned_at - coalesce(r.posted_at, r.created_at)) / 86400)
   FROM report r WHERE {_RETURNED}) AS days
"""
_LOST: Final = f"""
SELECT text, place, author_id AS author FROM report
WHERE kind = 'lost' AND state <> 'look' AND NOT (private OR sample) AND purged_at IS NULL
  AND coalesce(posted_at, created_at) > now() - %(since)s ORDER BY created_at DESC LIMIT {_MAX_READ}
"""


class SqlTrends(Queries):
    """Reads trends."""

    async def trends(self) -> Trends:
        row = await self._row(_NUMBERS)
        lost = await self._all(_LOST, since=LOOKED_AT)
        days = None if row["days"] is None else float(row["days"])
        return Trends(tuple(row["returned"]), days, tuple(ReportWords(**item) for item in lost))
