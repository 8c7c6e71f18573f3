"""Queries of the moderators' board: reports, matches, claims, the log, and numbers over time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from db import mapping
from db.board_waiting import BETWEEN_KEPT, ENDING, MAX_LISTED, UNANSWERED, SqlWaiting
from db.counts import WAS_RETURNED
from reunite.entities import WEEKS, Claim, Match, ReportKind, ReportWords

_MAX_READ: Final = 500
"""The newest reports whose places are counted: reading a long text for places takes a millisecond or two."""
_OF_TIME: Final = "coalesce(r.happened_at, r.posted_at, r.created_at)"
_REPORTED: Final = "coalesce(r.posted_at, r.created_at)"
_LISTED: Final = f"""FROM report r WHERE r.purged_at IS NULL AND r.state <> 'look' AND NOT r.sample
  AND (%(kind)s = '' OR r.kind::text = %(kind)s)
  AND (%(state)s = '' OR r.state::text = %(state)s OR %(state)s = 'unanswered' AND {UNANSWERED}
    OR %(state)s = 'ending' AND {ENDING})
  AND (%(sealed)s::bool IS NULL OR (r.sealed OR r.private) = %(sealed)s)
  AND (%(place)s = '' OR strpos(lower(r.place || ' ' || r.text), lower(%(place)s)) > 0)
  AND (%(since)s::timestamptz IS NULL OR {_OF_TIME} >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR {_OF_TIME} < %(until)s)"""
_NEWEST: Final = f"ORDER BY d.at DESC, d.seq DESC LIMIT {MAX_LISTED}"
_DELETIONS: Final = f"""UNION ALL (SELECT d.at, d.seq, d.member_name, NULL, d.report_id, 'deleted_' || r.kind
  FROM report_deletion d JOIN report r ON r.id = d.report_id AND NOT r.sample {_NEWEST})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter on reports; empty fields match all. `sealed` selects what only moderators see (true) or the rest.

    The state may also be "unanswered" or "ending".
    """

    kind: str = ""
    state: str = ""
    sealed: bool | None = None
    place: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoggedDecision:
    """A line of the log. `name` is empty if that person's data was deleted, `match` None if they deleted a report."""

    at: datetime
    name: str
    what: str
    match: UUID | None
    report: UUID
    """The found one, if the decision is about a match."""


@dataclass(frozen=True, slots=True)
class WeekCount:
    """How many reports came in and how many items were returned in the week that begins on a Monday."""

    begins: date
    lost: int
    found: int
    returned: int


@dataclass(frozen=True, slots=True)
class WeekdayCount:
    """How many reports are about a day of the week, 1 for Monday."""

    day: int
    lost: int
    found: int


