"""Reports that are no posts: by `/lost`, `/found`, a shortcut, or a modal that these open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.slack.background import Background
from bot.slack.config import FOUND, FOUND_THIS, LOST, REPORT_FOUND, REPORT_LOST, REPORT_SEALED
from bot.slack.files import photos_filled_in, photos_of
from bot.slack.inbound import is_by_person, key_of
from bot.slack.linking import Linking
from bot.slack.markup import plain_text
from bot.slack.private import Private, submitted
from bot.slack.views import REPORT, View, context_of, filled_in, form_view, words_view
from bot.slack.workspace import Person, SlackWorkspace
from reunite.commands import NewReport, ReportFound, ReportLost
from reunite.community import is_link_code
from reunite.entities import ReportKind
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.forms import ReportForm, report_form
from reunite.messages.reply import Plain, Reply
from reunite.text.when import parse_when

Body = Mapping[str, Any]
_FORMS: Final[Mapping[str, ReportForm]] = {
    REPORT_LOST: "lost",
    REPORT_FOUND: "found",
    REPORT_SEALED: "sealed",
}


class Reports:
    """Takes commands, shortcuts and modals. Slack is acknowledged at once; the report is then written down."""

    def __init__(self, handlers: Handlers, linking: Linking, background: Background) -> None:
        """`linking` takes the commands that are for moderators."""
        self._handlers = handlers
        self._linking = linking
        self._background = background

    async def command(self, workspace: SlackWorkspace, ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        """Take `/lost` or `/found`, with or without words."""
        await ack()
        private = Private(workspace, body, respond)
        self._background.start(private.attempt(lambda person: self._command(workspace, body, person, private)))

    async def shortcut(self, workspace: SlackWorkspace, ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        """Take a global shortcut: open the modal of a report."""
        await ack()
        private = Private(workspace, body, respond)
        form = _FORMS[body["callback_id"]]
        self._background.start(private.attempt(lambda person: self.open(workspace, person, private, form)))

    async def this_message(self, workspace: SlackWorkspace, ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        """Take a message shortcut: the message is the report."""
        await ack()
        private = Private(workspace, body, respond)
        self._background.start(private.attempt(lambda person: self._this_message(workspace, body, person, private)))

    async def submit(self, workspace: SlackWorkspace, ack: AsyncAck, body: Body) -> None:
        """Take a report's modal."""
        await submitted(ack, workspace, body["view"], self._submit(workspace, body), self._background)

    async def open(self, workspace: SlackWorkspace, person: Person, private: Private, which: ReportForm) -> None:
        """Open the modal of a report."""
        settings = await self._handlers.settings("slack", workspace.team)
        form = report_form(which, person.language, private=settings.private_reports)
        context = {"language": person.language, "channel": private.channel}
        await private.show(form_view(form, f"{REPORT}{which}", person.language, context))

    async def _command(self, workspace: SlackWorkspace, body: Body, person: Person, private: Private) -> None:
        words = plain_text(body.get("text", ""))
        kind = ReportKind.LOST if body["command"] == LOST else ReportKind.FOUND
        match words.lower().split():
            case []:
                await self.open(workspace, person, private, "lost" if kind is ReportKind.LOST else "found")
            case ["sealed"] if kind is ReportKind.FOUND:
                await self.open(workspace, person, private, "sealed")
            case ["mine"]:
                await self.mine(workspace, person, private)
            case ["help"]:
                await private.tell(_help(person.language), person.language)
            case ["link" | "unlink"]:
                await self._linking.command(workspace, person, words, private)
            case ["link", _] if is_link_code(words.split()[1]):  # a "link bracelet" is something lost
                await self._linking.command(workspace, person, words, private)
            case _:
                report = await self._words(workspace, body, person, kind)
                await self._report(report, person, private)

    async def mine(self, workspace: SlackWorkspace, person: Person, private: Private) -> None:
        """Show someone their own open reports, with what can be done with them."""
        replies = await self._handlers.my_reports("slack", workspace.team, person.member, person.language)
        nothing = Reply("note", ((Plain(sentence("home_no_reports", person.language)),),))
        await private.say(replies or [nothing], person.language)

    async def _words(self, workspace: SlackWorkspace, body: Body, person: Person, kind: ReportKind) -> NewReport:
        settings = await self._handlers.settings("slack", workspace.team)
        hidden = kind is ReportKind.LOST and settings.private_reports
        channel = await self._channel(workspace, person, kind, body["channel_id"], private=hidden)
        return (ReportLost if kind is ReportKind.LOST else ReportFound)(
            source_key=body["trigger_id"],
            target=workspace.target(channel, None),
            author=person.member,
            text=plain_text(body["text"]),
            private=hidden,
        )

    async def _report(self, report: NewReport, person: Person, private: Private) -> None:
        await self._handlers.report(report)
        await private.tell(_looking(report, person.language), person.language)

    async def _this_message(self, workspace: SlackWorkspace, body: Body, person: Person, private: Private) -> None:
        message, channel = body["message"], body["channel"]["id"]
        if channel not in workspace.channels:
            raise TellUserError("invite_me", channel="#lost")
        if message.get("thread_ts", message["ts"]) != message["ts"]:
            raise TellUserError("not_in_threads")
        if not is_by_person(workspace, message) or not (person.is_moderator or message["user"] == person.member.id):
            raise TellUserError("only_own_post")
        author = person if message["user"] == person.member.id else await workspace.person(message["user"])
        report = (ReportFound if body["callback_id"] == FOUND_THIS else ReportLost)(
            source_key=key_of(channel, message["ts"]),
            target=workspace.target(channel, message["ts"]),
            author=author.member,
            text=plain_text(message.get("text", "")),
            photos=await photos_of(workspace, message.get("files", ())),
        )
        await self._report(report, person, private)

    async def _submit(self, workspace: SlackWorkspace, body: Body) -> View:
        view = body["view"]
        which = cast("ReportForm", view["callback_id"].removeprefix(REPORT))
        person = await workspace.person(body["user"]["id"])
        report = await self._filled_in(workspace, which, person, view)
        await self._handlers.report(report)
        return words_view(_looking(report, person.language), person.language)

    async def _filled_in(self, workspace: SlackWorkspace, which: ReportForm, person: Person, view: Body) -> NewReport:
        given = filled_in(view)
        kind = ReportKind.LOST if which == "lost" else ReportKind.FOUND
        hidden = given.get("seen") == "private"
        used_in = context_of(view).get("channel")
        channel = await self._channel(workspace, person, kind, used_in, private=hidden)
        return (ReportLost if kind is ReportKind.LOST else ReportFound)(
            source_key=f"view:{view['id']}",
            target=workspace.target(channel, None),
            author=person.member,
            text=given.get("words", ""),
            place=given.get("where", ""),
            happened_at=parse_when(given.get("when", ""), datetime.now(person.zone)),
            photos=await photos_filled_in(workspace, given.get("photos", ())),
            sealed=which == "sealed",
            private=hidden,
            category=given.get("category", "other"),
            proof_question=given.get("secret", ""),
        )

    @staticmethod
    async def _channel(
        workspace: SlackWorkspace, person: Person, kind: ReportKind, used_in: str | None, *, private: bool
    ) -> str:
        """Return where a report is written: a private one only to its author. Raises TellUserError."""
        if private:
            return await workspace.direct(person.member.id)
        channel = workspace.channel_for(kind, used_in)
        if channel is None:
            raise TellUserError("invite_me", channel=f"#{kind}")
        return channel


def _looking(report: NewReport, language: str) -> str:
    if report.private:
        return sentence("looking_privately", language)
    if report.sealed:
        return sentence("sealed_kept", language)
    key = "looking_in" if isinstance(report, ReportLost) else "answering_in"
    return sentence(key, language, channel=f"<#{report.target.channel}>")


def _help(language: str) -> str:
    return sentence("slack_help", language, lost=LOST, found=FOUND)
