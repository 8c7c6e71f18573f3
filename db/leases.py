"""A worker's writes under a lease, all of them fenced: stored copies and the work's outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.index_cache import IndexCache
from db.keys import Keys
from db.queries import Connection, as_real
from db.session import CommunitySession
from reunite.entities import PhotoFlaw, PhotoState, ReportState, Sensitive


class LeaseLostError(Exception):
    """Another worker has the work now; this one's transaction is rolled back."""


@dataclass(frozen=True, slots=True)
class WorkLease:
    """The right to process a report until the lease expires; `fence` tells leases of the same work apart."""

    work: UUID
    community: UUID
    report: UUID
    fence: int
    failures: int
    deaths: int
    """How many earlier leases expired without an outcome, because their workers died."""

    def hold(self) -> str:
        """Return the statement that checks the fence, and locks the work's row; no row if another worker has it now."""
        # Several statements in one round trip take no parameters.
        return (
            f"SELECT 1 FROM work WHERE id = '{self.work.hex}' AND fence = {self.fence:d} AND state = 'due' FOR UPDATE"
        )


class WorkSession(CommunitySession):
    """A community's transaction under a lease, which it locks until the end."""

    def __init__(self, connection: Connection, lease: WorkLease, index_cache: IndexCache, keys: Keys) -> None:
        """`connection` is in a transaction of the lease's community."""
        super().__init__(connection, lease.community, index_cache, keys)
        self._lease = lease

    async def extend(self, seconds: float) -> None:
        """Renew the lease for `seconds` from now."""
        await self._do(
            "UPDATE work SET leased_until = now() + make_interval(secs => %(seconds)s) WHERE id = %(work)s",
            seconds=seconds,
            work=self._lease.work,
        )

    async def finish(self) -> None:
        """Record that the work is done."""
        await self._do(
            "UPDATE work SET state = 'done', leased_until = NULL, done_at = clock_timestamp() WHERE id = %(work)s",
            work=self._lease.work,
        )

    async def give_up(self, problem: str) -> None:
        """Record that the work has failed permanently, and why."""
        await self._do(
            "UPDATE work SET state = 'failed', leased_until = NULL, problem = %(problem)s WHERE id = %(work)s",
            problem=problem,
            work=self._lease.work,
        )

    async def retry(self, problem: str, after: float, *, has_failed: bool = True) -> None:
        """Return the work, to be retried in `after` seconds."""
        await self._do(
            "UPDATE work SET failures = failures + %(failed)s, alone = 0, problem = %(problem)s, leased_until = NULL,"
            " hinted_at = NULL, due_at = now() + make_interval(secs => %(after)s) WHERE id = %(work)s",
            failed=int(has_failed),
            problem=problem,
            after=after,
            work=self._lease.work,
        )

    async def store_photo(
        self,
        photo: UUID,
        copy: bytes,
        colours: Sequence[float],
        flaw: PhotoFlaw | None = None,
        sensitive: Sensitive | None = None,
    ) -> bool:
        """Store a photo's copy (JPEG), its colours, its flaw and what is seen on it; delete its upload and link.

        False if other work on the same report has stored one before, which is kept.
        """
        changed = await self._do(
            """UPDATE photo SET state = 'stored', copy = %(copy)s, colours = %(colours)s, flaw = %(flaw)s,
                 sensitive = %(sensitive)s, url = NULL, upload = NULL
               WHERE id = %(photo)s AND state = 'pending'""",
            photo=photo,
            copy=copy,
            colours=[as_real(share) for share in colours],
            flaw=flaw,
            sensitive=sensitive,
        )
        return changed == 1

    async def mark_stale(self, photo: UUID) -> bool:
        """Request a fresh link to a photo from the platform's bot; false if it has given one before, or there's none.

        Only a program itself can renew the links that it has sent.
        """
        changed = await self._do(
            """UPDATE photo f SET stale_since = coalesce(stale_since, now())
               FROM report r JOIN workspace w ON w.id = r.workspace_id
               WHERE f.id = %(photo)s AND NOT f.refreshed AND r.id = f.report_id AND w.platform <> 'api'""",
            photo=photo,
        )
        return changed == 1

    async def begin_alone(self) -> int:
        """Record that a part is being embedded alone; return how many workers in a row have died doing so."""
        row = await self._row(
            "UPDATE work SET alone = alone + 1 WHERE id = %(work)s RETURNING alone", work=self._lease.work
        )
        return int(row["alone"]) - 1

    async def end_alone(self) -> None:
        """Record that the part didn't kill this worker."""
        await self._do("UPDATE work SET alone = 0 WHERE id = %(work)s AND alone > 0", work=self._lease.work)

    async def refuse_photo(self, photo: UUID, problem: str, state: PhotoState = PhotoState.PENDING) -> bool:
        """Record that a photo can't be used; `problem` is the key of the sentence that explains it.

        False if the photo's state has changed: other work on the same report has settled it, and deleted its upload.
        """
        changed = await self._do(
            """UPDATE photo SET state = 'failed', problem = %(problem)s, url = NULL, upload = NULL, copy = NULL,
                 colours = '{}', shows = '{}', flaw = NULL, sensitive = NULL
               WHERE id = %(photo)s AND state = %(state)s""",
            photo=photo,
            problem=problem,
            state=state,
        )
        return changed == 1

    async def open_if_pending(self, report: UUID) -> None:
        """Make a report searchable; its vectors must be part of the same commit."""
        await self._do(
            "UPDATE report SET state = %(open)s WHERE id = %(report)s AND state = %(pending)s",
            report=report,
            open=ReportState.OPEN,
            pending=ReportState.PENDING,
        )
