"""A lease is kept as long as its work runs, and no longer: kept for nothing, no worker could ever take it over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from db.leases import WorkLease, WorkSession
from db.store import Store
from reunite.errors import TryAgainError
from tests.contract.stages import Stage
from tests.support.keys import KEYS
from tests.support.waiting import PATIENCE
from workers.intake import MAX_FAILURES, Waiting
from workers.process import ModelReplacedError, Processor
from workers.slots import Slots

_LEASE = 0.15


class Breaking:
    """An intake that holds the pool's only connection until the lease's keeper waits for it, and then fails."""

    def __init__(self, store: Store, ticks: int) -> None:
        self._store, self._ticks = store, ticks

    async def take(self, _lease: WorkLease, _waiting: Waiting) -> None:
        async with self._store.outside():
            await asyncio.sleep(_LEASE)
        for _ in range(self._ticks):  # so long until the keeper has it
            await asyncio.sleep(0)
        raise TryAgainError("the platform's trouble")


async def test_a_connection_that_comes_with_the_end_of_the_work_keeps_no_lease(database_url: str) -> None:
    async with Store(database_url, connections=1, keys=KEYS) as store:
        model = await store.embedding_models.register("none", "none", {"shared": 3})
        stage, unused = Stage(store), SimpleNamespace()
        await stage.join()
        for ticks in range(6):
            await stage.lost(f"umbrella {ticks}")
            lease = await store.lease_work([], max_per_community=1, seconds=_LEASE)
            assert lease
            intake: Any = Breaking(store, ticks)
            encoder: Any = unused
            processor = Processor(store, encoder, model, intake, Slots(1), _LEASE)
            assert await asyncio.wait_for(processor.process(lease), PATIENCE) == "again"


class Hanging:
    """An intake that never ends."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def take(self, _lease: WorkLease, _waiting: Waiting) -> None:
        self.begun.set()
        await asyncio.Event().wait()


class Replaced:
    """An intake of a worker whose model searches no longer use."""

    async def take(self, _lease: WorkLease, _waiting: Waiting) -> None:
        raise ModelReplacedError


@asynccontextmanager
async def one_lost_report(database_url: str, intake: Any, **options: Any) -> AsyncIterator[tuple[Processor, WorkLease]]:
    """Lease the work of a lost report, for a worker with this intake."""
    async with Store(database_url, keys=KEYS) as store:
        model = await store.embedding_models.register("none", "none", {"shared": 3})
        stage = Stage(store)
        await stage.join()
        await stage.lost()
        lease = await store.lease_work([], max_per_community=1, seconds=60)
        assert lease
        encoder: Any = SimpleNamespace()
        yield Processor(store, encoder, model, intake, Slots(1), **options), lease


class Patient:
    """An intake that fails once the lease was renewed."""

    def __init__(self) -> None:
        self.renewed = asyncio.Event()

    async def take(self, _lease: WorkLease, _waiting: Waiting) -> None:
        await self.renewed.wait()
        raise TryAgainError("the platform's trouble")


@pytest.mark.parametrize("error", [psycopg.OperationalError("the database is away"), RuntimeError("a defect")])
async def test_a_lease_that_couldnt_be_renewed_is_renewed_next_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    patient, errors = Patient(), [error]

    async def extend_at_the_second_attempt(*_: object) -> None:
        if errors:
            raise errors.pop()
        patient.renewed.set()

    monkeypatch.setattr(WorkSession, "extend", extend_at_the_second_attempt)
    async with one_lost_report(database_url, patient, lease_seconds=_LEASE) as (processor, lease):
        assert await asyncio.wait_for(processor.process(lease), PATIENCE) == "again"
    assert patient.renewed.is_set()


@pytest.mark.parametrize("failures", [0, MAX_FAILURES - 1])
async def test_work_whose_outcome_conflicts_is_left_to_its_lease(
    database_url: str, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    async def conflict(*_: object, **__: object) -> None:
        raise psycopg.errors.DeadlockDetected("with another transaction")

    patient = Patient()
    patient.renewed.set()
    for outcome in ("retry", "give_up"):
        monkeypatch.setattr(WorkSession, outcome, conflict)
    async with one_lost_report(database_url, patient) as (processor, lease):
        assert await processor.process(replace(lease, failures=failures)) == "overtaken"


async def test_work_that_hangs_is_tried_again(database_url: str) -> None:
    async with one_lost_report(database_url, Hanging(), lease_seconds=_LEASE, timeout_seconds=1) as (processor, lease):
        assert await asyncio.wait_for(processor.process(lease), PATIENCE) == "again"


async def test_work_of_a_worker_whose_model_was_replaced_has_not_failed(database_url: str) -> None:
    async with one_lost_report(database_url, Replaced()) as (processor, lease):
        last = replace(lease, failures=MAX_FAILURES - 1)
        assert await asyncio.wait_for(processor.process(last), PATIENCE) == "again"
        assert processor.replaced.is_set()
        async with processor.store.transaction(lease.community) as connection:
            row = await (await connection.execute("SELECT state, failures, leased_until FROM work")).fetchone()
        assert row == {"state": "due", "failures": 0, "leased_until": None}


async def test_only_a_lease_that_expires_counts_as_a_death(database_url: str, owner_database_url: str) -> None:
    async def again(processor: Processor) -> int:
        lease = await processor.store.lease_work([], max_per_community=1, seconds=60)
        assert lease
        return lease.deaths

    hanging = Hanging()
    async with one_lost_report(database_url, hanging) as (processor, lease):
        processing = asyncio.create_task(processor.process(lease))
        await asyncio.wait_for(hanging.begun.wait(), PATIENCE)
        processing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(processing, PATIENCE)
        assert await again(processor) == 0, "a worker that is stopped hands its work back"
        with psycopg.connect(owner_database_url, autocommit=True) as owner:
            owner.execute("UPDATE work SET leased_until = now() - interval '1 s'")
            assert await again(processor) == 1
            owner.execute("UPDATE work SET leased_until = NULL")  # as when a workspace moves to another community
            assert await again(processor) == 1
