"""Errors as problem details (RFC 9457)."""

from http import HTTPStatus
from typing import Any, Final

import psycopg
import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reunite.errors import TellUserError, TryAgainError
from reunite.language import sentence
from reunite.messages import wording

MEDIA_TYPE: Final = "application/problem+json"
_RETRY_SECONDS: Final = 5
_KEPT_HEADERS: Final = ("Allow", "WWW-Authenticate", "Retry-After")
_DETAILS: Final = {
    HTTPStatus.BAD_REQUEST: "The request can't be read.",
    HTTPStatus.NOT_FOUND: "There's nothing at this path. See /openapi.json for what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This path doesn't support this method. See the header Allow.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large.",
    HTTPStatus.EXPECTATION_FAILED: "The only `Expect` header that's supported is `100-continue`.",
}
_log = structlog.get_logger(__name__)


class ProblemError(Exception):
    """A request that can't be answered; `detail` says why."""

    def __init__(self, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def not_found(what: str) -> ProblemError:
    """Return the error for something that doesn't exist or that the token may not see, which look the same."""
    return ProblemError(HTTPStatus.NOT_FOUND, f"There's no such {what}.")


def explained(error: TellUserError) -> str:
    """Return the sentence that members get for an error."""
    return wording.explain(TellUserError(error.key, **{"name": "photo", **error.params}))


def invalid(error: ValidationError) -> ProblemError:
    """Return the error for a request that doesn't fit its schema."""
    if any(problem["type"] == "json_invalid" for problem in error.errors()):
        return ProblemError(HTTPStatus.BAD_REQUEST, "The request isn't valid JSON.")
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{'; '.join(map(_sentence, error.errors()))}.")


def _sentence(problem: ErrorDetails) -> str:
    where = ".".join(map(str, problem["loc"])) or "the request"
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Respond to every error with a problem."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return _of_http(error)
    except Exception as error:  # noqa: BLE001 - the client always gets a sentence
        return _of(error, request.path)


def _of_http(error: web.HTTPException) -> web.Response:
    kept = {name: error.headers[name] for name in _KEPT_HEADERS if name in error.headers}
    return refusal(HTTPStatus(error.status), kept)


def refusal(status: HTTPStatus, headers: dict[str, str] | None = None) -> web.Response:
    """Return the problem for a status without details."""
    return _response(status, _DETAILS.get(status, status.description or status.phrase), headers)


def _of(error: Exception, path: str) -> web.Response:
    match error:
        case ProblemError():
            return _response(error.status, error.detail, error.headers)
        case TellUserError():
            return _response(HTTPStatus.UNPROCESSABLE_ENTITY, explained(error))
        case HttpProcessingError() | UnicodeError():
            return refusal(HTTPStatus.BAD_REQUEST)
        case TryAgainError() | psycopg.OperationalError():
            _log.warning("api_request_delayed", path=path, error=type(error).__name__)
            why = f": {error}" if isinstance(error, TryAgainError) else ""
            detail = f"This can't be done now{why}. Try again in {_RETRY_SECONDS} s."
            return _response(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": str(_RETRY_SECONDS)})
        case _:
            _log.error("api_request_failed", path=path, exc_info=error)
            return _response(HTTPStatus.INTERNAL_SERVER_ERROR, sentence("went_wrong"))


def _response(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> web.Response:
    body: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    return web.json_response(body, status=status.value, headers=headers, content_type=MEDIA_TYPE)
