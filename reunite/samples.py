"""Samples: a found and a lost report that moderators post to see how everything works, and remove with one press.

The lost one follows once the found one is open, so that both threads read as they would with real ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reunite import rights
from reunite.commands import NewReport, Press, ReportFound, ReportLost
from reunite.entities import IncomingPhoto, Member, ReplyTarget, Report, Settings, Workspace
from reunite.language import sentence
from reunite.messages import notices
from reunite.messages import samples as messages
from reunite.messages.reply import Reply
from reunite.my_reports import end
from reunite.ports import Queue, Store

_MAX_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePair:
    """The targets of the two samples, and their photos."""

    found: ReplyTarget
    lost: ReplyTarget
    found_photo: IncomingPhoto
    lost_photo: IncomingPhoto


class SampleHandlers:
    """Posts and removes samples."""

    def __init__(self, store: Store, queue: Queue, now: Callable[[], datetime]) -> None:
        self._store = store
        self._queue = queue
        self._now = now

    async def post(self, pair: SamplePair, language: str, *, is_moderator: bool) -> Reply:
        """Post the samples, unless they are there, and return what to show to the moderator.

        Raises TellUserError for everyone else.
        """
        rights.check_member("post_samples", is_moderator=is_moderator)
        where = pair.found
        async with self._store.entered(where.platform, where.workspace) as (workspace, settings, session):
            known = await session.reports.samples(where)
            if any(not report.purged for report in known):
                return messages.posted("samples_there", workspace.id, language)
            ends = self._now() + timedelta(days=min(_MAX_DAYS, settings.keep_days))
            found, lost = _commands(pair, settings, f"samples:{len(known)}")  # presses at one moment have one key
            _, work = await session.reports.add(found, ends)
            if work:
                waiting, _ = await session.reports.add(lost, ends)
                await session.work.stop(waiting.id)
        if work:
            await self._queue.hint(work)
        return messages.posted("samples_posted" if work else "samples_there", workspace.id, language)

    async def remove(self, workspace: Workspace, press: Press) -> Reply:
        """Remove a workspace's samples with all that was said about them. Raises TellUserError."""
        rights.check_member("remove_samples", is_moderator=press.is_moderator)
        removed = 0
        while samples := await self._there(workspace, press.target):
            for sample in samples:
                async with self._store.session(workspace.community) as session:
                    await end(session, sample)
                removed += 1
        return notices.note("samples_removed" if removed else "samples_gone", press.language)

    async def _there(self, workspace: Workspace, target: ReplyTarget) -> list[Report]:
        async with self._store.session(workspace.community) as session:
            return [sample for sample in await session.reports.samples(target) if not sample.purged]


def _commands(pair: SamplePair, settings: Settings, key: str) -> tuple[NewReport, NewReport]:
    language = settings.language
    found = ReportFound(
        source_key=f"{key}:found",
        target=pair.found,
        author=Member("sample finder", sentence("samples_finder", language)),
        text=sentence("samples_found_words", language),
        photos=(pair.found_photo,),
        sample=True,
    )
    lost = ReportLost(
        source_key=f"{key}:lost",
        target=pair.lost,
        author=Member("sample owner", sentence("samples_owner", language)),
        text=sentence("samples_lost_words", language),
        photos=(pair.lost_photo,),
        sample=True,
    )
    return found, lost
