"""Photos come from the platforms' hosts, within bounds, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from structlog.testing import capture_logs

from reunite import rules
from reunite.errors import DefectError, TellUserError, TryAgainError
from workers.fetch import PhotoFetcher

PHOTO = bytes(range(256)) * 1000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Host:
    """A file host on 127.0.0.1 that remembers what it was asked with."""

    def __init__(self) -> None:
        self.authorizations: list[str | None] = []
        self.answers: dict[str, Handler] = {}
        app = web.Application()
        app.router.add_get("/{name:.*}", self._answer)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    def url(self, path: str) -> str:
        return f"http://{self.name}{path}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.authorizations.append(request.headers.get("Authorization"))
        return await self.answers[request.path](request)

    def responds(self, path: str, status: int = 200, body: bytes = PHOTO, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=body, headers=named)

        self.answers[path] = answer


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    host = Host()
    async with host.server:
        yield host


@pytest.fixture
async def other() -> AsyncIterator[Host]:
    other = Host()
    async with other.server:
        yield other


@asynccontextmanager
async def fetcher(*hosts: Host, total_seconds: float = 10) -> AsyncIterator[PhotoFetcher]:
    names = frozenset(host.name for host in hosts)
    async with PhotoFetcher(
        frozenset({"files.slack.com"}), allow_http_hosts=names, total_seconds=total_seconds
    ) as photo_fetcher:
        yield photo_fetcher


async def test_a_photo_comes_as_it_lies_there(host: Host) -> None:
    host.responds("/a.jpg", Content_Type="image/jpeg")
    async with fetcher(host) as fetch:
        assert await fetch.fetch(host.url("/a.jpg"), authorization="Bearer t") == PHOTO
    assert host.authorizations == ["Bearer t"]


async def test_a_redirect_to_the_same_host_keeps_the_authorization(host: Host) -> None:
    host.responds("/a.jpg", 302, Location="/b.jpg")
    host.responds("/b.jpg", Content_Type="image/jpeg")
    async with fetcher(host) as fetch:
        assert await fetch.fetch(host.url("/a.jpg"), authorization="Bearer t") == PHOTO
    assert host.authorizations == ["Bearer t", "Bearer t"]


async def test_a_redirect_to_another_allowed_host_goes_without_it(host: Host, other: Host) -> None:
    host.responds("/a.jpg", 307, Location=other.url("/b.jpg"))
    other.responds("/b.jpg", Content_Type="image/jpeg")
    async with fetcher(host, other) as fetch:
        assert await fetch.fetch(host.url("/a.jpg"), authorization="Bearer t") == PHOTO
    assert other.authorizations == [None]


async def test_a_redirect_elsewhere_is_not_followed(host: Host, other: Host) -> None:
    host.responds("/a.jpg", 302, Location=other.url("/b.jpg"))
    other.responds("/b.jpg")
    async with fetcher(host) as fetch:
        with pytest.raises(DefectError):
            await fetch.fetch(host.url("/a.jpg"))
    assert other.authorizations == []


async def test_redirects_in_a_circle_end(host: Host) -> None:
    host.responds("/a.jpg", 302, Location="/a.jpg")
    async with fetcher(host) as fetch:
        with pytest.raises(DefectError):
            await fetch.fetch(host.url("/a.jpg"))
    assert len(host.authorizations) == 4


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a.jpg",
        "http://files.slack.com/a.jpg",
        "https://files.slack.com:8443/a.jpg",
        "https://files.slack.com@example.org/a.jpg",
        "https://somebody:secret@files.slack.com/a.jpg",
        "https://files.slack.com.example.org/a.jpg",
        "http://127.0.0.1/a.jpg",
        "file:///etc/passwd",
        "/a.jpg",
        "https://[::1",
    ],
)
async def test_addresses_of_other_hosts_are_refused(host: Host, url: str) -> None:
    async with fetcher(host) as fetch:
        with pytest.raises(DefectError):
            await fetch.fetch(url)


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_photo_that_is_gone_is_explained(host: Host, status: int) -> None:
    host.responds("/a.jpg", status)
    async with fetcher(host) as fetch:
        with pytest.raises(TellUserError, match="photo_gone"):
            await fetch.fetch(host.url("/a.jpg"))


async def test_a_web_page_instead_of_a_photo_is_explained(host: Host) -> None:
    host.responds("/a.jpg", body=b"<html>", Content_Type="text/html; charset=utf-8")
    async with fetcher(host) as fetch:
        with pytest.raises(TellUserError, match="photo_is_web_page"):
            await fetch.fetch(host.url("/a.jpg"))


@pytest.mark.parametrize("status", [200, 302])
async def test_a_page_for_signing_in_is_the_operators_to_mend(host: Host, status: int) -> None:
    sign_in = {"Location": "https://testville.slack.example/?redir=a"} if status == 302 else {}
    host.responds("/a.jpg", status, body=b"<html>", Content_Type="text/html", **sign_in)
    async with fetcher(host) as fetch:
        with capture_logs() as logs, pytest.raises(TellUserError, match="photo_not_permitted"):
            await fetch.fetch(host.url("/a.jpg"), authorization="Bearer xoxb-without-files-read")
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("photo_sign_in", "error")]


async def test_refused_credentials_are_ours_to_mend(host: Host) -> None:
    host.responds("/a.jpg", 401)
    async with fetcher(host) as fetch:
        with pytest.raises(DefectError):
            await fetch.fetch(host.url("/a.jpg"), authorization="Bearer old")


async def test_a_photo_over_the_cap_is_refused_by_its_announced_length(host: Host) -> None:
    host.responds("/a.jpg", body=bytes(rules.MOST_PHOTO_BYTES + 1), Content_Type="image/jpeg")
    async with fetcher(host) as fetch:
        with pytest.raises(TellUserError, match="photo_too_large"):
            await fetch.fetch(host.url("/a.jpg"))


async def test_a_photo_of_unknown_length_is_cut_off_at_the_cap(host: Host) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        await response.prepare(request)
        while True:
            await response.write(bytes(2**20))

    host.answers["/a.jpg"] = endless
    async with fetcher(host) as fetch:
        with pytest.raises(TellUserError, match="photo_too_large"):
            await fetch.fetch(host.url("/a.jpg"))


@pytest.mark.parametrize("status", [429, 500, 502, 503])
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
        await asyncio.sleep(60)
        return response

    host.answers["/a.jpg"] = hangs
    async with fetcher(host, total_seconds=0.2) as fetch:
        with pytest.raises(TryAgainError):
            await asyncio.wait_for(fetch.fetch(host.url("/a.jpg")), 5)


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


@pytest.mark.parametrize("declared", [rules.MOST_PHOTO_BYTES, None])
async def test_room_is_asked_for_before_a_photo_is_taken_in(host: Host, declared: int | None) -> None:
    sent = 0

    async def large(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        response.content_length = declared
        await response.prepare(request)
        while sent < rules.MOST_PHOTO_BYTES:
            await response.write(b"x" * 2**18)
            sent += 2**18
        return response

    async def room(size: int) -> None:
        asked.append(size)
        await granted.wait()

    asked, granted = list[int](), asyncio.Event()
    host.answers["/a.jpg"] = large
    async with fetcher(host, total_seconds=60) as fetch:
        fetching = asyncio.create_task(fetch.fetch(host.url("/a.jpg"), room=room))
        await asyncio.sleep(0.5)
        assert asked == [rules.MOST_PHOTO_BYTES]
        assert sent < rules.MOST_PHOTO_BYTES
        granted.set()
        assert len(await fetching) == rules.MOST_PHOTO_BYTES


async def test_waiting_for_room_is_not_the_hosts_fault(host: Host) -> None:
    host.responds("/a.jpg", body=b"photo")
    async with fetcher(host, total_seconds=0.2) as fetch:
        assert await fetch.fetch(host.url("/a.jpg"), room=lambda _: asyncio.sleep(0.5)) == b"photo"
