"""Reports by command, modal or message menu."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from hashlib import sha256
from typing import Final, cast
from zoneinfo import ZoneInfo

import discord
import structlog

from bot.discord.destinations import Destinations, SentBefore
from bot.discord.errors import FAILURES, discord_errors
from bot.discord.forms import FormInput, form_modal
from bot.discord.markup import escape, without_spoilers
from bot.discord.outbound import DiscordPlatform
from bot.discord.permissions import TO_ANSWER, ReportChannel, can_answer
from bot.discord.posts import check_photos, is_hidden, is_post, not_a_photo, photos_among, report_of
from bot.discord.private_replies import (
    PrivateReply,
    language_of_user,
    reply_privately,
    reply_with_problem,
    spoken_by_user,
    try_acknowledge,
)
from bot.discord.threads import Destination
from bot.discord.workspaces import Workspaces, guild_of, lacking, member_of
from bot.saved import answering, note_answered
from reunite import rights, rules
from reunite.commands import REPORTS, NewReport, TellKind, Withdraw
from reunite.entities import Category, IncomingPhoto, ReplyTarget, ReportKind, ReportState
from reunite.errors import PostGoneError, TellUserError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import command_names, sentence
from reunite.messages.confirmation import confirmation, not_open
from reunite.messages.forms import Form, ReportForm, report_form
from reunite.posts import Receipt
from reunite.text.when import NEIGHBOURING_ZONES, UNKNOWN_ZONE, DatedText, dated
from reunite.text.zones import likely_zone

_KINDS: Final[Mapping[ReportForm, ReportKind]] = {
    "lost": ReportKind.LOST, "found": ReportKind.FOUND, "sealed": ReportKind.FOUND,
}  # fmt: skip

REPORT: Final = "report"
"""The prefix of a report modal's id."""
_MOST_SAID: Final = 50
"""Messages that are read in the thread of a post for photos."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """What a member filled in; `private` is None if they leave it to the guild's settings."""

    words: str = ""
    where: str = ""
    when: str = ""
    proof_question: str = ""
    category: str = "other"
    private: bool | None = None
    photos: tuple[IncomingPhoto, ...] = ()
    not_photos: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.words.strip() or self.photos or self.not_photos)

    def key(self, opened: str) -> str:
        """Return the idempotency key of a form: it's sent again after "Something went wrong", perhaps with other words.

        Links to photos aren't the same then.
        """
        content = replace(self, photos=tuple(replace(photo, url=None) for photo in self.photos))
        return f"form:{opened}:{sha256(repr(content).encode()).hexdigest()[:16]}"


