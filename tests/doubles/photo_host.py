"""A host of photos on 127.0.0.1, and a fetcher that may ask it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web
from aiohttp.test_utils import TestServer

from workers.fetch import PhotoFetcher

PHOTO = bytes(range(256)) * 1000


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Host:
    """A file host on 127.0.0.1 that remembers when it was asked, and with what."""

    def __init__(self) -> None:
        self.authorizations: list[str | None] = []
        self.asked_at: list[datetime] = []
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
        self.asked_at.append(datetime.now(UTC))
        self.authorizations.append(request.headers.get("Authorization"))
        return await self.answers[request.path](request)

    def responds(self, path: str, status: int = 200, body: bytes = PHOTO, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=body, headers=named)

        self.answers[path] = answer


async def open_host() -> AsyncIterator[Host]:
    host = Host()
    async with host.server:
        yield host


@asynccontextmanager
async def fetcher(*hosts: Host, total_seconds: float = 10) -> AsyncIterator[PhotoFetcher]:
    names = frozenset(host.name for host in hosts)
    async with PhotoFetcher(
        frozenset({"files.slack.com"}), allow_http_hosts=names, total_seconds=total_seconds
    ) as photo_fetcher:
        yield photo_fetcher
