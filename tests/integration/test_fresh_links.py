"""Photos whose links have expired are fetched by a fresh link from the platform."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from db.api_tokens import ApiTokens
from reunite.commands import ReportFound
from reunite.entities import IncomingPhoto, Member, PhotoState, ReplyTarget
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import World, open_world


@pytest.fixture
async def files() -> AsyncIterator[str]:
    """Run a file host that knows only what its links still say, and return its address."""

    async def serve(request: web.Request) -> web.Response:
        if request.query.get("until") == "later":
            return web.Response(body=drawing("red"), content_type="image/jpeg")
        if request.query.get("until") == "login":
            return web.Response(body=b"<html>Welcome to this network", content_type="text/html")
        is_proxys = request.query.get("until") == "proxy"
        return web.Response(status=404, content_type="text/html" if is_proxys else "text/plain")

    app = web.Application()
    app.router.add_get("/photo.jpg", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def world(database_url: str, redis_url: str, files: str) -> AsyncIterator[World]:
    hosts = frozenset({files})
    async with (
        open_world(database_url, redis_url) as community,
        working(database_url, redis_url, http_hosts=hosts, rehint_seconds=0.2),
    ):
        yield community


async def posted(world: World, files: str) -> None:
    photo = IncomingPhoto("photo.jpg", url=f"http://{files}/photo.jpg?until=yesterday")
    await world.found("f1", photos=(photo,))
    async with world.store.session(world.workspace.community) as session:
        await session._do("UPDATE work SET problem = NULL")


async def test_an_expired_link_is_replaced_by_a_fresh_one(world: World, files: str) -> None:
    world.platform.links["f1", "photo.jpg"] = f"http://{files}/photo.jpg?until=later"
    await posted(world, files)
    await world.wait_for_reply("f1", "nothing")
    async with world.store.session(world.workspace.community) as session:
        [row] = await session._all("SELECT state FROM photo")
    assert row["state"] == "stored"


async def test_if_the_post_is_gone_the_thread_says_so(world: World, files: str) -> None:
    await posted(world, files)
    await world.wait_for_reply("f1", "problem")
    assert "is gone" in world.platform.thread("f1")[0]


@pytest.mark.parametrize("until", ["proxy", "login"])
async def test_a_web_page_after_the_fresh_link_is_not_believed_at_once(world: World, files: str, until: str) -> None:
    world.platform.links["f1", "photo.jpg"] = f"http://{files}/photo.jpg?until={until}"
    await posted(world, files)

    async def put_off() -> bool:
        async with world.store.session(world.workspace.community) as session:
            [row] = await session._all("SELECT problem FROM work")
            return "web page" in (row["problem"] or "") or bool(world.platform.kinds("f1"))

    await eventually(put_off)
    assert world.platform.kinds("f1") == []


async def test_nobody_can_renew_a_programs_link_so_its_item_does_not_wait(world: World, files: str) -> None:
    workspace = await ApiTokens(world.store).workspace(world.workspace.community)
    photo = IncomingPhoto("photo.jpg", url=f"http://{files}/photo.jpg?until=yesterday")
    item = ReportFound(
        source_key="shelf-1",
        target=ReplyTarget("api", workspace, "found", "shelf-1"),
        author=Member("token:1", "Website"),
        text="a blue mug",
        photos=(photo,),
    )
    report = (await world.handlers.report(item)).report

    async def photos() -> list[PhotoState]:
        async with world.store.session(world.workspace.community) as session:
            return [photo.state for photo in await session.photos.of(report.id)]

    await eventually(photos, holds=lambda states: states == [PhotoState.FAILED])
