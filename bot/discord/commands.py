"""What each command answers, to whoever used it and nobody else."""

import json
from dataclasses import replace
from typing import Final

import discord

from bot.discord.guilds import Guilds, member_of
from bot.discord.modals import Filled, modal_of
from bot.discord.private import Answer, Work, is_ours, language, privately
from bot.discord.reporting import Reporting, Told
from bot.discord.setup import Setup
from reunite.entities import PlatformName, ReportKind
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages.forms import ReportForm
from reunite.messages.wording import sentence

REPORT: Final = "report"
"""What the id of a report's modal begins with."""
_MOST_FILE: Final = 8_000_000
"""Bytes of the largest file that every guild takes."""


class Commands:
    """Answers commands; every answer is for the one who asked."""

    def __init__(self, handlers: Handlers, guilds: Guilds, reporting: Reporting, setup: Setup) -> None:
        """Own nothing."""
        self._handlers = handlers
        self._guilds = guilds
        self._reporting = reporting
        self._setup = setup

    async def report(self, interaction: discord.Interaction, which: ReportForm, told: Told) -> None:
        """Take a report, or ask for it by a modal where nothing was said."""
        if told.is_empty:
            form = self._reporting.form(interaction, which, told)
            await is_ours(interaction.response.send_modal(modal_of(form, f"{REPORT}:{which}")))
        else:
            await privately(interaction, lambda: self._reporting.take(interaction, which, told))

    async def filled(self, interaction: discord.Interaction, which: ReportForm, filled: Filled) -> None:
        """Take a report whose modal was filled in."""
        told = Told(
            words=filled["words"],
            where=filled["where"],
            when=filled["when"],
            secret=filled["secret"],
            category=filled["category"] or "other",
            private=filled["seen"] == "private" if filled["seen"] else None,
            photos=filled.photos,
            not_photos=filled.not_photos,
        )
        await privately(interaction, lambda: self._reporting.take(interaction, which, told))

    async def from_menu(self, interaction: discord.Interaction, message: discord.Message, kind: ReportKind) -> None:
        """Take any message as a report."""
        await privately(interaction, lambda: self._reporting.from_menu(interaction, message, kind))

    async def in_guild(self, interaction: discord.Interaction, work: Work, *, managers: bool = False) -> None:
        """Answer in a guild that is known; `managers` leaves it to those who may manage the guild."""

        async def checked() -> Answer:
            if interaction.guild is None:
                raise TellUserError("not_here")
            if managers and not interaction.permissions.manage_guild:
                raise TellUserError("only_moderators_here")
            await self._guilds.known(interaction.guild)
            return await work()

        await privately(interaction, checked)

    async def mine(self, interaction: discord.Interaction) -> Answer:
        """Show a member's open reports, each with its buttons."""
        own = await self._handlers.my_reports(*_where(interaction), member_of(interaction.user), language(interaction))
        return Answer.of(*own) if own else Answer(sentence("home_no_reports", language(interaction)))

    async def statistics(self, interaction: discord.Interaction) -> Answer:
        """Show the community's numbers."""
        return Answer.of(await self._handlers.statistics(*_where(interaction), language(interaction)))

    async def privacy(self, interaction: discord.Interaction) -> Answer:
        """Say what is kept, hand all of it over, and offer to delete it."""
        said = await self._handlers.privacy(*_where(interaction), language(interaction))
        known = await self._handlers.export(*_where(interaction), member_of(interaction.user))
        written = json.dumps(known, ensure_ascii=False, indent=2).encode()
        if len(written) > _MOST_FILE:
            for report in known["reports"]:
                report["photos"] = [photo["name"] for photo in report["photos"]]
            written = json.dumps(known, ensure_ascii=False, indent=2).encode()
        return replace(Answer.of(said), file=("reunite.json", written))

    async def link(self, interaction: discord.Interaction, code: str) -> Answer:
        """Join the community of a code, or make a code where none is given."""
        if code:
            await self._handlers.link(*_where(interaction), code)
            return Answer(sentence("linked", language(interaction)))
        made = await self._handlers.link_code(*_where(interaction))
        return Answer(sentence("link_code", language(interaction), code=made))

    async def unlink(self, interaction: discord.Interaction) -> Answer:
        """Leave the community of several workspaces."""
        await self._handlers.unlink(*_where(interaction))
        return Answer(sentence("unlinked", language(interaction)))

    async def setup(self, interaction: discord.Interaction) -> Answer:
        """Show how the guild is set up."""
        assert interaction.guild is not None  # noqa: S101 - `in_guild` has seen to it
        return Answer(shown=(self._setup.panel(interaction.guild, language(interaction)),))


def _where(interaction: discord.Interaction) -> tuple[PlatformName, str]:
    return "discord", str(interaction.guild_id)
