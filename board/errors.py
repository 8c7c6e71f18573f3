"""Error pages."""

from collections.abc import Mapping
from typing import Final

import psycopg
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from board.pages import Pages
from board.visits import LANGUAGE
from reunite.errors import TellUserError, TryAgainError
from reunite.language import preferred_language, sentence, words_in
from reunite.messages import wording

_SENTENCES: Final = {
    web.HTTPBadRequest.status_code: "not_readable",
    web.HTTPUnsupportedMediaType.status_code: "not_readable",
    web.HTTPExpectationFailed.status_code: "not_readable",
    web.HTTPUnauthorized.status_code: "signed_out",
    web.HTTPForbidden.status_code: "not_from_here",
    web.HTTPRequestEntityTooLarge.status_code: "too_large",
}
_log = structlog.get_logger(__name__)


def errors(pages: Pages) -> Middleware:
    """Return the middleware that turns errors into pages."""

    @web.middleware
    async def explained(request: web.Request, handler: Handler) -> web.StreamResponse:
        _read_language(request)
        try:
            return await handler(request)
        except TellUserError as error:
            words = wording.explain(error, LANGUAGE.get())
            return pages.error(request, web.HTTPUnprocessableEntity.status_code, words)
        except (TryAgainError, psycopg.OperationalError):
            return pages.error(request, web.HTTPServiceUnavailable.status_code, _word("try_again"))
        except web.HTTPException as error:
            if error.status < web.HTTPBadRequest.status_code:
                raise
            return pages.error(request, error.status, _sentence(error.status))
        except Exception:  # noqa: BLE001 - the moderator gets a sentence whatever happened
            _log.exception("board_request_failed", path=request.path)
            status = web.HTTPInternalServerError.status_code
            return pages.error(request, status, sentence("went_wrong", LANGUAGE.get()))

    return explained


def refuse(pages: Pages, request: web.BaseRequest, status: int, headers: Mapping[str, str]) -> web.Response:
    """Return the page for what can't be read as a request: nothing but its headers may be known."""
    _read_language(request)
    page = pages.show_without_session("error.html", status, words=_sentence(status), back="/", is_out=False)
    page.headers.update({**headers, "Cache-Control": "no-store"})
    return page


def _read_language(request: web.BaseRequest) -> None:
    LANGUAGE.set(preferred_language(request.headers.get("Accept-Language", "")))


def _sentence(status: int) -> str:
    return _word(_SENTENCES.get(status, "not_there"))


def _word(key: str) -> str:
    return words_in(LANGUAGE.get()).board[key]
