"""`/search`: shows one person what was found, a page at a time."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final

import discord

from bot import looks
from bot.discord.destinations import Destinations
from bot.discord.forms import FormInput, form_modal
from bot.discord.markup import without_spoilers
from bot.discord.posts import check_photos
from bot.discord.private_replies import (
    PrivateReply,
    language_of_user,
    reply_privately,
    result_or_problem,
    show,
    try_acknowledge,
)
from bot.discord.reports import ReportInput
from bot.discord.workspaces import Workspaces, guild_of, member_of
from reunite.commands import Look, Press
from reunite.entities import ReplyTarget, ReportKind
from reunite.handlers import Handlers
from reunite.messages.forms import look_form
from reunite.messages.reply import Reply


class Looks:
    """Searches without a report."""

    FORM: Final = "look"
    """The id of the search's modal."""

    def __init__(self, handlers: Handlers, workspaces: Workspaces, destinations: Destinations) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._destinations = destinations

    async def search(self, interaction: discord.Interaction, given: ReportInput) -> None:
        """Search, or ask what for with a modal if nothing was given."""
        if given.is_empty:
            form = look_form(language_of_user(interaction))
            await try_acknowledge(interaction, partial(interaction.response.send_modal, form_modal(form, self.FORM)))
        else:
            await reply_privately(interaction, lambda: self._search(interaction, given))

    async def submit(self, interaction: discord.Interaction, form: FormInput) -> None:
        """Search by the modal."""
        given = ReportInput(words=form["words"], photos=form.photos, not_photos=form.not_photos)
        await reply_privately(interaction, lambda: self._search(interaction, given))

    async def turn(self, interaction: discord.Interaction, read: Callable[[], Awaitable[Press]]) -> None:
        """Show another page in place of the one whose button was pressed; `read` reads the press."""

        async def turned() -> PrivateReply:
            press = await read()
            return await self._shown(interaction, await self._handlers.press(press))

        if await try_acknowledge(interaction, interaction.response.defer):
            await show(interaction, await result_or_problem(interaction, turned))

    async def claim(self, interaction: discord.Interaction, press: Press) -> Reply:
        """File the report, perhaps with a claim; it goes where `/lost` would put it."""
        guild = guild_of(interaction)
        async with self._workspaces.lock(int(press.target.message or 0)):  # a second press finds the report filed
            private = await self._handlers.files_privately(press)
            if private is None:
                return await self._handlers.press(press)
            async with self._destinations.of_report(interaction, ReportKind.LOST, "", private=private) as destination:
                target = ReplyTarget("discord", str(guild.id), str(destination.id))
                return await self._handlers.press(replace(press, target=target, private=private))

    async def _search(self, interaction: discord.Interaction, given: ReportInput) -> PrivateReply:
        guild = guild_of(interaction)
        await self._workspaces.ensure_joined(guild)
        check_photos(given.not_photos)
        command = Look(
            source_key=str(interaction.id),
            target=ReplyTarget("discord", str(guild.id), str(interaction.channel_id)),
            author=member_of(interaction.user),
            text=without_spoilers(self._workspaces.readable(interaction, ReportKind.LOST, given.words)),
            posted_at=interaction.created_at,
            photos=given.photos,
        )
        answer = await looks.answer_of(self._handlers, command, language_of_user(interaction))
        return await self._shown(interaction, answer)

    async def _shown(self, interaction: discord.Interaction, reply: Reply) -> PrivateReply:
        picture = await looks.picture_of(self._handlers, "discord", str(interaction.guild_id), reply)
        return PrivateReply.with_picture(reply, picture, language_of_user(interaction))
