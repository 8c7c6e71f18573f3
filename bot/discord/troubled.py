"""Messages that met trouble, such as a request that failed: each is compared again on its own, after a pause."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import discord
import structlog

from bot.discord.errors import FAILURES, is_refusal
from bot.discord.posts import target_of
from db.cancellation import stop
from db.trouble import is_away, is_temporary
from reunite.entities import ReplyTarget

LONGEST_PAUSE_SECONDS: Final = 3600.0
"""The longest backoff between two attempts, in seconds."""

_log = structlog.get_logger(__name__)


class Troubled:
    """The messages of one client that are to be compared again. Their guilds need not be read for that."""

    def __init__(self, compare: Callable[[ReplyTarget], Awaitable[None]], pause: float) -> None:
        self._compare = compare
        self._pause = pause
        self._tasks: dict[ReplyTarget, asyncio.Task[None]] = {}
        self._again: set[ReplyTarget] = set()
        """Targets that failed again in the meantime."""
        self._turn = asyncio.Lock()
        """One is compared at a time, however many pauses end at once."""

    def add(self, target: ReplyTarget) -> None:
        """Compare a message after a pause, and after growing ones until that succeeds."""
        if target in self._tasks:
            self._again.add(target)
        else:
            self._tasks[target] = asyncio.create_task(self._retry(target))

    def are_in(self, guild: int) -> bool:
        """Return whether a guild has such messages."""
        return any(target.workspace == str(guild) for target in self._tasks)

    async def stop(self) -> None:
        """Leave the rest to the next start, which compares everything."""
        await stop(*self._tasks.values())

    async def _retry(self, target: ReplyTarget) -> None:
        pause, is_settled = self._pause, False
        while not is_settled:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            async with self._turn:
                self._again.discard(target)
                is_settled = await self._is_settled(target) and target not in self._again
        del self._tasks[target]

    async def _is_settled(self, target: ReplyTarget) -> bool:
        try:
            await self._compare(target)
        except Exception as error:  # noqa: BLE001 - the other messages are compared all the same
            return not log_trouble(error, target.workspace, target.message)
        return True


def log_trouble(error: Exception, guild: str, message: str | None) -> bool:
    """Log what has kept a message, or another part of a guild, from being compared; return whether it may pass."""
    place = {"guild": guild, "message": message}
    if isinstance(error, discord.HTTPException):
        _log.warning("discord_reconcile_refused", **place, status=error.status, code=error.code)
        return not is_refusal(error)
    if isinstance(error, FAILURES) or is_temporary(error) or is_away(error):
        _log.warning("discord_reconcile_delayed", **place, error=type(error).__name__)
        return True
    _log.exception("discord_reconcile_defect", **place)  # it would be the same the next time
    return False


def message_of(event: object) -> ReplyTarget | None:
    """Return the guild's message that an event is about; None if it's about something else."""
    if isinstance(event, discord.Message):
        return target_of(event) if event.guild else None
    ids = [getattr(event, name, None) for name in ("guild_id", "channel_id", "message_id")]
    return ReplyTarget("discord", *map(str, ids)) if all(ids) else None


def guild_of_event(event: object) -> int | None:
    """Return the id of the guild that an event is about."""
    guild = event if isinstance(event, discord.Guild) else getattr(event, "guild", None)
    return guild.id if isinstance(guild, discord.Guild) else getattr(event, "guild_id", None)
