"""At the very moment at which two communities become one, or part, nothing is lost and nothing stays across."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from db.leases import WorkLease
from db.store import Store
from reunite.commands import JoinWorkspace, ReportFound, ReportLost, Withdraw
from reunite.entities import Label, Question, ReplyTarget, Report, ReportState
from reunite.errors import TellUserError, TryAgainError
from reunite.expiry import expire
from reunite.handlers import Handlers
from reunite.messages import keys, wording
from reunite.messages.keys import ReplyKey
from reunite.ports import ScoredPair
from tests.support.databases import WAITING
from tests.support.queues import NoQueue
from tests.support.waiting import eventually
from tests.support.world import ADA, BEN


@dataclass
class Sides:
    """Two workspaces, `here` with a lost report and `there` with a found report."""

    store: Store
    handlers: Handlers
    owner_url: str

    async def lost(self, key: str = "l1") -> Report:
        target = ReplyTarget("web", "here", "lost", key)
        return (await self.handlers.report(ReportLost(source_key=key, target=target, author=ADA, text="a cup"))).report

    async def found(self, key: str = "f1") -> Report:
        target = ReplyTarget("web", "there", "found", key)
        command = ReportFound(source_key=key, target=target, author=BEN, text="a duck", place="gym")
        return (await self.handlers.report(command)).report

    async def link(self) -> None:
        """Let `there` move into the community of `here`."""
        await self.handlers.link("web", "there", await self.handlers.link_code("web", "here"))

    def rows(self, query: str) -> list[Any]:
        """Look at everything, as the owner."""
        with psycopg.connect(self.owner_url) as connection:
            return connection.execute(query.encode()).fetchall()

    async def community(self, name: str) -> Any:
        workspace = await self.store.workspace("web", name)
        assert workspace
        return workspace.community

    @asynccontextmanager
    async def meanwhile(self, doing: Coroutine[Any, Any, Any]) -> AsyncIterator[asyncio.Task[Any]]:
        """Start something that has to wait for the transaction that is open."""
        task = asyncio.create_task(doing)
        await eventually(lambda: self.rows(WAITING) or task.done())
        yield task

    async def leased(self) -> WorkLease:
        """Take the newest work, as a worker does."""
        [[work]] = self.rows("SELECT id FROM work ORDER BY created_at DESC LIMIT 1")
        while lease := await self.store.lease_work([], max_per_community=1, seconds=60):
            if lease.work == work:
                return lease
        raise AssertionError("somebody else has it")

    async def match(self, session: Any, lost: Report, found: Report) -> None:
        """Match across, ask, and tell the owner, as a search does."""
        for report in (lost, found):
            await session.reports.set_state(report.id, ReportState.OPEN)
        [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), evidence={})])
        await session.outbox.post(lost.id, keys.card(match.id, lost.kind), wording.match_card(match, found, lost, None))
        await session.prompts.ask(lost.id, Question("place", ("gym", "pool"), (found.id,)))
        await session.prompts.answer(lost.id, "gym")


@pytest.fixture
async def sides(database_url: str, owner_database_url: str) -> AsyncIterator[Sides]:
    async with Store(database_url) as store:
        await store.embedding_models.register("none", "none", {"shared": 3})
        handlers = Handlers(store, NoQueue())
        for name in ("here", "there"):
            await handlers.join(JoinWorkspace("web", name, name))
        yield Sides(store, handlers, owner_database_url)


@pytest.mark.parametrize("way", ["link", "unlink"])
async def test_a_post_at_that_moment_goes_where_its_workspace_goes(sides: Sides, way: str) -> None:
    if way == "unlink":
        await sides.link()
    code = await sides.handlers.link_code("web", "here")
    there = await sides.store.workspace("web", "there")
    assert there
    moving = "SELECT link_workspace(%s, encode(sha256(%s), 'hex'))" if way == "link" else "SELECT unlink_workspace(%s)"
    async with sides.store.transaction(there.community) as connection:
        await connection.execute(moving.encode(), [there.id, code.encode()] if way == "link" else [there.id])
        async with sides.meanwhile(sides.found()) as posting:
            pass
    report = await posting
    assert await sides.community("there") != there.community
    assert sides.rows("SELECT id, community_id FROM report") == [(report.id, await sides.community("there"))]


async def test_what_a_worker_says_at_that_moment_is_not_lost(sides: Sides) -> None:
    found = await sides.found()
    lease = await sides.leased()
    async with sides.store.work_session(lease) as session, sides.meanwhile(sides.link()) as linking:
        await session.outbox.post(found.id, ReplyKey("said"), wording.expired())
        await session.work.add(found.id)
    await linking
    community = await sides.community("here")
    assert sides.rows("SELECT key, community_id FROM outbox") == [("said", community)]
    assert sides.rows("SELECT DISTINCT community_id FROM work") == [(community,)]


async def test_what_a_handler_does_at_that_moment_is_not_lost(sides: Sides) -> None:
    found = await sides.found()
    async with sides.store.session(await sides.community("there")) as session:
        await session.reports.lock({found.id})
        async with sides.meanwhile(sides.link()) as linking:
            await session.outbox.post(found.id, ReplyKey("said"), wording.expired())
            await session.work.add(found.id)
    await linking
    community = await sides.community("here")
    assert sides.rows("SELECT key, community_id FROM outbox") == [("said", community)]
    assert sides.rows("SELECT community_id FROM work") == [(community,)] * 2


async def test_a_deletion_at_that_moment_is_not_lost(sides: Sides) -> None:
    found = await sides.found()
    code = await sides.handlers.link_code("web", "here")
    there = await sides.store.workspace("web", "there")
    assert there
    async with sides.store.transaction(there.community) as connection:
        await connection.execute(b"SELECT link_workspace(%s, encode(sha256(%s), 'hex'))", [there.id, code.encode()])
        async with sides.meanwhile(sides.handlers.withdraw(Withdraw(target=found.target))) as withdrawing:
            pass
    assert await withdrawing
    assert sides.rows("SELECT text, state FROM report") == [("", "withdrawn")]


async def test_what_is_found_across_at_the_moment_of_parting_does_not_stay(sides: Sides) -> None:
    await sides.link()
    found, lost = await sides.found(), await sides.lost()
    lease = await sides.leased()
    async with sides.store.work_session(lease) as session:
        await session.reports.lock({found.id, lost.id})
        async with sides.meanwhile(sides.handlers.unlink("web", "there")) as parting:
            await sides.match(session, lost, found)
    await parting
    assert sides.rows("SELECT 1 FROM match") == []
    assert sides.rows("SELECT 1 FROM outbox WHERE reply::text LIKE '%duck%'") == []
    assert sides.rows("SELECT question_answer FROM report WHERE question_answer IS NOT NULL") == [
        ("",)
    ]  # a place of theirs


async def test_a_code_is_worth_nothing_after_its_quarter_of_an_hour(sides: Sides) -> None:
    code = await sides.handlers.link_code("web", "here")
    [[minutes]] = sides.rows("SELECT extract(minutes FROM expires_at - now()) FROM link_code")
    assert minutes == 14  # and some seconds
    with psycopg.connect(sides.owner_url) as connection:
        connection.execute("UPDATE link_code SET expires_at = now()")
    with pytest.raises(TellUserError, match="link_code_unknown"):
        await sides.handlers.link("web", "there", code)


async def test_its_own_code_links_a_community_with_nothing(sides: Sides) -> None:
    code = await sides.handlers.link_code("web", "here")
    with pytest.raises(TellUserError, match="link_code_unknown"):
        await sides.handlers.link("web", "here", code)
    await sides.handlers.link("web", "there", code)
    assert await sides.community("here") == await sides.community("there")


async def test_an_extended_report_does_not_expire_at_its_old_time(sides: Sides) -> None:
    lost = await sides.lost()
    with pytest.raises(TryAgainError):
        async with sides.store.session(await sides.community("here")) as session:
            await expire(session, lost.id, lost.created_at)
    assert sides.rows("SELECT state, text FROM report") == [("pending", "a cup")]
    assert sides.rows("SELECT state FROM work") == [("due",)]
