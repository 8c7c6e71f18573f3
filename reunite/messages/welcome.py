"""The first minute: a greeting where the bot is new, and help for those who ask."""

from dataclasses import dataclass

from reunite.messages.reply import Reply
from reunite.messages.wording import line


@dataclass(frozen=True, slots=True)
class Ways:
    """What people use on their platform, as they see it there."""

    lost: str
    found: str
    sealed: str
    search: str
    mine: str
    privacy: str
    setup: str
    help: str


def greeting(ways: Ways, language: str) -> Reply:
    """Say once what the bot does, how to try it, and where moderators set it up."""
    lines = (
        line("greet_hello", language),
        line("greet_how", language, lost=ways.lost),
        line("greet_try", language, lost=ways.lost),
        line("greet_setup", language, setup=ways.setup, help=ways.help),
    )
    return Reply("note", lines)


def usage(ways: Ways, language: str) -> Reply:
    """Say what a member can do, and what a moderator can."""
    lines = (
        line("help_lost", language, lost=ways.lost),
        line("help_found", language, found=ways.found, sealed=ways.sealed),
        line("help_search", language, search=ways.search),
        line("help_mine", language, mine=ways.mine, privacy=ways.privacy),
        line("help_claims", language),
        line("help_moderators", language, setup=ways.setup),
    )
    return Reply("note", lines)
