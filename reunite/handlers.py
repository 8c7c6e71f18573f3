"""What each command does: check it, write it in one transaction, hint to the workers after the commit."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from reunite import rules
from reunite.claims import Claims
from reunite.commands import (
    AnswerQuestion,
    ChangeSettings,
    EditReport,
    GiveVerdict,
    JoinWorkspace,
    NewReport,
    Press,
    Withdraw,
)
from reunite.community import Community
from reunite.edits import joined, reword
from reunite.entities import (
    ClaimState,
    IncomingPhoto,
    Member,
    PlatformName,
    Question,
    ReplyTarget,
    Report,
    ReportKind,
    ReportState,
    Settings,
    VerdictKind,
    Workspace,
)
from reunite.errors import DefectError, TellUserError, TryAgainError
from reunite.language import sentence
from reunite.messages import notices, wording
from reunite.messages.reply import Reply
from reunite.my_reports import MyReports, end
from reunite.ports import KnownCard, KnownPost, Queue, Store
from reunite.text.sealing import category_of
from reunite.verdicts import VerdictResult, Verdicts

_TRIES: Final = 5
_Outcome = TypeVar("_Outcome")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A report is written down. `created` is false where its event had come before."""

    report: Report
    created: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What a report's author is to be told of their answer, and whether it is new."""

    words: str
    changed: bool


def _now() -> datetime:
    return datetime.now(UTC)


