"""Messages to a whole community: the greeting, help, and the weekly digest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from reunite.entities import Report
from reunite.language import plural, words_in
from reunite.messages.reply import Command, Line, Plain, Reply, Strong, Tile
from reunite.messages.wording import found_line, line

HOME: Final = "Home"
"""Stands for a command where the bot has a tab of its own."""


@dataclass(frozen=True, slots=True)
class NamedCommands:
    """What commands are called on a platform, in words or as spans; `setup` is empty where there's none."""

    lost: str | Command
    found: str | Command
    sealed: str | Command
    search: str | Command
    mine: str | Command
    privacy: str | Command
    setup: str | Command
    help: str | Command

    @property
    def in_home(self) -> bool:
        """Whether the setup and a member's own data are in the bot's own tab, which no command opens."""
        return self.setup == HOME


def greeting(names: NamedCommands, language: str) -> Reply:
    """Say once what the bot does, how to try it, and where moderators set it up."""
    lines = (
        line("greet_hello", language),
        line("greet_how", language, lost=names.lost),
        line("greet_try", language, search=names.search),
        line("greet_setup_in_home" if names.in_home else "greet_setup", language, setup=names.setup, help=names.help),
    )
    return Reply("note", lines)


def usage(names: NamedCommands, language: str) -> Reply:
    """Say what a member can do, and what a moderator can where they set up the bot."""
    lines = (
        line("help_lost", language, lost=names.lost),
        line("help_found", language, found=names.found, sealed=names.sealed),
        line("help_search", language, search=names.search),
        line("help_mine_in_home" if names.in_home else "help_mine", language, mine=names.mine, privacy=names.privacy),
        line("help_claims", language),
        *(
            [line("help_moderators_in_home" if names.in_home else "help_moderators", language, setup=names.setup)]
            if names.setup
            else []
        ),
    )
    return Reply("note", lines)


def usage_of_page(language: str) -> Reply:
    """Say what a member can do on the local page, in the page's own words."""
    words = words_in(language).page
    lines: tuple[Line, ...] = (
        (Plain(words["lost_head"]),),
        (Plain(words["found_head"]),),
        (Strong(words["sealed_check"]), Plain(f" · {words['sealed_for']}")),
        (Strong(words["search_label"]), Plain(f" · {words['search_private']}")),
        line("help_mine", language, mine=(Strong(words["my_reports"]),), privacy=(Strong(words["your_data"]),)),
        line("help_claims", language),
    )
    return Reply("note", lines)


def with_posts_unread(reply: Reply, language: str) -> Reply:
    """Add to the greeting or the help that the bot can't see members' posts, and what to do instead."""
    return replace(reply, lines=(*reply.lines, line("posts_unread", language)))


def digest(shown: Sequence[Report], tiles: Sequence[Tile], *, waiting: int, returned: int) -> Reply:
    """Say what still waits for its owner, with a picture and a link each, and how much came back so far."""
    language = shown[0].language
    counted = (plural("open_found", waiting, language), plural("things_returned", returned, language))
    lines: list[Line] = [(Strong(words),) for words in counted]
    for tile, report in zip(tiles, shown, strict=True):
        lines.append((Strong(str(tile.number)), Plain("  "), *found_line(report, language)))
    lines.append(line("digest_claim", language))
    return Reply("note", tuple(lines), gallery=tuple(tiles))
