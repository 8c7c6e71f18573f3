"""What the bot missed while it was away: posts, edits, deletions and verdicts."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import discord
import structlog

from bot.discord.config import DiscordConfig
from bot.discord.inbound import VERDICTS, Inbound, fetch_member
from bot.discord.outbound import TAKEN_UP
from bot.discord.workspaces import Workspaces
from reunite.entities import ReplyTarget, VerdictKind
from reunite.handlers import Handlers
from reunite.ports import KnownCard, KnownPost

_MOST_MESSAGES: Final = 500
"""Messages read in a channel, newest first."""
_MOST_SINGLE: Final = 200
"""Posts elsewhere, and match replies, that are fetched one by one."""
_LONGEST_PAUSE: Final = 3600.0
"""Seconds between two attempts, which grow from one to the next."""

_log = structlog.get_logger(__name__)


class Reconciler:
    """Compares Discord with what the store knows, and passes on what is new as if it had just happened."""

    def __init__(
        self,
        client: discord.Client,
        handlers: Handlers,
        workspaces: Workspaces,
        inbound: Inbound,
        config: DiscordConfig,
    ) -> None:
        self._client = client
        self._handlers = handlers
        self._workspaces = workspaces
        self._inbound = inbound
        self._look_back = config.look_back
        self._pause = config.pause_after_trouble
        self._due: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self, after: float = 0.0) -> None:
        """Reconcile all guilds, `after` so many seconds; where that is in progress, once more."""
        self._due = {guild.id for guild in self._client.guilds}
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(after))

    def stop(self) -> None:
        """Leave the rest to the next start."""
        if self._task:
            self._task.cancel()

    async def _run(self, after: float) -> None:
        """Retry until all guilds are done; trouble in one doesn't hold up the others."""
        await asyncio.sleep(after)
        pause = self._pause
        while self._due:
            due, self._due = self._due, set()
            self._due |= {guild for guild in due if not await self._is_reconciled(guild)}
            if self._due:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        _log.info("discord_reconciled", guilds=len(self._client.guilds))

    async def _is_reconciled(self, guild_id: int) -> bool:
        guild = self._client.get_guild(guild_id)
        try:
            if guild:
                await self._guild(guild)
        except Exception:  # noqa: BLE001 - new events are handled all the same
            _log.exception("discord_reconcile_failed", guild=str(guild_id))
            return False
        return True

    async def _guild(self, guild: discord.Guild) -> None:
        since = discord.utils.utcnow() - self._look_back
        if guild.me.joined_at:  # nothing posted before the bot was invited
            since = max(since, guild.me.joined_at)
        known = await self._handlers.known_posts("discord", str(guild.id), since)
        posts = {str(post.report.target.message): post for post in known}
        for channel in guild.text_channels:
            if self._workspaces.role_of(channel):
                await self._channel(channel, since, posts)
        for forum in guild.forums:
            if self._workspaces.role_of(forum):
                await self._forum(forum, since, posts)
        for post in list(posts.values())[-_MOST_SINGLE:]:
            await self._post(guild, post)
        cards = await self._handlers.known_cards("discord", str(guild.id), since)
        for card in cards[-_MOST_SINGLE:]:
            await self._card(guild, card)

    async def _channel(self, channel: discord.TextChannel, since: datetime, posts: dict[str, KnownPost]) -> None:
        with suppress(discord.Forbidden):
            newest = [
                message async for message in channel.history(limit=_MOST_MESSAGES, after=since, oldest_first=False)
            ]
            for message in reversed(newest):
                posts.pop(str(message.id), None)
                await self._message(message)

    async def _forum(self, forum: discord.ForumChannel, since: datetime, posts: dict[str, KnownPost]) -> None:
        for thread in forum.threads:
            if discord.utils.snowflake_time(thread.id) >= since:
                with suppress(discord.NotFound, discord.Forbidden):
                    message = await thread.fetch_message(thread.id)
                    if posts.pop(str(thread.id), None):
                        await self._inbound.renamed(thread)
                    await self._message(message)

    async def _message(self, message: discord.Message) -> None:
        """Handle a message as if it had just been posted, or edited."""
        if message.id in self._inbound.recent:
            return  # its event has come in the meantime
        if not any(reaction.me and str(reaction.emoji) == TAKEN_UP for reaction in message.reactions):
            await self._inbound.posted(message)
        await self._inbound.edited(message)

    async def _post(self, guild: discord.Guild, post: KnownPost) -> None:
        """Look for a known post that was not found in its channel: it may be deleted, or elsewhere."""
        target = post.report.target
        try:
            message = await self._fetch(guild, target.channel, str(target.message))
        except discord.NotFound:
            await self._inbound.deleted(guild.id, int(target.channel), int(target.message or 0))
        except discord.Forbidden:
            return
        else:
            await self._inbound.edited(message)

    async def cleared(self, guild_id: int, message: int) -> None:
        """Withdraw the verdicts that were among the cleared reactions to a message."""
        guild = self._client.get_guild(guild_id)
        if guild:
            await self._workspaces.ensure_joined(guild)
            since = discord.utils.snowflake_time(message) - timedelta(minutes=1)  # the outbox had it earlier
            for card in await self._handlers.known_cards("discord", str(guild_id), since):
                if card.sent.message == str(message):
                    await self._card(guild, card)

    async def _card(self, guild: discord.Guild, card: KnownCard) -> None:
        """Compare the reactions to a match reply with the recorded verdicts."""
        try:
            message = await self._fetch(guild, card.sent.channel, card.sent.message)
        except (discord.NotFound, discord.Forbidden):
            return
        target = ReplyTarget("discord", str(guild.id), card.sent.channel, card.sent.message)
        given = await _verdicts(message.reactions)
        for kind, users in given.items():
            recorded = {verdict.moderator for verdict in card.verdicts if verdict.kind is kind}
            for user in users - recorded:
                if member := await fetch_member(guild, int(user)):
                    await self._inbound.verdict(target, member, kind, given=True)
        for verdict in card.verdicts:
            if verdict.message == card.sent.message and verdict.moderator not in given.get(verdict.kind, set()):
                await self._inbound.verdict(target, int(verdict.moderator), verdict.kind, given=False)

    async def _fetch(self, guild: discord.Guild, channel: str, message: str) -> discord.Message:
        messages = self._client.get_partial_messageable(int(channel), guild_id=guild.id)
        return await messages.fetch_message(int(message))


async def _verdicts(reactions: Iterable[discord.Reaction]) -> Mapping[VerdictKind, set[str]]:
    """Return the users who reacted with ✅ and with ❌, without bots."""
    given = {}
    for reaction in reactions:
        if kind := VERDICTS.get(str(reaction.emoji)):
            given[kind] = {str(user.id) async for user in reaction.users() if not user.bot}
    return given