class Handlers:
    """The domain's front door: the platforms' inbound sides call these, and nothing else."""

    def __init__(self, store: Store, queue: Queue, now: Callable[[], datetime] = _now) -> None:
        """`now` tells the time, with its zone."""
        self._store = store
        self._queue = queue
        self._now = now
        self._verdicts = Verdicts(store, queue)
        self._claims = Claims(store)
        self._own = MyReports(store, queue, now)
        self._community = Community(store, queue)

    async def join(self, command: JoinWorkspace) -> Workspace:
        """Make a workspace and its channels known."""
        return await self._store.join(command)

    async def report(self, command: NewReport) -> Receipt:
        """Write a report down, with the work to do. Raises TellUserError where it can't be taken."""
        return await _insist(lambda: self._report(command))

    async def _report(self, command: NewReport) -> Receipt:
        command = replace(
            command,
            author=_clean_name(command.author),
            text=_clean(command.text),
            place=_clean(command.place),
            secret=_clean(command.secret),
            photos=_clean_photos(command.photos),
        )
        _check(command)
        target = command.target
        async with self._store.entered(target.platform, target.workspace) as (_, settings, session):
            if command.sealed and settings.log_channel is None:
                raise TellUserError("sealed_needs_log")
            expires_at = self._now() + timedelta(days=settings.keep_days)
            report, work = await session.add_report(command, expires_at)
            if work and report.target.message is None:
                await session.post(report.id, f"{report.id}:post", wording.opening(report))
            category = category_of(report.text) if report.kind is ReportKind.FOUND and not report.sealed else None
            if work and category in settings.sealed_categories:
                await session.post(report.id, f"{report.id}:seal", notices.better_sealed(report))
        if work:
            await self._queue.hint(work)
        return Receipt(report, work is not None)

    async def edit(self, command: EditReport) -> bool:
        """Take the changed words of a report's post over, and look again; false where nothing of ours has changed."""
        return await _insist(lambda: self._edit(command))

    async def _edit(self, command: EditReport) -> bool:
        workspace = await self._workspace(command)
        text = _clean(command.text)
        async with self._store.session(workspace.community) as session:
            known = await session.report_at(command.target)
            if known is None:
                return False
            report = (await session.lock({known.id})).get(known.id)
            if report is None:
                raise TryAgainError("its workspace has moved to another community")
            if report.state not in {ReportState.PENDING, ReportState.OPEN}:
                return False
            text = joined(text, report.details)
            if report.text == text:
                return False
            work = await reword(session, report, text, report.details)
        await self._queue.hint(work)
        return True

    async def withdraw(self, command: Withdraw) -> bool:
        """End a report whose post was deleted, and delete what is known of it; false where there is none.

        `member` is None where the post itself is gone; else it has to be the author or a moderator.
        """
        return await _insist(lambda: self._withdraw(command))  # a deleted post comes no second time

    async def _withdraw(self, command: Withdraw) -> bool:
        workspace = await self._workspace(command)
        async with self._store.session(workspace.community) as session:
            report = await session.report_at(command.target)
            if report is None or report.purged:
                return False
            if command.member and command.member.id != report.author.id and not command.is_moderator:
                raise TellUserError("only_moderators")
            await end(session, report)
        return True

    async def answer(self, command: AnswerQuestion) -> Answered:
        """Take the answer to a report's question and have the report scored again. The first answer stands.

        So a click that comes twice changes nothing, and nobody can try the answers out to see which one fits.
        Raises TellUserError where the member is not the report's author, or there is nothing to answer.
        """
        return await _insist(lambda: self._answer(command))

    async def _answer(self, command: AnswerQuestion) -> Answered:
        workspace = await self._workspace(command)
        async with self._store.session(workspace.community) as session:
            report = (await session.lock({command.report})).get(command.report)
            if report is None or report.question is None:
                raise TellUserError("nothing_here")
            if (report.author.id, report.target.platform) != (command.member.id, command.target.platform):
                raise TellUserError("only_author")
            if report.said is not None:
                said = wording.option(report.question, report.said, report.language) if report.said else ""
                said = said or sentence("not_sure", report.language)
                return Answered(sentence("said_before", report.language, said=said), changed=False)
            if report.state is not ReportState.OPEN or not report.question.options:
                raise TellUserError("question_over")
            said = _said(report.question, command.choice)
            await session.set_said(report.id, said)
            work = await session.add_work(report.id) if said else None
        if work:
            await self._queue.hint(work)
        return Answered(sentence("said" if said else "said_unsure", report.language), changed=True)

    async def give_verdict(self, command: GiveVerdict) -> VerdictResult | None:
        """Record a moderator's verdict, and what it changes; None where no match is shown there.

        Raises TellUserError where the member may not give_verdict. Anyone may take back a verdict of their own.
        """
        return await self._verdicts.give_verdict(await self._workspace(command), command)

    async def press(self, press: Press) -> Reply:
        """Do what a button says, and return what is to be shown to whoever pressed it, and to nobody else."""
        press = replace(
            press, member=_clean_name(press.member), words=_clean(press.words), photos=_clean_photos(press.photos)
        )
        return await _insist(lambda: self._press(press))

    async def _press(self, press: Press) -> Reply:  # noqa: C901, PLR0911, PLR0912 - a table of buttons
        workspace = await self._workspace(press)
        match press.action:
            case "mine":
                return await self._claims.claim(workspace, press)
            case "not_mine":
                return await self._claims.decline(workspace, press)
            case "see_claim":
                return await self._claims.see(workspace, press)
            case "accept_claim":
                return await self._claims.decide(workspace, press, ClaimState.ACCEPTED)
            case "reject_claim":
                return await self._claims.decide(workspace, press, ClaimState.REJECTED)
            case "secret":
                return await self._claims.keep_secret(workspace, press)
            case "confirm":
                return await self._verdicts.press(workspace, press, VerdictKind.CONFIRM)
            case "refuse":
                return await self._verdicts.press(workspace, press, VerdictKind.REFUSE)
            case "release":
                return await self._verdicts.release(workspace, press)
            case "withdraw":
                return await self._own.withdraw(workspace, press)
            case "extend":
                return await self._own.extend(workspace, press)
            case "add_photo":
                return await self._own.add_photos(workspace, press)
            case "add_detail":
                return await self._own.add_detail(workspace, press)
            case "forget":
                return await self._own.forget(workspace, press.member, press.language)

    # Members' own reports, and what moderators do: each named by the platform and its id of the workspace

    async def mine(self, platform: PlatformName, workspace: str, member: Member, language: str = "en") -> list[Reply]:
        """Return a member's open reports, each with what can be done with it."""
        return await self._own.mine(await self._known(platform, workspace), member, language)

    async def export(self, platform: PlatformName, workspace: str, member: Member) -> dict[str, Any]:
        """Return all that is known of a member, JSON-ready."""
        return await self._own.export(await self._known(platform, workspace), member)

    async def privacy(self, platform: PlatformName, workspace: str, language: str = "en") -> Reply:
        """Return what is kept, and the button that deletes it."""
        known = await self._known(platform, workspace)
        return notices.privacy(known.id, (await self._community.settings(known)).keep_days, language)

    async def settings(self, platform: PlatformName, workspace: str) -> Settings:
        """Return how a workspace wants it."""
        return await self._community.settings(await self._known(platform, workspace))

    async def set_up(self, command: ChangeSettings) -> None:
        """Take a moderator's decision. Raises TellUserError where it can't be had."""
        await self._community.set_up(await self._known(command.platform, command.workspace), command)

    async def statistics(self, platform: PlatformName, workspace: str, language: str = "en") -> Reply:
        """Return the community's numbers."""
        return await self._community.statistics(await self._known(platform, workspace), language)

    async def link_code(self, platform: PlatformName, workspace: str) -> str:
        """Return a code by which another workspace may join the community: once, within a quarter of an hour."""
        return await self._community.link_code(await self._known(platform, workspace))

    async def link(self, platform: PlatformName, workspace: str, code: str) -> None:
        """Join the community in which a code was made. Raises TellUserError where the code is not valid."""

        async def link() -> None:
            await self._community.link(await self._known(platform, workspace), code)

        async def search_again() -> None:
            await self._community.search_again(await self._known(platform, workspace))

        await _insist(link)
        await _insist(search_again)

    async def unlink(self, platform: PlatformName, workspace: str) -> None:
        """Leave a community of several workspaces; quotes and pictures of each are taken off the other."""

        async def unlink() -> None:
            await self._community.unlink(await self._known(platform, workspace))

        await _insist(unlink)

    async def leave(self, platform: PlatformName, workspace: str) -> None:
        """Delete a workspace that has removed the bot; one that is not known is none."""

        async def leave() -> None:
            known = await self._store.workspace(platform, workspace)
            if known:
                await self._community.leave(known)

        await _insist(leave)

    async def report_at(self, target: ReplyTarget) -> Report | None:
        """Return the report whose post is `target.message`."""
        workspace = await self._known(target.platform, target.workspace)
        async with self._store.session(workspace.community) as session:
            return await session.report_at(target)

    async def known_posts(self, platform: PlatformName, workspace: str, since: datetime) -> Sequence[KnownPost]:
        """Return the posts of a workspace's reports, without those whose reports have ended."""
        return await self._store.known_posts(await self._known(platform, workspace), since)

    async def known_cards(self, platform: PlatformName, workspace: str, since: datetime) -> Sequence[KnownCard]:
        """Return the match replies that were sent in a workspace, with the verdicts that stand."""
        return await self._store.known_cards(await self._known(platform, workspace), since)

    async def _workspace(self, command: EditReport | Withdraw | GiveVerdict | AnswerQuestion | Press) -> Workspace:
        return await self._known(command.target.platform, command.target.workspace)

    async def _known(self, platform: PlatformName, external_id: str) -> Workspace:
        workspace = await self._store.workspace(platform, external_id)
        if workspace is None:
            msg = f"workspace {platform}:{external_id} was never joined"
            raise DefectError(msg)
        return workspace


