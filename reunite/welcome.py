"""Greets a workspace that the bot has just joined."""

from reunite.entities import PlatformName
from reunite.messages import welcome
from reunite.messages.reply import Reply
from reunite.messages.welcome import Ways
from reunite.ports import Store


class WelcomeHandlers:
    """Greets workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def greeting(self, platform: PlatformName, workspace: str, ways: Ways) -> Reply | None:
        """Return the greeting for a workspace where the bot is new; None once it was posted."""
        async with self._store.entered(platform, workspace) as (known, settings, session):
            is_first = await session.prompts.note_greeting(known.id)
        return welcome.greeting(ways, settings.language) if is_first else None
