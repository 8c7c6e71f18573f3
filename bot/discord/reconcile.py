"""What happened while the bot was away: posts, changed words, deletions and verdicts, as far back as is looked."""

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
from bot.discord.workspaces import Guilds
from reunite.entities import ReplyTarget, VerdictKind
from reunite.handlers import Handlers
from reunite.ports import KnownCard, KnownPost

_MOST_MESSAGES: Final = 500
"""Messages of a channel that are looked through, newest first."""
_MOST_SINGLE: Final = 200
"""Posts in other places, and match replies, that are fetched one by one."""
_LONGEST_PAUSE: Final = 3600.0
"""Seconds between two tries, which grow from one to the next."""

_log = structlog.get_logger(__name__)


class CatchingUp:
    """Compares what Discord shows with what is known, and hands on what is new as if it happened now."""

    def __init__(
        self, client: discord.Client, handlers: Handlers, guilds: Guilds, inbound: Inbound, config: DiscordConfig
    ) -> None:
        """`inbound` takes what is found; all of it may come twice."""
        self._client = client
        self._handlers = handlers
        self._guilds = guilds
        self._inbound = inbound
        self._look_back = config.look_back
        self._pause = config.pause_after_trouble
        self._due: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self, after: float = 0.0) -> None:
        """Begin, in so many seconds, to catch up in all guilds; where that is under way, it is done once more."""
        self._due = {guild.id for guild in self._client.guilds}
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(after))

    def stop(self) -> None:
        """Leave the rest to the next start."""
        if self._task:
            self._task.cancel()

    async def _run(self, after: float) -> None:
        """Go on until all is caught up on; trouble in one guild holds up no other."""
        await asyncio.sleep(after)
        pause = self._pause
        while self._due:
            due, self._due = self._due, set()
            self._due |= {guild for guild in due if not await self._is_caught_up(guild)}
            if self._due:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        _log.info("discord_caught_up", guilds=len(self._client.guilds))

    async def _is_caught_up(self, number: int) -> bool:
        guild = self._client.get_guild(number)
        try:
            if guild:
                await self._guild(guild)
        except Exception:  # noqa: BLE001 - what comes from now on is taken all the same
            _log.exception("discord_catching_up_failed", guild=str(number))
            return False
        return True

    async def _guild(self, guild: discord.Guild) -> None:
        since = discord.utils.utcnow() - self._look_back
        if guild.me.joined_at:  # what was posted before the bot was invited is none of its business
            since = max(since, guild.me.joined_at)
        known = await self._handlers.known_posts("discord", str(guild.id), since)
        posts = {str(each.report.target.message): each for each in known}
        for channel in guild.text_channels:
            if self._guilds.role_of(channel):
                await self._channel(channel, since, posts)
        for forum in guild.forums:
            if self._guilds.role_of(forum):
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
        """Take a message as if it came, or changed, just now."""
        if message.id in self._inbound.recent:
            return  # it has come in the meantime
        if not any(each.me and str(each.emoji) == TAKEN_UP for each in message.reactions):
            await self._inbound.message(message)
        await self._inbound.edited(message)

    async def _post(self, guild: discord.Guild, post: KnownPost) -> None:
        """Look for a known post that was not met in its channel: it may be gone, or elsewhere."""
        target = post.report.target
        try:
            message = await self._fetch(guild, target.channel, str(target.message))
        except discord.NotFound:
            await self._inbound.deleted(guild.id, int(target.channel), int(target.message or 0))
        except discord.Forbidden:
            return
        else:
            await self._inbound.edited(message)

    async def cleared(self, guild: int, message: int) -> None:
        """Look which verdicts have gone where all reactions to a message, or all of one kind, were cleared."""
        place = self._client.get_guild(guild)
        if place:
            await self._guilds.known(place)
            since = discord.utils.snowflake_time(message) - timedelta(minutes=1)  # it was put into the outbox before
            for card in await self._handlers.known_cards("discord", str(guild), since):
                if card.sent.message == str(message):
                    await self._card(place, card)

    async def _card(self, guild: discord.Guild, card: KnownCard) -> None:
        """Compare the reactions to a match reply with the verdicts that stand."""
        try:
            message = await self._fetch(guild, card.sent.channel, card.sent.message)
        except (discord.NotFound, discord.Forbidden):
            return
        target = ReplyTarget("discord", str(guild.id), card.sent.channel, card.sent.message)
        given = await _verdicts(message.reactions)
        for kind, users in given.items():
            standing = {each.moderator for each in card.verdicts if each.kind is kind}
            for user in users - standing:
                if member := await fetch_member(guild, int(user)):
                    await self._inbound.verdict(target, member, kind, given=True)
        for verdict in card.verdicts:
            if verdict.message == card.sent.message and verdict.moderator not in given.get(verdict.kind, set()):
                await self._inbound.verdict(target, int(verdict.moderator), verdict.kind, given=False)

    async def _fetch(self, guild: discord.Guild, channel: str, message: str) -> discord.Message:
        place = self._client.get_partial_messageable(int(channel), guild_id=guild.id)
        return await place.fetch_message(int(message))


async def _verdicts(reactions: Iterable[discord.Reaction]) -> Mapping[VerdictKind, set[str]]:
    """Return who has reacted with ✅ and with ❌, bots left out."""
    given = {}
    for each in reactions:
        if kind := VERDICTS.get(str(each.emoji)):
            given[kind] = {str(user.id) async for user in each.users() if not user.bot}
    return given
