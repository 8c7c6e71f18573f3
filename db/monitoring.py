"""The operator's view across communities: processes, backlogs and numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db.database import Database
from db.items import Numbers

ALIVE: Final = timedelta(seconds=30)
"""A process that hasn't been seen for this long counts as gone."""
_FORGOTTEN: Final = timedelta(days=1)
_MAX_FAILED: Final = 20
_MAX_PROBLEMS: Final = 5


@dataclass(frozen=True, slots=True)
class Process:
    """A process that sends heartbeats (a bot, worker, API or board), and when it was last seen."""

    id: UUID
    role: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    is_alive: bool


@dataclass(frozen=True, slots=True)
class TaskCount:
    """Work, or replies of a platform, in one state; `seconds` is the age of the oldest."""

    platform: str
    state: str
    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many reports and replies wait, in a community."""

    reports: int = 0
    replies: int = 0


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """How many pieces of work, or replies of a platform, a problem delays."""

    platform: str
    problem: str
    number: int


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many reports of a kind, or matches with a label, are in a state."""

    what: str
    state: str
    number: int


@dataclass(frozen=True, slots=True)
class FailedWork:
    """Work that has failed permanently."""

    community: UUID
    report: UUID
    problem: str
    created_at: datetime


class Monitoring:
    """Reads the numbers of a deployment, and keeps its list of processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beat(self, process: UUID, role: str, host: str, pid: int, version: str) -> timedelta | None:
        """Record a process's heartbeat. Return by how much the database's clock was set back, if it was."""
        [noted] = await self._database.rows("SELECT note_time() AS back")  # alone: it locks one row for all
        async with self._database.outside() as connection:
            await connection.execute(
                """INSERT INTO process (id, role, host, pid, version) VALUES (%s, %s, %s, %s, %s)
                   ON CONFLICT (id) DO UPDATE SET seen_at = now()""",
                [process, role, host, pid, version],
            )
            await connection.execute("DELETE FROM process WHERE seen_at < now() - %s", [_FORGOTTEN])
        back: timedelta | None = noted["back"]
        return back

    async def end(self, process: UUID) -> None:
        """Remove a process that shuts down properly."""
        await self._database.rows("DELETE FROM process WHERE id = %s", process)

    async def processes(self) -> list[Process]:
        rows = await self._database.rows(
            "SELECT id, role, host, pid, version, started_at, seen_at, seen_at > now() - %s AS is_alive"
            " FROM process ORDER BY role, started_at",
            ALIVE,
        )
        return [Process(**row) for row in rows]

    async def work(self) -> list[TaskCount]:
        rows = await self._database.rows(
            "SELECT '' AS platform, state, number, extract(epoch FROM now() - oldest)::float AS seconds"
            " FROM work_numbers() ORDER BY state"
        )
        return [TaskCount(**row) for row in rows]

    async def outbox(self) -> list[TaskCount]:
        rows = await self._database.rows(
            "SELECT platform, state, number, extract(epoch FROM now() - oldest)::float AS seconds"
            " FROM outbox_numbers() ORDER BY platform, state"
        )
        return [TaskCount(**row) for row in rows]

    async def waiting(self) -> dict[UUID, Waiting]:
        """Return what waits in each community in which something does."""
        rows = await self._database.rows("SELECT * FROM waiting_by_community()")
        return {row["community_id"]: Waiting(row["reports"], row["replies"]) for row in rows}

    async def numbers(self) -> dict[UUID, Numbers]:
        """Return each community's numbers, as its moderators may count."""
        rows = await self._database.rows("SELECT * FROM numbers_by_community()")
        return {row.pop("community_id"): Numbers(**row) for row in rows}

    async def tried_again(self) -> list[TriedAgain]:
        """Return the problems that delay the most work, and those that delay the most replies."""
        return [TriedAgain(**row) for row in await self._database.rows("SELECT * FROM tried_again(%s)", _MAX_PROBLEMS)]

    async def reports(self) -> list[StateCount]:
        rows = await self._database.rows("SELECT kind AS what, state, number FROM report_numbers() ORDER BY 1, 2")
        return [StateCount(**row) for row in rows]

    async def matches(self) -> list[StateCount]:
        rows = await self._database.rows("SELECT label AS what, state, number FROM match_numbers() ORDER BY 1, 2")
        return [StateCount(**row) for row in rows]

    async def failed_work(self) -> list[FailedWork]:
        rows = await self._database.rows("SELECT * FROM failed_work(%s)", _MAX_FAILED)
        return [
            FailedWork(row["community_id"], row["report_id"], row["problem"] or "", row["created_at"]) for row in rows
        ]