class SqlBoard(SqlWaiting):
    """Reads what moderators look through."""

    async def reports(self, wanted: Filter, limit: int, offset: int) -> tuple[Sequence[UUID], int]:
        """Return the reports of one page, newest first, and how many there are."""
        values = asdict(wanted)
        rows = await self._all(
            f"SELECT r.id {_LISTED} ORDER BY {_REPORTED} DESC, r.id LIMIT %(limit)s OFFSET %(offset)s",
            **values,
            limit=limit,
            offset=offset,
        )
        counted = await self._row(f"SELECT count(*) AS number {_LISTED}", **values)
        return [row["id"] for row in rows], int(counted["number"])

    async def claims(self, state: str = "") -> Sequence[tuple[Claim, Match]]:
        """Return claims with their matches, open ones first, then the newest."""
        rows = await self._all(
            f"""SELECT m.*, c.id AS claim_id, c.member_id, c.member_name, c.proof, c.state AS claim_state,
                  {mapping.DECISION}, w.platform, w.external_id AS workspace
                FROM claim c JOIN match m ON m.id = c.match_id {BETWEEN_KEPT}
                JOIN workspace w ON w.id = l.workspace_id
                WHERE c.proof <> '' AND (%(state)s = '' OR c.state = %(state)s)
                  AND (c.state <> 'open' OR 'returned' NOT IN (l.state, f.state))
                ORDER BY c.state <> 'open', c.at DESC LIMIT {MAX_LISTED}""",
            state=state,
        )
        return [(_claim(row), mapping.match(row)) for row in rows]

    async def handed_in(self) -> Sequence[UUID]:
        """Return found reports whose items were handed in somewhere and not returned yet, newest first."""
        rows = await self._all(
            f"""SELECT id FROM report WHERE kind = 'found' AND kept_at <> '' AND state IN ('pending', 'open')
                ORDER BY created_at DESC LIMIT {MAX_LISTED}"""
        )
        return [row["id"] for row in rows]

    async def log(self, match: UUID | None = None) -> Sequence[LoggedDecision]:
        """Return all decisions on matches and claims, and deletions, or the decisions on one match, newest first."""
        newest = f"""JOIN match m ON m.id = d.match_id JOIN report f ON f.id = m.found_id AND NOT f.sample
          {"WHERE d.match_id = %(match)s" if match else ""} {_NEWEST}"""
        rows = await self._all(  # of each table only what one page needs is read
            f"""SELECT at, name, what, match, report FROM (
                  (SELECT d.at, d.seq, d.moderator_name AS name, d.match_id AS match, m.found_id AS report,
                     d.kind::text || CASE WHEN d.given THEN '' ELSE '_back' END AS what FROM verdict d {newest})
                  UNION ALL
                  (SELECT d.at, d.seq, d.member_name, d.match_id, m.found_id,
                     CASE WHEN d.state = 'released' THEN 'released_by' ELSE 'claim_' || d.state END
                   FROM claim_decision d {newest}) {"" if match else _DELETIONS}) AS decision
                ORDER BY at DESC, seq DESC LIMIT {MAX_LISTED}""",
            match=match,
        )
        return [LoggedDecision(**row) for row in rows]

    # Numbers

    async def weeks(self, zone: str) -> Sequence[WeekCount]:
        """Return the last weeks of a time zone, oldest first."""
        rows = await self._all(
            f"""SELECT week::date AS begins, count(*) FILTER (WHERE what = 'lost') AS lost,
                  count(*) FILTER (WHERE what = 'found') AS found, count(*) FILTER (WHERE what = 'returned') AS returned
                FROM generate_series(date_trunc('week', now() AT TIME ZONE %(zone)s) - interval '{WEEKS - 1} weeks',
                  date_trunc('week', now() AT TIME ZONE %(zone)s), interval '1 week') AS week
                LEFT JOIN (
                  SELECT r.kind::text AS what, {_REPORTED} AS at FROM report r WHERE r.state <> 'look' AND NOT r.sample
                  UNION ALL SELECT 'returned', r.returned_at FROM report r WHERE {WAS_RETURNED} AND NOT r.sample
                ) AS event ON date_trunc('week', event.at AT TIME ZONE %(zone)s) = week
                GROUP BY week ORDER BY week""",
            zone=zone,
        )
        return [WeekCount(**row) for row in rows]

    async def days_to_return(self) -> float | None:
        """Return the median number of days from a found report to the return; None before the first return."""
        row = await self._one(
            f"""SELECT percentile_cont(0.5) WITHIN GROUP
                 (ORDER BY extract(epoch FROM r.returned_at - {_REPORTED}) / 86400) AS days FROM report r
               WHERE {WAS_RETURNED} AND NOT r.sample"""
        )
        return None if row is None or row["days"] is None else float(row["days"])

    async def newest_words(self) -> Mapping[ReportKind, Sequence[ReportWords]]:
        """Return what the newest lost and found reports say."""
        rows = await self._all(
            f"""SELECT kind, text, place FROM report WHERE purged_at IS NULL AND state <> 'look' AND NOT sample
                ORDER BY created_at DESC LIMIT {_MAX_READ}"""
        )
        words: dict[ReportKind, list[ReportWords]] = {kind: [] for kind in ReportKind}
        for row in rows:
            words[ReportKind(row["kind"])].append(ReportWords(row["text"], row["place"]))
        return words

    async def weekdays(self, zone: str) -> Sequence[WeekdayCount]:
        """Count lost and found items by day of the week."""
        rows = await self._all(
            f"""SELECT day, count(*) FILTER (WHERE kind = 'lost') AS lost,
                  count(*) FILTER (WHERE kind = 'found') AS found
                FROM generate_series(1, 7) AS day LEFT JOIN report r
                  ON extract(isodow FROM {_OF_TIME} AT TIME ZONE %(zone)s) = day AND r.state <> 'look' AND NOT r.sample
                GROUP BY day ORDER BY day""",
            zone=zone,
        )
        return [WeekdayCount(**row) for row in rows]


def _claim(row: mapping.Row) -> Claim:
    return mapping.claim({**row, "id": row["claim_id"], "match_id": row["id"], "state": row["claim_state"]})
