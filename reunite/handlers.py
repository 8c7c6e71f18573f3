"""The handlers of all commands: check, write in one transaction, and hint to the workers after the commit."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from reunite import rules
from reunite.answered import AnsweredHandlers
from reunite.board import BoardHandlers
from reunite.claims import ClaimHandlers
from reunite.commands import (
    AnswerQuestion,
    ChangeSettings,
    EditReport,
    GiveVerdict,
    JoinWorkspace,
    Look,
    NewReport,
    Press,
    Withdraw,
)
from reunite.community import CommunityHandlers
from reunite.entities import (
    ClaimState,
    IncomingPhoto,
    Member,
    PlatformName,
    ReplyTarget,
    Report,
    Settings,
    VerdictKind,
    Workspace,
)
from reunite.errors import NotJoinedError
from reunite.forgetting import ForgettingHandlers
from reunite.form_checks import FormChecks
from reunite.gallery import GalleryHandlers
from reunite.handover import HandoverHandlers
from reunite.kinds import KindHandlers
from reunite.limits import HourlyLimit
from reunite.looks import LookAnswers, LookHandlers
from reunite.messages.reply import Action, Reply
from reunite.my_reports import MyReportHandlers
from reunite.ports import KnownCard, Queue, Store
from reunite.posts import AnswerResult, PostHandlers, Receipt
from reunite.reminders import ReminderHandlers
from reunite.retry import retried
from reunite.samples import SampleHandlers
from reunite.text.controls import is_blank, storable
from reunite.thread_photos import ThreadPhotoHandlers
from reunite.verdicts import VerdictHandlers, VerdictResult
from reunite.welcome import WelcomeHandlers

R = TypeVar("R", bound=NewReport)
PressHandler = Callable[[Workspace, Press], Awaitable[Reply]]
"""Performs a button's action, and returns the reply that only the member who pressed it sees."""