async def _insist(do: Callable[[], Awaitable[_Outcome]]) -> _Outcome:
    """Do something again, from its beginning, where it stood in another transaction's way."""
    for _ in range(_TRIES - 1):
        with suppress(TryAgainError):
            return await do()
    return await do()


def _clean(text: str) -> str:
    """Leave out what PostgreSQL can't keep: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="ignore").decode().strip()


def _clean_name(member: Member) -> Member:
    return replace(member, name=_clean(member.name))


def _clean_photos(photos: Sequence[IncomingPhoto]) -> tuple[IncomingPhoto, ...]:
    return tuple(replace(photo, name=_clean(photo.name)) for photo in photos)


def _check(command: NewReport) -> None:
    if not command.text and not command.photos:
        raise TellUserError("empty_report")
    if len(command.text) > rules.MOST_TEXT:
        raise TellUserError("text_too_long", length=len(command.text), number=rules.MOST_TEXT)
    if len(command.photos) > rules.MOST_PHOTOS:
        raise TellUserError("too_many_photos", count=len(command.photos), number=rules.MOST_PHOTOS)


def _said(question: Question, choice: str) -> str:
    """Return the option that was chosen, empty for "not sure"."""
    if choice == wording.UNSURE:
        return ""
    options = {str(number): words for number, words in enumerate(question.options)}
    if choice not in options:
        raise TellUserError("nothing_here")
    return options[choice]
