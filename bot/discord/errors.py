"""Discord's errors: temporary ones, and those that trying again won't mend."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import discord

from reunite.errors import TryAgainError, UndeliverableError

THREAD_EXISTS: Final = 160004
THREAD_ARCHIVED: Final = 50083
_THREAD_CLOSED: Final = {THREAD_ARCHIVED, 160005}  # archived for good, or locked
_TOO_MANY: Final = 429
_REFUSED: Final = range(400, 500)


@contextmanager
def discord_errors() -> Iterator[None]:
    """Turn Discord's errors into TryAgainError or UndeliverableError; any other error is a defect of ours."""
    try:
        yield
    except discord.NotFound as error:
        raise UndeliverableError(f"the channel, post or thread is gone ({error.code})") from error
    except discord.Forbidden as error:
        raise UndeliverableError(f"Discord doesn't allow it: {error.text} ({error.code})") from error
    except discord.RateLimited as error:
        raise TryAgainError("rate limit", after=error.retry_after) from error
    except discord.HTTPException as error:
        if error.code in _THREAD_CLOSED:
            raise UndeliverableError(f"the thread is closed ({error.code})") from error
        if error.status == _TOO_MANY or isinstance(error, discord.DiscordServerError):
            raise TryAgainError(f"Discord answered {error.status}") from error
        raise
    except (aiohttp.ClientError, OSError) as error:
        raise TryAgainError(f"{type(error).__name__} on the way to Discord") from error


def is_refusal(error: discord.HTTPException) -> bool:
    """Return whether Discord refuses a request for good: the same request would be refused again."""
    return error.status in _REFUSED and error.status != _TOO_MANY