class Reports:
    """Takes reports that are not posts with a photo."""

    def __init__(
        self, handlers: Handlers, workspaces: Workspaces, platform: DiscordPlatform, destinations: Destinations
    ) -> None:
        self._handlers = handlers
        self._workspaces = workspaces
        self._platform = platform
        self._destinations = destinations

    async def report(self, interaction: discord.Interaction, which: ReportForm, given: ReportInput) -> None:
        """Take a report, or ask for it with a modal if nothing was given."""
        if which == "sealed" and self._workspaces.lacks_log(guild_of(interaction)):  # better than after the form
            await reply_with_problem(interaction, TellUserError("sealed_needs_log"))
        elif given.is_empty:
            modal = form_modal(self._form(interaction, which, given), f"{REPORT}:{which}:{interaction.id}")
            await try_acknowledge(interaction, partial(interaction.response.send_modal, modal))
        else:
            await self._take(interaction, which, given, str(interaction.id))

    async def submit(self, interaction: discord.Interaction, which: ReportForm, opened: str, form: FormInput) -> None:
        """Take a report by its modal, which the interaction `opened` has opened."""
        given = ReportInput(
            words=form["words"],
            where=form["where"],
            when=form["when"],
            proof_question=form["proof_question"],
            category=form["category"] or "other",
            private=form["seen"] == "private" if form["seen"] else None,
            photos=form.photos,
            not_photos=form.not_photos,
        )
        await self._take(interaction, which, given, given.key(opened))

    async def _take(self, interaction: discord.Interaction, which: ReportForm, given: ReportInput, key: str) -> None:
        """Take a report by command; if its answer fails, sending it again makes no second report."""
        reply = await reply_privately(interaction, lambda: self._submit(interaction, which, given, key))
        if reply and reply.receipt:
            await note_answered(self._handlers, reply.receipt)

    async def from_menu(self, interaction: discord.Interaction, message: discord.Message, kind: ReportKind) -> None:
        """Take any message as a report."""
        await reply_privately(interaction, lambda: self._from_menu(interaction, message, kind))

    def _form(self, interaction: discord.Interaction, which: ReportForm, given: ReportInput) -> Form:
        """Return the form of a report, filled in with what the member has already entered."""
        private = interaction.guild is not None and self._workspaces.settings(interaction.guild).private_reports
        form = report_form(which, language_of_user(interaction), private=private)
        entered = {"where": given.where, "when": given.when}
        return replace(
            form, fields=tuple(replace(field, value=entered.get(field.name) or field.value) for field in form.fields)
        )

    async def _submit(
        self, interaction: discord.Interaction, which: ReportForm, given: ReportInput, key: str
    ) -> PrivateReply:
        """Save a report under its idempotency key. Raises TellUserError."""
        guild = guild_of(interaction)
        await self._workspaces.ensure_joined(guild)
        check_photos(given.not_photos)
        if given.is_empty:
            raise TellUserError("empty_report")
        written = self._workspaces.readable(interaction, _KINDS[which], given.words)
        words = written if which == "sealed" else without_spoilers(written)
        zone = await self._handlers.zone("discord", str(guild.id), member_of(interaction.user))
        assumed, zone_error = (zone, timedelta()) if zone else _assumed_zone(interaction)
        dated_text = dated(words, given.when, datetime.now(assumed), zone_error=zone_error)
        default = self._workspaces.settings(guild).private_reports
        private = which == "lost" and (default if given.private is None else given.private)
        language = language_of_user(interaction)
        with suppress(SentBefore):
            async with self._destinations.of_report(interaction, _KINDS[which], words, private=private) as destination:
                command = REPORTS[_KINDS[which]](
                    source_key=key,
                    target=ReplyTarget("discord", str(guild.id), str(destination.id)),
                    author=member_of(interaction.user),
                    text=dated_text.text,
                    place=without_spoilers(self._workspaces.readable(interaction, _KINDS[which], given.where)),
                    happened_at=dated_text.moment,
                    happened_on=dated_text.day,
                    posted_at=interaction.created_at,
                    photos=given.photos,
                    hidden=is_hidden(given.words, given.photos),
                    sealed=which == "sealed",
                    private=private,
                    category=cast("Category", given.category),
                    proof_question=given.proof_question,
                    language=spoken_by_user(interaction),
                    answered=False,
                )
                receipt = await self._store(command, interaction)
                if receipt.report.target.channel != command.target.channel:
                    raise SentBefore(int(receipt.report.target.channel))
        with answering():
            place = f"<#{receipt.report.target.channel}>"
            confirmed = confirmation(receipt.report, place, language, is_new=receipt.created)
            notes = _notes_on_time(dated_text, given.when, "" if zone else str(assumed), language)
            return PrivateReply("\n".join([*confirmed, *notes]), receipt=receipt)

    async def _store(self, command: NewReport, interaction: discord.Interaction) -> Receipt:
        """Store a report, unless it was sent before; its author may send one again that they withdrew."""
        receipt = await self._handlers.report(command)
        if receipt.report.state is ReportState.WITHDRAWN:
            receipt = await self._handlers.report(replace(command, source_key=str(interaction.id)))
        return receipt

    async def from_offer(self, interaction: discord.Interaction, kind: ReportKind) -> PrivateReply:
        """Take the post in whose thread the bot has offered to look. Raises TellUserError."""
        thread, offered = interaction.channel, interaction.message
        post = await _post_of(thread) if isinstance(thread, discord.Thread) else None
        if not isinstance(thread, discord.Thread) or offered is None or post is None:
            raise TellUserError("nothing_here")
        self._check_author(interaction, post)
        reply = await self._from_menu(interaction, post, kind)
        if reply.receipt and await _has_photos(thread, post.author.id):
            report = reply.receipt.report
            await self._handlers.thread_photos.answer(report.target, report.author)
        if reply.receipt:
            await self._platform.threads.show_kind(thread, post, reply.receipt.report.kind)
        with suppress(*FAILURES):  # it stays, and a second press finds the same report
            await offered.delete()
        return reply

    async def show_kind(self, interaction: discord.Interaction, kind: ReportKind) -> None:
        """Let the thread of a report show the kind that its author has just told there."""
        thread = interaction.channel
        with suppress(*FAILURES):
            if isinstance(thread, discord.Thread) and (post := await _post_of(thread)):
                await self._platform.threads.show_kind(thread, post, kind)

    async def _from_menu(
        self, interaction: discord.Interaction, message: discord.Message, kind: ReportKind
    ) -> PrivateReply:
        """Take any message as a report by its author. Raises TellUserError."""
        await self._workspaces.ensure_joined(guild_of(interaction))
        location = interaction.channel
        self._check(interaction, message, kind)
        command = report_of(message, kind, self._workspaces.shown_in(guild_of(interaction)))
        command = replace(command, is_kind_told=True)
        problem = not_a_photo(message)
        if problem and not command.text:
            raise problem
        async with self._workspaces.lock(message.id):
            receipt = await self._with_kind(interaction, await self._handlers.report(command), kind)
            kind = receipt.report.kind
            if receipt.report.state not in rules.IN_PROGRESS:
                return PrivateReply(not_open(receipt.report, language_of_user(interaction)))
            with suppress(TryAgainError, UndeliverableError):  # someone who blocked the bot gets a reply, but no 👀
                await self._platform.acknowledge(command.target)
            assert isinstance(location, Destination)  # noqa: S101 - it was just checked
            place = await self._place_of(location, command.target, kind)
            if isinstance(place, discord.Thread):
                await self._platform.threads.show_kind(place, message, kind)
        report, language = receipt.report, language_of_user(interaction)
        is_new = receipt.created or report.quiet  # a past post is taken up only now
        words = confirmation(report, place.mention, language, is_new=is_new)
        return PrivateReply("\n".join(words), receipt=receipt)

    async def _with_kind(self, interaction: discord.Interaction, receipt: Receipt, kind: ReportKind) -> Receipt:
        """Turn the find that a message was before, if its author says that they lost it. Raises TellUserError."""
        known = receipt.report
        told = TellKind(target=known.target, kind=kind, member=member_of(interaction.user))
        if receipt.created or not await self._handlers.kinds.tell(told):
            return receipt
        return Receipt(await self._handlers.report_at(known.target) or known, created=True)

    async def _place_of(self, location: Destination, post: ReplyTarget, kind: ReportKind) -> Destination:
        """Return the thread where a report that was taken is answered; without one, the channel that will have it."""
        try:
            with discord_errors():
                return await self._platform.threads.place_of(location, int(post.message or 0), kind)
        except PostGoneError as error:  # deleted meanwhile
            await self._handlers.withdraw(Withdraw(target=post))
            raise TellUserError("nothing_here") from error
        except (TryAgainError, UndeliverableError, discord.HTTPException) as error:  # the first answer opens it
            _log.warning("discord_thread_not_opened", post=post.message, reason=str(error))
            return location

    def _check(self, interaction: discord.Interaction, message: discord.Message, kind: ReportKind) -> None:
        """Raise TellUserError if the member may not report this message, or the bot can't answer it."""
        location = interaction.channel
        is_forum_post = isinstance(location, discord.Thread) and location.id == message.id
        channel = location.parent if isinstance(location, discord.Thread) and is_forum_post else location
        if not isinstance(location, Destination) or not isinstance(channel, ReportChannel) or not is_post(message):
            raise TellUserError("not_this_message")
        if kind is ReportKind.LOST:
            self._check_author(interaction, message)
        if not can_answer(channel, TO_ANSWER):
            raise lacking(channel, TO_ANSWER, language_of_user(interaction))

    def _check_author(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Raise TellUserError unless a message is the member's own, or they moderate."""
        user = interaction.user
        is_moderator = self._workspaces.is_moderator(user, interaction.permissions, interaction.channel)
        rights.check_member("report_post_of", is_moderator=is_moderator, is_author=message.author.id == user.id)


async def _post_of(thread: discord.Thread) -> discord.Message | None:
    """Return the post at which a thread was opened, or which begins it in a forum; None if it's deleted."""
    place = thread if isinstance(thread.parent, discord.ForumChannel) else thread.parent
    if not isinstance(place, discord.TextChannel | discord.Thread):
        return None
    try:
        return await place.fetch_message(thread.id)
    except discord.NotFound:
        return None


async def _has_photos(thread: discord.Thread, author: int) -> bool:
    """Return whether the author of a post has posted photos in its thread."""
    try:
        said = [message async for message in thread.history(limit=_MOST_SAID, oldest_first=True)]
    except FAILURES as error:  # the post is taken all the same
        _log.warning("discord_thread_unread", thread=str(thread.id), reason=str(error))
        return False
    theirs = (message for message in said if message.author.id == author and message.id != thread.id)
    return bool(photos_among(theirs))


def _notes_on_time(read: DatedText, written: str, assumed_zone: str, language: str) -> list[str]:
    """Return what a member should know about how their time was read; `assumed_zone` is empty if theirs is known."""
    if read.problem:
        return [sentence("when_kept", language, when=escape(written))]
    if read.moment and assumed_zone:
        names = command_names(language)
        return [sentence("when_without_zone", language, command=names, when=escape(written), zone=assumed_zone)]
    return []


def _assumed_zone(interaction: discord.Interaction) -> tuple[tzinfo, timedelta]:
    """Return the time zone to read a member's words in, and how far off it may be."""
    likely = likely_zone(str(interaction.locale))
    return (ZoneInfo(likely), NEIGHBOURING_ZONES) if likely else (UTC, UNKNOWN_ZONE)