class Handlers:
    """The domain's front door: the platforms' inbound sides call these, and nothing else.

    Methods about a whole workspace name it by its platform and the platform's id.
    """

    def __init__(
        self,
        store: Store,
        queue: Queue,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        board_url: str | None = None,
        reports_per_hour: int | None = None,
    ) -> None:
        """`now` returns the time, with its zone; `board_url` is the address of the moderators' board, if there is one.

        `reports_per_hour` is how many reports one member may make; None for no limit.
        """
        self._store = store
        limit = HourlyLimit(reports_per_hour)
        self._posts = PostHandlers(store, queue, now, limit)
        self._my_reports = MyReportHandlers(store, queue, now)
        self._verdicts = VerdictHandlers(store, queue)
        self._community = CommunityHandlers(store, queue)
        self._reminders = ReminderHandlers(store)
        self.board = BoardHandlers(store, board_url)
        self.welcome = WelcomeHandlers(store)
        self.forms = FormChecks(store)
        self.samples = SampleHandlers(store, queue, now)
        self.look_answers = LookAnswers()
        self.answered = AnsweredHandlers(store)
        self.forgetting = ForgettingHandlers(store, now)
        self.kinds = KindHandlers(store, queue)
        self.thread_photos = ThreadPhotoHandlers(store)
        self._looks = LookHandlers(store, queue, now, limit)
        self._claims = ClaimHandlers(store)
        self._gallery = GalleryHandlers(store)
        self._handover = HandoverHandlers(store, queue)
        self._presses = self._by_action()

    # Members' posts and presses

    @retried
    async def report(self, command: NewReport) -> Receipt:
        """Store a report and its work. Raises TellUserError if it can't be accepted."""
        return await self._posts.report(_clean_report(command))

    @retried
    async def look(self, command: Look) -> UUID:
        """Start a private search of the open found reports, and return its id. Raises TellUserError."""
        return await self._looks.look(_clean_report(command))

    async def look_answer(self, platform: PlatformName, workspace: str, look: UUID, language: str) -> Reply | None:
        """Return what a look found; None while a worker is busy with it. Raises TellUserError if it's over."""
        return await self._looks.answer(await self._known_workspace(platform, workspace), look, language)

    async def files_privately(self, press: Press) -> bool | None:
        """Return whether the report that a claim after a look files is private; None if it's filed already.

        Raises TellUserError if the claim can't be taken. The report's place is prepared after that.
        """
        return await self._looks.is_private(await self._workspace(press), _clean_press(press))

    async def gallery_photos(self, platform: PlatformName, workspace: str, reply: Reply) -> list[bytes | None]:
        """Return the stored copies of the photos in a reply's gallery."""
        return await self._gallery.photos(await self._known_workspace(platform, workspace), reply)

    @retried
    async def edit(self, command: EditReport) -> bool | None:
        """Apply the edit of a post's text and photos, and search again.

        Return whether that changed a report in progress; None if no report has this post: it may have been refused when
        it was posted. False if it's too old for a report.
        """
        photos = None if command.photos is None else _clean_photos(command.photos)
        command = replace(command, text=_clean(command.text), photos=photos)
        return await self._posts.edit(await self._workspace(command), command)

    @retried  # the event of a deleted post isn't sent twice
    async def withdraw(self, command: Withdraw) -> bool:
        """Withdraw and purge a report; false if there is none. Raises TellUserError if the member may not."""
        return await self._posts.withdraw(await self._workspace(command), command)

    @retried
    async def answer_question(self, command: AnswerQuestion) -> AnswerResult:
        """Store the answer to a report's question and have the report scored again. Only the first answer counts.

        Raises TellUserError if the member isn't the report's author, or there is nothing to answer.
        """
        command = replace(command, member=_clean_name(command.member))
        return await self._posts.answer_question(await self._workspace(command), command)

    @retried
    async def give_verdict(self, command: GiveVerdict) -> VerdictResult | None:
        """Record a moderator's verdict, and what it changes; None if no match is shown there.

        Raises TellUserError if the member may not give verdicts. Everyone may withdraw their own verdict.
        """
        command = replace(command, member=_clean_name(command.member))
        return await self._verdicts.give_verdict(await self._workspace(command), command)

    @retried
    async def press(self, press: Press) -> Reply:
        """Perform a button's action, and return the reply that only the member who pressed it sees."""
        return await self._presses[press.action](await self._workspace(press), _clean_press(press))

    # Members' own data

    async def my_reports(
        self, platform: PlatformName, workspace: str, member: Member, language: str = "en"
    ) -> list[Reply]:
        """Return a member's open reports, each with what they can do with it."""
        return await self._my_reports.show(await self._known_workspace(platform, workspace), member, language)

    async def export(self, platform: PlatformName, workspace: str, member: Member) -> dict[str, Any]:
        """Return everything known about a member, ready for JSON."""
        return await self._my_reports.export(await self._known_workspace(platform, workspace), member)

    async def privacy(self, platform: PlatformName, workspace: str, member: Member, language: str = "en") -> Reply:
        """Return the data kept about a member, with buttons to delete it and to switch reminders."""
        return await self._reminders.privacy(await self._known_workspace(platform, workspace), member, language)

    # Workspaces

    async def join(self, command: JoinWorkspace) -> Workspace:
        """Store a workspace and its channels."""
        return await self._store.join(command)

    async def settings(self, platform: PlatformName, workspace: str) -> Settings:
        return await self._community.settings(await self._known_workspace(platform, workspace))

    async def set_up(self, command: ChangeSettings) -> None:
        """Change a workspace's settings. Raises TellUserError if they contradict each other."""
        await self._community.set_up(await self._known_workspace(command.platform, command.workspace), command)

    async def zone(self, platform: PlatformName, workspace: str, member: Member, given: str = "") -> ZoneInfo | None:
        """Return a member's time zone, or else the workspace's; None if it isn't known.

        If the member has just `given` one, by any name, it's stored. Raises TellUserError for an unknown one.
        """
        known = await self._known_workspace(platform, workspace)
        if given:
            return await self._community.set_zone(known, member, given)
        return await self._community.zone(known, member)

    async def statistics(
        self,
        platform: PlatformName,
        workspace: str,
        language: str = "en",
        *,
        trends: bool = True,
        for_moderators: bool = False,
    ) -> Reply:
        """Return the community's numbers, with what the last weeks have brought."""
        known = await self._known_workspace(platform, workspace)
        return await self._community.statistics(known, language, trends=trends, for_moderators=for_moderators)

    async def link_code(self, platform: PlatformName, workspace: str) -> str:
        """Return a code by which another workspace may join the community: once, within 15 minutes."""
        return await self._community.link_code(await self._known_workspace(platform, workspace))

    @retried
    async def link(self, platform: PlatformName, workspace: str, code: str) -> None:
        """Join the community that a code was made in. Raises TellUserError if the code isn't valid."""
        await self._community.link(await self._known_workspace(platform, workspace), code)

    @retried
    async def unlink(self, platform: PlatformName, workspace: str) -> None:
        """Leave a community of several workspaces; quotes and pictures of each are removed from the others.

        Raises TellUserError where there's no other workspace.
        """
        await self._community.unlink(await self._known_workspace(platform, workspace))

    @retried
    async def leave(self, platform: PlatformName, workspace: str) -> None:
        """Delete a workspace that has removed the bot; nothing happens if it was never joined."""
        known = await self._store.workspace(platform, workspace)
        if known:
            await self._community.leave(known)

    async def report_at(self, target: ReplyTarget) -> Report | None:
        """Return the report whose post is `target.message`; without one, a report that has been in the channel."""
        workspace = await self._known_workspace(target.platform, target.workspace)
        return await self._posts.at(workspace, target)

    async def known_posts(
        self, platform: PlatformName, workspace: str, since: datetime | None = None, channel: str | None = None
    ) -> Sequence[Report]:
        """Return the reports of a workspace, perhaps of one channel, that have a post, except withdrawn and expired."""
        return await self._community.known_posts(await self._known_workspace(platform, workspace), since, channel)

    async def known_cards(
        self, platform: PlatformName, workspace: str, since: datetime | None = None, message: str | None = None
    ) -> Sequence[KnownCard]:
        """Return the match replies that were sent for reports in progress, oldest first, with the current verdicts.

        With `message`, only those that are this message.
        """
        return await self._community.known_cards(await self._known_workspace(platform, workspace), since, message)

    async def _workspace(self, command: EditReport | Withdraw | GiveVerdict | AnswerQuestion | Press) -> Workspace:
        return await self._known_workspace(command.target.platform, command.target.workspace)

    async def _known_workspace(self, platform: PlatformName, external_id: str) -> Workspace:
        workspace = await self._store.workspace(platform, external_id)
        if workspace is None:
            raise NotJoinedError(platform, external_id)
        return workspace

    def _by_action(self) -> Mapping[Action, PressHandler]:
        """Return what each button does."""
        claims, gallery, verdicts, mine = self._claims, self._gallery, self._verdicts, self._my_reports
        return {
            "mine": claims.claim,
            "not_mine": gallery.not_mine,
            "pick": gallery.pick,
            "none_of_these": gallery.none_of_these,
            "none_fits": gallery.none_fits,
            "see_claim": claims.see,
            "accept_claim": lambda workspace, press: claims.decide(workspace, press, ClaimState.ACCEPTED),
            "reject_claim": lambda workspace, press: claims.decide(workspace, press, ClaimState.REJECTED),
            "proof_question": claims.set_proof_question,
            "confirm": lambda workspace, press: verdicts.press(workspace, press, VerdictKind.CONFIRM),
            "reject": lambda workspace, press: verdicts.press(workspace, press, VerdictKind.REJECT),
            "release": verdicts.release,
            "i_lost_it": self.kinds.press,
            "i_found_it": self.kinds.press,
            "withdraw": mine.withdraw,
            "extend": mine.extend,
            "add_photo": mine.add_photos,
            "add_detail": mine.add_detail,
            "forget": self.forgetting.press,
            "look_mine": self._looks.mine,
            "look_page": self._looks.page,
            "look_report": self._looks.report,
            "got_back": self._handover.got_back,
            "handed_over": self._handover.handed_over,
            "where_is_it": self._handover.where_is_it,
            "whereabouts": self._handover.tell_whereabouts,
            "reminders_off": self._reminders.switch_off,
            "reminders_on": self._reminders.switch_on,
            "remove_samples": self.samples.remove,
        }


def _clean(text: str) -> str:
    """Return the storable part of a text; empty if nothing in it is visible."""
    return "" if is_blank(text) else storable(text).strip()


def _clean_report(command: R) -> R:
    return replace(
        command,
        author=_clean_name(command.author),
        text=_clean(command.text),
        place=_clean(command.place)[: rules.MAX_PLACE],
        proof_question=_clean(command.proof_question),
        photos=_clean_photos(command.photos),
    )


def _clean_press(press: Press) -> Press:
    return replace(
        press,
        member=_clean_name(press.member),
        words=_clean(press.words),
        code=_clean(press.code),
        photos=_clean_photos(press.photos),
    )


def _clean_name(member: Member) -> Member:
    """Return a member whose name is on one line: on another one, it could pass for words of ours."""
    return replace(member, name=" ".join(_clean(member.name).split()) or member.id)


def _clean_photos(photos: Sequence[IncomingPhoto]) -> tuple[IncomingPhoto, ...]:
    return tuple(replace(photo, name=storable(photo.name).strip()) for photo in photos)
