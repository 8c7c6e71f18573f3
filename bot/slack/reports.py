"""Reports by command, shortcut or modal: where they go, and who may see them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final, cast

import structlog

from bot.saved import answering, note_answered
from bot.slack.errors import FAILURES
from bot.slack.forms import REPORT, context_of, form_input, form_modal, words_modal
from bot.slack.lookup import is_direct
from bot.slack.manifest import FOUND_THIS, REPORT_FOUND, REPORT_LOST, REPORT_SEALED
from bot.slack.markup import escape
from bot.slack.messages import said_in_thread, version_now
from bot.slack.people import Person
from bot.slack.posts import Body, files_of, form_photos, is_post, photos_of, report_of
from bot.slack.private_replies import PrivateReplies
from bot.slack.submissions import Shown
from bot.slack.workspace import SlackWorkspace
from reunite import rights, rules
from reunite.commands import REPORTS, NewReport, TellKind
from reunite.entities import ReportKind, Settings
from reunite.errors import TellUserError, TryAgainError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.confirmation import confirmation, not_open
from reunite.messages.forms import ReportForm, report_form
from reunite.posts import Receipt
from reunite.text.when import dated

_log = structlog.get_logger(__name__)
_FORMS: Final[Mapping[str, ReportForm]] = {
    REPORT_LOST: "lost",
    REPORT_FOUND: "found",
    REPORT_SEALED: "sealed",
}


class Reports:
    """Takes reports by command, form, shortcut or offer."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    async def shortcut(self, private: PrivateReplies) -> None:
        """Handle a global shortcut: open the modal of a report."""
        form = _FORMS[private.body["callback_id"]]
        await private.attempt(lambda person: self.open(person, private, form), opens_modal=True)

    async def from_menu(self, private: PrivateReplies) -> None:
        """Handle a message shortcut: the message is the report."""
        await private.attempt(lambda person: self._from_menu(person, private))

    async def open(self, person: Person, private: PrivateReplies, which: ReportForm, words: str = "") -> None:
        """Open the modal of a report, with the `words` that were typed after its command."""
        settings = await self._handlers.settings("slack", private.workspace.team)
        if which == "sealed":  # better than after filling in the form
            await _check_log(private.workspace, settings)
        typed = await private.workspace.words(words)
        form = report_form(which, person.language, private=settings.private_reports, words=typed)
        context = {"language": person.language, "channel": private.channel}
        await private.show(form_modal(form, f"{REPORT}{which}", person.language, context))

    async def by_text(self, person: Person, kind: ReportKind, private: PrivateReplies) -> None:
        """Save a report from the words of a command."""
        workspace, body = private.workspace, private.body
        settings = await self._handlers.settings("slack", workspace.team)
        is_private = kind is ReportKind.LOST and settings.private_reports
        if not is_private:
            with suppress(TryAgainError):  # there may be another channel for it
                await workspace.find_channel(body["channel_id"])
        channel = await channel_of(workspace, person, kind, body["channel_id"], private=is_private)
        report = REPORTS[kind](
            source_key=body["trigger_id"],
            target=workspace.target(channel, None),
            author=person.member,
            text=await workspace.words(body["text"]),
            posted_at=datetime.now(UTC),
            private=is_private,
            language=person.spoken,
            answered=False,
        )
        await self._report(report, person, private)

    async def _report(
        self,
        report: NewReport,
        person: Person,
        private: PrivateReplies,
        problems: Sequence[TellUserError] = (),
        *,
        is_turned: bool = False,
    ) -> Receipt:
        """Save a report and confirm it; one that `is_turned` was of the other kind before."""
        receipt = await self._handlers.report(report)
        receipt = replace(receipt, created=receipt.created or is_turned)
        with answering():
            notes = [escape(wording.explain(problem, person.language)) for problem in problems]
            words = "\n".join([*_confirmation(report, receipt, person.language), *notes])
            is_sent = await private.send_words(words, person.language)
        if is_sent and not report.answered:
            await note_answered(self._handlers, receipt)
        return receipt

    async def _from_menu(self, person: Person, private: PrivateReplies) -> None:
        workspace, body = private.workspace, private.body
        message, channel = body["message"], body["channel"]["id"]
        kind = ReportKind.FOUND if body["callback_id"] == FOUND_THIS else ReportKind.LOST
        if channel not in workspace.channels:
            raise TellUserError(f"invite_me_{kind}")
        if message.get("thread_ts", message["ts"]) != message["ts"]:
            raise TellUserError("not_in_threads")
        if not is_post(workspace, message):
            raise TellUserError("not_this_message")
        await self._take(channel, message, kind, person, private)

    async def _take(
        self, channel: str, message: Body, kind: ReportKind, person: Person, private: PrivateReplies
    ) -> Receipt:
        """Take a post as a report by its author, and tell the person who asked."""
        workspace, is_own = private.workspace, message["user"] == person.member.id
        is_moderator = not is_own and person.is_moderator  # who reports their own post needn't be known
        rights.check_member("report_post_of", is_moderator=is_moderator, is_author=is_own)
        author = person if is_own else await workspace.person(message["user"])
        found = await photos_of(workspace, message)
        report = await report_of(workspace, channel, message, kind, author=author.member, photos=found.photos)
        report = replace(report, is_kind_told=True)
        told = TellKind(target=report.target, kind=kind, member=person.member)
        is_turned = await self._handlers.kinds.tell(told)
        if found.problems and not (report.photos or report.text):
            raise found.problems[0]
        return await self._report(report, person, private, found.problems, is_turned=is_turned)

    async def from_offer(self, person: Person, private: PrivateReplies, kind: ReportKind) -> None:
        """Take the post in whose thread the bot has offered to look. Raises TellUserError."""
        workspace, body = private.workspace, private.body
        channel = body["channel"]["id"]
        message = await version_now(workspace, channel, {"ts": body["message"].get("thread_ts", "")})
        if message is None:
            raise TellUserError("nothing_here")
        if not is_post(workspace, message):
            raise TellUserError("not_this_message")
        receipt = await self._take(channel, message, kind, person, private)
        if await _has_photos_in_thread(workspace, channel, message):
            await self._handlers.thread_photos.answer(receipt.report.target, receipt.report.author)
        with suppress(*FAILURES):  # it stays, and a second press finds the same report
            await workspace.client.chat_delete(channel=channel, ts=body["message"]["ts"])

    async def submit(self, workspace: SlackWorkspace, body: Body) -> Shown:
        """Save the report of a modal."""
        view = body["view"]
        which = cast("ReportForm", view["callback_id"].removeprefix(REPORT))
        person = await workspace.person(body["user"]["id"])
        if which == "sealed":
            await _check_log(workspace, await self._handlers.settings("slack", workspace.team))
        report, notes = await _report_from_modal(workspace, which, person, view)
        receipt = await self._handlers.report(report)
        with answering():
            answer = words_modal("\n".join([*_confirmation(report, receipt, person.language), *notes]), person.language)
        return Shown(answer, partial(note_answered, self._handlers, receipt))


