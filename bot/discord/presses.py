"""Buttons and modals: what was pressed or filled in, by ids that outlive the bot's process."""

from collections.abc import Mapping
from typing import Any, Final, get_args
from uuid import UUID

import discord

from bot.discord.commands import REPORT, Commands
from bot.discord.guilds import Guilds, member_of
from bot.discord.modals import Filled, filled, modal_of
from bot.discord.private import Answer, is_ours, language, outcome, privately
from bot.discord.render import answer_of, answered, press_of
from bot.discord.setup import Setup
from reunite.commands import AnswerQuestion, Press
from reunite.entities import ReplyTarget
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages.forms import ReportForm, form_of
from reunite.messages.reply import Action

_REPORTS: Final[tuple[ReportForm, ...]] = get_args(ReportForm)


class Presses:
    """Takes what comes of messages and modals that the bot has shown, whenever that was."""

    def __init__(self, handlers: Handlers, guilds: Guilds, commands: Commands, setup: Setup) -> None:
        """`commands` takes the reports' modals."""
        self._handlers = handlers
        self._guilds = guilds
        self._commands = commands
        self._setup = setup

    async def interaction(self, interaction: discord.Interaction) -> None:
        """Take a press or a modal; commands are discord.py's."""
        data: Mapping[str, Any] = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.component:
            await self._pressed(interaction, custom_id)
        elif interaction.type is discord.InteractionType.modal_submit:
            await self._filled(interaction, custom_id)

    async def _pressed(self, interaction: discord.Interaction, custom_id: str) -> None:
        if answer := answer_of(custom_id):
            await self._answered(interaction, custom_id, *answer)
        elif custom_id.startswith(Setup.PREFIX):
            await self._setup.ask(interaction, custom_id)
        elif press := press_of(custom_id):
            form = form_of(press[0], language(interaction))
            if form:
                await is_ours(interaction.response.send_modal(modal_of(form, custom_id)))
            else:
                await privately(interaction, lambda: self._press(interaction, *press, Filled({})))

    async def _filled(self, interaction: discord.Interaction, custom_id: str) -> None:
        given = filled(interaction)
        kind, _, which = custom_id.partition(":")
        if kind == REPORT and which in _REPORTS:
            await self._commands.filled(interaction, which, given)
        elif custom_id.startswith(Setup.PREFIX):
            await self._setup.take(interaction, custom_id, given)
        elif press := press_of(custom_id):
            await privately(interaction, lambda: self._press(interaction, *press, given))

    async def _press(self, interaction: discord.Interaction, action: Action, subject: UUID, given: Filled) -> Answer:
        user, guild = interaction.user, interaction.guild
        if guild is None or not isinstance(user, discord.Member):
            raise TellUserError("not_here")
        if given.not_photos:
            raise TellUserError("photo_not_an_image", name=given.not_photos[0])
        await self._guilds.known(guild)
        press = Press(
            target=_target(interaction, guild),
            member=member_of(user),
            is_moderator=self._guilds.is_moderator(user, interaction.permissions),
            action=action,
            subject=subject,
            key=str(interaction.id),
            words=given["words"],
            photos=given.photos,
            language=language(interaction),
        )
        return Answer.of(await self._handlers.press(press))

    async def _answered(self, interaction: discord.Interaction, custom_id: str, report: UUID, choice: str) -> None:
        """Take the answer to a question, and let it stand in the question's place."""
        message = interaction.message
        if message is None or not await is_ours(interaction.response.defer()):
            return

        async def answer() -> Answer:
            if interaction.guild is None:
                raise TellUserError("not_here")
            await self._guilds.known(interaction.guild)
            target = _target(interaction, interaction.guild)
            member = member_of(interaction.user)
            said = await self._handlers.answer_question(
                AnswerQuestion(target=target, member=member, report=report, choice=choice)
            )
            if said.changed:
                await interaction.edit_original_response(embeds=[answered(message, custom_id)], view=None)
            return Answer(said.words)

        told = await outcome(interaction, answer)
        await interaction.followup.send(told.words, ephemeral=True)


def _target(interaction: discord.Interaction, guild: discord.Guild) -> ReplyTarget:
    message = str(interaction.message.id) if interaction.message else None
    return ReplyTarget("discord", str(guild.id), str(interaction.channel_id), message)
