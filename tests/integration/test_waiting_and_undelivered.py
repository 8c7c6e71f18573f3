"""What alerts rest on: how long people have waited for an answer, and the replies that never came."""

import re

import psycopg
import pytest

from bot.delivery import Delivery
from db.delivery import OutboxItem
from db.migrate import shipped
from db.monitoring import Monitoring, TriedAgain
from db.work import KILLED_WORKERS
from reunite.commands import ReportFound
from reunite.entities import Member, ReplyTarget, ReportState
from reunite.errors import PostGoneError
from reunite.messages import keys
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply
from reunite.ports import Audience, Outgoing, Sent
from tests.support.waiting import eventually
from tests.support.world import World, world_without_a_worker

_UNSENT = "due_at = now() + interval '1 day'"
"""Keeps a reply from the bot that runs meanwhile."""

world_fixture = pytest.fixture(world_without_a_worker, name="world")


async def _age(world: World) -> float:
    [due] = [count for count in await Monitoring(world.store).work() if count.state == "due"]
    return due.seconds


async def _grow_old(world: World) -> None:
    async with world.store.session(world.workspace.community) as session:
        await session._do("UPDATE work SET created_at = created_at - interval '1 hour'")


async def test_past_posts_that_are_read_quietly_let_nobody_wait(world: World) -> None:
    target = ReplyTarget("web", world.workspace.external_id, "found", "f1")
    past = ReportFound(source_key="f1", target=target, author=Member("ben", "Ben"), text="a cup", quiet=True)
    await world.handlers.report(past)
    await _grow_old(world)
    assert await _age(world) == 0
    await world.found("f2", "red")
    await _grow_old(world)
    assert await _age(world) == pytest.approx(3600, abs=60)


async def test_what_is_imported_lets_nobody_wait(world: World) -> None:
    await world.found("f1", "red")
    await _grow_old(world)
    assert await _age(world)
    async with world.store.session(world.workspace.community) as session:
        await session._do("UPDATE workspace SET platform = 'api'")
    assert await _age(world) == 0


@pytest.mark.parametrize(
    ("change", "audience", "state"),
    [
        ("state = 'failed'", "thread", "undelivered"),
        ("state = 'failed'", "moderators", "undelivered"),
        ("state = 'failed', task = 'edit'", "thread", "undelivered"),  # changed before it was sent
        ("state = 'failed'", "pair", "failed"),
        ("state = 'failed', task = 'edit', sent_message = '1'", "thread", "failed"),
        ("state = 'failed', task = 'remove'", "thread", "failed"),
        ("attempts = 3", "thread", "queued"),
    ],
)
async def test_a_reply_that_nobody_will_see_is_counted_apart(
    world: World, change: str, audience: Audience, state: str
) -> None:
    report = await world.found("f1", "red")
    async with world.store.session(report.community) as session:
        await session._do("UPDATE workspace SET log_channel = 'log'")
        await session.outbox.post(report.id, ReplyKey("one"), Reply("note", ()), audience)
        await session._do(f"UPDATE outbox SET {change}")  # noqa: S608 - the cases above
    [count] = await Monitoring(world.store).outbox()
    assert (count.state, count.number) == (state, 1)


async def test_what_was_to_be_said_of_a_withdrawn_report_is_missed_by_nobody(world: World) -> None:
    report = await world.found("f1", "red")
    async with world.store.session(report.community) as session:
        await session.outbox.post(report.id, keys.first_reply(report.id), Reply("note", ()))
        await session._do("UPDATE outbox SET state = 'failed'")
        await session.reports.set_state(report.id, ReportState.WITHDRAWN)
    [count] = await Monitoring(world.store).outbox()
    assert count.state == "failed"


@pytest.mark.parametrize("function", ["work_numbers", "outbox_numbers", "waiting_by_community", "tried_again"])
async def test_what_waits_is_counted_without_reading_what_is_done(owner_database_url: str, function: str) -> None:
    async with await psycopg.AsyncConnection.connect(owner_database_url) as owner:
        await owner.execute("SET enable_seqscan = off")  # a test's tables are too small for an index
        [[body]] = await (await owner.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])).fetchall()
        plan = await (await owner.execute(f"EXPLAIN {body.replace('LIMIT most', 'LIMIT 5')}".encode())).fetchall()
    for table in {"work", "outbox"} & set(re.findall(r"\w+", body)):
        assert re.search(f"{table}_(due|queued|turns|failed)", str(plan))  # the indexes that have only a state


async def test_it_is_known_why_work_and_replies_are_tried_again(world: World) -> None:
    for number in (1, 2):
        await world.found(f"f{number}", "red")
    async with world.store.session(world.workspace.community) as session:
        await session._do("UPDATE work SET problem = 'DeadlockDetected: deadlock detected\nDETAIL: Process ' || id")
        for report in await session._all("SELECT id FROM report"):
            await session.outbox.post(report["id"], keys.first_reply(report["id"]), Reply("note", ()))
        await session._do(f"UPDATE outbox SET {_UNSENT}, problem = 'TimeoutError: 1\n' || key")  # noqa: S608
    assert await Monitoring(world.store).tried_again() == [
        TriedAgain("", "DeadlockDetected: deadlock detected", 2),
        TriedAgain("web", "TimeoutError: 1", 2),
    ]


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        ("UniqueViolation: duplicate key\nDETAIL: Key (text)=(my diary: 1)", "UniqueViolation"),
        ("TryAgainError: photos.example: TimeoutError", "TryAgainError: photos.example: TimeoutError"),
        (KILLED_WORKERS, KILLED_WORKERS),
    ],
)
async def test_words_of_members_that_problems_quoted_are_forgotten(
    world: World, owner_database_url: str, stored: str, kept: str
) -> None:
    report = await world.found("f1", "red")
    async with world.store.session(report.community) as session:
        await session.outbox.post(report.id, ReplyKey("one"), Reply("note", ()))
        await session._do("UPDATE work SET problem = %(stored)s", stored=stored)
        await session._do(f"UPDATE outbox SET {_UNSENT}, problem = %(stored)s", stored=stored)  # noqa: S608
    [migration] = [migration for migration in shipped() if migration.name == "0240_problems_without_words.sql"]
    async with await psycopg.AsyncConnection.connect(owner_database_url) as owner:
        await owner.execute(migration.statements.encode())
    async with world.store.session(report.community) as session:
        problems = await session._all("SELECT problem FROM work UNION ALL SELECT problem FROM outbox")
    assert [row["problem"] for row in problems] == [kept, kept]


async def test_a_message_that_is_gone_withdraws_a_report_only_in_its_thread(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn: list[Audience] = []

    async def gone(_: Outgoing) -> Sent:
        raise PostGoneError("gone")

    async def note(_: Delivery, item: OutboxItem) -> None:
        withdrawn.append(item.audience)

    async def is_failed() -> bool:
        async with world.store.session(world.workspace.community) as session:
            return bool(await session._all("SELECT FROM outbox WHERE state = 'failed' AND audience = 'moderators'"))

    await world.set_up(log_channel="log")
    report = await world.found("f1", text="a cup")
    monkeypatch.setattr(world.platform, "send", gone)
    monkeypatch.setattr(Delivery, "_withdraw", note)
    audiences: tuple[Audience, ...] = ("moderators", "thread")
    for audience in audiences:
        async with world.store.session(world.workspace.community) as session:
            await session.outbox.post(report.id, ReplyKey(audience), Reply("note", ()), audience)
        await eventually(is_failed)
    await eventually(lambda: withdrawn)
    assert withdrawn == ["thread"]
