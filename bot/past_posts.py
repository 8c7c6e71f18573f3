"""Reads channels' past posts while the bot runs: page by page, newest first, as fast as platform and workers allow.

The progress is in the database, so reading continues there after a restart, and each post becomes one report at most.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import structlog

from bot.past_post_notices import PastPostNotices
from db.backfills import Backfill, Backfills
from db.repeating import repeat
from db.trouble import is_away, is_temporary, log_failure
from reunite.commands import NewReport, Withdraw
from reunite.entities import ReplyTarget
from reunite.errors import (
    ChannelTroubleError,
    MissingScopeError,
    NotJoinedError,
    PostGoneError,
    TellUserError,
    TryAgainError,
    UndeliverableError,
)
from reunite.handlers import Handlers
from reunite.past_posts import KnownBefore, PastPost, Skipped, why_skipped
from reunite.ports import Platform

_AHEAD: Final = 64
"""Reports that may wait for a worker before more are read: new posts wait behind them."""
_IDLE_FACTOR: Final = 2.5
"""How many times longer it waits when there is nothing to read."""
_RETRY_SECONDS: Final = 30.0
"""Seconds before a workspace is retried, if its platform doesn't say when."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A message of the past, and what reads it as a report: None if it has no photo after all.

    `read` raises TellUserError if it can't become a report.
    """

    post: PastPost
    read: Callable[[], Awaitable[NewReport | None]]


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, newest first. `cursor` and `reached` say where the next page begins."""

    messages: Sequence[PastMessage]
    cursor: str
    reached: datetime
    is_last: bool


class History(Protocol):
    """The past posts of a platform's channels."""

    async def is_ready(self, workspace: str) -> bool:
        """Return whether the bot is in a workspace and has caught up there."""

    async def page(self, backfill: Backfill) -> Page:
        """Return the next page. Raises TryAgainError; UndeliverableError if the channel can't be read."""

    def is_deleted(self, key: str) -> bool:
        """Return whether a post (given by its idempotency key) was deleted recently."""


