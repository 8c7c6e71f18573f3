"""The commands as Discord shows them: names and options in all our languages."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation

from bot.discord.commands import Commands
from bot.discord.looks import Looks
from bot.discord.posts import photo_files
from bot.discord.private_replies import reply_with_problem
from bot.discord.reports import ReportInput, Reports
from bot.discord.workspaces import guild_of
from reunite.entities import ReportKind
from reunite.errors import TellUserError
from reunite.language import command, language_of, menu
from reunite.messages.forms import ReportForm
from reunite.text.help import asks_for_help

C = TypeVar("C", bound=discord.Client)
F = TypeVar("F")
_Command = app_commands.Command[Any, ..., None]

_NAMES: Final = {TranslationContextLocation.command_name, TranslationContextLocation.parameter_name}
_Words = app_commands.Range[str, 0, 1000]
_Short = app_commands.Range[str, 0, 100]


class Translator(app_commands.Translator):
    """Translates the commands, which are written in English."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Return a name or a description; None in a language that we don't have."""
        language, named = language_of(locale.value), context.data
        if language == "en":
            return None
        if isinstance(named, app_commands.ContextMenu):
            return next(menu(kind, language) for kind in ReportKind if menu(kind) == string.message)
        key = f"{named.command.name}_{named.name}" if isinstance(named, app_commands.Parameter) else named.name
        words = command(key, language)
        return words.name if context.location in _NAMES else words.description


class _Tree(app_commands.CommandTree[C]):
    """Keeps track of the commands in progress."""

    track: Callable[[], None]

    async def interaction_check(self, interaction: discord.Interaction[C], /) -> bool:
        """Let everyone in where the bot is a member; this runs in the command's task."""
        self.track()
        try:
            guild_of(interaction)
        except TellUserError as error:
            await reply_with_problem(interaction, error)
            return False
        return True


def command_tree(
    client: C, commands: Commands, reports: Reports, looks: Looks, track: Callable[[], None]
) -> app_commands.CommandTree[C]:
    """Return all commands, still to be translated and synced. `track` is called in the task of each use."""
    # Without this, Discord also offers them to people who add the app to their account, in guilds without the bot.
    tree = _Tree(client, allowed_installs=app_commands.AppInstallationType(guild=True, user=False))
    tree.track = track
    for listed in (
        *_reports(reports, commands),
        _search(looks),
        *_about_me(commands),
        *_for_managers(commands),
        _board(commands),
    ):
        listed.guild_only = True
        tree.add_command(listed)
    for kind in ReportKind:
        tree.add_command(_menu(reports, kind))
    return tree


def _reports(reports: Reports, commands: Commands) -> list[_Command]:
    async def report(interaction: discord.Interaction, which: ReportForm, given: ReportInput) -> None:
        if asks_for_help(given.words) and given == ReportInput(words=given.words):
            await commands.in_guild(interaction, lambda: commands.help(interaction))
        else:
            await reports.report(interaction, which, given)

    @app_commands.command(description=command("lost").description)
    @_described("lost", "description", "photo", "where", "when")
    async def lost(
        interaction: discord.Interaction,
        description: _Words = "",
        photo: discord.Attachment | None = None,
        where: _Short = "",
        when: _Short = "",
    ) -> None:
        await report(interaction, "lost", _given(description, photo, where, when))

    @app_commands.command(description=command("found").description)
    @_described("found", "description", "photo", "where")
    async def found(
        interaction: discord.Interaction,
        description: _Words = "",
        photo: discord.Attachment | None = None,
        where: _Short = "",
    ) -> None:
        await report(interaction, "found", _given(description, photo, where))

    @app_commands.command(description=command("sealed").description)
    async def sealed(interaction: discord.Interaction) -> None:
        await reports.report(interaction, "sealed", ReportInput())

    return [lost, found, sealed]


def _search(looks: Looks) -> _Command:
    @app_commands.command(description=command("search").description)
    @_described("search", "words", "photo")
    async def search(
        interaction: discord.Interaction, words: _Words = "", photo: discord.Attachment | None = None
    ) -> None:
        await looks.search(interaction, _given(words, photo, ""))

    return search


def _given(words: str, photo: discord.Attachment | None, where: str, when: str = "") -> ReportInput:
    photos, others = photo_files([photo.to_dict()] if photo else [])
    return ReportInput(words=words, where=where, when=when, photos=photos, not_photos=others)


def _about_me(commands: Commands) -> list[_Command]:
    @app_commands.command(description=command("mine").description)
    async def mine(interaction: discord.Interaction) -> None:
        await commands.in_guild(interaction, lambda: commands.my_reports(interaction))

    @app_commands.command(description=command("privacy").description)
    async def privacy(interaction: discord.Interaction) -> None:
        await commands.in_guild(interaction, lambda: commands.privacy(interaction))

    @app_commands.command(description=command("stats").description)
    async def stats(interaction: discord.Interaction) -> None:
        await commands.in_guild(interaction, lambda: commands.statistics(interaction))

    @app_commands.command(name="help", description=command("help").description)
    async def show_help(interaction: discord.Interaction) -> None:
        await commands.in_guild(interaction, lambda: commands.help(interaction))

    @app_commands.command(description=command("timezone").description)
    @_described("timezone", "zone")
    async def timezone(interaction: discord.Interaction, zone: _Short = "") -> None:
        await commands.in_guild(interaction, lambda: commands.timezone(interaction, zone))

    return [mine, timezone, privacy, stats, show_help]


def _for_managers(commands: Commands) -> list[_Command]:
    @app_commands.command(description=command("setup").description)
    async def setup(interaction: discord.Interaction) -> None:
        await commands.in_guild(interaction, lambda: commands.setup(interaction), act="set_up")

    @app_commands.command(description=command("link").description)
    @_described("link", "code")
    async def link(interaction: discord.Interaction, code: _Short = "") -> None:
        await commands.in_guild(interaction, lambda: commands.linking.link(interaction, code), act="link")

    @app_commands.command(description=command("unlink").description)
    async def unlink(interaction: discord.Interaction) -> None:
        await commands.in_guild(interaction, lambda: commands.linking.ask(interaction), act="link")

    managed: list[_Command] = [setup, link, unlink]
    for listed in managed:
        listed.default_permissions = discord.Permissions(manage_guild=True)
    return managed


def _board(commands: Commands) -> _Command:  # a moderator may not be allowed to manage the guild
    @app_commands.command(description=command("board").description)
    async def board(interaction: discord.Interaction) -> None:
        await commands.in_guild(interaction, lambda: commands.board(interaction))

    return board


def _described(name: str, *options: str) -> Callable[[F], F]:
    return app_commands.describe(**{option: command(f"{name}_{option}").description for option in options})


def _menu(reports: Reports, kind: ReportKind) -> app_commands.ContextMenu:
    async def choose(interaction: discord.Interaction, message: discord.Message) -> None:
        await reports.from_menu(interaction, message, kind)

    made = app_commands.ContextMenu(name=menu(kind), callback=choose)
    made.guild_only = True
    return made
