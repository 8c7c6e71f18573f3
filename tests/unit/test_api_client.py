"""The API's client says what it is asked to, and what came back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from api.client import ApiError, Client


@asynccontextmanager
async def client_of(response: web.Response, sent: list[Any]) -> AsyncIterator[Client]:
    async def answer(request: web.Request) -> web.Response:
        sent.append(await request.json())
        return response

    application = web.Application()
    application.router.add_post("/v1/{what}", answer)
    async with TestServer(application) as server, Client(str(server.make_url("")), "token") as client:
        yield client


async def test_a_page_of_a_proxy_is_an_error_like_others() -> None:
    page = web.Response(
        status=502, text="<h1>Bad Gateway</h1>", content_type="text/html", headers={"Retry-After": "soon"}
    )
    async with client_of(page, []) as client:
        with pytest.raises(ApiError, match=r"The server answered 502 Bad Gateway\.") as error:
            await client.search("red")
    assert (error.value.status, error.value.retry_after) == (502, None)


async def test_everything_about_an_item_or_a_search_is_sent() -> None:
    sent: list[Any] = []
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    posted = web.json_response({"id": str(UUID(int=0)), "created": True})
    async with client_of(posted, sent) as client:
        await client.post("found", "an ID card", sealed=True, category="id")
    assert sent[0]["category"] == "id"
    found = web.json_response({"results": [], "searched": 0, "calibrated": False})
    async with client_of(found, sent) as client:
        await client.search("a card", happened_at=at)
    assert datetime.fromisoformat(sent[1]["happened_at"]) == at
