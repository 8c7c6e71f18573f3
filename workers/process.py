"""Processes a report: stored copies, embeddings, search. Each step commits, so another worker can take over.

Embeddings are committed before the search; otherwise two simultaneous reports would never find each other.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

import psycopg
import structlog

from db import scoring_models
from db.cancellation import uninterrupted
from db.embedding_models import EmbeddingModel
from db.leases import LeaseLostError, WorkLease, WorkSession
from db.store import Store
from db.trouble import TEMPORARY, is_exhausted, kept_problem, log_failure
from db.work import KILLED_WORKERS
from metrics import definitions as metrics
from metrics.searches import count_search
from reunite.entities import Report, ReportState
from reunite.errors import TellUserError, TryAgainError
from reunite.matching.evidence import Search
from reunite.matching.scoring import ScoredCandidate
from reunite.matching.weights import ScoringModel
from reunite.messages import keys, wording
from reunite.search import search_and_announce
from workers.detail_comparison import DetailComparison, PhotosToCompare
from workers.embed import ReportEncoder, Unembedded, embed, find_unembedded, save
from workers.intake import MAX_FAILURES, Intake, IntakeResult, find_waiting
from workers.leases import extending
from workers.slots import Slots

WorkOutcome = Literal["done", "again", "failed", "overtaken"]
_Searched = tuple[Report | None, Sequence[ScoredCandidate] | None]
"""A report, and the candidates that its search found; None if there was no search."""

_SUSPECT_AFTER: Final = 2
"""After this many workers died while processing it among other work, it's processed alone, part by part."""
_DEATHS_ALONE: Final = 2
"""A part is left out after this many workers died while embedding it alone."""
_MAX_DEATHS: Final = 60
"""Work is given up after this many workers died while processing it, in any step."""
_WORK_TIMEOUT_SECONDS: Final = 240.0
"""Seconds after which work is interrupted and retried, so that a step that hangs doesn't keep its lease forever."""
_EXHAUSTED_PAUSE_SECONDS: Final = 60.0
"""Seconds, and up to half as many more, before work is retried for which the database had no room: each retry fetches
the photos again."""
_HAND_BACK_SECONDS: Final = 5.0
"""Seconds for returning work, for which a worker that's being stopped waits."""
_FIRST_BACKOFF_SECONDS: Final = 2.0
"""Seconds before the first retry, doubled for each further one."""

_log = structlog.get_logger(__name__)


class ModelReplacedError(Exception):
    """Searches use another model now; a worker with that model must do the work."""


