"""Tells moderators when answers take too long. The bot does this because it also runs when no worker does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from db.monitoring import Monitoring
from db.repeating import repeat
from db.slowness import Slowness, SlowWorkspace
from db.store import Store
from db.trouble import logging_failures
from reunite.entities import ReplyTarget
from reunite.errors import UndeliverableError
from reunite.handlers import Handlers
from reunite.messages import slowness as messages
from reunite.messages.reply import Reply
from reunite.ports import Outgoing, Platform
from reunite.slowness import Change

_CHECK_EVERY_SECONDS: Final = 30.0

_log = structlog.get_logger(__name__)


class SlownessWatch:
    """Watches for posts that have waited for an answer for longer than `limit`."""

    def __init__(
        self,
        platform: Platform,
        handlers: Handlers,
        store: Store,
        limit: timedelta,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._platform = platform
        self._handlers = handlers
        self._slowness = Slowness(store)
        self._monitoring = Monitoring(store)
        self._limit = limit
        self._now = now

    async def run(self) -> None:
        """Check regularly until cancelled."""
        await repeat(self.check, _CHECK_EVERY_SECONDS, "slowness")

    async def check(self) -> None:
        """Tell the moderators of each workspace what has changed; what can't be sent now is tried at the next check."""
        for workspace in await self._slowness.workspaces(self._platform.name):
            now = self._now()
            change = workspace.unanswered.change(now, self._limit)
            if change is None:
                continue
            with logging_failures(_log, "slowness_notice", workspace=workspace.external_id):
                await self._tell(workspace, change, now)
                await self._slowness.note(workspace, change, now)

    async def _tell(self, workspace: SlowWorkspace, change: Change, now: datetime) -> None:
        waiting = workspace.unanswered
        _log.warning(f"answers_slow_{change}", workspace=workspace.external_id, posts=waiting.number)
        settings = await self._handlers.settings(self._platform.name, workspace.external_id)
        if settings.log_channel is None:
            return
        target = ReplyTarget(self._platform.name, workspace.external_id, settings.log_channel)
        reply = (
            await self._message(workspace, now, settings.language)
            if change == "began"
            else messages.ended(settings.language)
        )
        try:
            await self._platform.send(Outgoing(workspace.key(change), target, reply, maybe_sent=True))
        except UndeliverableError as error:
            _log.warning("slowness_notice_undeliverable", workspace=workspace.external_id, reason=str(error))

    async def _message(self, workspace: SlowWorkspace, now: datetime, language: str) -> Reply:
        waiting = workspace.unanswered
        minutes = int((now - (waiting.oldest or now)).total_seconds()) // 60
        alive = {process.role for process in await self._monitoring.processes() if process.is_alive}
        return messages.began(waiting.number, minutes, language, has_worker="worker" in alive)
