"""Looks in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from db.queries import Queries
from reunite.entities import ReplyTarget


class SqlLooks(Queries):
    """`reunite.ports.looks.Looks`."""

    async def count(self, workspace: UUID, member: str) -> int:
        row = await self._row(
            "SELECT count(*) AS n FROM report"
            " WHERE workspace_id = %(workspace)s AND author_id = %(member)s AND state = 'look'",
            workspace=workspace,
            member=member,
        )
        return int(row["n"])

    async def file(
        self, look: UUID, target: ReplyTarget, expires_at: datetime, *, private: bool, language: str | None
    ) -> None:
        await self._do(
            """UPDATE report SET state = 'open', channel = %(channel)s, message = %(message)s, private = %(private)s,
                 language = %(language)s, expires_at = %(expires)s, created_at = now(), has_first_reply = false
               WHERE id = %(look)s AND state = 'look'""",
            look=look,
            channel=target.channel,
            message=target.message,
            private=private,
            language=language if private else None,
            expires=expires_at,
        )

    async def remove(self, look: UUID) -> None:
        await self._do("DELETE FROM report WHERE id = %(look)s AND state = 'look'", look=look)
