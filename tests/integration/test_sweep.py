"""The sweep goes on when something that is due fails. On PostgreSQL, without a worker."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from db.cancellation import supervised
from db.keys import Keys, new_key
from db.store import Store
from reunite import my_reports
from reunite.entities import Match, Report, ReportState, VerdictKind
from reunite.language import sentence
from reunite.locking import lock_sides
from reunite.ports import Session
from tests.contract.stages import ADA, Stage, staged
from tests.support.sweeps import sweep_at
from tests.support.waiting import eventually
from workers.sweep import _by_community_at_random


async def test_a_report_that_cannot_end_holds_up_neither_another_nor_a_digest(
    database_url: str, owner_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.sweep._AT_ONCE", 1)
    async with staged(database_url, Keys([new_key()])) as stage:
        await stage.join(digest=True)
        broken, sound = await stage.lost("my umbrella"), await stage.lost("my scarf")
        waiting = await stage.found("a key")
        await stage.search(broken, waiting)
        with psycopg.connect(owner_database_url) as connection:
            connection.execute("UPDATE outbox SET reply = '{}' WHERE report_id = %s", [broken.id])
            connection.execute(
                "UPDATE report SET expires_at = now() - make_interval(days => CASE id WHEN %s THEN 2 ELSE 1 END)"
                " WHERE id <> %s",
                [broken.id, waiting.id],
            )
        sweep = sweep_at(stage, 1)
        await sweep.run_due()
        assert len(await stage.thread(waiting, "channel")) == 1
        assert await stage.state(sound) is ReportState.OPEN
        await sweep.run_due()
        assert (await stage.state(sound), await stage.state(broken)) == (ReportState.EXPIRED, ReportState.OPEN)


async def test_hints_do_not_wait_for_tasks_by_the_clock(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.sweep.SWEEP_SECONDS", 0)
    async with staged(database_url) as stage:
        sweep, has_begun, hints = sweep_at(stage, 0), asyncio.Event(), 0

        async def never() -> None:
            has_begun.set()
            await asyncio.Event().wait()

        async def count() -> None:
            nonlocal hints
            hints += has_begun.is_set()

        monkeypatch.setattr(sweep, "run_due", never)
        monkeypatch.setattr(sweep, "send_hints", count)
        async with supervised(*sweep.services()):
            await eventually(lambda: hints > 1)


def test_workers_with_the_same_tasks_take_communities_in_orders_of_their_own_and_each_ones_tasks_as_they_were_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workers.sweep.shuffle", list.reverse)
    here, there, *tasks = (UUID(int=number) for number in range(6))
    due = list(zip((here, there, here, there), tasks, strict=True))
    assert _by_community_at_random(due) == [due[1], due[3], due[0], due[2]]


async def test_a_claim_is_brought_up_and_decided_without_the_key_of_its_answer(database_url: str) -> None:
    async with staged(database_url, Keys([new_key()])) as stage:
        await stage.join(digest=True)
        _, found, match = await stage.matched()
        claim = await stage.claim(match, found)
    async with Store(database_url, keys=Keys([new_key()])) as store:
        stage = Stage(store)
        await sweep_at(stage, 25).run_due()
        assert sentence("claim_waits_for_you") in await stage.words(found)
        async with stage.session(found.community) as session:
            known = await session.claims.get(claim)
        assert known
        assert known.has_proof


async def test_moderators_who_choose_a_channel_see_the_claims_that_wait_as_they_are_by_then(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(database_url, Keys([new_key()])) as stage:
        await stage.join()
        _, found, match = await stage.matched()
        await stage.claim(match, found)
        await sweep_at(stage, 1).run_due()
        await stage.join(log_channel="log")
        assert await stage.thread(found, "moderators") == []  # a form with many such claims is saved as quickly

        async def decided_before_the_lock(session: Session, locked: Match) -> tuple[Report, Report]:
            monkeypatch.undo()
            await stage.verdict(match, VerdictKind.CONFIRM)
            return await lock_sides(session, locked)

        monkeypatch.setattr("reunite.locking.lock_sides", decided_before_the_lock)
        await sweep_at(stage, 1).run_due()
        assert await stage.state(found) is ReportState.RETURNED
        assert await stage.thread(found, "moderators") == []
        await stage.verdict(match, VerdictKind.CONFIRM, given=False)
        await stage.join()
        await stage.claim(match, found)
        await stage.join(log_channel="log")
        for _ in range(2):
            await sweep_at(stage, 1).run_due()
            [card] = await stage.thread(found, "moderators")
            assert sentence("claim_is_open") in card.text()


async def test_jobs_of_the_api_are_deleted_after_thirty_days(database_url: str, owner_database_url: str) -> None:
    async with staged(database_url, Keys([new_key()])) as stage:
        await stage.join(digest=True)
        place = await stage.join()
        async with stage.store.session(place.community) as session:
            old, new = [await session.api_jobs.add(place.id, key, [], []) for key in ("old", "new")]
        with psycopg.connect(owner_database_url) as connection:
            connection.execute("UPDATE api_job SET created_at = now() - interval '31 days' WHERE id = %s", [old])
        await sweep_at(stage, 0).run_due()
        async with stage.store.session(place.community) as session:
            assert new
            assert await session.api_jobs.get(new)
            assert await session.api_jobs.by_key(place.id, "old") is None


async def test_the_deletion_of_a_members_data_goes_on_without_the_bot_that_began_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        """Stands for the end of a process."""

    async def be_killed(*_: object) -> None:
        raise KilledError

    async with staged(database_url) as stage:
        workspace = await stage.join()
        reports = [await stage.lost("my umbrella"), await stage.lost("my scarf")]
        monkeypatch.setattr(my_reports, "end", be_killed)
        with pytest.raises(KilledError):
            await stage.press("forget", workspace.id, ADA)
        assert [await stage.state(report) for report in reports] == [ReportState.WITHDRAWN] * 2
        await sweep_at(stage, 0).run_due()
        assert (await stage.handlers.export("web", "here", ADA))["reports"] == []