@dataclass(frozen=True, slots=True)
class Processor:
    """Processes reports with one encoder."""

    store: Store
    encoder: ReportEncoder
    model: EmbeddingModel
    intake: Intake
    slots: Slots
    lease_seconds: float = 30
    detail_comparison: DetailComparison | None = None
    timeout_seconds: float = _WORK_TIMEOUT_SECONDS
    replaced: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once searches use another model."""

    async def process(self, lease: WorkLease) -> WorkOutcome:
        """Process as much of a report as possible and return the outcome; never raises."""
        outcome = await self._process(lease)
        metrics.WORK.labels(outcome).inc()
        return outcome

    async def _process(self, lease: WorkLease) -> WorkOutcome:
        log = _log.bind(work=str(lease.work), report=str(lease.report), failures=lease.failures)
        is_suspect = lease.deaths >= _SUSPECT_AFTER
        try:
            async with extending(self.store, lease, self.lease_seconds), self.slots.slot(alone=is_suspect):
                if lease.deaths > _MAX_DEATHS:
                    log.error("work_killed_workers")
                    return await self._give_up(lease, KILLED_WORKERS)
                async with asyncio.timeout(self.timeout_seconds):
                    log = log.bind(**await self._run_steps(lease, part_by_part=is_suspect))
        except asyncio.CancelledError:
            # The worker is being stopped: another one needn't wait for the lease to expire.
            await uninterrupted(self._hand_back(lease, "its worker was stopped", 0, has_failed=False))
            raise
        except LeaseLostError:
            log.info("work_overtaken")
            return "overtaken"
        except ModelReplacedError:
            self.replaced.set()
            return await self._hand_back(
                lease, "searches use another model now", _FIRST_BACKOFF_SECONDS, has_failed=False
            )
        except TEMPORARY as error:
            log_failure(log, "work", error)
            return await self._again(lease, error)
        except Exception as error:  # one report's defect must not stop the worker
            log.exception("work_defect")
            return await self._again(lease, error)
        log.info("work_done")
        return "done"

    async def _run_steps(self, lease: WorkLease, *, part_by_part: bool) -> dict[str, str | None]:
        """Run all steps with the parts that work, then raise the error that asks for the longest pause.

        Return the platform's ids of the report's post, for the log.
        """
        async with self.store.work_session(lease) as session:
            waiting = await find_waiting(session, lease.report)
            stored = await find_unembedded(session, lease.report, self.model)
        taken = await self.intake.take(lease, waiting)
        await self._embed(lease, taken, stored.with_views(taken.views, waiting.photos), part_by_part=part_by_part)
        report, scored = await self._search(lease, taken, stored.whole_text)
        if scored is not None and not (report and report.sample):
            count_search("report", scored)
        if taken.errors:
            raise max(taken.errors, key=lambda error: getattr(error, "after", None) or 0.0)
        return {"platform": report.target.platform, "message": report.target.message} if report else {}

    async def _again(self, lease: WorkLease, error: Exception) -> WorkOutcome:
        problem, after = kept_problem(error), getattr(error, "after", None)
        if is_exhausted(error) or isinstance(error, psycopg.errors.LockNotAvailable):
            # That says nothing about this report, which waits until it's over.
            pause = _EXHAUSTED_PAUSE_SECONDS * random.uniform(1, 1.5)  # noqa: S311 - no secret
            return await self._hand_back(lease, problem, pause, has_failed=False)
        if lease.failures + 1 >= MAX_FAILURES:
            return await self._give_up(lease, problem)
        return await self._hand_back(lease, problem, after or _FIRST_BACKOFF_SECONDS * 2**lease.failures)

    async def _hand_back(self, lease: WorkLease, problem: str, after: float, *, has_failed: bool = True) -> WorkOutcome:
        try:
            async with asyncio.timeout(_HAND_BACK_SECONDS), self.store.work_session(lease) as session:
                await session.retry(problem, after, has_failed=has_failed)
                return "again"
        except (LeaseLostError, TryAgainError, psycopg.OperationalError, TimeoutError):
            return "overtaken"  # when the lease expires, the sweep finds the work

    async def _give_up(self, lease: WorkLease, problem: str) -> WorkOutcome:
        try:
            async with self.store.work_session(lease) as session:
                await session.give_up(problem)
                await session.open_if_pending(lease.report)  # it can be found by the parts that were embedded
                await self._apologise(session, lease)
                return "failed"
        except (LeaseLostError, TryAgainError, psycopg.OperationalError):
            return "overtaken"

    async def _apologise(self, session: WorkSession, lease: WorkLease) -> None:
        report = await session.reports.get(lease.report)
        if report and not report.quiet and report.state is not ReportState.LOOK:
            await session.outbox.post(lease.report, keys.work_failed(lease.work), wording.search_failed(report))

    # Embeddings

    async def _embed(self, lease: WorkLease, taken: IntakeResult, wanted: Unembedded, *, part_by_part: bool) -> None:
        """Embed the parts that lack vectors. With `part_by_part`, a death shows which part killed the worker."""
        if part_by_part:
            for piece in wanted.pieces():
                await self._embed_alone(lease, taken, piece)
        else:
            await self._embed_piece(lease, taken, wanted)

    async def _embed_alone(self, lease: WorkLease, taken: IntakeResult, piece: Unembedded) -> None:
        async with self.store.work_session(lease) as session:
            deaths = await session.begin_alone()
        if deaths >= _DEATHS_ALONE and piece.parts:
            await self._leave_out(lease, piece.parts[0])
            piece = Unembedded({}, "")
        await self._embed_piece(lease, taken, piece)

    async def _embed_piece(self, lease: WorkLease, taken: IntakeResult, wanted: Unembedded) -> None:
        embedded = await embed(self.encoder, wanted)
        for part, error in embedded.failed.items():
            if lease.failures + 1 < MAX_FAILURES:
                taken.errors.append(error)
            else:
                await self._leave_out(lease, part)
        async with self.store.work_session(lease) as session:
            await save(session, lease.report, self.model, embedded, wanted.text)
            if lease.deaths >= _SUSPECT_AFTER:
                await session.end_alone()
            if embedded.rows or not taken.errors:
                await session.open_if_pending(lease.report)

    async def _leave_out(self, lease: WorkLease, part: UUID | None) -> None:
        """Leave a photo or (None) the text out of the search, and say so in the thread."""
        _log.warning("embedding_failed", report=str(lease.report), photo=str(part))
        async with self.store.work_session(lease) as session:
            photos = await session.photos.of(lease.report)
            if part is None:
                await self._apologise(session, lease)
        for photo in photos:
            if photo.id == part:
                await self.intake.refuse(lease, photo, TellUserError("photo_unusable"))

    # Search

    async def _search(self, lease: WorkLease, taken: IntakeResult, text: str) -> _Searched:
        """Search with what has been embedded. `text` is the report's text as it was read for that."""
        async with self.store.work_session(lease) as session:
            scoring_model = await scoring_models.in_use_by(session, self.model)
            report = await _read(session, lease, text)
            chosen = PhotosToCompare()
            if report and self.detail_comparison:
                chosen = await self.detail_comparison.choose(session, report, scoring_model)
            if not chosen.pairs:  # without new details, the search stays valid
                return await self._announce(session, report, taken, scoring_model, chosen.search)
        if self.detail_comparison:
            await self.detail_comparison.run(lease, chosen)
        async with self.store.work_session(lease) as session:
            return await self._announce(session, await _read(session, lease, text), taken, scoring_model, None)

    async def _announce(
        self,
        session: WorkSession,
        report: Report | None,
        taken: IntakeResult,
        model: ScoringModel,
        search: Search | None,
    ) -> _Searched:
        complete, scored = not taken.errors, None
        if report:
            scored = await search_and_announce(session, report, model, is_complete=complete, search=search)
        if await session.model_change.live_model() != self.model.id:
            raise ModelReplacedError  # rolls the search back: the report lacks the new model's embeddings
        if complete:
            await session.finish()
        return report, scored


async def _read(session: WorkSession, lease: WorkLease, text: str) -> Report | None:
    """Read a report to search for. None if it's gone, or if its text isn't `text` any more.

    New words have no embeddings yet, so an answer now might leave out what fits them: the edit's own work answers.
    """
    report = await session.reports.get(lease.report)
    return report if report and report.text == text else None
