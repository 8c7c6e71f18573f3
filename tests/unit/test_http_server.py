"""Processes that listen say which of their ports is taken, and which setting chooses another."""

from typing import cast

import pytest
from aiohttp import ClientSession, web

from cli.children import children
from cli.errors import UsageError
from cli.services import until_stopped
from db.database import Database
from http_server.listening import PortTakenError, listening
from metrics.config import MetricsSettings
from metrics.observed import observed


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
    with pytest.raises(OSError, match="assign"):
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


async def test_children_do_not_listen_where_their_parent_was_to_show_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_METRICS_PORT", "9101")
    monkeypatch.setenv("REUNITE_LOG_LEVEL", "error")
    async with children([["worker"], ["api"]], {"REUNITE_QUEUE": "q"}) as prepared:
        for child in prepared:
            given = child._environment
            assert (given["REUNITE_METRICS_PORT"], given["REUNITE_LOG_LEVEL"], given["REUNITE_QUEUE"]) == (
                "",
                "error",
                "q",
            )
