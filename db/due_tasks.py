"""Tasks that are due by the clock, in all communities; a worker's sweep asks for them."""

from datetime import datetime
from uuid import UUID

from db.database import Database
from reunite import digest
from reunite.kinds import ANSWERED_WITHIN
from reunite.messages.keys import CLAIM_CARD
from reunite.reminders import ACCEPTED_FOR, BEFORE_END, UNSEEN_FOR, Due


class DueTasks:
    """Due tasks, each with its community. The code that runs one checks again whether it's still due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expired(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Return reports that have expired and aren't purged."""
        rows = await self._database.rows("SELECT * FROM expired_reports(%s)", limit)
        return [(row["community_id"], row["report_id"]) for row in rows]

    async def to_forget(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Return purged reports whose remaining data is due for deletion."""
        rows = await self._database.rows("SELECT * FROM reports_to_forget(%s)", limit)
        return [(row["community_id"], row["report_id"]) for row in rows]

    async def reminders(self, at: datetime, limit: int) -> list[tuple[UUID, Due]]:
        """Return the reminders that are due at a moment."""
        rows = await self._database.rows(
            "SELECT * FROM due_reminders(%s, %s, %s, %s, %s)", at, BEFORE_END, UNSEEN_FOR, ACCEPTED_FOR, limit
        )
        return [(row["community_id"], Due(row["kind"], row["subject"])) for row in rows]

    async def unshown_claims(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Return claims that wait, and that moderators who have a channel haven't been shown."""
        rows = await self._database.rows("SELECT * FROM unshown_claims(%s, %s)", CLAIM_CARD, limit)
        return [(row["community_id"], row["claim_id"]) for row in rows]

    async def silent_kinds(self, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
        """Return reports whose kind has been in doubt for so long that their channel's counts."""
        rows = await self._database.rows("SELECT * FROM silent_kinds(%s, %s)", at - ANSWERED_WITHIN, limit)
        return [(row["community_id"], row["report_id"]) for row in rows]

    async def digests(self, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
        """Return the workspaces whose digest is due at a moment."""
        rows = await self._database.rows("SELECT * FROM due_digests(%s, %s, %s)", at, digest.EVERY, limit)
        return [(row["community_id"], row["workspace_id"]) for row in rows]
