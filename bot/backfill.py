"""Requests the reading of past posts, and reports its progress. The platform's bot reads them (bot/past_posts.py)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from db.backfills import Backfill, Backfills, Notice
from db.store import Store
from reunite.entities import PlatformName, Workspace
from reunite.errors import NotJoinedError
from reunite.handlers import Handlers
from reunite.language import date_words, sentence
from reunite.messages import past_posts as messages
from reunite.past_posts import Span, Tally, span_of


class BackfillRequests:
    """Requests the reading of a workspace's past posts."""

    def __init__(self, handlers: Handlers, store: Store) -> None:
        self._handlers = handlers
        self._store = store
        self._backfills = Backfills(store)

    async def span(self, workspace: Workspace, since: datetime | None = None) -> Span:
        """Return the time span to read: from `since`, or for as long as reports are kept."""
        settings = await self._handlers.settings(workspace.platform, workspace.external_id)
        return span_of(datetime.now(UTC), settings.keep_days, since)

    async def start(
        self,
        workspace: Workspace,
        channels: Mapping[str, str],
        span: Span,
        *,
        answers: bool = False,
        notice: Notice = "",
    ) -> Sequence[Backfill]:
        """Request the reading of channels (names by their ids); return all that are being read in the workspace."""
        await self._backfills.start(workspace, channels, span, answers=answers, notice=notice)
        return await self._running(workspace)

    async def start_or_report(self, platform: PlatformName, external_id: str, language: str) -> str:
        """Start to read all channels for reports, or report the progress; return the words for the moderator."""
        workspace = await self._store.workspace(platform, external_id)
        if workspace is None:
            raise NotJoinedError(platform, external_id)
        if running := await self._running(workspace):
            return messages.progress(share_of(running), Tally.of(backfill.tally for backfill in running), language)
        channels = await self._backfills.channels(workspace)
        if not channels:
            return sentence("past_posts_no_channels", language)
        span = await self.span(workspace)
        await self.start(workspace, channels, span, notice="start")
        names, since = messages.named(channels.values(), language), date_words(span.since, language)
        return sentence("past_posts_started", language, channels=names, since=since)

    async def _running(self, workspace: Workspace) -> Sequence[Backfill]:
        return [backfill for backfill in await self._backfills.of(workspace) if not backfill.has_ended]


def share_of(backfills: Sequence[Backfill]) -> float:
    """Return how much of several channels has been read, from 0 to 1."""
    return sum(backfill.share for backfill in backfills) / len(backfills) if backfills else 1.0
