"""Greets a workspace that the bot has just joined."""

from typing import NamedTuple

from reunite.entities import PlatformName
from reunite.messages import welcome
from reunite.messages.reply import Reply
from reunite.messages.welcome import Ways
from reunite.ports import Store


class Greeting(NamedTuple):
    """A greeting that is due, and the channel for it; empty if none is noted yet."""

    channel: str
    reply: Reply


class WelcomeHandlers:
    """Greets workspaces: a greeting is due until it was sent, so that a restart loses none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def greeting(self, platform: PlatformName, workspace: str, ways: Ways) -> Greeting | None:
        """Return the greeting for a workspace where the bot is new; None once it was sent."""
        async with self._store.entered(platform, workspace) as (known, settings, session):
            channel = await session.prompts.due_greeting(known.id)
        return None if channel is None else Greeting(channel, welcome.greeting(ways, settings.language))

    async def note_invitation(self, platform: PlatformName, workspace: str, channel: str) -> None:
        """Record where the greeting goes. It stays there: an attempt may have arrived."""
        async with self._store.entered(platform, workspace) as (known, _, session):
            await session.prompts.note_invitation(known.id, channel)

    async def note_missed_invitation(self, platform: PlatformName, workspace: str, channel: str) -> None:
        """Record where the greeting goes if a known workspace had no channel until now."""
        if known := await self._store.workspace(platform, workspace):
            async with self._store.session(known.community) as session:
                await session.prompts.note_invitation(known.id, channel, if_first=True)

    async def note_greeting(self, platform: PlatformName, workspace: str) -> None:
        """Record that the greeting was sent."""
        async with self._store.entered(platform, workspace) as (known, _, session):
            await session.prompts.note_greeting(known.id)
