"""Takes verdicts from a chat that tells of every reaction."""

from reunite.commands import GiveVerdict
from reunite.errors import NoMatchThereError
from reunite.handlers import Handlers


async def give_verdict(handlers: Handlers, command: GiveVerdict) -> bool:
    """Return whether a verdict counts. Raises NoMatchThereError only for a moderator who gives one elsewhere."""
    try:
        return await handlers.give_verdict(command) is not None
    except NoMatchThereError:
        if command.given and command.is_moderator:
            raise
        return False
