"""The API's operations: the routes, the request checks and the OpenAPI document are all made from one table."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Literal
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from api.access import Access, Caller
from api.bodies import read_body
from api.problems import ProblemError, not_found
from api.schemas import Body
from db.api_tokens import Scope
from reunite.text.controls import storable

_MAX_KEY: Final = 200
_NUMBER: Final = re.compile(r"[1-9][0-9]?|100")


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request: who makes it, and what they send."""

    request: web.Request
    caller: Caller
    body: Any
    top_k: int
    key: str

    def id(self, what: str) -> UUID:
        """Return the id in the path. Raises ProblemError."""
        try:
            return UUID(self.request.match_info[what])
        except ValueError:
            raise not_found(what) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """The response."""

    body: BaseModel
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


Handle = Callable[[Call], Awaitable[Answer | web.Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address with one method."""

    name: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    summary: str
    scope: Scope
    handle: Handle
    returns: Mapping[HTTPStatus, type[BaseModel] | str | None]
    """The content for each success status: a model, a media type, or nothing."""
    body: type[Body] | None = None
    forms: bool = False
    """Whether the body may also be a multipart form."""
    takes_key: bool = False
    """Whether a header makes it idempotent."""
    takes_top_k: bool = False

    @property
    def ids(self) -> list[str]:
        """Return the names of the ids in the path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def add_operation(application: web.Application, operation: Operation, access: Access) -> None:
    """Register an operation, with the checks that precede it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        caller = await access.caller(request, operation.scope)
        top_k = _query(request, operation)
        body = await read_body(request, operation.body, forms=operation.forms) if operation.body else None
        answer = await operation.handle(Call(request, caller, body, top_k, _key(request, operation)))
        if isinstance(answer, web.Response):
            return answer
        return web.Response(
            text=answer.body.model_dump_json(),
            status=answer.status.value,
            headers=answer.headers,
            content_type="application/json",
        )

    application.router.add_route(operation.method, operation.path, handle, name=operation.name)


def _query(request: web.Request, operation: Operation) -> int:
    unknown = sorted(set(request.query) - ({"top_k"} if operation.takes_top_k else set()))
    if unknown:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"There's no parameter {unknown[0]!r} here.")
    given = request.query.getall("top_k", ["10"])
    if len(given) != 1 or not _NUMBER.fullmatch(given[0]):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "top_k must be a number from 1 to 100.")
    return int(given[0])


def _key(request: web.Request, operation: Operation) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if operation.takes_key and storable(key) != key:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "Idempotency-Key isn't UTF-8.")
    if operation.takes_key and len(key) > _MAX_KEY:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"Idempotency-Key is longer than {_MAX_KEY} characters.")
    return key
