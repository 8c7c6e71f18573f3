"""The commands `/lost` and `/found`. Only the person who used one sees the reply."""

from datetime import datetime
from typing import Final

from bot.saved import WENT_WRONG
from bot.slack.linking import Linking
from bot.slack.looks import Looks
from bot.slack.manifest import FOUND, LOST
from bot.slack.markup import escape, plain_text
from bot.slack.people import Person
from bot.slack.private_replies import REPORT_FAILED, PrivateReplies
from bot.slack.reports import Reports
from reunite.community import is_link_code
from reunite.entities import ReportKind
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages import notices, welcome
from reunite.messages.welcome import HOME, NamedCommands
from reunite.text.help import asks_for_help

_FOR_MODERATORS: Final = frozenset(("setup", "stats"))
"""What the App Home shows to moderators only."""
NAMED_COMMANDS: Final = NamedCommands(
    LOST, FOUND, f"{FOUND} sealed", f"{LOST} search", f"{LOST} mine", HOME, HOME, f"{LOST} help"
)
_NO_REPORTS: Final = frozenset(
    {"", "sealed", "search", "mine", "privacy", "setup", "stats", "timezone", "link", "unlink"}
)
"""First words of what reports nothing."""


class Commands:
    """Replies to commands."""

    def __init__(self, handlers: Handlers, reports: Reports, looks: Looks, linking: Linking) -> None:
        self._handlers = handlers
        self._looks = looks
        self._reports = reports
        self._linking = linking

    async def command(self, private: PrivateReplies) -> None:
        """Handle `/lost` or `/found`, with or without words."""
        words = plain_text(private.body.get("text", ""))
        reports_nothing = words.lower().partition(" ")[0] in _NO_REPORTS or asks_for_help(words)
        failed = WENT_WRONG if reports_nothing else REPORT_FAILED
        opens_modal = words.lower() in {"", "sealed", "search", "unlink"}
        await private.attempt(lambda person: self._command(words, person, private), failed, opens_modal=opens_modal)

    async def _command(self, words: str, person: Person, private: PrivateReplies) -> None:
        kind = ReportKind.LOST if private.body["command"] == LOST else ReportKind.FOUND
        match words.lower().split():
            case []:
                await self._reports.open(person, private, "lost" if kind is ReportKind.LOST else "found")
            case ["sealed"] if kind is ReportKind.FOUND:
                await self._reports.open(person, private, "sealed")
            case ["mine"]:
                await self._my_reports(person, private)
            case _ if asks_for_help(words):
                await private.send([welcome.usage(NAMED_COMMANDS, person.language)], person.language)
            case ["search"] if kind is ReportKind.LOST:
                await self._looks.open(person, private)
            case ["search", *_] if kind is ReportKind.LOST:
                await self._looks.by_text("".join(private.body["text"].split(maxsplit=1)[1:]), person, private)
            case ["privacy" | "setup" | "stats"] | ["timezone", *_]:  # none of these is a lost item
                await private.send_words(escape(_directions(words, person)), person.language)
            case ["link" | "unlink"]:
                await self._linking.command(words, person, private)
            case ["link", _] if is_link_code(words.split()[1]):  # a "link bracelet" is a lost item
                await self._linking.command(words, person, private)
            case _:
                await self._reports.by_text(person, kind, private)

    async def _my_reports(self, person: Person, private: PrivateReplies) -> None:
        """Show someone their open reports, each with its buttons."""
        replies = await self._handlers.my_reports("slack", private.workspace.team, person.member, person.language)
        empty = notices.say(sentence("home_no_reports", person.language))
        await private.send(replies or [empty], person.language)


def _directions(words: str, person: Person) -> str:
    """Say where to find on Slack what is a command on other platforms."""
    command = words.lower().split()[0]
    if command in _FOR_MODERATORS and not person.is_moderator:
        return sentence("only_moderators_here", person.language)
    if command != "timezone":
        return sentence("home_has_it", person.language)
    now = datetime.now(person.zone)
    return sentence("zone_of_profile", person.language, time=f"{now:%H:%M}", zone=str(person.zone))
