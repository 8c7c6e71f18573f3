"""A worker's writes under a lease, all of them fenced: stored copies, and the end of the work."""

from dataclasses import dataclass
from uuid import UUID

from db.keys import Keys
from db.queries import Connection, as_real
from db.session import CommunitySession
from db.sketch_cache import SketchCache
from reunite.entities import PhotoState, ReportState


class LeaseLostError(Exception):
    """Another worker has the work now; this one's transaction is rolled back."""


@dataclass(frozen=True, slots=True)
class WorkLease:
    """The right to process a report until the lease runs out; `fence` tells leases of the same work apart."""

    work: UUID
    community: UUID
    report: UUID
    fence: int
    failures: int

    @property
    def deaths(self) -> int:
        """How many earlier leases ended in neither success nor failure, because their workers died."""
        return self.fence - self.failures - 1


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """What intake made of a photo; `copy` is the stored copy (JPEG)."""

    copy: bytes
    sha256: str
    width: int
    height: int
    colours: tuple[float, ...]


class WorkSession(CommunitySession):
    """A community's transaction under a lease. Entering checks the fence and holds it to the end."""

    def __init__(self, connection: Connection, lease: WorkLease, sketch_cache: SketchCache, keys: Keys) -> None:
        """`connection` is in a transaction of the lease's community."""
        super().__init__(connection, lease.community, sketch_cache, keys)
        self._lease = lease

    async def hold(self) -> None:
        """Lock the work's row. Raises LeaseLostError if the lease expired and another worker took it."""
        row = await self._one(
            "SELECT 1 FROM work WHERE id = %(work)s AND fence = %(fence)s AND state = 'due' FOR UPDATE",
            work=self._lease.work,
            fence=self._lease.fence,
        )
        if row is None:
            raise LeaseLostError

    async def extend(self, seconds: float) -> None:
        """Keep the lease for longer."""
        await self._do(
            "UPDATE work SET leased_until = now() + make_interval(secs => %(seconds)s) WHERE id = %(work)s",
            seconds=seconds,
            work=self._lease.work,
        )

    async def finish(self) -> None:
        """Note that the work is done."""
        await self._do(
            "UPDATE work SET state = 'done', leased_until = NULL, done_at = clock_timestamp() WHERE id = %(work)s",
            work=self._lease.work,
        )

    async def give_up(self, problem: str) -> None:
        """Note that the work has failed permanently, and why."""
        await self._do(
            "UPDATE work SET state = 'failed', leased_until = NULL, problem = %(problem)s WHERE id = %(work)s",
            problem=problem,
            work=self._lease.work,
        )

    async def retry(self, problem: str, after: float, *, has_failed: bool = True) -> None:
        """Hand the work back, due again in `after` seconds."""
        await self._do(
            "UPDATE work SET failures = failures + %(failed)s, alone = 0, problem = %(problem)s, leased_until = NULL,"
            " hinted_at = NULL, due_at = now() + make_interval(secs => %(after)s) WHERE id = %(work)s",
            failed=int(has_failed),
            problem=problem,
            after=after,
            work=self._lease.work,
        )

    async def store_photo(self, photo: UUID, stored: StoredPhoto) -> bool:
        """Keep a photo's stored copy and forget where it came from, with its metadata.

        False if other work on the same report was faster: its copy stays.
        """
        changed = await self._do(
            """UPDATE photo SET state = 'stored', copy = %(copy)s, sha256 = %(sha256)s, width = %(width)s,
                 height = %(height)s, colours = %(colours)s, url = NULL, upload = NULL
               WHERE id = %(photo)s AND state = 'pending'""",
            photo=photo,
            copy=stored.copy,
            sha256=stored.sha256,
            width=stored.width,
            height=stored.height,
            colours=[as_real(share) for share in stored.colours],
        )
        return changed == 1

    async def mark_stale(self, photo: UUID) -> bool:
        """Ask the platform's bot for a fresh link to a photo; false if it has given one before."""
        changed = await self._do("UPDATE photo SET stale_since = now() WHERE id = %(p)s AND NOT refreshed", p=photo)
        return changed == 1

    async def begin_alone(self) -> int:
        """Note that a part is being embedded alone, and return how many workers have died of that one after another."""
        row = await self._one(
            "UPDATE work SET alone = alone + 1 WHERE id = %(work)s RETURNING alone", work=self._lease.work
        )
        return int((row or {})["alone"]) - 1

    async def end_alone(self) -> None:
        """Note that the part didn't kill this worker."""
        await self._do("UPDATE work SET alone = 0 WHERE id = %(work)s AND alone > 0", work=self._lease.work)

    async def refuse_photo(self, photo: UUID, problem: str, state: PhotoState = PhotoState.PENDING) -> bool:
        """Note that a photo can't be used; `problem` is the key of the sentence that says why.

        False if other work on the same report has done so: its upload is gone then, and can't be read.
        """
        changed = await self._do(
            """UPDATE photo SET state = 'failed', problem = %(problem)s, url = NULL, upload = NULL, copy = NULL,
                 sha256 = NULL, width = NULL, height = NULL, colours = '{}', shows = '{}'
               WHERE id = %(photo)s AND state = %(state)s""",
            photo=photo,
            problem=problem,
            state=state,
        )
        return changed == 1

    async def open_if_pending(self, report: UUID) -> None:
        """Let a report be found by others: its vectors are part of the same commit."""
        await self._do(
            "UPDATE report SET state = %(open)s WHERE id = %(report)s AND state = %(pending)s",
            report=report,
            open=ReportState.OPEN,
            pending=ReportState.PENDING,
        )
