"""Communities take turns: one that floods, or whose channel is slow, doesn't hold up another."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from operator import not_
from uuid import UUID

import psycopg
import pytest

from bot.delivery import Delivery
from db.delivery import MAX_PER_COMMUNITY
from db.store import Store
from reunite.ports import Outgoing, Sent
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.services import background, working
from tests.support.villages import Village
from tests.support.waiting import eventually
from tests.support.world import open_world
from workers.leases import Leases

pytestmark = pytest.mark.untraced

FLOOD = 300


@pytest.fixture
async def village(database_url: str, owner_database_url: str) -> AsyncIterator[Village]:
    async with Store(database_url) as store:
        yield Village(store, owner_database_url)


# Replies


async def test_a_single_reply_is_leased_in_the_first_round_after_a_flood(village: Village) -> None:
    flood, single = await village.reports("flood", FLOOD), await village.reports("single", 1)
    await village.replies(flood)
    await village.replies(single)
    leased = await village.store.delivery.lease("web", limit=2, seconds=60)
    assert {item.community for item in leased} == {flood, single}


async def test_what_is_in_flight_counts_and_no_community_gets_more_than_its_share(village: Village) -> None:
    communities = [await village.reports(name, FLOOD) for name in "abc"]
    for community in communities:
        await village.replies(community)
    in_flight = [communities[0]] * MAX_PER_COMMUNITY + [communities[1]] * (MAX_PER_COMMUNITY - 1)
    leased = await village.store.delivery.lease("web", limit=64, seconds=60, in_flight=in_flight)
    shares = Counter(item.community for item in leased)
    assert shares == {communities[1]: 1, communities[2]: MAX_PER_COMMUNITY}


async def test_two_that_lease_at_once_never_get_the_same_nor_two_of_a_thread(village: Village) -> None:
    for name in "abcd":
        await village.replies(await village.reports(name, 20), each=3)
    rounds = await asyncio.gather(*(village.store.delivery.lease("web", limit=16, seconds=60) for _ in range(6)))
    leased = [item for items in rounds for item in items]
    assert len(leased) >= 16
    assert len({item.report for item in leased}) == len(leased)
    assert {item.reply.text() for item in leased} == {"0"}
    for items in rounds:
        assert max(Counter(item.community for item in items).values(), default=0) <= MAX_PER_COMMUNITY


async def test_many_communities_all_get_their_turn_at_one_place(village: Village) -> None:
    names = [f"c{number}" for number in range(6)]
    communities = [await village.reports(name, 40) for name in names]
    for community in communities:
        await village.replies(community)
    seen: set[UUID] = set()
    for _ in range(200):
        [item] = await village.store.delivery.lease("web", limit=1, seconds=60)
        seen.add(item.community)
        if seen == set(communities):
            return
    raise AssertionError(f"{len(seen)} of {len(communities)} had a turn")


@dataclass
class SlowGuild(RecordingPlatform):
    """A platform on which one guild's channels answer only once they are let."""

    slow: str = "slow"
    let: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    most_waiting: int = 0

    async def send(self, outgoing: Outgoing) -> Sent:
        if outgoing.target.workspace == self.slow:
            self.waiting += 1
            self.most_waiting = max(self.waiting, self.most_waiting)
            await self.let.wait()
            self.waiting -= 1
        return await super().send(outgoing)


async def test_a_slow_guild_delays_no_other_and_keeps_its_order(village: Village) -> None:
    slow, quick = await village.reports("slow", 40), await village.reports("quick", 12)
    await village.replies(slow, each=3)
    await village.replies(quick, each=3)
    platform = SlowGuild()
    async with background(Delivery(village.store, platform).run()):
        await eventually(lambda: len(platform.messages) == 36, "the quick guild's replies")
        assert {target.workspace for target, _ in platform.messages} == {"quick"}
        assert platform.most_waiting == MAX_PER_COMMUNITY
        platform.let.set()
        await eventually(lambda: len(platform.messages) == 36 + 120, "the slow guild's replies")
    assert platform.most_waiting == MAX_PER_COMMUNITY
    for name, count in (("slow", 40), ("quick", 12)):
        threads = [platform.thread(f"{name}{number}") for number in range(1, count + 1)]
        assert threads == [["0", "1", "2"]] * count


