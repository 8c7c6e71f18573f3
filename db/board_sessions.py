"""Sessions of the moderators' board."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db import mapping
from db.database import Database
from reunite.board import link_hash
from reunite.entities import Member, PlatformName


@dataclass(frozen=True, slots=True)
class Moderator:
    """A moderator who is signed in, and the workspace in which they are one."""

    session: UUID
    community: UUID
    platform: PlatformName
    workspace: str
    workspace_name: str
    zone: str
    member: Member
    language: str


class BoardSessions:
    """Begins, finds and ends sessions, across communities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, secret: str) -> UUID | None:
        """Redeem a link for a session; None if it was used before, has expired or never existed."""
        rows = await self._database.rows("SELECT * FROM begin_board_session(%s)", link_hash(secret))
        return rows[0]["id"] if rows else None

    async def find(self, session: UUID) -> Moderator | None:
        """Return the moderator of a session; None if the session has ended."""
        rows = await self._database.rows("SELECT * FROM find_board_session(%s)", session)
        return _moderator(session, rows[0]) if rows else None

    async def on(self, platform: PlatformName) -> Sequence[Moderator]:
        """Return the moderators of a platform who are signed in or have a valid link."""
        rows = await self._database.rows("SELECT * FROM board_sessions_on(%s::platform)", platform)
        return [_moderator(row["id"], row) for row in rows]

    async def end(self, moderator: Moderator) -> None:
        await self._database.rows_in(moderator.community, "DELETE FROM board_session WHERE id = %s", moderator.session)


def _moderator(session: UUID, row: mapping.Row) -> Moderator:
    return mapping.entity(
        Moderator,
        row,
        session=session,
        community=row["community_id"],
        zone=row["timezone"],
        member=Member(row["member_id"], row["member_name"]),
    )
