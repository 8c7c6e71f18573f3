"""Fits a scoring model in a process of its own: a fit takes minutes, and must not hold up a worker's live work."""

import asyncio
import multiprocessing
import os
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
_MIN_PRIORITY: Final = 19
_MIN_TEXT, _MIN_PHOTO = Limits(high=0.98, possible=0.88), Limits(high=0.98, possible=0.85)
"""The lowest limits with which labels were rarely false on other sets, also on bare photos (docs/calibration.md)."""


def fit(
    found: Sequence[EmbeddedReport], lost: Sequence[EmbeddedReport], answers: Answers, prior: ScoringModel
) -> FitResult:
    """Fit to embedded reports; `answers` are the found reports by lost report. Raises TooLittleDataError."""
    fitted = calibrate(label_searches(compare(lost, found), compare(found, lost), answers), prior)
    return replace(fitted, scoring_model=with_margin(fitted.scoring_model))


def with_margin(model: ScoringModel) -> ScoringModel:
    """Raise the limits of the labels: what a community loses is not what the open set has."""
    text, translated, photo = (
        limits.stricter(least)
        for limits, least in (
            (model.text_limits, _MIN_TEXT),
            (model.translated_limits, _MIN_TEXT),
            (model.photo_limits, _MIN_PHOTO),
        )
    )
    return replace(model, text_limits=text, translated_limits=translated, photo_limits=photo)


async def fit_apart(
    found: Sequence[EmbeddedReport], lost: Sequence[EmbeddedReport], answers: Answers, prior: ScoringModel
) -> FitResult:
    """Fit in another process, which ends with this task. Raises OpenSetError if it fails."""
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
    if os.nice(0):  # the worker gives way to others, and its fit to the worker
        os.nice(_MIN_PRIORITY)
    connection.send(fit(found, lost, answers, prior))


def _received(connection: Connection) -> FitResult | None:
    with suppress(EOFError):
        received: FitResult = connection.recv()
        return received
    return None
