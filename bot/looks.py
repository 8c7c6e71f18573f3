"""Helpers for looks on every platform: waits for the answer, and composes a page's picture."""

import asyncio
from typing import Final

from bot.gallery import compose
from db.cancellation import wait_until_set
from reunite.commands import Look
from reunite.entities import PlatformName
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages.reply import Reply

_PATIENCE_SECONDS: Final = 45.0
"""Seconds to wait for a worker; one that isn't busy needs about one second."""
_POLL_SECONDS: Final = 1.0
"""Seconds between two looks for answers whose notification from the database was lost."""


async def answer_of(handlers: Handlers, command: Look, language: str) -> Reply:
    """Search, and return the first page once a worker has found it. Raises TellUserError if that takes too long."""
    target, look = command.target, await handlers.look(command)
    ends = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    with handlers.look_answers.waiting_for(look) as answered:
        while asyncio.get_running_loop().time() < ends:
            reply = await handlers.look_answer(target.platform, target.workspace, look, language)
            if reply:
                return reply
            await wait_until_set(answered, _POLL_SECONDS)
            answered.clear()
    raise TellUserError("look_slow")


async def picture_of(handlers: Handlers, platform: PlatformName, workspace: str, reply: Reply) -> bytes | None:
    """Compose a page's photos into one picture, off the event loop; None for a page without any."""
    photos = await handlers.gallery_photos(platform, workspace, reply)
    return await asyncio.to_thread(compose, reply.gallery, photos) if photos else None
