"""The slash commands, except those that report or search. Only the person who used one sees the reply."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import discord

from bot.discord.greeting import named_commands
from bot.discord.linking import Linking
from bot.discord.permissions import may_set_up
from bot.discord.private_replies import PrivateReply, Work, language_of_user, reply_privately
from bot.discord.settings_form import SettingsForm
from bot.discord.workspaces import Workspaces, guild_of, member_of, workspace_of
from reunite import rights
from reunite.handlers import Handlers
from reunite.language import command_names, sentence
from reunite.messages import welcome

_MAX_FILE_BYTES: Final = 8_000_000
"""The largest file that every guild accepts."""


class Commands:
    """Replies to commands."""

    def __init__(self, handlers: Handlers, workspaces: Workspaces, settings_form: SettingsForm) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._settings_form = settings_form
        self.linking = Linking(handlers)

    async def in_guild(self, interaction: discord.Interaction, work: Work, *, act: rights.Act | None = None) -> None:
        """Join the guild if needed, and reply. An `act` is reserved to those who may manage the guild."""

        async def checked() -> PrivateReply:
            guild = guild_of(interaction)
            if act:
                rights.check_member(act, is_moderator=may_set_up(interaction))
            await self._workspaces.ensure_joined(guild)
            return await work()

        await reply_privately(interaction, checked)

    async def my_reports(self, interaction: discord.Interaction) -> PrivateReply:
        """Show a member's open reports, each with its buttons."""
        language = language_of_user(interaction)
        replies = await self._handlers.my_reports(*workspace_of(interaction), member_of(interaction.user), language)
        return PrivateReply.of(*replies) if replies else PrivateReply(sentence("home_no_reports", language))

    async def help(self, interaction: discord.Interaction) -> PrivateReply:
        """List what members can do."""
        language = language_of_user(interaction)
        usage = welcome.usage(named_commands(language), language)
        reads_posts = interaction.client.intents.message_content
        return PrivateReply.of(usage if reads_posts else welcome.with_posts_unread(usage, language))

    async def statistics(self, interaction: discord.Interaction) -> PrivateReply:
        language = language_of_user(interaction)
        return PrivateReply.of(await self._handlers.statistics(*workspace_of(interaction), language))

    async def privacy(self, interaction: discord.Interaction) -> PrivateReply:
        """Explain which data is kept, attach all of the member's, and offer to delete it."""
        member = member_of(interaction.user)
        reply = await self._handlers.privacy(*workspace_of(interaction), member, language_of_user(interaction))
        export = await self._handlers.export(*workspace_of(interaction), member)
        return replace(PrivateReply.of(reply), file=("reunite.json", _file(export)))

    async def timezone(self, interaction: discord.Interaction, zone: str) -> PrivateReply:
        """Keep a member's time zone, or say which one they have."""
        language, member = language_of_user(interaction), member_of(interaction.user)
        kept = await self._handlers.zone(*workspace_of(interaction), member, zone.strip())
        if kept is None:
            return PrivateReply(sentence("zone_not_known", language, command=command_names(language)))
        key, now = "zone_kept" if zone.strip() else "zone_is", datetime.now(kept)
        return PrivateReply(
            sentence(key, language, command=command_names(language), zone=str(kept), time=f"{now:%H:%M}")
        )

    async def board(self, interaction: discord.Interaction) -> PrivateReply:
        """Give a moderator a link to the board."""
        user, language = interaction.user, language_of_user(interaction)
        # The board shows all channels, so what's permitted in this one doesn't count.
        moderates = isinstance(user, discord.Member) and self._workspaces.is_moderator(user, user.guild_permissions)
        link = await self._handlers.board.link(
            *workspace_of(interaction), member_of(user), language, is_moderator=moderates
        )
        # The link works once, and without the brackets Discord would open it for a preview.
        return PrivateReply(sentence("board_link", language, link=f"<{link}>"))

    async def setup(self, interaction: discord.Interaction) -> PrivateReply:
        """Show the guild's settings."""
        return PrivateReply(embeds=(self._settings_form.panel(interaction),))


def _file(export: dict[str, Any]) -> bytes:
    """Return an export as a file, without the photos themselves if it would be too large."""
    written = json.dumps(export, ensure_ascii=False, indent=2).encode()
    if len(written) <= _MAX_FILE_BYTES:
        return written
    reports = [{**report, "photos": [photo["name"] for photo in report["photos"]]} for report in export["reports"]]
    return json.dumps({**export, "reports": reports}, ensure_ascii=False, indent=2).encode()
