"""What moderators do for their community: settings, numbers, and linking two platforms."""

import hashlib
import secrets
from typing import Final

from reunite.commands import ChangeSettings
from reunite.entities import Settings, Workspace
from reunite.errors import TellUserError
from reunite.messages import notices
from reunite.messages.reply import Reply
from reunite.my_reports import end
from reunite.ports import Queue, Store

_CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""None that is easily taken for another."""
_CODE_LENGTH: Final = 10
"""50 bits: not to be guessed in the quarter of an hour for which a code is valid."""
KEEP_DAYS: Final = range(1, 366)


class Community:
    """A community as its moderators see it."""

    def __init__(self, store: Store, queue: Queue) -> None:
        """Own nothing."""
        self._store = store
        self._queue = queue

    async def settings(self, workspace: Workspace) -> Settings:
        """Return how a workspace wants it."""
        async with self._store.session(workspace.community) as session:
            return await session.settings(workspace.id)

    async def set_up(self, workspace: Workspace, command: ChangeSettings) -> None:
        """Take a moderator's decision. Raises TellUserError where it can't be had."""
        settings = command.settings
        if settings.keep_days not in KEEP_DAYS:
            raise TellUserError("keep_days_range", least=KEEP_DAYS.start, number=KEEP_DAYS.stop - 1)
        if set(settings.found_channels) & set(settings.lost_channels):
            raise TellUserError("channel_twice")
        async with self._store.session(workspace.community) as session:
            await session.save_settings(workspace.id, settings)

    async def statistics(self, workspace: Workspace, language: str) -> Reply:
        """Return the community's numbers."""
        async with self._store.session(workspace.community) as session:
            return notices.statistics(await session.statistics(), language)

    # Two workspaces, one community

    async def link_code(self, workspace: Workspace) -> str:
        """Return a new code by which another workspace may join the community: once, within a quarter of an hour."""
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
        await self._store.save_link_code(workspace, _hash(code))
        return code

    async def link(self, workspace: Workspace, code: str) -> None:
        """Join the community in which a code was made. Raises TellUserError where the code is not valid."""
        if not await self._store.link(workspace, _hash(code)):
            raise TellUserError("link_code_unknown")

    async def search_again(self, workspace: Workspace) -> None:
        """Let every loss of the community look again: what the others have found is new to it."""
        async with self._store.session(workspace.community) as session:
            work = [await session.add_work(each) for each in await session.open_losses()]
        for each in work:
            await self._queue.hint(each)

    async def unlink(self, workspace: Workspace) -> None:
        """Leave the community of several workspaces: quotes and pictures of each are taken off the other."""
        async with self._store.session(workspace.community) as session:
            await session.lock_workspace(workspace.id)  # or a search under way would find across once more
            for report in await session.reports_in(workspace.id):
                await session.part_from_others(report)
            await session.unlink(workspace.id)

    async def leave(self, workspace: Workspace) -> None:
        """Delete a workspace that has removed the bot, with all that is known of it, also where others quote it."""
        async with self._store.session(workspace.community) as session:
            reports = await session.reports_in(workspace.id)
        for each in reports:
            async with self._store.session(workspace.community) as session:
                report = await session.report(each)
                if report:
                    await end(session, report)
        await self._store.leave(workspace)


def is_link_code(words: str) -> bool:
    """Tell whether a word may be meant as a link code: one in small letters perhaps, or with a letter missing."""
    return len(words) == _CODE_LENGTH or (words.isalnum() and words.isupper())


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
