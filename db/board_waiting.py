"""What waits for moderators: how much of each kind, and which matches and reports that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db import mapping
from db.queries import Queries
from reunite.entities import Match
from reunite.messages.keys import FIRST_REPLY
from reunite.reminders import BEFORE_END

MAX_LISTED: Final = 200
"""The most matches, claims or verdicts on one page, newest first."""
BETWEEN_KEPT: Final = """JOIN report l ON l.id = m.lost_id AND l.purged_at IS NULL AND l.state <> 'look'
  JOIN report f ON f.id = m.found_id AND f.purged_at IS NULL AND NOT f.sample"""
UNANSWERED: Final = f"""(r.state IN ('pending', 'open') AND (
  EXISTS (SELECT FROM outbox o WHERE o.report_id = r.id AND o.state = 'failed' AND o.sent_message IS NULL
    AND o.task <> 'remove' AND o.audience = 'thread')
  OR EXISTS (SELECT FROM work w WHERE w.report_id = r.id AND w.state = 'failed' AND NOT EXISTS (
    SELECT FROM work d WHERE d.report_id = r.id AND d.state = 'done' AND d.created_at > w.created_at)))
  AND NOT EXISTS (SELECT FROM work w WHERE w.report_id = r.id AND w.state = 'due')
  AND NOT EXISTS (SELECT FROM outbox o WHERE o.key = r.id::text || '{FIRST_REPLY}' AND o.sent_message IS NOT NULL))"""
"""Whether a report's author lacks an answer: a platform refused it, or the search failed."""
ENDING: Final = f"""(r.kind = 'found' AND r.state = 'open'
  AND r.expires_at < now() + interval '{BEFORE_END.days} days'
  AND EXISTS (SELECT FROM workspace w WHERE w.id = r.workspace_id AND w.keep_days > {BEFORE_END.days}
    AND (r.kept_at <> '' OR w.platform = 'api')))"""
"""Whether a report ends soon whose item moderators may have: it was handed in, or came from a list or a program.

`due_reminders` asks the others' finders: nobody reads what is written to a list. Where reports are watched for no
longer than that, no item waits: it could only be kept until it would wait again.
"""

_OPEN: Final = "m.state = 'undecided' AND l.state = 'open' AND f.state = 'open'"
_UNDECIDED: Final = f"{_OPEN} AND m.label IS NOT NULL AND NOT m.declined"
_PENDING_CLAIM: Final = "EXISTS (SELECT FROM claim c WHERE c.match_id = m.id AND c.state IN ('open', 'accepted'))"
# As in the moderators' channel (`log_match`). A claimed match waits among the claims.
_ONLY: Final = {
    "sealed": f"{_UNDECIDED} AND f.sealed AND NOT m.released",
    "to_check": f"{_UNDECIDED} AND (m.label = 'high' OR l.private) AND (m.released OR NOT f.sealed)"
    f" AND NOT {_PENDING_CLAIM}",
}
_CLAIMS: Final = f"FROM claim c JOIN match m ON m.id = c.match_id {BETWEEN_KEPT} WHERE c.proof <> ''"
_TO_READ: Final = f"{_CLAIMS} AND c.state = 'open' AND 'returned' NOT IN (l.state, f.state)"
_COUNTED: Final = f"""SELECT
  (SELECT count(*) {_TO_READ}) AS claims,
  (SELECT count(*) FROM match m {BETWEEN_KEPT} WHERE {_ONLY["sealed"]}) AS sealed,
  (SELECT count(*) FROM match m {BETWEEN_KEPT} WHERE {_ONLY["to_check"]}) AS to_check,
  (SELECT count(*) FROM report r WHERE r.purged_at IS NULL AND NOT r.sample AND {UNANSWERED}) AS unanswered,
  (SELECT count(*) FROM report r WHERE r.purged_at IS NULL AND NOT r.sample AND {ENDING}) AS ending,
  (SELECT count(*) {_CLAIMS} AND c.state = 'accepted' AND {_OPEN}) AS handovers"""
_FIRST_MATCH: Final = "AND m.id IS DISTINCT FROM %(besides)s::uuid ORDER BY m.probability DESC, m.id LIMIT 1"
# Not an unanswered report: nothing that a moderator does on the board would take it off the list.
_NEXT: Final = f"""SELECT path FROM (
  (SELECT 1 AS turn, '/claims/' || c.id AS path {_TO_READ} AND m.id IS DISTINCT FROM %(besides)s::uuid
    ORDER BY c.at DESC LIMIT 1)
  UNION ALL (SELECT 2, '/matches/' || m.id FROM match m {BETWEEN_KEPT} WHERE {_ONLY["sealed"]} {_FIRST_MATCH})
  UNION ALL (SELECT 3, '/matches/' || m.id FROM match m {BETWEEN_KEPT} WHERE {_ONLY["to_check"]} {_FIRST_MATCH})
  UNION ALL (SELECT 4, '/reports/' || r.id FROM report r WHERE r.purged_at IS NULL AND NOT r.sample AND {ENDING}
    AND r.id IS DISTINCT FROM %(besides)s::uuid ORDER BY r.expires_at, r.id LIMIT 1)) AS waiting
  ORDER BY turn LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much needs a moderator now, in the order in which it should be seen to."""

    claims: int
    sealed: int
    to_check: int
    unanswered: int
    ending: int
    handovers: int
    """Under way between owner and finder, so they wait for no moderator."""

    @property
    def total(self) -> int:
        return self.claims + self.sealed + self.to_check + self.unanswered + self.ending


class SqlWaiting(Queries):
    """Reads what moderators still have to decide."""

    async def waiting(self) -> Waiting:
        return Waiting(**await self._row(_COUNTED))

    async def next_waiting(self, besides: UUID | None = None) -> str:
        """Return the board's page of what waits next; empty if only the match or report `besides` does."""
        row = await self._one(_NEXT, besides=besides)
        return str(row["path"]) if row else ""

    async def undecided(self, only: str = "") -> tuple[Sequence[Match], int]:
        """Return labelled matches that wait for a verdict, most probable first, and their total number.

        `only` limits them to the sealed ones to release, or to the others to check.
        """
        rows = await self._all(
            f"""SELECT {mapping.MATCH}, count(*) OVER () AS waiting FROM match m {BETWEEN_KEPT}
                WHERE {_ONLY.get(only, _UNDECIDED)} ORDER BY m.probability DESC, m.id LIMIT {MAX_LISTED}"""
        )
        return [mapping.match(row) for row in rows], rows[0]["waiting"] if rows else 0
