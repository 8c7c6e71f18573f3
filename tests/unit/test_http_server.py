"""Processes that listen say which of their ports is taken, and which setting chooses another."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import cast
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler

from cli.children import children
from cli.errors import UsageError
from cli.services import until_stopped
from db.database import Database
from http_server.listening import PortTakenError, listening
from http_server.refusals import MAX_WAIT, _watching_bodies, connections, plainly
from metrics.config import MetricsSettings
from metrics.observed import observed
from tests.support.raw_requests import send_raw
from tests.support.waiting import PATIENCE


async def observe(port: int) -> None:
    async with observed(cast("Database", None), "worker", MetricsSettings(port=port)):
        pytest.fail("The port is taken.")


async def test_a_taken_port_is_named_with_its_own_setting(taken_port: int) -> None:
    with pytest.raises(
        UsageError, match=f"Port {taken_port} is already in use. Choose another with REUNITE_METRICS_PORT="
    ):
        await until_stopped(observe(taken_port))
    with pytest.raises(PortTakenError) as error:
        async with listening(web.Application(), "127.0.0.1", taken_port, "PORT"):
            pytest.fail("The port is taken.")
    assert (error.value.port, error.value.variable) == (taken_port, "PORT")


async def test_other_trouble_with_an_address_stays_what_it_is() -> None:
    with pytest.raises(OSError, match=r"assign|bind"):  # Python 3.13 words it differently
        async with listening(web.Application(), "192.0.2.1", 0, "PORT"):
            pytest.fail("The address is none of this machine.")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain; charset=punycode", 415),
        ("application/x-www-form-urlencoded; charset=utf-7", 415),
        ("application/json; charset=nonsense", 415),
        ("application/json; charset=UTF-8", 200),
        ("text/plain", 200),
    ],
)
async def test_only_utf_8_is_decoded(content_type: str, status: int) -> None:
    """Python takes 22 s over 200 KB of punycode, and the loop with it."""

    async def read(request: web.Request) -> web.Response:
        return web.Response(text=await request.text())

    application = web.Application()
    application.router.add_post("/", read)
    async with listening(application, "127.0.0.1", 0, "PORT") as url, ClientSession() as client:
        response = await client.post(url, data=b"a-" + b"b" * 100, headers={"Content-Type": content_type})
        assert response.status == status


async def test_a_client_that_leaves_while_it_sends_is_no_error_of_ours() -> None:
    ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Exception as error:
            ended.set_result(error)
            raise

    async def read(request: web.Request) -> web.Response:
        reading.set()
        return web.Response(text=await request.text())

    reading = asyncio.Event()
    application = web.Application(middlewares=[watch])
    application.router.add_post("/", read)
    async with listening(application, "127.0.0.1", 0, "PORT") as url:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\nhalf of")
        await asyncio.wait_for(reading.wait(), PATIENCE)
        writer.close()
        assert isinstance(await asyncio.wait_for(ended, PATIENCE), web.HTTPBadRequest)


@pytest.mark.parametrize(
    "sent", ["POST / HTTP/1.1\r\nHost: here\r\n", "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\n{"]
)
async def test_nobody_keeps_a_connection_by_not_sending_the_rest(sent: str) -> None:
    async def read(request: web.Request) -> web.Response:
        return web.Response(text=await request.text())

    application = web.Application()
    application.router.add_post("/", read)
    application[MAX_WAIT] = 0.01
    async with listening(application, "127.0.0.1", 0, "PORT") as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        writer.write(sent.encode())
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()


@dataclass
class Body:
    """A request, its body and its connection: at each look, as much as in `looks` has come, then all."""

    looks: Iterator[int]
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    total_bytes: int = 0
    is_cut_off: bool = False

    @property
    def content(self) -> "Body":
        return self

    protocol = content

    def is_eof(self) -> bool:
        self.total_bytes = next(self.looks, 0)
        if not self.total_bytes:
            self.ended.set()
        return not self.total_bytes

    def force_close(self) -> None:
        self.is_cut_off = True
        self.ended.set()


@pytest.mark.parametrize(
    ("looks", "is_cut_off"),
    [([], False), ([1, 2, 3], False), ([1, 1], True), (count(1), True)],
    ids=["a slow answer to a complete request", "a slow body", "a pause", "a body without an end"],
)
async def test_a_body_may_be_slow_but_must_go_on_and_end(looks: Iterable[int], *, is_cut_off: bool) -> None:
    body = Body(iter(looks))

    async def answer(_: web.BaseRequest) -> web.Response:
        await asyncio.wait_for(body.ended.wait(), PATIENCE)
        return web.Response()

    await _watching_bodies(answer, 0.001)(cast("web.BaseRequest", body))
    assert body.is_cut_off is is_cut_off


async def test_idle_connections_are_kept_for_longer_than_proxies_keep_theirs() -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    assert connections(runner, plainly, 0.01)().keepalive_timeout > 3600  # Envoy's hour
    await runner.cleanup()


async def test_what_is_no_request_is_refused_in_a_line() -> None:
    async with listening(web.Application(), "127.0.0.1", 0, "PORT") as url:
        answer = await send_raw(url, b"no request at all")
    assert (answer.status, answer.body) == (400, "400 Bad Request\n")


async def test_children_get_their_parents_settings_but_not_what_is_for_one_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = ["REUNITE_METRICS_PORT", "REUNITE_HEALTH_FILE", "REUNITE_OWNER_DATABASE_URL"]
    files = [f"{name}_FILE" for name in [*kept, "REUNITE_QUEUE"]]
    for name in [*kept, *files]:
        monkeypatch.setenv(name, "/run/9101")
    monkeypatch.setenv("REUNITE_LOG_LEVEL", "error")
    async with children([["worker"], ["api"]], {"REUNITE_QUEUE": "q"}) as prepared:
        for child in prepared:
            given = child._environment
            assert [given[name] for name in [*kept, *files]] == [""] * 7
            assert (given["REUNITE_LOG_LEVEL"], given["REUNITE_QUEUE"]) == ("error", '"q"')
