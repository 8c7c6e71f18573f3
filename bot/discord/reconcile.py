"""Catches up on what the bot missed while it was down: posts, edits, deletions and verdicts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import discord
import structlog

from bot.discord.config import DiscordConfig
from bot.discord.destinations import Destinations
from bot.discord.errors import is_refusal
from bot.discord.inbound import Inbound
from bot.discord.missed import Missed
from bot.discord.outbound import TAKEN_UP
from bot.discord.permissions import ReportChannel
from bot.discord.posts import is_ours, target_of
from bot.discord.threads import has_neutral_name
from bot.discord.troubled import LONGEST_PAUSE_SECONDS, Troubled, log_trouble
from bot.discord.verdicts import Verdicts
from bot.discord.workspaces import Workspaces, report_channels
from db.cancellation import stop
from db.trouble import is_away
from reunite.entities import ReplyTarget, Report
from reunite.handlers import Handlers

_MAX_MESSAGES: Final = 500
"""Messages read in a channel, newest first."""

_log = structlog.get_logger(__name__)


class Reconciler:
    """Compares Discord with the store, and passes on the differences as if they had just happened."""

    def __init__(  # noqa: PLR0913 - the parts of the adapter
        self,
        client: discord.Client,
        handlers: Handlers,
        workspaces: Workspaces,
        *,
        inbound: Inbound,
        verdicts: Verdicts,
        destinations: Destinations,
        missed: Missed,
        config: DiscordConfig,
    ) -> None:
        self._client = client
        self._handlers = handlers
        self._workspaces = workspaces
        self._inbound = inbound
        self._verdicts = verdicts
        self._destinations = destinations
        self.missed = missed
        self._pause = config.pause_after_trouble
        self._due: set[int] = set()
        self._unseen: set[int] = set()
        """Guilds that haven't been checked since the last start."""
        self._behind: set[int] = set()
        """Guilds that haven't been checked to the end."""
        self._granted: set[int] = set()
        """Guilds that have granted a permission since they were last checked."""
        self._at_once = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.troubled = Troubled(self._compare_message, config.pause_after_trouble)

    def start(self, after: float = 0.0, only: Sequence[discord.Guild] | None = None) -> None:
        """Reconcile all guilds, or `only` some, `after` this many seconds; if that is in progress, do it once more."""
        self._due |= {guild.id for guild in (self._client.guilds if only is None else only)}
        self._unseen |= self._due
        self._behind |= self._due
        if not after:
            self._at_once.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(after))

    def granted(self, guild: discord.Guild) -> None:
        """Reconcile a guild that has granted the bot a permission: what was refused may be allowed now."""
        self._granted.add(guild.id)
        self.start(only=[guild])

    def is_reconciled(self, guild_id: int) -> bool:
        """Return whether the bot has read in a guild what it missed, where Discord shows it."""
        return guild_id not in self._unseen

    def is_caught_up(self, guild_id: int) -> bool:
        """Return whether nothing that the bot missed in a guild has to be read again."""
        return guild_id not in self._behind and not self.troubled.are_in(guild_id)

    async def stop(self) -> None:
        """Leave the rest to the next start."""
        await self.troubled.stop()
        if self._task:
            await stop(self._task)

    async def _run(self, after: float) -> None:
        """Retry until all guilds are done; trouble in one doesn't hold up the others."""
        await self._sleep(after)
        pause = self._pause
        while self._due:
            self._at_once.clear()
            due, self._due = self._due, set()
            caught_up = [guild for guild in due if await self._try_guild(guild, self._reconcile_guild)]
            done = [guild for guild in caught_up if await self._try_guild(guild, self._leftovers)]
            self._due |= due.difference(done)
            if self._due:
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        _log.info("discord_reconciled", guilds=len(self._client.guilds))

    async def _sleep(self, seconds: float) -> None:
        """Pause, until a new session of the gateway ends the pause."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._at_once.wait()

    async def _try_guild(self, guild_id: int, step: Callable[[discord.Guild], Awaitable[None]]) -> bool:
        """Take a step of reconciling a guild; return whether that succeeded."""
        guild = self._client.get_guild(guild_id)
        if guild is None:  # it has removed the bot
            self._unseen.discard(guild_id)
            return True
        if guild.unavailable:
            return True  # it's started again once the outage is over
        try:
            await step(guild)
        except Exception:  # noqa: BLE001 - new events are handled all the same
            _log.exception("discord_reconcile_failed", guild=str(guild_id))
            return False
        return True

    async def _reconcile_guild(self, guild: discord.Guild) -> None:
        """Compare everything open: new posts first, then verdicts, then older posts."""
        since = self.missed.earliest(guild)
        known = await self._handlers.known_posts("discord", str(guild.id))
        posts = {str(post.target.message): post for post in known}
        await self._change_again(guild)
        are_read = [await self._missed_posts(channel, since, posts) for channel in report_channels(guild)]
        for card in reversed(await self._handlers.known_cards("discord", str(guild.id))):
            target = ReplyTarget("discord", str(guild.id), card.sent.channel, card.sent.message)
            await self._isolated(guild, self._verdicts.compare(guild, card), target)
        for post in reversed(posts.values()):
            await self._isolated(guild, self._look_for(guild, post), post.target)
        self._unseen.discard(guild.id)
        if guild.id not in self._due and all(are_read):
            self._behind.discard(guild.id)

    async def _change_again(self, guild: discord.Guild) -> None:
        is_back = guild.id in self._granted
        self._granted.discard(guild.id)
        try:
            await self.missed.change_again(guild, is_back=is_back)
        except BaseException:
            if is_back:
                self._granted.add(guild.id)
            raise

    async def _missed_posts(self, channel: ReportChannel, earliest: datetime, posts: dict[str, Report]) -> bool:
        """Read the posts of a channel for reports; return false if that has to wait.

        One that has just become such a channel is read once that is saved. After a failure, that begins a new attempt.
        """
        if kind := self._workspaces.role_of(channel):
            first = await self.missed.first_missed(channel, kind, earliest)
            if first is None:
                if not self._workspaces.is_unsaved(channel.guild):  # it's being saved for the first time
                    self._due.add(channel.guild.id)
                return False
            if isinstance(channel, discord.ForumChannel):
                await self._isolated(channel.guild, self._forum(channel, first, posts))
            else:
                await self._isolated(channel.guild, self._channel(channel, first, posts))
        return True

    async def _leftovers(self, guild: discord.Guild) -> None:
        """Remove the words of posts that are gone from threads' names, and abandoned private threads.

        There may be many, so this comes after all guilds.
        """
        known = await self._handlers.known_posts("discord", str(guild.id))
        alive = {str(post.target.message) for post in known}
        for thread in guild.threads:
            if is_ours(thread) and str(thread.id) not in alive and not has_neutral_name(thread):
                await self._isolated(guild, self._reset_thread_name(guild, thread))
        await self._isolated(guild, self._destinations.discard_abandoned(guild))

    async def _isolated(self, guild: discord.Guild, step: Awaitable[None], message: ReplyTarget | None = None) -> None:
        """Take a step. If it fails for one channel or message, the others still follow; a message is tried alone."""
        try:
            await step
        except Exception as error:
            if is_away(error):
                raise
            if not log_trouble(error, str(guild.id), message.message if message else None):
                return
            if message:
                self.troubled.add(message)
            else:
                self._due.add(guild.id)

    async def _compare_message(self, target: ReplyTarget) -> None:
        """Compare one message with what's stored of it, which may be a post, a card or nothing."""
        guild = self._client.get_guild(int(target.workspace))
        if guild is None or guild.unavailable:  # the guild's end, or that of its outage, settles it
            return
        known = await self._handlers.report_at(target)
        try:
            message = await self._fetch(guild, target.channel, str(target.message))
        except discord.NotFound:
            await self._inbound.deleted(guild.id, int(target.channel), int(target.message or 0))
            return
        if known and isinstance(message.channel, discord.Thread):
            await self._inbound.renamed(message.channel)
        if await self._inbound.may_report(message):
            await self._reconcile_message(message, known)
        else:
            await self._inbound.edited(message)
        for card in await self._handlers.known_cards("discord", str(guild.id), message=target.message):
            await self._verdicts.compare(guild, card)

    async def _channel(self, channel: discord.TextChannel, since: datetime, posts: dict[str, Report]) -> None:
        history = channel.history(limit=_MAX_MESSAGES, after=since, oldest_first=False)
        for message in reversed([message async for message in history]):
            known = posts.pop(str(message.id), None)
            await self._isolated(channel.guild, self._reconcile_message(message, known), target_of(message))

    async def _forum(self, forum: discord.ForumChannel, since: datetime, posts: dict[str, Report]) -> None:
        async for thread in _threads(forum, since):
            if discord.utils.snowflake_time(thread.id) >= since:
                post = ReplyTarget("discord", str(forum.guild.id), str(thread.id), str(thread.id))
                await self._isolated(forum.guild, self._forum_post(thread, posts), post)

    async def _forum_post(self, thread: discord.Thread, posts: dict[str, Report]) -> None:
        try:
            message = await thread.fetch_message(thread.id)
            if known := posts.pop(str(thread.id), None):
                await self._inbound.renamed(thread)
            await self._reconcile_message(message, known)
        except (discord.NotFound, discord.Forbidden) as error:
            if not is_refusal(error):
                raise

    async def _reconcile_message(self, message: discord.Message, known: Report | None) -> None:
        """Handle a message as if it had just been posted, or edited; one that was read quietly stays unanswered."""
        is_quiet = known is not None and known.quiet
        is_heard = message.id in self._inbound.recent  # as a new post; an edit may have been missed since
        if not (is_quiet or is_heard) and not await self._is_taken(message, known):
            await self._inbound.posted(message)
        await self._inbound.edited(message)

    async def _is_taken(self, message: discord.Message, known: Report | None) -> bool:
        """Return whether a post has our 👀, and its report is known: not if an older backup was restored since."""
        if not any(reaction.me and str(reaction.emoji) == TAKEN_UP for reaction in message.reactions):
            return False
        return known is not None or await self._handlers.report_at(target_of(message)) is not None

    async def _look_for(self, guild: discord.Guild, post: Report) -> None:
        """Look for a known post that was not found in its channel: it may be deleted, or elsewhere."""
        target = post.target
        try:
            message = await self._fetch(guild, target.channel, str(target.message))
        except discord.NotFound:
            await self._inbound.deleted(guild.id, int(target.channel), int(target.message or 0))
        except discord.Forbidden as error:
            if not is_refusal(error):
                raise
        else:
            await self._inbound.edited(message)

    async def _reset_thread_name(self, guild: discord.Guild, thread: discord.Thread) -> None:
        """Remove a deleted post's words from its thread's name, if the bot ended before Discord took a new one."""
        target = ReplyTarget("discord", str(guild.id), str(thread.parent_id), str(thread.id))
        report = await self._handlers.report_at(target)
        if report and report.purged:
            try:
                await self._fetch(guild, target.channel, str(target.message))
            except discord.NotFound:
                await self._inbound.reset_name(target)

    async def _fetch(self, guild: discord.Guild, channel: str, message: str) -> discord.Message:
        return await (await self._place_of(guild, int(channel))).fetch_message(int(message))

    async def _place_of(self, guild: discord.Guild, channel: int) -> discord.abc.Messageable:
        """Return a channel, or a thread with its title: a forum post's words begin with that."""
        place = guild.get_channel_or_thread(channel)
        if place is None:
            with suppress(discord.InvalidData):  # a report's post may be in its author's direct messages
                place = await guild.fetch_channel(channel)
        if isinstance(place, discord.abc.Messageable):
            return place
        return self._client.get_partial_messageable(channel, guild_id=guild.id)


async def _threads(forum: discord.ForumChannel, since: datetime) -> AsyncIterator[discord.Thread]:
    """Yield a forum's active threads, then the archived ones, most recently archived first."""
    for thread in forum.threads:
        yield thread
    async for thread in forum.archived_threads(limit=None):
        if thread.archive_timestamp < since:
            return
        yield thread
