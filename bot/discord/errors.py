"""Maps Discord's errors to our temporary and permanent ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
import discord
from pydantic import TypeAdapter, ValidationError

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
EXPIRED_TOKEN: Final = {50027, 10015, 10062}
"""An interaction can be answered for 15 minutes."""
FAILURES: Final = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""Everything that a call may raise that isn't our own defect."""
_TAG_REQUIRED: Final = 40067
_MISSING_PERMISSION: Final = {50001, 50013}
_TOO_MANY: Final = 429
_UNAUTHORIZED: Final = 401
"""The token was replaced: once the operator has set the new one, replies can be sent."""
_REFUSED: Final = range(400, 500)
_FINAL: Final = {403, 404}
_ERROR: Final = TypeAdapter(dict[str, Any])


class NoCodeError(aiohttp.ClientError):
    """An answer says that something is forbidden or gone, but without Discord's code for that."""


async def check_code(_: aiohttp.ClientSession, __: SimpleNamespace, ended: aiohttp.TraceRequestEndParams) -> None:
    """Raise NoCodeError after such an answer: in an outage, Discord gives it for what is still there.

    Taken at its word, it would delete reports whose posts are only out of reach.
    """
    if ended.response.status in _FINAL and not _code_in(await ended.response.text(errors="replace")):
        raise NoCodeError(f"{ended.response.status} without a code")


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
    except discord.NotFound as error:
        raise UndeliverableError(f"the channel, post or thread is gone ({error.code})") from error
    except discord.Forbidden as error:
        if error.code in _MISSING_PERMISSION:
            raise MissingPermissionError(f"{error.text} ({error.code})") from error
        raise UndeliverableError(f"Discord doesn't allow it: {error.text} ({error.code})") from error
    except discord.RateLimited as error:
        raise TryAgainError("rate limit", after=error.retry_after) from error
    except discord.HTTPException as error:
        if error.code in THREAD_CLOSED:
            raise UndeliverableError(f"the thread is closed ({error.code})") from error
        if error.code in NO_MORE_THREADS or error.code == _TAG_REQUIRED:  # until others end, or there is a free tag
            raise TryAgainError(f"no thread can be opened ({error.code})") from error
        if error.status in {_UNAUTHORIZED, _TOO_MANY} or isinstance(error, discord.DiscordServerError):
            after = seconds_to_wait(error.response.headers.get("Retry-After"))
            raise TryAgainError(f"Discord answered {error.status}", after) from error
        raise
    except (aiohttp.ClientError, OSError) as error:
        raise TryAgainError(f"{type(error).__name__} on the way to Discord") from error


def is_refusal(error: discord.HTTPException) -> bool:
    """Return whether Discord refuses a request permanently: the same request would be refused again."""
    return error.status in _REFUSED and error.status != _TOO_MANY
