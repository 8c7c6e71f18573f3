"""A client of the HTTP API: `async with Client(url, token) as reunite: await reunite.search(text="red umbrella")`."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from uuid import UUID

from aiohttp import ClientResponse, ClientSession
from pydantic import BaseModel, ValidationError

from api import schemas
from reunite.entities import Category

_POLL_SECONDS: Final = 0.5
M = TypeVar("M", bound=BaseModel)
PhotoInput = bytes | Path | str
"""A photo: its bytes, its file, or a link."""


class ApiError(Exception):
    """The API refused a request; the message says why."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.retry_after = retry_after


class Client:
    """A client for one community's token. An asynchronous context manager."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(self._url, headers=self._headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def search(  # noqa: PLR0913 - the fields of a query
        self,
        text: str | None = None,
        photo: PhotoInput | None = None,
        *,
        among: schemas.Kind = "found",
        place: str = "",
        happened_at: datetime | None = None,
        top_k: int = 10,
    ) -> list[schemas.Result]:
        """Search open reports by words, by a photo, or by both; `happened_at` needs a time zone."""
        body: dict[str, Any] = {"among": among, "place": place, "top_k": top_k}
        if happened_at is not None:
            body["happened_at"] = happened_at.isoformat()
        if text is not None:
            body["text"] = text
        if photo is not None:
            body["photo"] = await _encoded(photo)
        return (await self._request(schemas.SearchResults, "POST", "/v1/search", body)).results

    async def similar(self, item: UUID, *, top_k: int = 10) -> list[schemas.Similar]:
        """Return the items with the most similar photos."""
        path = f"/v1/items/{item}/similar?top_k={top_k}"
        return (await self._request(schemas.SimilarResults, "GET", path)).results

    async def similarities(self, texts: Sequence[str], photos: Sequence[PhotoInput]) -> list[list[float]]:
        """Return the cosine of each text (row) with each photo (column)."""
        body = {"texts": list(texts), "photos": [await _encoded(photo) for photo in photos]}
        return (await self._request(schemas.Similarities, "POST", "/v1/similarity", body)).similarities

    async def post(  # noqa: PLR0913 - the fields of an item
        self,
        kind: schemas.Kind,
        text: str = "",
        photos: Sequence[PhotoInput] = (),
        *,
        place: str = "",
        happened_at: datetime | None = None,
        sealed: bool = False,
        private: bool = False,
        category: Category = "other",
        key: str | None = None,
    ) -> UUID:
        """Post a found or lost item, once per idempotency key; return its id."""
        item = schemas.NewItem(
            kind=kind,
            text=text,
            photos=[await _encoded(photo) for photo in photos],
            place=place,
            happened_at=happened_at,
            sealed=sealed,
            private=private,
            category=category,
        )
        body = item.model_dump(mode="json", exclude_none=True)
        return (await self._request(schemas.Posted, "POST", "/v1/items", body, key)).id

    async def items(self) -> AsyncIterator[schemas.Item]:
        """Yield what this token has posted, newest first."""
        before = ""
        while True:
            page = await self._request(schemas.Items, "GET", f"/v1/items?limit={schemas.MAX_RESULTS}{before}")
            for item in page.items:
                yield item
            if page.next is None:
                return
            before = f"&before={page.next}"

    async def item(self, item: UUID) -> schemas.Item:
        return await self._request(schemas.Item, "GET", f"/v1/items/{item}")

    async def matches(self, item: UUID, *, top_k: int = 10) -> list[schemas.Match]:
        """Return an item's matches, the most probable first."""
        return (await self._request(schemas.Matches, "GET", f"/v1/items/{item}/matches?top_k={top_k}")).matches

    async def photo(self, photo: UUID) -> bytes:
        """Return a photo's stored copy, a JPEG."""
        async with self._opened_session.get(f"/v1/photos/{photo}") as response:
            await _raise_for_problem(response)
            return await response.read()

    async def withdraw(self, item: UUID) -> None:
        """Withdraw an item, which deletes everything known about it."""
        async with self._opened_session.delete(f"/v1/items/{item}") as response:
            await _raise_for_problem(response)

    async def start_job(self, items: Sequence[schemas.NewItem], *, key: str | None = None) -> schemas.Job:
        """Post many items in one request."""
        body = {"items": [item.model_dump(mode="json", exclude_none=True) for item in items]}
        return await self._request(schemas.Job, "POST", "/v1/jobs", body, key)

    async def wait_for_job(self, job: UUID) -> schemas.Job:
        """Wait until a job is done."""
        while True:
            found = await self._request(schemas.Job, "GET", f"/v1/jobs/{job}")
            if found.state == "done":
                return found
            await asyncio.sleep(_POLL_SECONDS)

    async def stats(self) -> schemas.Stats:
        """Return the community's numbers."""
        return await self._request(schemas.Stats, "GET", "/v1/stats")

    @property
    def _opened_session(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("Use a Client inside `async with`.")
        return self._session

    async def _request(
        self, model: type[M], method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None
    ) -> M:
        headers = {"Idempotency-Key": key} if key else {}
        async with self._opened_session.request(method, path, json=body, headers=headers) as response:
            await _raise_for_problem(response)
            return model.model_validate_json(await response.read())


async def _raise_for_problem(response: ClientResponse) -> None:
    if response.status < HTTPStatus.BAD_REQUEST:
        return
    try:
        detail = schemas.Problem.model_validate_json(await response.read()).detail
    except ValidationError:  # from a proxy in between
        detail = f"The server answered {response.status} {response.reason or ''}".rstrip() + "."
    after = response.headers.get("Retry-After", "")
    raise ApiError(response.status, detail, int(after) if after.isdecimal() else None)


async def _encoded(photo: PhotoInput) -> str:
    if isinstance(photo, str):
        return photo
    data = photo if isinstance(photo, bytes) else await asyncio.to_thread(photo.read_bytes)
    return base64.b64encode(data).decode()
