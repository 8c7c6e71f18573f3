"""Posts that wait too long for their first reply, and whether moderators were notified."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.database import Database
from reunite.entities import PlatformName
from reunite.messages.keys import FIRST_REPLY
from reunite.slowness import Change, Unanswered


@dataclass(frozen=True, slots=True)
class SlowWorkspace:
    """A workspace whose posts wait or waited too long. `ended_count` counts the slow periods that are over."""

    community: UUID
    id: UUID
    external_id: str
    ended_count: int
    unanswered: Unanswered

    def key(self, change: Change) -> str:
        """Return the key of a notice: the same until the change is recorded."""
        return f"{self.id}:slow:{self.ended_count}:{change}"


class Slowness:
    """Methods run their own transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def workspaces(self, platform: PlatformName) -> list[SlowWorkspace]:
        """Return workspaces with a moderator channel whose posts wait, or did when moderators were last notified."""
        rows = await self._database.rows("SELECT * FROM unanswered_posts(%s::platform, %s)", platform, FIRST_REPLY)
        return [
            SlowWorkspace(
                row["community_id"],
                row["workspace_id"],
                row["external_id"],
                row["slow_times"],
                Unanswered(row["number"], row["oldest"], row["slow_since"], row["slow_until"]),
            )
            for row in rows
        ]

    async def note(self, workspace: SlowWorkspace, change: Change, at: datetime) -> None:
        """Record that moderators were notified of a change."""
        began = "slow_since = %s"
        ended = "slow_since = NULL, slow_until = %s, slow_times = slow_times + 1"
        update = f"UPDATE workspace SET {began if change == 'began' else ended} WHERE id = %s"
        await self._database.rows_in(workspace.community, update, at, workspace.id)
