"""Passes discord.py's events about messages, threads, reactions and buttons to the parts of the adapter."""

import discord

from bot.discord.buttons import Buttons
from bot.discord.direct_messages import DirectMessages
from bot.discord.inbound import Inbound
from bot.discord.missed import Missed
from bot.discord.posts import kind_tagged
from bot.discord.verdicts import Verdicts


class MessageEvents:
    """Posts, edits and deletions, and threads."""

    def __init__(self, inbound: Inbound, missed: Missed, direct: DirectMessages) -> None:
        self._inbound = inbound
        self._missed = missed
        self._direct = direct

    async def on_message(self, message: discord.Message) -> None:
        if message.guild:
            await self._inbound.posted(message)
        elif isinstance(message.channel, discord.DMChannel):  # else Discord hasn't told of its guild yet
            await self._direct.answer(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        await self._inbound.edited(event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        await self._inbound.deleted(event.guild_id, event.channel_id, event.message_id)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        for message in event.message_ids:
            await self._inbound.deleted(event.guild_id, event.channel_id, message)

    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """A forum post has a new title or other tags, or a thread was opened: unlocked, or taken out of the archive."""
        if before.name != after.name:
            await self._inbound.renamed(after)
        if kind_tagged(before) is not kind_tagged(after):
            await self._inbound.tagged(after)
        if _is_closed(before):
            await self._opened(after)

    async def on_thread_join(self, thread: discord.Thread) -> None:
        """A thread that wasn't in the cache: it was archived, or the bot has just been let in."""
        await self._opened(thread)

    async def _opened(self, thread: discord.Thread) -> None:
        if not _is_closed(thread):
            await self._missed.change_again_in(thread.guild.id, thread.id)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """A thread may be a forum post (its first message has the thread's id), or a private report's thread."""
        await self._inbound.deleted(event.guild_id, event.thread_id, event.thread_id)
        if event.thread_type is discord.ChannelType.private_thread:
            await self._inbound.channel_deleted(event.guild_id, event.thread_id)


class ReactionEvents:
    """Reactions, which may be verdicts, and presses of buttons."""

    def __init__(self, inbound: Inbound, verdicts: Verdicts, buttons: Buttons, direct: DirectMessages) -> None:
        self._inbound = inbound
        self._verdicts = verdicts
        self._buttons = buttons
        self._direct = direct

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self._inbound.track()
        await self._verdicts.reaction(event, given=True)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        self._inbound.track()
        await self._verdicts.reaction(event, given=False)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        await self._verdicts.cleared(event.guild_id or 0, event.channel_id, event.message_id)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        await self._verdicts.cleared(event.guild_id or 0, event.channel_id, event.message_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self._inbound.track()
        self._direct.remember_language(interaction)
        await self._buttons.interaction(interaction)


def _is_closed(thread: discord.Thread) -> bool:
    return thread.archived or thread.locked
