"""A community's settings and numbers, and the linking of two platforms."""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from reunite.absence import LEAVING
from reunite.commands import ChangeSettings
from reunite.entities import Member, Report, Settings, Trends, Workspace
from reunite.errors import TellUserError
from reunite.messages import notices
from reunite.messages.reply import Reply
from reunite.my_reports import end_all
from reunite.ports import KnownCard, Queue, Store
from reunite.text.zones import zone_named

_CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that aren't easily confused."""
_CODE_LENGTH: Final = 10
"""50 bits: nobody guesses them in the 15 minutes for which a code is valid."""
KEEP_DAYS: Final = range(1, 366)


class CommunityHandlers:
    """A community as its moderators see it; `Handlers` describes what it does."""

    def __init__(self, store: Store, queue: Queue) -> None:
        self._store = store
        self._queue = queue

    async def settings(self, workspace: Workspace) -> Settings:
        async with self._store.session(workspace.community) as session:
            return await session.workspaces.settings(workspace.id)

    async def set_up(self, workspace: Workspace, command: ChangeSettings) -> None:
        settings = command.settings
        if settings.keep_days not in KEEP_DAYS:
            raise TellUserError("keep_days_range", least=KEEP_DAYS.start, number=KEEP_DAYS.stop - 1)
        if set(settings.found_channels) & set(settings.lost_channels):
            raise TellUserError("channel_twice")
        settings = replace(settings, timezone=zone_named(settings.timezone))
        async with self._store.session(workspace.community) as session:
            await session.workspaces.save_settings(workspace.id, settings)

    async def zone(self, workspace: Workspace, member: Member) -> ZoneInfo | None:
        async with self._store.session(workspace.community) as session:
            name = await session.workspaces.member_zone(workspace.id, member.id)
            name = name or (await session.workspaces.settings(workspace.id)).timezone
        return ZoneInfo(name) if name else None

    async def set_zone(self, workspace: Workspace, member: Member, name: str) -> ZoneInfo:
        """Store a member's time zone. Raises TellUserError for an unknown one."""
        found = zone_named(name)
        if not found:
            raise TellUserError("zone_unknown", zone=name)
        async with self._store.session(workspace.community) as session:
            await session.workspaces.set_member_zone(workspace.id, member.id, found)
        return ZoneInfo(found)

    async def statistics(self, workspace: Workspace, language: str, *, trends: bool, for_moderators: bool) -> Reply:
        async with self._store.session(workspace.community) as session:
            numbers = await session.workspaces.statistics(for_moderators=for_moderators)
            last_weeks = await session.workspaces.trends() if trends else Trends()
        return await asyncio.to_thread(
            notices.statistics, numbers, language, last_weeks
        )  # it reads many language files

    async def known_posts(self, workspace: Workspace, since: datetime | None, channel: str | None) -> Sequence[Report]:
        async with self._store.session(workspace.community) as session:
            return await session.workspaces.posts(workspace.id, since, channel)

    async def known_cards(
        self, workspace: Workspace, since: datetime | None, message: str | None
    ) -> Sequence[KnownCard]:
        async with self._store.session(workspace.community) as session:
            return await session.workspaces.cards(workspace.id, since, message)

    # Two workspaces, one community

    async def link_code(self, workspace: Workspace) -> str:
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
        await self._store.save_link_code(workspace, _hash(code))
        return code

    async def link(self, workspace: Workspace, code: str) -> None:
        """Use a code, and search again for every open lost report: what others have found is new to it."""
        async with self._store.linked(workspace, _hash(code)) as session:
            work = await session.work.add_for(await session.candidates.open_lost())
        for report in work:
            await self._queue.hint(report)

    async def unlink(self, workspace: Workspace) -> None:
        """Leave a community of several sides. Raises TellUserError where there's only this one."""
        async with self._store.session(workspace.community) as session:
            # Otherwise a running search could match across the workspaces once more.
            await session.work.interrupt(workspace.id)
            for report in await session.workspaces.reports(workspace.id):
                await session.deletion.separate(report)
            if not await session.workspaces.unlink(workspace.id):
                raise TellUserError("not_linked")

    async def leave(self, workspace: Workspace) -> None:
        """Delete a workspace that has removed the bot, with everything known about it, also where others quote it."""
        await self._store.note_absence(workspace, LEAVING)
        if await self._store.is_linked(workspace):  # otherwise nobody is left whom anything could be shown or told
            async with self._store.session(workspace.community) as session:
                reports = await session.workspaces.reports(workspace.id)
            await end_all(self._store, workspace, reports)
        await self._store.leave(workspace)


def is_link_code(words: str) -> bool:
    """Return whether a word may be meant as a link code, perhaps in lower case or with a letter missing."""
    return len(words) == _CODE_LENGTH or (words.isalnum() and words.isupper())


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
