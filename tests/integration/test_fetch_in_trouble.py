"""Hosts of photos that are busy, hang, break off, or send more than there is room for."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from reunite import rules
from reunite.errors import TryAgainError
from tests.doubles.photo_host import Host, fetcher, open_host
from tests.support.waiting import PATIENCE, eventually
from workers.fetch import PhotoFetcher

pytestmark = pytest.mark.untraced

host_fixture = pytest.fixture(open_host, name="host")


@pytest.mark.parametrize("status", [407, 429, 500, 502, 503])
async def test_a_busy_host_is_asked_again_when_it_says(host: Host, status: int) -> None:
    host.responds("/a.jpg", status, Retry_After="7")
    async with fetcher(host) as fetch:
        with pytest.raises(TryAgainError) as again:
            await fetch.fetch(host.url("/a.jpg"))
    assert again.value.after == 7


@pytest.mark.parametrize("value", ["soon", "nan", "inf", ""])
async def test_a_retry_after_without_sense_leaves_the_pause_open(host: Host, value: str) -> None:
    host.responds("/a.jpg", 503, Retry_After=value)
    async with fetcher(host) as fetch:
        with pytest.raises(TryAgainError) as again:
            await fetch.fetch(host.url("/a.jpg"))
    assert again.value.after is None


@pytest.mark.parametrize("value", ["1e300", "99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_a_host_is_asked_again_after_an_hour_at_the_latest(host: Host, value: str) -> None:
    host.responds("/a.jpg", 503, Retry_After=value)
    async with fetcher(host) as fetch:
        with pytest.raises(TryAgainError) as again:
            await fetch.fetch(host.url("/a.jpg"))
    assert again.value.after == 3600


async def test_a_retry_after_may_be_a_date(host: Host) -> None:
    host.responds("/a.jpg", 503, Retry_After=format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True))
    async with fetcher(host) as fetch:
        with pytest.raises(TryAgainError) as again:
            await fetch.fetch(host.url("/a.jpg"))
    assert 3000 < (again.value.after or 0) <= 3600


async def test_a_host_that_hangs_is_given_up(host: Host) -> None:
    async def hangs(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        await response.prepare(request)
        await response.write(b"\xff\xd8")
        await asyncio.Event().wait()
        return response

    host.answers["/a.jpg"] = hangs
    async with fetcher(host, total_seconds=0.2) as fetch:
        with pytest.raises(TryAgainError):
            await fetch.fetch(host.url("/a.jpg"))


async def test_a_connection_that_breaks_is_tried_again(host: Host) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"\xff\xd8")
        assert request.transport is not None
        request.transport.close()
        return response

    host.answers["/a.jpg"] = breaks
    async with fetcher(host) as fetch:
        with pytest.raises(TryAgainError):
            await fetch.fetch(host.url("/a.jpg"))


async def test_a_host_that_is_down_is_tried_again() -> None:
    nowhere = f"127.0.0.1:{unused_port()}"
    async with PhotoFetcher(frozenset(), allow_http_hosts=frozenset({nowhere})) as fetch:
        with pytest.raises(TryAgainError):
            await fetch.fetch(f"http://{nowhere}/a.jpg")


@pytest.mark.parametrize("declared", [rules.MAX_PHOTO_BYTES, None])
async def test_room_is_asked_for_before_a_photo_is_taken_in(host: Host, declared: int | None) -> None:
    sent = 0

    async def large(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        response.content_length = declared
        await response.prepare(request)
        while sent < rules.MAX_PHOTO_BYTES:
            await response.write(b"x" * 2**18)
            sent += 2**18
        return response

    async def room(size: int) -> None:
        asked.append(size)
        await granted.wait()

    asked, granted = list[int](), asyncio.Event()
    host.answers["/a.jpg"] = large
    async with fetcher(host, total_seconds=60) as fetch:
        fetching = asyncio.create_task(fetch.fetch(host.url("/a.jpg"), reserve=room))
        await eventually(lambda: asked)
        await asyncio.sleep(0.5)  # all of it would come by now
        assert asked == [rules.MAX_PHOTO_BYTES]
        assert sent < rules.MAX_PHOTO_BYTES
        granted.set()
        assert len(await fetching) == rules.MAX_PHOTO_BYTES


async def test_waiting_for_room_is_not_the_hosts_fault(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    now = loop.time

    async def room(_: int) -> None:
        monkeypatch.setattr(loop, "time", lambda: now() + 2 * PATIENCE)
        for _ in range(3):  # what was due meanwhile has its turn
            await asyncio.sleep(0)

    host.responds("/a.jpg", body=b"photo")
    async with fetcher(host, total_seconds=PATIENCE) as fetch:
        assert await fetch.fetch(host.url("/a.jpg"), reserve=room) == b"photo"
