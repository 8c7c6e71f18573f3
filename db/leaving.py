"""The begin of a workspace's deletion, which takes long in a large community: nobody sees what isn't deleted yet."""

from typing import Final
from uuid import UUID

from db.queries import Queries
from reunite.absence import LEAVING
from reunite.errors import TryAgainError

_ELSEWHERE: Final = """UPDATE workspace SET external_id = '-' || (random() * 1e18)::bigint, absent_since = %(leaving)s
  WHERE id = %(workspace)s RETURNING external_id"""
"""Under a negative number, which no platform's id is."""
_OF_IT: Final = "IN (SELECT id FROM report WHERE workspace_id = %(workspace)s)"
_SILENCE: Final = (
    f"DELETE FROM work WHERE report_id {_OF_IT}",  # workers lock these first, too
    f"DELETE FROM outbox WHERE state = 'queued' AND sent_message IS NULL AND attempts = 0 AND report_id {_OF_IT}",
    "DELETE FROM board_session WHERE workspace_id = %(workspace)s",
)
_HIDE: Final = """UPDATE report SET state = 'withdrawn' WHERE id IN (SELECT id FROM report
  WHERE workspace_id = %(workspace)s AND state IN ('pending', 'open', 'returned')
    AND EXISTS (SELECT FROM workspace WHERE id <> %(workspace)s) ORDER BY id FOR UPDATE)"""
"""Where there are other workspaces, which would see it."""


class SqlLeaving(Queries):
    """A part of `reunite.ports.deletion.Deletion`."""

    async def set_aside(self, workspace: UUID) -> str:
        row = await self._one(_ELSEWHERE, workspace=workspace, leaving=LEAVING)
        if row is None:
            raise TryAgainError("the workspace has moved to another community")
        for statement in (*_SILENCE, _HIDE):
            await self._do(statement, workspace=workspace)
        return str(row["external_id"])
