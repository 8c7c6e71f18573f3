"""Forgetting in PostgreSQL: what remains of a purged report goes in two steps.

First everything goes but an empty row, which still recognises the post if it's edited or imported as a past post; a
year later, that row goes too. A lost report's matches record what its author declined and how often they claimed an
item, so they stay as long as the found report. A found report waits for its lost reports: each is counted with all its
matches. Its author's id doesn't wait. A removal that was given up for want of access is known for a year, in case the
bot gets its access back: until then its words may still be shown.
"""

from typing import Final
from uuid import UUID

from db.counts import TALLY_RETURNED
from db.queries import Queries
from db.statistics import TALLY
from reunite import rules

_NAMED_FOR_FINDS: Final = """EXISTS (SELECT FROM match m JOIN report f ON f.id = m.found_id
    WHERE m.lost_id = r.id AND f.purged_at IS NULL)"""
"""Whether a lost report `r` must keep its author: there are still finds that they may have declined or claimed."""
_NEEDED: Final = f"""EXISTS (SELECT FROM outbox o WHERE o.report_id = r.id AND o.state = 'queued')
  OR (r.purged_at > now() - %(known_for)s AND EXISTS (SELECT FROM outbox o WHERE o.report_id = r.id
    AND o.state = 'failed' AND o.task = 'remove' AND o.sent_message IS NOT NULL))
  OR EXISTS (SELECT FROM match m WHERE m.found_id = r.id)
  OR {_NAMED_FOR_FINDS}"""
_DUE: Final = f"""SELECT r.emptied, {_NEEDED} AS is_needed
  FROM report r WHERE r.id = %(report)s AND r.forget_at < now()"""
_EMPTY: Final = (
    TALLY,
    "DELETE FROM match WHERE lost_id = %(report)s",
    "DELETE FROM outbox WHERE report_id = %(report)s",
    # A sample's row stays: samples are numbered by how many there were.
    """UPDATE report SET emptied = true, author_id = '', forget_at = CASE WHEN NOT sample THEN now() + %(known_for)s END
       WHERE id = %(report)s""",
)
_DELETE: Final = (
    TALLY_RETURNED,
    "DELETE FROM report WHERE id = %(report)s",
    "DELETE FROM search_change WHERE report_id = %(report)s",
)
_UNNAME: Final = f"UPDATE report r SET author_id = '' WHERE purged_at IS NOT NULL AND NOT {_NAMED_FOR_FINDS} AND"


class SqlForgetting(Queries):
    """The forgetting part of `reunite.ports.deletion.Deletion`."""

    async def clear_remains(self, report: UUID) -> None:
        due = await self._one(_DUE, report=report, known_for=rules.POST_KNOWN_FOR)
        if due is None:
            return
        if due["is_needed"]:
            await self._do(f"{_UNNAME} id = %(report)s", report=report)
            await self._do(
                "UPDATE report SET forget_at = now() + %(later)s WHERE id = %(report)s",
                later=rules.FORGET_RETRY,
                report=report,
            )
            return
        for statement in _DELETE if due["emptied"] else _EMPTY:
            await self._do(statement, report=report, known_for=rules.POST_KNOWN_FOR)

    async def forget_author(self, workspace: UUID, member: str) -> None:
        await self._do(
            f"{_UNNAME} workspace_id = %(workspace)s AND author_id = %(member)s", workspace=workspace, member=member
        )
