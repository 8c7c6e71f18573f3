"""The commands `/lost` and `/found`. Only the person who used one sees the reply."""

from datetime import datetime
from typing import Final

from bot.saved import WENT_WRONG
from bot.slack.linking import Linking
from bot.slack.looks import Looks
from bot.slack.manifest import LOST, command_names
from bot.slack.markup import escape, plain_text
from bot.slack.people import Person
from bot.slack.private_replies import REPORT_FAILED, PrivateReplies
from bot.slack.reports import Reports
from bot.slack.subcommands import Subcommand, subcommand_of
from reunite.entities import ReportKind
from reunite.handlers import Handlers
from reunite.language import LANGUAGES, sentence
from reunite.messages import notices, welcome
from reunite.messages.welcome import HOME, NamedCommands
from reunite.text.help import asks_for_help

_FOR_MODERATORS: Final = frozenset(("setup", "stats"))
"""What the App Home shows to moderators only."""
_OPENS_MODAL: Final = frozenset({"sealed", "search", "unlink"})


def named_commands(language: str) -> NamedCommands:
    """Return what the greeting and the help call the commands."""
    names = command_names(language)
    lost, found, sealed, search, mine, help_ = (
        f"{names:{key}}" for key in ("lost", "found", "sealed", "search", "mine", "help")
    )
    return NamedCommands(lost, found, sealed, search, mine, HOME, HOME, help_)


class Commands:
    """Replies to commands."""

    def __init__(self, handlers: Handlers, reports: Reports, looks: Looks, linking: Linking) -> None:
        self._handlers = handlers
        self._looks = looks
        self._reports = reports
        self._linking = linking

    async def command(self, private: PrivateReplies) -> None:
        """Handle `/lost` or `/found`, with or without words."""
        words = private.body.get("text", "").strip()
        asked = subcommand_of(words, LANGUAGES, of_lost=private.body["command"] == LOST)  # it isn't known yet who asks
        failed = REPORT_FAILED if words and not asked and not asks_for_help(plain_text(words)) else WENT_WRONG
        is_search = asked is not None and asked.key == "search" and asked.rest
        opens_modal = not words or (asked is not None and asked.key in _OPENS_MODAL and not is_search)
        await private.attempt(lambda person: self._command(words, person, private), failed, opens_modal=opens_modal)

    async def _command(self, words: str, person: Person, private: PrivateReplies) -> None:
        kind = ReportKind.LOST if private.body["command"] == LOST else ReportKind.FOUND
        languages = [person.language, await private.workspace.language()]
        match subcommand_of(words, languages, of_lost=kind is ReportKind.LOST):
            case None if not words:
                await self._reports.open(person, private, "lost" if kind is ReportKind.LOST else "found")
            case _ if asks_for_help(plain_text(words)):
                await private.send([welcome.usage(named_commands(person.language), person.language)], person.language)
            case Subcommand("sealed", rest):  # the form of a lost report asks who may see it
                await self._reports.open(person, private, "sealed" if kind is ReportKind.FOUND else "lost", rest)
            case Subcommand("mine"):
                await self._my_reports(person, private)
            case Subcommand("search", rest):
                await self._search(rest, person, private)
            case Subcommand("privacy" | "setup" | "stats" | "timezone" as key):  # none of these is a lost item
                await private.send_words(escape(_directions(key, person)), person.language)
            case Subcommand("link" | "unlink" as key, rest):
                await self._linking.command(key, rest, person, private)
            case _:
                await self._reports.by_text(person, kind, private)

    async def _search(self, words: str, person: Person, private: PrivateReplies) -> None:
        """Search for what the words say, or ask for it."""
        if words:
            await self._looks.by_text(words, person, private)
        else:
            await self._looks.open(person, private)

    async def _my_reports(self, person: Person, private: PrivateReplies) -> None:
        """Show someone their open reports, each with its buttons."""
        replies = await self._handlers.my_reports("slack", private.workspace.team, person.member, person.language)
        empty = notices.say(sentence("home_no_reports", person.language))
        await private.send(replies or [empty], person.language)


def _directions(command: str, person: Person) -> str:
    """Say where to find on Slack what is a command on other platforms."""
    if command in _FOR_MODERATORS and not person.is_moderator:
        return sentence("only_moderators_here", person.language)
    if command != "timezone":
        return sentence("home_has_it", person.language)
    now = datetime.now(person.zone)
    return sentence("zone_of_profile", person.language, time=f"{now:%H:%M}", zone=str(person.zone))
