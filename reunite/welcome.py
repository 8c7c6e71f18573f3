"""Greets a workspace that the bot has just joined."""

from datetime import datetime
from typing import NamedTuple

from reunite.entities import PlatformName, Settings
from reunite.messages import welcome
from reunite.messages.reply import Reply
from reunite.messages.welcome import NamedCommands
from reunite.ports import Store


class Greeting(NamedTuple):
    """A greeting that is due, under the key of this stay in the workspace: after a new installation, it's another.

    `channel` is empty if none is noted yet. An attempt may have arrived there since `tried_at`.
    """

    key: str
    channel: str
    tried_at: datetime | None
    reply: Reply


class WelcomeHandlers:
    """Greets workspaces: a greeting is due until it was sent, so that a restart loses none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def greeting(self, platform: PlatformName, workspace: str, commands: NamedCommands) -> Greeting | None:
        """Return the greeting for a workspace where the bot is new; None once it was sent."""
        async with self._store.entered(platform, workspace) as (known, settings, session):
            due = await session.prompts.due_greeting(known.id)
        return Greeting(f"{known.id}:greeting", *due, welcome.greeting(commands, settings.language)) if due else None

    async def note_invitation(
        self, platform: PlatformName, workspace: str, channel: str, *, if_first: bool = False
    ) -> None:
        """Record where the greeting goes, unless it was tried: then it stays where it may have arrived.

        With `if_first`, only where the workspace had no channel until now.
        """
        async with self._store.entered(platform, workspace) as (known, _, session):
            await session.prompts.note_invitation(known.id, channel, if_first=if_first)

    async def adopt_language(self, platform: PlatformName, workspace: str, language: str) -> None:
        """Use a language in a workspace that nobody has set up and that has adopted none."""
        async with self._store.entered(platform, workspace) as (known, _, session):
            await session.workspaces.save_settings(known.id, Settings(language=language), if_first=True)

    async def note_attempt(self, platform: PlatformName, workspace: str) -> None:
        """Record that the greeting is about to be sent."""
        async with self._store.entered(platform, workspace) as (known, _, session):
            await session.prompts.note_greeting(known.id, "tried")

    async def note_refusal(self, platform: PlatformName, workspace: str) -> None:
        """Record that the greeting surely hasn't arrived: it may go to another channel."""
        if known := await self._store.workspace(platform, workspace):  # it may have removed the bot
            async with self._store.session(known.community) as session:
                await session.prompts.note_greeting(known.id, "refused")

    async def note_greeting(self, platform: PlatformName, workspace: str) -> None:
        """Record that the greeting was sent."""
        async with self._store.entered(platform, workspace) as (known, _, session):
            await session.prompts.note_greeting(known.id, "sent")
