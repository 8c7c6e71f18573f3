"""Calibrates the live encoder on the open set: once automatically in a worker, or on request."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import structlog

from db import scoring_models
from db.embedding_models import EmbeddingModel
from db.store import Store
from reunite.matching.defaults import for_encoder, prior_of
from reunite.matching.weights import ScoringModel
from reunite.tuning.calibration import FitResult, TooLittleDataError
from workers.batching import BatchingEncoder
from workers.open_set.embedding import embed_reports
from workers.open_set.fetch import OpenSetError, PhotoSource, fetch_photos
from workers.open_set.fitting import fit_in_process
from workers.open_set.labels import OpenSet, read_open_set

_LOCK: Final = 0x4F50454E
"""An arbitrary number for the advisory lock: one worker at a time calibrates."""
Progress = Callable[[str, int, int], None]
"""Called with the current step, how much of it is done, and the total."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OpenSetSource:
    """Where the photos come from, the folder that keeps them, and the labels if not this package's."""

    photos: PhotoSource
    folder: Path
    labels: Path | None = None

    def read(self) -> OpenSet:
        return read_open_set(self.labels)


async def calibrate_once(store: Store, encoder: BatchingEncoder, model: EmbeddingModel, source: OpenSetSource) -> None:
    """Calibrate a model that has no weights, in one worker only. Problems are logged and stored for `reunite doctor`.

    Never raises: after a problem, the worker continues with the defaults, and its next start retries.
    """
    try:
        async with store.try_lock(_LOCK) as has_lock:
            if has_lock and not await _has_weights(store, model):
                await _calibrate(store, encoder, model, source)
    except (OpenSetError, TooLittleDataError, psycopg.Error, OSError) as error:
        _log.warning("open_set_failed", problem=str(error), weights="defaults")
        await _record_problem(store, model, str(error))
    except Exception as error:  # noqa: BLE001 - a worker works without calibration
        _log.exception("open_set_defect")
        await _record_problem(store, model, type(error).__name__)


async def _has_weights(store: Store, model: EmbeddingModel) -> bool:
    return for_encoder(model.encoder).calibrated or await scoring_models.is_calibrated(store, model.version)


async def _calibrate(store: Store, encoder: BatchingEncoder, model: EmbeddingModel, source: OpenSetSource) -> None:
    _log.info("open_set_begun", encoder=model.version)
    fitted = await fitted_to_open_set(encoder, source, prior_of(model.encoder))
    summary = fitted.summary("open set", model.version)
    await scoring_models.save_first_for_all(store, model.version, fitted.scoring_model, summary)
    await store.embedding_models.note_problem(model.id, None)
    _log.info("open_set_done", encoder=model.version, log_loss=round(fitted.log_loss, 3))


async def _record_problem(store: Store, model: EmbeddingModel, problem: str) -> None:
    try:
        await store.embedding_models.note_problem(model.id, problem)
    except psycopg.Error:
        _log.warning("open_set_problem_not_stored")


async def fitted_to_open_set(
    encoder: BatchingEncoder, source: OpenSetSource, prior: ScoringModel, progress: Progress = lambda *_: None
) -> FitResult:
    """Fetch the photos, embed the reports and fit. Raises OpenSetError and TooLittleDataError."""
    labels = source.read()
    reports, photos = [*labels.found, *labels.lost], len(labels.origins)
    await fetch_photos(labels, source.folder, source.photos, lambda done: progress("photos", done, photos))
    embedded = await embed_reports(
        reports, source.folder, encoder, lambda done: progress("reports", done, len(reports))
    )
    split = len(labels.found)
    answers = {report.id: report.matches for report in labels.lost}
    return await fit_in_process(embedded[:split], embedded[split:], answers, prior)
