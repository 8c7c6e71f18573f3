"""Posts that wait for their first answer, and whether moderators know."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.database import Database
from reunite.entities import PlatformName
from reunite.slowness import Change, Unanswered


@dataclass(frozen=True, slots=True)
class SlowWorkspace:
    """A workspace whose posts wait, or did. `times` counts how often that was over."""

    community: UUID
    id: UUID
    external_id: str
    times: int
    unanswered: Unanswered

    def key(self, change: Change) -> str:
        """Return the key of a message: the same until the change is noted."""
        return f"{self.id}:slow:{self.times}:{change}"


class Slowness:
    """Each method is one transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def workspaces(self, platform: PlatformName) -> list[SlowWorkspace]:
        """Return the workspaces with a moderator channel where posts wait, or where it has announced that they do."""
        found = await self._database.rows("SELECT * FROM unanswered_posts(%s::platform)", platform)
        return [
            SlowWorkspace(
                row["community_id"],
                row["workspace_id"],
                row["external_id"],
                row["slow_times"],
                Unanswered(row["number"], row["oldest"], row["slow_since"], row["slow_until"]),
            )
            for row in found
        ]

    async def note(self, workspace: SlowWorkspace, change: Change, at: datetime) -> None:
        """Note what the bot has told moderators."""
        change_to = (
            "slow_since = %s"
            if change == "began"
            else ("slow_since = NULL, slow_until = %s, slow_times = slow_times + 1")
        )
        async with self._database.transaction(workspace.community) as connection:
            await connection.execute(f"UPDATE workspace SET {change_to} WHERE id = %s", [at, workspace.id])