# Work


async def test_work_is_leased_in_turn_and_bounds_hold_at_once(village: Village) -> None:
    flood, single = await village.reports("flood", FLOOD), await village.reports("single", 1)
    await village.works(flood)
    await village.works(single)
    leases = Leases(village.store, max_per_community=8, seconds=60)
    async with AsyncExitStack() as held:
        taken = await asyncio.gather(*(held.enter_async_context(leases.next()) for _ in range(16)))
        got = [lease for lease in taken if lease]
        assert Counter(lease.community for lease in got) == {flood: 8, single: 1}
        assert len({lease.work for lease in got}) == 9
        assert single in {lease.community for lease in got[:2]}
        async with leases.next() as none:
            assert none is None
    async with leases.next() as lease:  # what has ended no longer counts
        assert lease
        assert lease.community == flood


async def test_workers_that_lease_at_once_never_get_the_same(village: Village) -> None:
    for name in "abc":
        await village.works(await village.reports(name, 10))
    leases = [Leases(village.store, max_per_community=30, seconds=60) for _ in range(4)]
    async with AsyncExitStack() as held:
        taken = await asyncio.gather(*(held.enter_async_context(lease.next()) for lease in leases * 7))
    works = [lease.work for lease in taken if lease]
    assert len(works) == len(set(works)) == 28


async def test_within_a_community_the_oldest_work_comes_first(village: Village) -> None:
    community = await village.reports("one", 5)
    await village.works(community)
    await village.do(
        "UPDATE work SET due_at = now() - interval '1 s' * substr(r.source_key, 2)::int"
        " FROM report r WHERE r.id = report_id"
    )
    order = []
    while lease := await village.store.lease_work([], max_per_community=1, seconds=60):
        async with village.store.session(community) as session:
            row = await session._one("SELECT source_key FROM report WHERE id = %(id)s", id=lease.report)
        order.append((row or {})["source_key"])
    assert order == ["r5", "r4", "r3", "r2", "r1"]


async def test_a_worker_answers_one_post_amid_a_flood_and_leaves_nothing(
    village: Village, database_url: str, redis_url: str
) -> None:
    posts = 60  # enough to see the turn; a worker on a busy machine does one or two a second
    flood = await village.reports("flood", posts)
    await village.works(flood)
    async with open_world(database_url, redis_url, "single") as single:
        await single.found("s1", text="a teapot")

        async def left(community: UUID) -> int:
            async with village.store.session(community) as session:
                return await session.work.unfinished()

        async with working(database_url, redis_url, rehint_seconds=0.5):
            await eventually(lambda: left(single.workspace.community), holds=not_)
            assert await left(flood) > posts / 2
            await eventually(lambda: left(flood), holds=not_)


# Cost


async def test_leasing_reads_neither_what_was_sent_nor_all_of_a_flood(village: Village) -> None:
    flood, single = await village.reports("flood", 3000), await village.reports("single", 1)
    for state in ("sent", "queued"):
        await village.replies(flood, state=state)
    await village.replies(single)
    await village.works(flood)
    await village.do("ANALYZE outbox, work")
    read = """SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
              FROM pg_stat_xact_user_tables WHERE relname IN ('outbox', 'work')"""
    async with await psycopg.AsyncConnection.connect(village.owner) as connection:
        await connection.execute("SELECT * FROM lease_outbox('web', 16, '{}', 8, '1 min')")
        await connection.execute("SELECT * FROM lease_work('{}', 8, '1 min')")
        rows: dict[str, int] = dict(await (await connection.execute(read.encode())).fetchall())
    assert 0 < rows["outbox"] < 200
    assert 0 < rows["work"] < 50
