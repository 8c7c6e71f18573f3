"""Tells the moderators' channel how the reading of past posts goes."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

import structlog

from db.backfills import Backfill, Backfills
from reunite.entities import ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.messages import past_posts as messages
from reunite.past_posts import Tally
from reunite.ports import Outgoing, Platform

_log = structlog.get_logger(__name__)


class PastPostNotices:
    """Notices for workspaces with a moderators' channel."""

    def __init__(self, platform: Platform, handlers: Handlers, backfills: Backfills) -> None:
        self._platform = platform
        self._handlers = handlers
        self._backfills = backfills
        self._paused: set[UUID] = set()
        """The backfills whose pause was announced."""

    def keep(self, backfills: Iterable[Backfill]) -> None:
        """Forget all other backfills: they have ended."""
        self._paused &= {backfill.id for backfill in backfills}

    async def send(self, backfills: Sequence[Backfill]) -> None:
        """Say that requests have begun, or their results."""
        for backfill in {reading.request: reading for reading in backfills if reading.next_notice}.values():
            together = [reading for reading in backfills if reading.request == backfill.request]
            if backfill.next_notice == "end" and not all(reading.has_ended for reading in together):
                continue
            settings = await self._handlers.settings(self._platform.name, backfill.workspace)
            if settings.log_channel:
                say = messages.begun if backfill.next_notice == "start" else messages.ended
                target = ReplyTarget(self._platform.name, backfill.workspace, settings.log_channel)
                key = f"{backfill.request}:{backfill.next_notice}"
                outgoing = Outgoing(key, target, say(_summary(together), settings.language), maybe_sent=True)
                with suppress(UndeliverableError):  # the setup's button shows the numbers too
                    await self._platform.send(outgoing)
            await self._backfills.record_notice(backfill, "end" if backfill.next_notice == "start" else "")

    async def send_pause(self, backfill: Backfill) -> None:
        """Say that a channel has to wait for a permission: once, and not again after a restart."""
        settings = await self._handlers.settings(self._platform.name, backfill.workspace)
        if backfill.id in self._paused or not settings.log_channel:
            return
        target = ReplyTarget(self._platform.name, backfill.workspace, settings.log_channel)
        paused = messages.paused(backfill.channel, backfill.name, settings.language)
        outgoing = Outgoing(f"{backfill.id}:pause", target, paused, maybe_sent=True)
        try:
            await self._platform.send(outgoing)
        except (TryAgainError, UndeliverableError) as error:  # the log says it too
            _log.warning("past_posts_pause_not_announced", workspace=target.workspace, reason=str(error))
        else:
            self._paused.add(backfill.id)


def _summary(backfills: Sequence[Backfill]) -> messages.Summary:
    return messages.Summary(
        tuple(backfill.name for backfill in backfills),
        backfills[0].span.since,
        Tally.of(backfill.tally for backfill in backfills),
        tuple(backfill.name for backfill in backfills if backfill.problem),
        answers=backfills[0].answers,
    )
