"""What a post's way outlasts: bad photos, a lost Redis, refusing threads, and changes while a worker is at it."""

import pytest
from redis.asyncio import Redis

from reunite.commands import Withdraw
from reunite.entities import IncomingPhoto, ReplyTarget
from reunite.expiry import expire
from reunite.messages import wording
from reunite.messages.keys import ReplyKey
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.stored_words import tables_with
from tests.support.world import World, open_world, world_with_a_worker

pytestmark = pytest.mark.untraced

world_fixture = pytest.fixture(world_with_a_worker, name="world")


async def test_a_bad_photo_is_explained_and_the_rest_of_the_report_is_kept(world: World) -> None:
    good = IncomingPhoto("cup.jpg", data=drawing("red"))
    bad = IncomingPhoto("notes.pdf", data=b"%PDF-1.7 and so on")
    found = await world.found("f1", photos=(bad, good))
    await world.lost("l1", "red cup")
    await world.wait_until_idle()
    assert "notes.pdf" in world.platform.thread("f1")[0]
    assert await world.state(found) == "open"
    assert "match" in world.platform.kinds("l1")


async def test_a_found_report_of_which_nothing_can_be_read_is_answered_and_closed(world: World) -> None:
    found = await world.found("f1", photos=(IncomingPhoto("notes.pdf", data=b"%PDF-1.7 and so on"),))
    await world.wait_until_idle()
    assert world.platform.kinds("f1") == ["problem"]
    assert await world.state(found) == "withdrawn"


async def test_an_upload_is_kept_only_as_its_stored_copy(world: World) -> None:
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        [photo] = await session.photos.of(found.id)
        copy, upload = await session.photos.stored_copy(photo.id), await session.photos.upload(photo.id)
    assert upload is None
    assert copy
    assert b"Camera maker" in drawing("red")
    assert b"Camera maker" not in copy


async def test_an_emptied_redis_loses_nothing(database_url: str, redis_url: str) -> None:
    async with open_world(database_url, redis_url) as world, Redis.from_url(redis_url) as redis:
        await world.found("f1", "red")
        await world.lost("l1", "red cup")
        assert await redis.dbsize()
        await redis.flushdb()
        async with working(database_url, redis_url, rehint_seconds=1):
            await world.wait_until_idle()
    assert "match" in world.platform.kinds("l1")


async def test_a_thread_that_cannot_be_written_to_holds_up_no_other(world: World) -> None:
    world.platform.closed.add("f1")
    world.platform.failing["f2"] = 2
    await world.found("f1", "red")
    await world.found("f2", "green")
    await world.found("f3", "blue")
    await world.wait_until_idle()
    assert world.platform.kinds("f1") == []
    assert world.platform.kinds("f2") == ["nothing"]
    assert world.platform.kinds("f3") == ["nothing"]


async def test_a_reply_deleted_while_it_was_leased_disturbs_no_delivery(world: World) -> None:
    await world.found("f1", "red")
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        report = await session.reports.at(ReplyTarget("web", world.workspace.external_id, "found", "f1"))
        assert report
        await session.outbox.post(report.id, ReplyKey("later"), wording.problem("our_fault", "en", report.id))
        seq = (await session._one("SELECT seq FROM outbox WHERE key = 'later'") or {})["seq"]
        assert await session.outbox.outgoing([seq])
        await session.deletion.purge(report.id, wording.ended("en"))
        assert await session.outbox.outgoing([seq]) == []
    await world.lost("l1", "a blue cup")
    await world.wait_until_idle()
    assert world.platform.kinds("l1") == ["nothing"]


async def test_a_withdrawal_while_a_worker_is_at_the_report_wins(world: World, owner_database_url: str) -> None:
    for number in range(20):
        await world.lost(f"l{number}", f"red cup of zither player {number}", "red")
        assert await world.handlers.withdraw(
            Withdraw(target=ReplyTarget("web", world.workspace.external_id, "lost", f"l{number}"))
        )
    await world.wait_until_idle()
    assert not tables_with(owner_database_url, "zither")


async def test_a_second_look_at_an_expired_report_leaves_its_notice(world: World) -> None:
    world.platform.failing["l1"] = 1
    lost = await world.lost("l1", "red cup")
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        await expire(session, lost.id, lost.expires_at)
        await expire(session, lost.id, lost.expires_at)
    await world.wait_until_idle()
    assert world.platform.kinds("l1") == ["nothing", "expired"]


async def test_temporary_trouble_is_outlasted(world: World) -> None:
    world.platform.failing["f1"] = 3
    await world.found("f1", "red")
    await world.wait_until_idle()
    assert world.platform.kinds("f1") == ["nothing"]
