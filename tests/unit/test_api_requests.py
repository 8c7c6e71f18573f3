"""What the HTTP API makes of requests, before it does anything."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from api import bodies, schemas
from api.access import Access
from api.bodies import incoming_photo
from api.operations import Call, JsonResponse, Operation, add_operation
from api.problems import ProblemError, problems
from api.server import timed
from db.api_tokens import ApiTokens, TokenInUse
from metrics.definitions import API_SECONDS
from reunite.errors import TellUserError, TryAgainError
from tests.support.multipart import MULTIPART, form_of_parts, unknown_encoding

SECRET = "reunite_secret"
TOKEN = TokenInUse(uuid4(), uuid4(), uuid4(), "api", "t", frozenset({"read", "write"}))
Client = TestClient[web.Request, web.Application]


class OneToken:
    async def find(self, secret: str) -> TokenInUse | None:
        return TOKEN if secret.encode() == SECRET.encode() else None


@dataclass
class Taken:
    """What reached the operation, and what it raises."""

    calls: list[Call[schemas.NewItem]] = field(default_factory=list)
    error: Exception | None = None

    async def take(self, call: Call[schemas.NewItem]) -> JsonResponse:
        self.calls.append(call)
        if self.error:
            raise self.error
        return JsonResponse(schemas.Posted(id=UUID(int=0), created=True), HTTPStatus.CREATED)


@asynccontextmanager
async def serving(taken: Taken) -> AsyncIterator[Client]:
    application = web.Application(middlewares=[timed, problems])
    operation = Operation(
        name=f"try_{uuid4().hex}",
        method="POST",
        path="/v1/items",
        summary="",
        scope="write",
        handle=taken.take,
        returns={},
        body=schemas.NewItem,
        forms=True,
        takes_key=True,
    )
    add_operation(application, operation, Access(cast("ApiTokens", OneToken()), 1000))
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with TestClient(TestServer(application), headers=headers) as client:
        yield client


def form(**fields: str | bytes) -> FormData:
    """Return a form in which bytes are files."""
    data = FormData(default_to_multipart=True)
    for name, value in fields.items():
        data.add_field(name, value, filename="file.txt" if isinstance(value, bytes) else None)
    return data


async def test_only_photos_of_a_form_are_files() -> None:
    taken, photo = Taken(), base64.b64encode(b"photo").decode()
    async with serving(taken) as client:
        await client.post("/v1/items", data=form(kind="found", text=b"a red cup", photos=b"photo"))
        await client.post("/v1/items", data=form(kind="found", text="a red cup", photos=photo))
    assert [(call.body.text, call.body.photos) for call in taken.calls] == [("a red cup", [photo])] * 2


@pytest.mark.parametrize("parts", [1, 3])
async def test_a_form_is_limited_as_a_whole(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    monkeypatch.setattr(bodies, "MAX_BODY_BYTES", 1000)
    data = form(kind="found")
    for _ in range(parts):
        data.add_field("photos", bytes(1200 // parts), filename="a.jpg")

    async def in_chunks() -> AsyncIterator[bytes]:
        yield await sent.as_bytes()

    sent = data()
    async with serving(Taken()) as client:
        response = await client.post("/v1/items", data=in_chunks(), headers=dict(sent.headers))
        assert (response.status, (await response.json())["status"]) == (413, 413)
        response = await client.post("/v1/items", data=form(kind="found", photos=bytes(500)))
        assert response.status == 201


@pytest.mark.parametrize("body", [unknown_encoding("kind"), b"nothing of the kind", form_of_parts(65)])
async def test_a_malformed_form_is_refused(body: bytes) -> None:
    async with serving(Taken()) as client:
        response = await client.post("/v1/items", data=body, headers=MULTIPART)
        assert (response.status, "form is malformed" in (await response.json())["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Authorization": "Bearer \udcff"}, 401), ({"Idempotency-Key": "\udcff"}, 400), ({"Idempotency-Key": "ä"}, 201)],
)
async def test_headers_that_are_no_utf_8_are_refused(headers: dict[str, str], status: int) -> None:
    given = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json", **headers}
    lines = [f"{name}: {value}" for name, value in given.items()]
    async with serving(Taken()) as client:
        assert await raw(client, lines, b'{"kind": "lost", "text": "a"}') == status


async def raw(client: Client, lines: list[str], body: bytes) -> int:
    """Send a request as no client library would; return the response's status."""
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head = "\r\n".join(["POST /v1/items HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", *lines, "", ""])
    writer.write(head.encode(errors="surrogateescape") + body)
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b'{"kind": 1}', 422), (b"\xff\xfe", 400), (b"[" * 9999, 400)]
)
async def test_malformed_json_is_distinguished_from_a_schema_error(body: bytes, status: int) -> None:
    async with serving(Taken()) as client:
        response = await client.post("/v1/items", data=body, headers={"Content-Type": "application/json"})
        assert response.status == status


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, 201),
        (ProblemError(HTTPStatus.FORBIDDEN, "No."), 403),
        (TellUserError("photo_unreadable"), 422),
        (TryAgainError("later"), 503),
        (ZeroDivisionError(), 500),
    ],
)
async def test_a_request_is_measured_with_the_status_that_is_sent(error: Exception | None, status: int) -> None:
    async with serving(Taken(error=error)) as client:
        response = await client.post("/v1/items", json={"kind": "lost", "text": "a"})
        assert response.status == status
        [operation] = client.app.router.named_resources()
    counted = [
        (sample.labels["status"], sample.value)
        for family in API_SECONDS.collect()
        for sample in family.samples
        if sample.name.endswith("_count") and sample.labels["operation"] == operation
    ]
    assert counted == [(str(status), 1)]


HOSTS = frozenset({"photos.example.org"})


@pytest.mark.parametrize(
    "link",
    [
        "http://photos.example.org/a.jpg",
        "https://elsewhere.example.org/a.jpg",
        "https://photos.example.org:8443/a.jpg",
        "https://ada@photos.example.org/a.jpg",
        "https://:secret@photos.example.org/a.jpg",
        "https://photos.example.org/a\0.jpg",
        "https://photos.example.org:port/a.jpg",
    ],
)
def test_a_link_that_no_worker_would_fetch_is_refused(link: str) -> None:
    with pytest.raises(ProblemError, match="REUNITE_PHOTO_HOSTS"):
        incoming_photo(link, 1, HOSTS)


def test_a_link_to_an_allowed_host_is_taken() -> None:
    link: Any = "https://photos.example.org:443/a.jpg?size=1"
    assert incoming_photo(link, 1, HOSTS).url == link
