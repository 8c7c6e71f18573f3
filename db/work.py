"""What a worker writes: stored copies, vectors, and the end of its lease, all fenced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pgvector import HalfVector

from db.session import CommunitySession, Connection
from reunite.model import ReportState


class LeaseLostError(Exception):
    """Another worker has the work by now: what was being written is rolled back."""


@dataclass(frozen=True, slots=True)
class WorkLease:
    """The right to process a report until the lease runs out; `fence` tells leases of the same work apart."""

    work: UUID
    community: UUID
    report: UUID
    fence: int
    failures: int


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """What intake made of a photo; `copy` is the stored copy (JPEG)."""

    copy: bytes
    sha256: str
    width: int
    height: int
    colours: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class EmbeddingRow:
    """A vector of length 1: of a photo, or of the report's text where `photo` is None."""

    photo: UUID | None
    space: str
    vector: NDArray[np.float32]


class WorkSession(CommunitySession):
    """A community's transaction under a lease. Entering checks the fence and holds it to the end."""

    def __init__(self, connection: Connection, lease: WorkLease) -> None:
        """`connection` is in a transaction of the lease's community."""
        super().__init__(connection, lease.community)
        self._lease = lease

    async def hold(self) -> None:
        """Lock the work's row. Raises LeaseLostError where the lease was overtaken."""
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
        await self._do("UPDATE work SET state = 'done', leased_until = NULL WHERE id = %(work)s", work=self._lease.work)

    async def give_up(self, problem: str) -> None:
        """Note that the work has failed for good, and why."""
        await self._do(
            "UPDATE work SET state = 'failed', leased_until = NULL, problem = %(problem)s WHERE id = %(work)s",
            problem=problem,
            work=self._lease.work,
        )

    async def retry(self, problem: str, after: float) -> None:
        """Hand the work back, due again in `after` seconds."""
        await self._do(
            "UPDATE work SET failures = failures + 1, problem = %(problem)s, leased_until = NULL, hinted_at = NULL,"
            " due_at = now() + make_interval(secs => %(after)s) WHERE id = %(work)s",
            problem=problem,
            after=after,
            work=self._lease.work,
        )

    async def store_photo(self, photo: UUID, stored: StoredPhoto) -> None:
        """Keep a photo's stored copy and forget where it came from, with its metadata."""
        await self._do(
            """UPDATE photo SET state = 'stored', copy = %(copy)s, sha256 = %(sha256)s, width = %(width)s,
                 height = %(height)s, colours = %(colours)s, url = NULL, upload = NULL WHERE id = %(photo)s""",
            photo=photo,
            copy=stored.copy,
            sha256=stored.sha256,
            width=stored.width,
            height=stored.height,
            colours=list(stored.colours),
        )

    async def refuse_photo(self, photo: UUID, problem: str) -> None:
        """Note that a photo can't be used; `problem` is the key of the sentence that says why."""
        await self._do(
            "UPDATE photo SET state = 'failed', problem = %(problem)s, url = NULL, upload = NULL WHERE id = %(photo)s",
            photo=photo,
            problem=problem,
        )

    async def unembedded(self, report: UUID, model: int) -> tuple[list[UUID], bool]:
        """Return the stored photos without vectors of a model, and whether the text lacks them too."""
        photos = await self._all(
            """SELECT p.id FROM photo p WHERE p.report_id = %(report)s AND p.state = 'stored' AND NOT EXISTS
                 (SELECT FROM embedding e WHERE e.photo_id = p.id AND e.model_id = %(model)s) ORDER BY p.position""",
            report=report,
            model=model,
        )
        text = await self._one(
            """SELECT 1 FROM report r WHERE r.id = %(report)s AND r.text <> '' AND NOT EXISTS (SELECT FROM embedding e
                 WHERE e.report_id = r.id AND e.photo_id IS NULL AND e.model_id = %(model)s)""",
            report=report,
            model=model,
        )
        return [row["id"] for row in photos], text is not None

    async def save_embeddings(self, report: UUID, model: int, embeddings: Sequence[EmbeddingRow]) -> None:
        """Write vectors of a model; those of other models stay."""
        for row in embeddings:
            await self._do(
                """INSERT INTO embedding (community_id, report_id, photo_id, model_id, space, source, vector)
                   VALUES (%(community)s, %(report)s, %(photo)s, %(model)s, %(space)s, %(source)s, %(vector)s)
                   ON CONFLICT (report_id, model_id, space, photo_id) DO UPDATE SET vector = excluded.vector""",
                community=self.community,
                report=report,
                photo=row.photo,
                model=model,
                space=row.space,
                source="text" if row.photo is None else "photo",
                vector=HalfVector(row.vector),
            )

    async def open_if_pending(self, report: UUID) -> None:
        """Let a report be found by others: its vectors are part of the same commit."""
        await self._do(
            "UPDATE report SET state = %(open)s WHERE id = %(report)s AND state = %(pending)s",
            report=report,
            open=ReportState.OPEN,
            pending=ReportState.PENDING,
        )


def as_rows(photo: UUID | None, vectors: Mapping[str, NDArray[np.float32]], index: int) -> list[EmbeddingRow]:
    """Take row `index` of each space."""
    return [EmbeddingRow(photo, space, array[index]) for space, array in vectors.items()]