async def _check_log(workspace: SlackWorkspace, settings: Settings) -> None:
    """Raise TellUserError unless the bot is in the moderators' channel, where a sealed report is shown to them."""
    if settings.log_channel is None:
        raise TellUserError("sealed_needs_log")
    if not await workspace.has_channel(settings.log_channel):
        raise TellUserError("sealed_log_closed")


async def _report_from_modal(
    workspace: SlackWorkspace, which: ReportForm, person: Person, view: Body
) -> tuple[NewReport, list[str]]:
    """Return the report of a modal, and notes for its author. Raises TellUserError."""
    given = form_input(view)
    kind = ReportKind.LOST if which == "lost" else ReportKind.FOUND
    is_private = given.get("seen") == "private"
    channel = await channel_of(workspace, person, kind, context_of(view).get("channel"), private=is_private)
    when = given.get("when", "")
    dated_text = dated(given.get("words", ""), when, datetime.now(person.zone))
    notes = [sentence("when_kept", person.language, when=escape(when))] if dated_text.problem else []
    report = REPORTS[kind](
        source_key=f"view:{view['id']}",
        target=workspace.target(channel, None),
        author=person.member,
        text=dated_text.text,
        place=given.get("where", ""),
        happened_at=dated_text.moment,
        happened_on=dated_text.day,
        posted_at=datetime.now(UTC),
        photos=await form_photos(workspace, given.get("photos", ())),
        sealed=which == "sealed",
        private=is_private,
        category=given.get("category", "other"),
        proof_question=given.get("proof_question", ""),
        language=person.spoken,
        answered=False,
    )
    return report, notes


async def channel_of(
    workspace: SlackWorkspace, person: Person, kind: ReportKind, used_in: str | None, *, private: bool
) -> str:
    """Return the channel for a report.

    Private reports go to their author's direct messages, and so do those of members who can open no channel of the
    kind. A channel isn't chosen only because a command was used in it: others may read it.

    Raises TellUserError; TryAgainError if Slack doesn't say whether there is one.
    """
    if private:
        return await workspace.direct(person.member.id)
    if used_in and workspace.channel_for(kind, None) is None:  # a modal's acknowledgement may wait for this
        await workspace.find_channel(used_in)
    channel = workspace.channel_for(kind, used_in)
    if channel is None:
        raise TellUserError(f"invite_me_{kind}")
    if channel == used_in or channel not in (closed := await workspace.lookup.closed_to(person, workspace.channels)):
        return channel
    return workspace.channel_for(kind, None, without=closed) or await workspace.direct(person.member.id)


async def _has_photos_in_thread(workspace: SlackWorkspace, channel: str, post: Body) -> bool:
    """Return whether the author of a post has posted photos in its thread, if Slack shows it."""
    try:
        said = await said_in_thread(workspace, channel, post["ts"], post["user"])
        files = [file for message in said for file in files_of(message)]
        return bool((await photos_of(workspace, {"files": files})).photos)
    except FAILURES as error:  # the post is taken all the same
        _log.warning("slack_thread_unread", team=workspace.team, reason=type(error).__name__)
        return False


def _confirmation(command: NewReport, receipt: Receipt, language: str) -> list[str]:
    report = receipt.report
    if command.answered and report.state not in rules.IN_PROGRESS:  # a post that was a report
        return [not_open(report, language)]
    place = "" if is_direct(report.target.channel) else f"<#{report.target.channel}>"
    return confirmation(report, place, language, is_new=receipt.created or (command.answered and report.quiet))
