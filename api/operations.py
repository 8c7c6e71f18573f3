"""The API's operations: one table defines the routes, the checks of requests, and the OpenAPI document."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, Generic, Literal, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from api.access import Access, Caller
from api.bodies import read_body
from api.problems import ProblemError, not_found
from api.schemas import Body
from db.api_tokens import Scope
from reunite.text.controls import storable

_MAX_KEY_LENGTH: Final = 200
B = TypeVar("B", bound=Body | None)
NUMBER: Final = ("top_k",)
PAGE: Final = ("limit", "before")
"""The parameters of a list that is returned page by page."""
_DEFAULT: Final = "10"
_UP_TO_100: Final = re.compile(r"[1-9][0-9]?|100")


@dataclass(frozen=True, slots=True)
class Call(Generic[B]):
    """A checked request: its caller and what they sent; the body is None if the operation takes none."""

    request: web.Request
    caller: Caller
    body: B
    most: int
    """How many results to return at most."""
    before: UUID | None
    """The item after which a page begins."""
    key: str

    def id(self, what: str) -> UUID:
        """Return the id in the path. Raises ProblemError."""
        try:
            return UUID(self.request.match_info[what])
        except ValueError:
            raise not_found(what) from None


@dataclass(frozen=True, slots=True)
class JsonResponse:
    """A response with a JSON body."""

    body: BaseModel
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


Handle = Callable[[Call[B]], Awaitable[JsonResponse | web.Response]]


@dataclass(frozen=True, kw_only=True)  # without slots, with which Python 3.11 can't make an `Operation[Body]`
class Operation(Generic[B]):
    """A path with a method, and how to handle it."""

    name: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    summary: str
    scope: Scope
    handle: Handle[B]
    returns: Mapping[HTTPStatus, type[BaseModel] | str | None]
    """The content for each success status: a model, a media type, or nothing."""
    body: type[B] | None = None
    forms: bool = False
    """Whether the body may also be a multipart form."""
    takes_key: bool = False
    """Whether the header Idempotency-Key makes it idempotent."""
    parameters: Sequence[str] = ()
    """The names of the query's parameters, the number of results first."""

    @property
    def ids(self) -> list[str]:
        """The names of the ids in the path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def add_operation(application: web.Application, operation: Operation[Any], access: Access) -> None:
    """Register an operation, and check requests before it handles them."""

    async def handle(request: web.Request) -> web.StreamResponse:
        caller = await access.caller(request, operation.scope)
        most, before = _most(request, operation), _before(request)
        body = await read_body(request, operation.body, forms=operation.forms) if operation.body else None
        response = await operation.handle(Call(request, caller, body, most, before, _key(request, operation)))
        if isinstance(response, web.Response):
            return response
        return web.Response(
            text=response.body.model_dump_json(),
            status=response.status.value,
            headers=response.headers,
            content_type="application/json",
        )

    application.router.add_route(operation.method, operation.path, handle, name=operation.name)


def _most(request: web.Request, operation: Operation[Any]) -> int:
    known = operation.parameters
    unknown = sorted(set(request.query) - set(known))
    if unknown:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"This operation has no parameter {unknown[0]!r}.")
    values = request.query.getall(known[0], [_DEFAULT]) if known else [_DEFAULT]
    if len(values) != 1 or not _UP_TO_100.fullmatch(values[0]):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{known[0]} must be a number from 1 to 100.")
    return int(values[0])


def _before(request: web.Request) -> UUID | None:
    values = request.query.getall("before", [])
    if not values:
        return None
    try:
        [before] = values
        return UUID(before)
    except ValueError:  # no id, or several
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "before must be an item's id.") from None


def _key(request: web.Request, operation: Operation[Any]) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if operation.takes_key and storable(key) != key:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "Idempotency-Key isn't UTF-8.")
    if operation.takes_key and len(key) > _MAX_KEY_LENGTH:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"Idempotency-Key is longer than {_MAX_KEY_LENGTH} characters."
        )
    return key
