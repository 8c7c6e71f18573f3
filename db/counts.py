"""Counts of a community's reports, by one rule for all readers."""

from typing import Final

from db.queries import Queries
from reunite.entities import ReportKind, ReportState

# What members may see, or (%(for_moderators)s) what moderators may. Looks are private, samples don't count.
VISIBLE: Final = "(r.state <> 'look' AND NOT r.sample AND (%(for_moderators)s OR NOT (r.sealed OR r.private)))"


def counting(kind: str, state: str) -> str:
    """Return a query for the number of reports of a kind in a state."""
    return f"SELECT count(*) FROM report r WHERE r.kind = '{kind}' AND r.state = '{state}' AND {VISIBLE}"


COUNTS: Final = f"""({counting("lost", "open")}) AS open_lost, ({counting("found", "open")}) AS open_found,
  ({counting("found", "returned")}) AS returned"""


class SqlCounts(Queries):
    """The counting part of `reunite.ports.workspaces.Workspaces`."""

    async def count(self, kind: ReportKind, state: ReportState) -> int:
        row = await self._row(counting(kind, state), for_moderators=False)
        return int(row["count"])
