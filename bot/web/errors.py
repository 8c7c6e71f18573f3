"""Errors of the page's requests, each answered with one sentence."""

from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.json_replies import ways
from bot.saved import unsaved
from bot.web.chat import CHAT
from db.trouble import log_failure
from reunite.errors import TellUserError
from reunite.language import sentence
from reunite.messages import wording

_log = structlog.get_logger(__name__)


@web.middleware
async def web_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer an error with a sentence as JSON."""
    language = request.app[CHAT].language
    try:
        return await handler(request)
    except TellUserError as error:
        words = wording.explain(error, language, ways(language))
        return web.json_response({"error": words}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - the page gets a sentence whatever happened
        log_failure(_log, "page_request", error, path=request.path)
        words = sentence(unsaved(error), language)
        return web.json_response({"error": words}, status=HTTPStatus.INTERNAL_SERVER_ERROR)
