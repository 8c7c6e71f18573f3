"""Posts the samples that `/setup` offers."""

from typing import Final

import discord

from bot.discord.permissions import TO_POST, may_set_up
from bot.discord.private_replies import PrivateReply, language_of_user, reply_privately
from bot.discord.render import RenderedButton
from bot.discord.workspaces import Workspaces, guild_of
from bot.sample_pair import sample_pair
from reunite.entities import ReplyTarget, ReportKind
from reunite.handlers import Handlers
from reunite.language import sentence


class Samples:
    """Offers to post samples, and posts them where reports are posted."""

    BUTTON: Final = "setup:samples"

    def __init__(self, handlers: Handlers, workspaces: Workspaces) -> None:
        self._handlers = handlers
        self._workspaces = workspaces

    def offer(self, language: str) -> RenderedButton:
        return RenderedButton(self.BUTTON, sentence("home_samples", language), discord.ButtonStyle.secondary)

    async def post(self, interaction: discord.Interaction) -> None:
        """Post the samples for someone who may manage the guild."""
        await reply_privately(interaction, lambda: self._post(interaction))

    async def _post(self, interaction: discord.Interaction) -> PrivateReply:
        guild, language = guild_of(interaction), language_of_user(interaction)
        await self._workspaces.ensure_joined(guild)
        pair = sample_pair(*(self._target(guild, kind, language) for kind in (ReportKind.FOUND, ReportKind.LOST)))
        posted = await self._handlers.samples.post(pair, language, is_moderator=may_set_up(interaction))
        return PrivateReply.of(posted)

    def _target(self, guild: discord.Guild, kind: ReportKind, language: str) -> ReplyTarget | None:
        """Return the channel of a kind in which the bot may post; None if the guild has none of it."""
        if not self._workspaces.channels(guild, kind):
            return None
        channel = self._workspaces.channel_for(guild, kind, None, TO_POST, language)
        return ReplyTarget("discord", str(guild.id), str(channel.id))
