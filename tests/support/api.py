"""The HTTP API over real HTTP, with the real store and a worker with the tiny encoder."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, FormData

from api.app import ApiService, run
from api.config import ApiConfig
from db.api_tokens import ApiTokens, Scope
from db.config import Connections
from metrics.config import MetricsSettings
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.processes import port_held
from tests.support.services import background, working
from tests.support.waiting import PATIENCE, eventually
from tests.support.world import World, open_world

Json = dict[str, Any]


@dataclass
class Api:
    """A client's part, with tokens by their scopes."""

    url: str
    metrics_url: str
    world: World
    http: ClientSession
    secrets: dict[str, str]

    async def ask(
        self, method: str, path: str, body: Json | None = None, *, by: str = "all", **options: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.secrets[by]}", **options.pop("headers", {})}
        async with self.http.request(method, self.url + path, json=body, headers=headers, **options) as response:
            is_json = response.content_type.endswith("json")
            return response.status, await response.json(content_type=None) if is_json else await response.read()

    async def form(self, path: str, fields: dict[str, str], *photos: bytes, name: str = "photos") -> tuple[int, Json]:
        form = FormData(fields, default_to_multipart=True)
        for number, photo in enumerate(photos):
            form.add_field(name, photo, filename=f"{number}.jpg", content_type="image/jpeg")
        headers = {"Authorization": f"Bearer {self.secrets['all']}"}
        async with self.http.post(self.url + path, data=form, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def post(self, kind: str, text: str = "", colour: str | None = None, **fields: Any) -> str:
        """Post an item and wait until it's open; return its id."""
        by = fields.pop("by", "all")
        photos = [encoded(colour)] if colour else []
        status, posted = await self.ask(
            "POST", "/v1/items", {"kind": kind, "text": text, "photos": photos, **fields}, by=by
        )
        assert status == 201, posted
        await self.settled()
        return str(posted["id"])

    async def settled(self) -> None:
        """Wait until all work is done."""
        await eventually(self._is_settled)

    async def _is_settled(self) -> bool:
        async with self.world.store.session(self.world.workspace.community) as session:
            return not await session.work.unfinished()


def encoded(colour: str) -> str:
    """Return a drawn photo in base64."""
    return base64.b64encode(drawing(colour)).decode()


async def make_tokens(world: World) -> dict[str, str]:
    scopes: dict[str, list[Scope]] = {
        "all": ["read", "write"],
        "reader": ["read"],
        "writer": ["read", "write"],
        "moderator": ["read", "write", "moderate"],
    }
    tokens = ApiTokens(world.store)
    return {name: await tokens.create(world.workspace.community, name, scope, None) for name, scope in scopes.items()}


@asynccontextmanager
async def serving_api(
    database_url: str,
    redis_url: str,
    *,
    photo_hosts: frozenset[str] = frozenset(),
    metrics_port: int | None = None,
    **config: Any,
) -> AsyncIterator[str]:
    """Serve the API; yield its address."""
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    patience = {"patience": config.pop("patience")} if "patience" in config else {}
    service = ApiService(
        connections=Connections(database_url=database_url, redis_url=redis_url, keys=KEYS),
        api=ApiConfig(port=0, **config),
        photo_hosts=photo_hosts,
        metrics=MetricsSettings(port=metrics_port),
        **patience,
    )
    async with background(run(service, address.set_result)):
        yield await asyncio.wait_for(address, PATIENCE)


@asynccontextmanager
async def opened(database_url: str, redis_url: str, **config: Any) -> AsyncIterator[Api]:
    """Open a community with an API, a worker and tokens."""
    with port_held() as metrics_port:
        async with (
            working(database_url, redis_url),
            open_world(database_url, redis_url) as world,
            serving_api(database_url, redis_url, metrics_port=metrics_port, **config) as url,
            ClientSession() as http,
        ):
            yield Api(url, f"http://127.0.0.1:{metrics_port}/metrics", world, http, await make_tokens(world))


async def api_with_a_worker(database_url: str, redis_url: str) -> AsyncIterator[Api]:
    """Open an API as a fixture."""
    async with opened(database_url, redis_url) as api:
        yield api
