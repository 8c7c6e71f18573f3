"""A photo without a fresh link delays no other photo, no reply, and nothing else of its report."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest

from reunite.commands import JoinWorkspace
from reunite.entities import IncomingPhoto, ReplyTarget
from reunite.errors import PhotoGoneError, UndeliverableError
from reunite.language import sentence
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import PATIENCE, eventually
from tests.support.world import World, world_without_a_worker
from workers.intake import MAX_FAILURES

STALE = IncomingPhoto("photo.jpg", url="https://cdn.discordapp.com/photo.jpg")


world_fixture = pytest.fixture(world_without_a_worker, name="world")


async def stale(world: World, *names: str) -> None:
    """Post found reports whose photos wait for a fresh link."""
    for name in names:
        await world.found(name, photos=(replace(STALE, name=name),))
    async with world.store.session(world.workspace.community) as session:
        await session._do("UPDATE photo SET stale_since = now()")


async def said_all_the_same(world: World) -> None:
    """Let the bot write a post of its own."""
    await world.lost("", "my cup", target=world.at("lost"))
    await eventually(lambda: any("my cup" in sent.reply.text() for _, sent in world.platform.messages))


async def test_a_platform_that_never_answers_holds_up_no_reply(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, over = asyncio.Event(), asyncio.Event()

    async def hang(target: ReplyTarget, name: str) -> str | None:
        asked.set()
        while not over.is_set():
            with suppress(asyncio.CancelledError):  # no limit of ours ends it
                await over.wait()
        return f"{target}{name}"

    monkeypatch.setattr(world.platform, "photo_url", hang)
    await stale(world, "f1")
    try:
        await asyncio.wait_for(asked.wait(), PATIENCE)
        await said_all_the_same(world)
    finally:
        over.set()


async def test_many_photos_without_an_answer_hold_up_no_other_communitys(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = await world.handlers.join(JoinWorkspace("web", "elsewhere", "Elsewhere"))
    asked = list[str]()

    async def answer_elsewhere(target: ReplyTarget, name: str) -> str | None:
        asked.append(name)
        if target.workspace != "elsewhere":
            await asyncio.Event().wait()
        return f"https://cdn.discordapp.com/{name}"

    monkeypatch.setattr(world.platform, "photo_url", answer_elsewhere)
    await stale(world, *(f"f{number}" for number in range(5)))
    await eventually(lambda: len(asked) == 2)
    for number in range(3):
        there = replace(world.at("found"), workspace="elsewhere", message=f"g{number}")
        await world.found(f"g{number}", photos=(replace(STALE, name=f"g{number}"),), target=there)
    async with world.store.session(elsewhere.community) as session:
        await session._do("UPDATE photo SET stale_since = now()")
    await eventually(lambda: {"g0", "g1", "g2"} <= set(asked))
    assert len(asked) == 5


async def test_a_platform_that_has_thrown_us_out_holds_up_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = "https://cdn.discordapp.com/fresh.jpg"

    async def refuse(target: ReplyTarget, name: str) -> str | None:
        if target.message == "f1":
            raise UndeliverableError("the app is not in this workspace any more")
        return f"{fresh}?{name}"

    monkeypatch.setattr(world.platform, "photo_url", refuse)
    await stale(world, "f1", "f2")

    async def refreshed() -> bool:
        async with world.store.session(world.workspace.community) as session:
            rows = await session._all("SELECT url FROM photo WHERE refreshed")
        return {row["url"] for row in rows} == {STALE.url, f"{fresh}?f2"}

    await eventually(refreshed)
    await said_all_the_same(world)


async def gone(*_: object, **__: object) -> bytes:
    raise PhotoGoneError(name="photo.jpg")


async def test_a_fresh_link_is_waited_for_as_long_as_a_host(
    world: World, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> str | None:
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr("workers.fetch.PhotoFetcher.fetch", gone)
    monkeypatch.setattr(world.platform, "photo_url", down)
    await world.found("f1", photos=(STALE,))
    async with world.store.session(world.workspace.community) as session:
        await session._do("UPDATE work SET failures = %(n)s, fence = %(n)s", n=MAX_FAILURES - 2)
        await session._do("UPDATE photo SET stale_since = '2026-01-01Z'")

    async def waits() -> bool:
        async with world.store.session(world.workspace.community) as session:
            [work] = await session._all("SELECT due_at > now() + interval '50 minutes' AS waits FROM work")
        return bool(work["waits"])

    async with working(database_url, redis_url, rehint_seconds=0.2):
        await eventually(waits)
        await eventually(lambda: world.platform.kinds("f1") == ["problem"])
    async with world.store.session(world.workspace.community) as session:
        [photo] = await session._all("SELECT stale_since = '2026-01-01Z' AS is_first FROM photo")
    assert photo["is_first"], "who has waited longest comes first"
    assert sentence("photo_late", name="photo.jpg") in world.platform.thread("f1")


async def test_without_a_fresh_link_the_words_are_still_searched(
    world: World, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> str | None:
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr("workers.fetch.PhotoFetcher.fetch", gone)
    monkeypatch.setattr(world.platform, "photo_url", down)
    await world.found("f1", text="an umbrella", photos=(STALE,))
    async with world.store.session(world.workspace.community) as session:
        await session._do("UPDATE work SET failures = %(n)s, fence = %(n)s", n=MAX_FAILURES - 1)
    async with working(database_url, redis_url, rehint_seconds=0.2):
        await eventually(lambda: world.platform.kinds("f1") == ["problem", "nothing"])


async def test_a_sealed_photos_name_is_not_shown_in_public(world: World, database_url: str, redis_url: str) -> None:
    await world.set_up(log_channel="log")
    photos = (
        IncomingPhoto("passport of Zoe.jpg", data=b"no photo at all"),
        IncomingPhoto("red.jpg", data=drawing("red")),
    )
    async with working(database_url, redis_url):
        await world.found("f1", photos=photos, sealed=True, category="id")
        await world.wait_until_idle()
    assert world.platform.kinds("f1") == ["problem", "first_reply"]
    assert "Zoe" not in "\n".join(world.platform.thread("f1"))


async def test_a_stored_copy_made_by_other_work_stays(world: World) -> None:
    await world.found("f1", "red")
    lease = await world.store.lease_work([], max_per_community=1, seconds=30)
    assert lease
    async with world.store.work_session(lease) as session:
        [photo] = await session.photos.of(lease.report)
        await session.store_photo(photo.id, b"first", ())
    async with world.store.work_session(lease) as session:
        assert not await session.refuse_photo(photo.id, "photo_broken")
        assert await session.photos.stored_copy(photo.id) == b"first"


async def test_a_link_that_cannot_be_stored_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fresh(target: ReplyTarget, name: str) -> str | None:
        return "a\0b" if target.message == "f1" else f"https://cdn.discordapp.com/{name}"

    monkeypatch.setattr(world.platform, "photo_url", fresh)
    await stale(world, "f1", "f2")

    async def refreshed() -> bool:
        async with world.store.session(world.workspace.community) as session:
            rows = await session._all("SELECT url FROM photo WHERE refreshed")
        return [row["url"] for row in rows] == ["https://cdn.discordapp.com/f2"]

    await eventually(refreshed)
