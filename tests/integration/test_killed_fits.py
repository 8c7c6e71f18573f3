"""A worker that is killed while it calibrates takes its fit with it."""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from reunite.matching.defaults import PRIOR
from tests.support.waiting import wait_until
from workers.open_set.fitting import fit_in_process


class Endless(list[Any]):
    """Reports that a fit is never done with."""

    def __init__(self, begun: Path) -> None:
        super().__init__()
        self.begun = begun

    def __reduce__(self) -> tuple[type, tuple[Path]]:
        return Endless, (self.begun,)

    def __iter__(self) -> Iterator[Any]:
        self.begun.touch()
        time.sleep(3600)
        return super().__iter__()


def fit_endlessly(begun: Path) -> None:
    asyncio.run(fit_in_process(Endless(begun), [], {}, PRIOR))


def is_running(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_fit_ends_with_the_worker_that_was_killed(tmp_path: Path) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=fit_endlessly, args=(tmp_path / "begun",))
    worker.start()
    try:
        wait_until((tmp_path / "begun").exists)
        fits = psutil.Process(worker.pid).children(recursive=True)
        assert fits
    finally:
        worker.kill()
    try:
        wait_until(lambda: not any(map(is_running, fits)))
    finally:
        for fit in filter(is_running, fits):
            fit.kill()
