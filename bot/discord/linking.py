"""`/link` and `/unlink`: one community on several platforms, for those who may manage the guild."""

from typing import Final

import discord

from bot.discord.forms import confirmation_reply
from bot.discord.permissions import may_set_up
from bot.discord.private_replies import PrivateReply, language_of_user
from bot.discord.workspaces import workspace_of
from reunite import rights
from reunite.handlers import Handlers
from reunite.language import command_names, sentence
from reunite.messages.forms import unlink_confirmation


class Linking:
    """Links and unlinks a guild."""

    BUTTON: Final = "unlink"
    """The id of the button that confirms `/unlink`."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    async def link(self, interaction: discord.Interaction, code: str) -> PrivateReply:
        """Join the community of a link code, or make a code if none is given."""
        language = language_of_user(interaction)
        if code:
            await self._handlers.link(*workspace_of(interaction), code)
            return PrivateReply(sentence("linked", language))
        new_code = await self._handlers.link_code(*workspace_of(interaction))
        return PrivateReply(sentence("link_code", language, command=command_names(language), code=new_code))

    async def ask(self, interaction: discord.Interaction) -> PrivateReply:
        """Ask whether the two sides are to part, if there are two."""
        await self._handlers.forms.check_linked(*workspace_of(interaction))
        language = language_of_user(interaction)
        return confirmation_reply(unlink_confirmation(language), sentence("home_unlink", language), self.BUTTON)

    async def unlink(self, interaction: discord.Interaction) -> PrivateReply:
        """Leave the community, as the button says."""
        rights.check_member("link", is_moderator=may_set_up(interaction))
        await self._handlers.unlink(*workspace_of(interaction))
        return PrivateReply(sentence("unlinked", language_of_user(interaction)))
