"""Verdicts by reaction to match replies. The reactions are the record, so the bot can look up what it missed."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

import discord
import structlog

from bot.discord.brief_notices import BriefNotices
from bot.discord.errors import is_refusal
from bot.discord.workspaces import Workspaces, member_of
from bot.unrecorded_cards import UnrecordedCards
from reunite.commands import GiveVerdict
from reunite.entities import Member, ReplyTarget, ReportState, VerdictKind
from reunite.errors import NoMatchThereError, TellUserError
from reunite.handlers import Handlers
from reunite.messages import wording
from reunite.ports import KnownCard

KINDS: Final = {"✅": VerdictKind.CONFIRM, "❌": VerdictKind.REJECT}

_log = structlog.get_logger(__name__)


class Verdicts:
    """Takes verdicts by reaction, as they are given or when they are found later."""

    def __init__(self, client: discord.Client, handlers: Handlers, workspaces: Workspaces) -> None:
        self._client = client
        self._handlers = handlers
        self._workspaces = workspaces
        self._notices = BriefNotices(client)
        self._unrecorded = UnrecordedCards(handlers)

    async def reaction(self, event: discord.RawReactionActionEvent, *, given: bool) -> None:
        """Give or withdraw a verdict by ✅ or ❌ on a match reply, with the member's permissions at this moment."""
        kind = KINDS.get(event.emoji.name)
        guild = self._client.get_guild(event.guild_id or 0)
        me = self._client.user
        if kind is None or guild is None or me is None or event.user_id == me.id:
            return
        target = ReplyTarget("discord", str(guild.id), str(event.channel_id), str(event.message_id))
        if event.message_author_id not in {None, me.id}:
            if given and event.member:
                await self._explain_place(target, event.member)
            return
        async with self._workspaces.lock(event.message_id):
            await self._workspaces.ensure_joined(guild)
            member = event.member or await fetch_member(guild, event.user_id)
            if member and member.bot:
                return
            is_card = await self._take(target, member or event.user_id, kind, given=given, is_live=True)
        if not is_card and event.message_author_id == me.id:
            self.compare_once_recorded(target)

    async def _take(
        self, target: ReplyTarget, by: discord.Member | int, kind: VerdictKind, *, given: bool, is_live: bool = False
    ) -> bool:
        """Record a verdict; false if no match is known to be shown there.

        `by` is only an id where the member has left, and may only withdraw their own. Someone who gives a verdict at
        this moment hears why it doesn't count.
        """
        command = GiveVerdict(
            target=target,
            member=member_of(by) if isinstance(by, discord.Member) else Member(str(by), str(by)),
            kind=kind,
            given=given,
            is_moderator=isinstance(by, discord.Member) and self._may_give_verdict(by, int(target.channel)),
        )
        try:
            return await self._handlers.give_verdict(command) is not None
        except TellUserError as error:
            _log.debug("discord_verdict_ignored", message=target.message, reason=error.key)
            is_for_them = command.is_moderator or not isinstance(error, NoMatchThereError)
            if is_live and given and is_for_them and isinstance(by, discord.Member):
                self._explain(target, by, error)
            return True

    async def _explain_place(self, target: ReplyTarget, member: discord.Member) -> None:
        """Tell a moderator who reacts to a report's own post where a verdict counts."""
        await self._workspaces.ensure_joined(member.guild)
        if member.bot or not self._may_give_verdict(member, int(target.channel)):
            return
        report = await self._handlers.report_at(target)
        if report and report.state is ReportState.OPEN:
            self._explain(target, member, NoMatchThereError())

    def _explain(self, target: ReplyTarget, member: discord.Member, error: TellUserError) -> None:
        words = wording.explain(error, self._workspaces.language(member.guild))
        self._notices.send(target, member, words, daily=isinstance(error, NoMatchThereError))

    def _may_give_verdict(self, member: discord.Member, channel_id: int) -> bool:
        channel = member.guild.get_channel_or_thread(channel_id)
        permissions = channel.permissions_for(member) if channel else member.guild_permissions
        return self._workspaces.is_moderator(member, permissions, channel)

    async def cleared(self, guild_id: int, channel: int, message: int) -> None:
        """Withdraw the verdicts that were among the cleared reactions to a message."""
        guild = self._client.get_guild(guild_id)
        if guild:
            await self._workspaces.ensure_joined(guild)
            target = ReplyTarget("discord", str(guild_id), str(channel), str(message))
            await self._unrecorded.compare_now(target, partial(self.compare, guild))

    def compare_once_recorded(self, target: ReplyTarget) -> None:
        """Compare a message of the bot as soon as the delivery has recorded it as a card: it may have to try again."""

        async def compare(card: KnownCard) -> None:
            if guild := self._client.get_guild(int(target.workspace)):
                await self.compare(guild, card)

        self._unrecorded.compare_once_recorded(target, compare)

    async def compare(self, guild: discord.Guild, card: KnownCard) -> None:
        """Compare the reactions to a match reply with the recorded verdicts."""
        target = ReplyTarget("discord", str(guild.id), card.sent.channel, card.sent.message)
        channel = self._client.get_partial_messageable(int(card.sent.channel), guild_id=guild.id)
        async with self._workspaces.lock(int(card.sent.message)):
            try:
                message = await channel.fetch_message(int(card.sent.message))
            except (discord.NotFound, discord.Forbidden) as error:
                if not is_refusal(error):
                    raise
                return
            given = await _given(message.reactions)
            for kind, users in given.items():
                recorded = {verdict.moderator for verdict in card.verdicts if verdict.kind is kind}
                withdrawn = {moderator for moderator, taken_back in card.taken_back if taken_back is kind}
                for user in users - recorded - withdrawn:
                    if member := await fetch_member(guild, int(user)):
                        await self._take(target, member, kind, given=True)
            for verdict in card.verdicts:
                if verdict.message == card.sent.message and verdict.moderator not in given.get(verdict.kind, set()):
                    await self._take(target, int(verdict.moderator), verdict.kind, given=False)

    async def moderates(self, guild: str, user: str) -> bool | None:
        """Ask Discord whether someone moderates a guild; None where we aren't in it."""
        served = self._client.get_guild(int(guild))
        if served is None:
            return None
        await self._workspaces.ensure_joined(served)
        member = await fetch_member(served, int(user))
        return member is not None and self._workspaces.is_moderator(member, member.guild_permissions)

    async def stop(self) -> None:
        """Delete the notices that are still shown, and leave the cards that aren't recorded yet to the next start."""
        await self._notices.stop()
        await self._unrecorded.stop()


async def fetch_member(guild: discord.Guild, user: int) -> discord.Member | None:
    """Ask Discord for a member, who may have left: events often don't include one, and members aren't cached."""
    try:
        return await guild.fetch_member(user)
    except discord.NotFound:
        return None


async def _given(reactions: Iterable[discord.Reaction]) -> Mapping[VerdictKind, set[str]]:
    """Return the users who reacted with ✅ and with ❌, also with super reactions, without bots."""
    given = {}
    for reaction in reactions:
        if kind := KINDS.get(str(reaction.emoji)):
            types = [discord.ReactionType.normal, *([discord.ReactionType.burst] if reaction.burst_count else [])]
            users = [user for given_as in types async for user in reaction.users(type=given_as)]
            given[kind] = {str(user.id) for user in users if not user.bot}
    return given