class PastPosts:
    """Reads the requested channels, one page of a workspace after the other, until cancelled."""

    def __init__(
        self, history: History, platform: Platform, handlers: Handlers, backfills: Backfills, *, pause: float
    ) -> None:
        """`pause` is the least number of seconds between two pages of a workspace."""
        self._history = history
        self._platform = platform
        self._handlers = handlers
        self._backfills = backfills
        self._pause = pause
        self._not_before: dict[str, float] = {}
        """By workspace, when it may be read again."""
        self._waiting: dict[UUID, float] = {}
        """By backfill, when it is retried: its channel, or one of its posts, can't be read for now."""
        self._notices = PastPostNotices(platform, handlers, backfills)

    async def run(self) -> None:
        """Read until cancelled. Trouble in one workspace doesn't hold up the others."""
        await repeat(self._step, self._pause, "past_posts")

    async def _step(self) -> None:
        """Read one page in each workspace; pause longer if there was nothing to read."""
        if not await self._round():
            await asyncio.sleep((_IDLE_FACTOR - 1) * self._pause)

    async def _round(self) -> bool:
        """Read a page in each workspace that has something to read; return whether there is any."""
        self._not_before = {workspace: at for workspace, at in self._not_before.items() if at > self._now()}
        self._waiting = {backfill: at for backfill, at in self._waiting.items() if at > self._now()}
        by_workspace: dict[str, list[Backfill]] = {}
        for backfill in await self._backfills.open(self._platform.name):
            by_workspace.setdefault(backfill.workspace, []).append(backfill)
        self._notices.keep(backfill for backfills in by_workspace.values() for backfill in backfills)
        for workspace, backfills in by_workspace.items():
            if workspace not in self._not_before:
                self._not_before[workspace] = self._now() + await self._attempt(backfills)
        return bool(by_workspace)

    async def _attempt(self, backfills: Sequence[Backfill]) -> float:
        """Take the next step in a workspace; return the seconds until it may be read again."""
        try:
            if not await self._history.is_ready(backfills[0].workspace):
                return 0.0
            pause = await self._try_to_tell(backfills)
            unread = next((one for one in backfills if not one.has_ended and one.id not in self._waiting), None)
            if unread is None:
                return pause
            if await self._backfills.waiting(unread.community) < _AHEAD:
                await self._read_or_pause(unread)
        except TryAgainError as error:
            return _delay(backfills, error)
        except NotJoinedError:
            _log.info("past_posts_left", workspace=backfills[0].workspace)  # it removed the bot meanwhile
        except Exception as error:
            if is_away(error):
                raise
            log_failure(_log, "past_posts", error, workspace=backfills[0].workspace)  # the others continue
            return _RETRY_SECONDS
        return self._pause

    async def _read_or_pause(self, backfill: Backfill) -> None:
        """Take in a page. If that fails for one channel only, such as for lack of a permission, the others go on."""
        try:
            await self._read(backfill)
        except (ChannelTroubleError, MissingScopeError) as error:
            self._waiting[backfill.id] = self._now() + _delay([backfill], error)
            if isinstance(error, MissingScopeError):
                await self._notices.send_pause(backfill)
        except Exception as error:
            if isinstance(error, TryAgainError | NotJoinedError) or is_away(error) or is_temporary(error):
                raise  # that concerns the whole workspace
            log_failure(_log, "past_posts", error, workspace=backfill.workspace, channel=backfill.channel)
            self._waiting[backfill.id] = self._now() + _RETRY_SECONDS

    async def _read(self, backfill: Backfill) -> None:
        """Take in a page. An interruption doesn't lose the messages that were already taken in."""
        try:
            page = await self._history.page(backfill)
        except UndeliverableError as error:
            _log.warning("past_posts_closed", channel=backfill.channel, reason=str(error))
            await self._backfills.end(backfill, str(error))
            return
        known, oldest = await self._known(backfill, page), await self._oldest(backfill)
        tally, cursor, reached, is_end = deepcopy(backfill.tally), backfill.cursor, backfill.reached, False
        try:
            for message in page.messages:
                post = message.post
                reason = why_skipped(post, known.get(post.key), oldest=oldest, answers=backfill.answers)
                tally.note(reason or await self._take(backfill, message))
                cursor, reached = post.cursor, post.posted_at
            cursor, reached, is_end = page.cursor, page.reached, page.is_last
        finally:
            await self._backfills.advance(backfill, cursor, reached, tally, is_end=is_end)
        if is_end:
            _log.info("past_posts_read", channel=backfill.channel, messages=tally.messages, reports=tally.reports)

    async def _known(self, backfill: Backfill, page: Page) -> Mapping[str, KnownBefore]:
        """Return the posts known before this reading; its own may have to be counted after an interruption."""
        known = await self._backfills.known_posts(backfill, [message.post.key for message in page.messages])
        return {key: post for key, post in known.items() if post.created_at < backfill.created_at}

    async def _take(self, backfill: Backfill, message: PastMessage) -> Skipped | int:
        """Take a message as a report; return how many photos it has, or why it was skipped."""
        try:
            command = await message.read()
            if command is None:
                return Skipped.NO_PHOTO
            await self._handlers.report(replace(command, is_past=True, quiet=not backfill.answers))
        except NotJoinedError:
            raise
        except (TellUserError, UndeliverableError) as error:
            _log.info("past_post_refused", channel=backfill.channel, post=message.post.key, reason=str(error))
            return Skipped.REFUSED
        except Exception as error:
            if is_temporary(error):
                raise
            # one message's defect must not hold up the others
            _log.exception("past_post_failed", channel=backfill.channel, post=message.post.key)
            return Skipped.REFUSED
        if self._history.is_deleted(message.post.key):  # since its page was read: the bot then knew of no report
            await self._handlers.withdraw(Withdraw(target=command.target))
            return Skipped.DELETED
        if backfill.answers:
            await self._acknowledge(command.target)
        return len(command.photos)

    async def _oldest(self, backfill: Backfill) -> datetime:
        """Return the age limit for posts: the report of an older one would expire right away."""
        settings = await self._handlers.settings(self._platform.name, backfill.workspace)
        return datetime.now(UTC) - timedelta(days=settings.keep_days)

    async def _acknowledge(self, target: ReplyTarget) -> None:
        try:
            await self._platform.acknowledge(target)
        except PostGoneError:
            await self._handlers.withdraw(Withdraw(target=target))
        except (TryAgainError, UndeliverableError) as error:
            if isinstance(error, TryAgainError) and error.after is not None:  # a limit, not a missing permission
                raise
            _log.warning("past_post_unanswered", post=target.message, reason=str(error))
        except Exception as error:
            if is_temporary(error):
                raise
            # one post's defect must not hold up the others
            _log.exception("past_post_failed", post=target.message)

    async def _try_to_tell(self, backfills: Sequence[Backfill]) -> float:
        """Post the messages due in the moderators' channel; return the seconds until the next try. Reading goes on."""
        try:
            await self._notices.send(backfills)
        except TryAgainError as error:
            return _delay(backfills, error)
        return self._pause

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _delay(backfills: Sequence[Backfill], error: TryAgainError) -> float:
    """Return for how many seconds to wait after temporary trouble in a workspace."""
    _log.info("past_posts_delayed", workspace=backfills[0].workspace, reason=str(error))
    return _RETRY_SECONDS if error.after is None else error.after
