"""Fits a scoring model in a separate process, because a fit takes minutes and mustn't hold up live work."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Final
from uuid import UUID

from reunite.matching.weights import Limits, ScoringModel
from reunite.tuning.calibration import FitResult, calibrate
from reunite.tuning.comparison import EmbeddedReport, compare
from reunite.tuning.labelled_set import label_searches
from workers.open_set.fetch import OpenSetError

Answers = Mapping[UUID, Collection[UUID]]
_MAX_NICENESS: Final = 19
_MIN_TEXT_LIMITS, _MIN_PHOTO_LIMITS = Limits(high=0.98, possible=0.88), Limits(high=0.98, possible=0.85)
"""Limits that kept false labels rare on other sets, including photos without text (docs/calibration.md)."""


def fit(
    found: Sequence[EmbeddedReport], lost: Sequence[EmbeddedReport], answers: Answers, prior: ScoringModel
) -> FitResult:
    """Fit to embedded reports; `answers` are the found reports by lost report. Raises TooLittleDataError."""
    fitted = calibrate(label_searches(compare(lost, found), compare(found, lost), answers), prior)
    return replace(fitted, scoring_model=with_margin(fitted.scoring_model))


def with_margin(model: ScoringModel) -> ScoringModel:
    """Raise the label limits, because communities lose other things than the open set contains."""
    text, translated, photo = (
        limits.stricter(least)
        for limits, least in (
            (model.text_limits, _MIN_TEXT_LIMITS),
            (model.translated_limits, _MIN_TEXT_LIMITS),
            (model.photo_limits, _MIN_PHOTO_LIMITS),
        )
    )
    return replace(model, text_limits=text, translated_limits=translated, photo_limits=photo)


async def fit_in_process(
    found: Sequence[EmbeddedReport], lost: Sequence[EmbeddedReport], answers: Answers, prior: ScoringModel
) -> FitResult:
    """Fit in a separate process, which ends with this task. Raises OpenSetError if it fails."""
    context = multiprocessing.get_context("spawn")  # a fork would copy threads that hold locks
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_fit_and_send, args=(theirs, found, lost, answers, prior), daemon=True)
    await asyncio.to_thread(process.start)
    theirs.close()
    try:
        fitted = await asyncio.to_thread(_received, ours)
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
        ours.close()
    if fitted is None:
        raise OpenSetError(f"the fit ended without a result (exit status {process.exitcode})")
    return fitted


def _fit_and_send(
    connection: Connection,
    found: Sequence[EmbeddedReport],
    lost: Sequence[EmbeddedReport],
    answers: Answers,
    prior: ScoringModel,
) -> None:
    threading.Thread(target=_end_with_worker, daemon=True).start()
    if os.nice(0):  # if the worker runs at a lower priority, its fit gets the lowest
        os.nice(_MAX_NICENESS)
    connection.send(fit(found, lost, answers, prior))


def _end_with_worker() -> None:
    """End this process once its worker was killed: the next worker starts a fit of its own."""
    if worker := multiprocessing.parent_process():
        worker.join()
        os._exit(1)


def _received(connection: Connection) -> FitResult | None:
    with suppress(EOFError):
        received: FitResult = connection.recv()
        return received
    return None
