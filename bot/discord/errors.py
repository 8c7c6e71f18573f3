"""Maps Discord's errors to our temporary and permanent ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
import discord
from discord.http import Route
from pydantic import TypeAdapter, ValidationError

from reunite.certificates import certificate_problem
from reunite.errors import TryAgainError, UndeliverableError
from reunite.retry_after import seconds_to_wait

THREAD_EXISTS: Final = 160004
THREAD_ARCHIVED: Final = 50083
THREAD_CLOSED: Final = {THREAD_ARCHIVED, 160005}  # archived for good, or locked
NO_MORE_THREADS: Final = {160006, 160007}
"""The guild has as many active threads (or threads of announcements) as Discord allows."""
UNKNOWN_CHANNEL: Final = 10003
NAME_REFUSED: Final = {50035, 200001}
"""A form with something wrong in it, such as a forbidden word in a thread's name; AutoMod has blocked the name."""
WORDS_REFUSED: Final = {200000, 240000}
"""AutoMod, or Discord's own filter of links, has blocked a message."""
EXPIRED_TOKEN: Final = {50027, 10015, 10062}
"""An interaction can be answered for 15 minutes."""
FAILURES: Final = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""Everything that a call may raise that isn't our own defect."""
_TAG_REQUIRED: Final = {40066, 40067}
_BLOCKED: Final = 40333
""""Internal network error": Cloudflare refuses the request before Discord sees it (discord/discord-api-docs#6473)."""
NO_ACCESS: Final = 50001
_MISSING_PERMISSION: Final = {NO_ACCESS, 50013}
_LATER: Final = {20016, 20022, 20028, 20029, 30046, 40003, 40004, 40006, 40062, 110001, 130000}
"""Limits and outages that have codes of their own, and any status: too many direct messages are forbidden (403)."""
_TAKES_NO_MESSAGES: Final = {50007, 50278}
_TOO_MANY: Final = 429
_UNAUTHORIZED: Final = 401
"""The token was replaced: once the operator has set the new one, replies can be sent."""
_REFUSED: Final = range(400, 500)
_SERVER_ERROR: Final = 500
_FINAL: Final = {403, 404}
_WITHOUT_JSON: Final = {204, _TOO_MANY}
"""204 has no content; a 429 may be Cloudflare's, which discord.py handles."""
_ERROR: Final = TypeAdapter(dict[str, Any])


class NoCodeError(aiohttp.ClientError):
    """An answer isn't Discord's own, or is a 403 or 404 without a code."""


class NotAcknowledgedError(aiohttp.ClientError):
    """Discord has trouble with an acknowledgement, which may have arrived; discord.py would try it again too late."""


async def check_code(_: aiohttp.ClientSession, __: SimpleNamespace, ended: aiohttp.TraceRequestEndParams) -> None:
    """Raise NoCodeError for a proxy's page, and for a 403 or 404 without a code.

    In an outage, Discord sends that for things that still exist.
    """
    status = ended.response.status
    if status >= _SERVER_ERROR and ended.url.path.endswith("/callback"):
        raise NotAcknowledgedError(f"{status}")
    if status not in _WITHOUT_JSON and status < _SERVER_ERROR and _is_foreign(ended):
        raise NoCodeError(f"{status} with a page that isn't Discord's, perhaps a proxy's")
    if status in _FINAL:
        code = _code_in(await ended.response.text(errors="replace"))
        if code in {0, _BLOCKED}:
            raise NoCodeError(f"{status} without a code of Discord's")


def _is_foreign(ended: aiohttp.TraceRequestEndParams) -> bool:
    """Return whether an answer can't be the API's, which always answers in JSON."""
    return str(ended.url).startswith(Route.BASE) and ended.response.content_type != "application/json"


def _code_in(answer: str) -> int:
    try:
        return int(_ERROR.validate_json(answer).get("code") or 0)
    except (ValidationError, ValueError, TypeError):  # a proxy's answer may say anything
        return 0


class MissingPermissionError(TryAgainError):
    """The bot lacks a permission. Replies wait until a moderator grants it."""


@contextmanager
def discord_errors() -> Iterator[None]:
    """Turn Discord's errors into TryAgainError or UndeliverableError; any other error is our own defect."""
    try:
        yield
    except discord.RateLimited as error:
        raise TryAgainError("rate limit", after=error.retry_after) from error
    except discord.HTTPException as error:
        if ours := _ours(error):
            raise ours from error
        raise
    except (aiohttp.ClientError, OSError) as error:
        problem = certificate_problem(error) or f"{type(error).__name__} on the way to Discord"
        raise TryAgainError(problem) from error


def _ours(error: discord.HTTPException) -> Exception | None:
    """Return what Discord's answer means; None if our request was wrong."""
    code, text = error.code, f"{error.text} ({error.code})"
    # No thread can be opened until others end, or there is a free tag.
    if code in NO_MORE_THREADS or code in _TAG_REQUIRED or _is_temporary(error):
        after = seconds_to_wait(error.response.headers.get("Retry-After"))
        if error.status == _UNAUTHORIZED and not code:
            return TryAgainError("Discord refuses our token: copy it again into REUNITE_DISCORD_TOKEN", after)
        said = text if code else error.status  # an outage's text may be a whole page
        return TryAgainError(f"Discord doesn't take it yet: {said}", after)
    if isinstance(error, discord.NotFound):
        return UndeliverableError(f"the channel, post or thread is gone ({code})")
    if code in _MISSING_PERMISSION and isinstance(error, discord.Forbidden):
        return MissingPermissionError(text)
    if isinstance(error, discord.Forbidden) or code in THREAD_CLOSED | WORDS_REFUSED | _TAKES_NO_MESSAGES:
        return UndeliverableError(f"Discord doesn't allow it: {text}")
    return None


def _is_temporary(error: discord.HTTPException) -> bool:
    is_outage = isinstance(error, discord.DiscordServerError)
    return is_outage or error.code in _LATER or error.status in {_UNAUTHORIZED, _TOO_MANY}


def takes_no_messages(error: discord.HTTPException) -> bool:
    """Return whether someone doesn't accept direct messages from the bot, now or later."""
    return error.code in _TAKES_NO_MESSAGES or (isinstance(error, discord.Forbidden) and is_refusal(error))


def is_refusal(error: discord.HTTPException) -> bool:
    """Return whether Discord refuses a request permanently: the same request would be refused again."""
    return error.status in _REFUSED and not _is_temporary(error)
