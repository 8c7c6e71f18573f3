"""Writes messages and reactions on Discord."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Literal

import discord
import structlog

from bot.discord.errors import THREAD_ARCHIVED
from bot.discord.permissions import free_tags
from bot.discord.render import PICTURE_NAME, Rendered, nonce, render, thread_name, title_of
from bot.discord.threads import ARCHIVE_AFTER, Place, with_fallback_name
from bot.discord.workspaces import Workspaces
from bot.locks import Locks
from reunite.entities import ReplyTarget, ReportKind
from reunite.ports import Outgoing, Sent

RETURNED: Final = "✅"

_log = structlog.get_logger(__name__)


class Messages:
    """The messages of one client."""

    def __init__(self, client: discord.Client, workspaces: Workspaces) -> None:
        self._client = client
        self._workspaces = workspaces
        self._turns = Locks[tuple[Literal["message", "reaction"], int]]()
        """By kind and channel, because Discord limits each of them separately.

        discord.py knows from the answers how many more Discord accepts. While several are on their way it can send one
        too many: those that wait for the limit's end reset the count one after the other, even if an answer has just
        updated it.
        """

    async def post(self, destination: Place, outgoing: Outgoing) -> discord.Message:
        """Send; the nonce keeps the library's own retries from posting twice."""
        if isinstance(destination, discord.ForumChannel):
            return await self._post_in_forum(destination, outgoing)
        rights = _rights(destination)
        outgoing = _pictured_if_allowed(outgoing, rights)
        language = self.language_of(outgoing)
        rendered = render(outgoing, language, direct=isinstance(destination, discord.DMChannel))
        post = outgoing.target.message
        send = (
            destination.get_partial_message(int(post)).reply
            if post and isinstance(destination, discord.TextChannel)
            else destination.send
        )
        content, embed = _embedded_if_allowed(rendered, rights)
        async with self._turns.of(("message", destination.id)):
            return await send(
                content,
                embed=embed or discord.utils.MISSING,
                files=_files(outgoing),
                allowed_mentions=rendered.mentions,
                nonce=nonce(outgoing.key),
                silent=outgoing.silent,
                view=rendered.view(),
            )

    async def _post_in_forum(self, forum: discord.ForumChannel, outgoing: Outgoing) -> discord.Message:
        rights = _rights(forum)
        outgoing = _pictured_if_allowed(outgoing, rights)
        language = self._workspaces.language(forum.guild)
        rendered = render(outgoing, language)
        content, embed = _embedded_if_allowed(rendered, rights)
        kind = self._workspaces.role_of(forum) or ReportKind.LOST
        title, now = title_of(outgoing.reply), discord.utils.utcnow()

        async def create(name: str) -> discord.Message:
            opened = await forum.create_thread(
                name=name,
                content=content,
                embed=embed or discord.utils.MISSING,
                files=_files(outgoing),
                allowed_mentions=rendered.mentions,
                view=rendered.view(),
                auto_archive_duration=ARCHIVE_AFTER,
                applied_tags=free_tags(forum, kind),
            )
            return opened.message

        return await with_fallback_name(create, *(thread_name(kind, words, now, language) for words in (title, "")))

    async def edit(self, sent: Sent, outgoing: Outgoing, *, direct: bool) -> None:
        """Replace a reply's content; nobody is pinged again."""
        rights = _rights(self._client.get_channel(int(sent.channel)))
        outgoing = _pictured_if_allowed(outgoing, rights)
        rendered = render(outgoing, self.language_of(outgoing), direct=direct)
        content, embed = _embedded_if_allowed(rendered, rights)
        await self.at(sent).edit(
            content=content,
            embed=embed,
            attachments=_files(outgoing),
            allowed_mentions=discord.AllowedMentions.none(),
            view=rendered.view(),
        )

    async def unarchived(self, sent: Sent, act: Callable[[], Awaitable[object]]) -> None:
        """Do something to a message; if its thread is archived, reopen that first."""
        try:
            await act()
        except discord.HTTPException as error:
            if error.code != THREAD_ARCHIVED:
                raise
            thread = await self._client.fetch_channel(int(sent.channel))
            if not isinstance(thread, discord.Thread):
                raise
            await thread.edit(archived=False)
            await act()

    async def react(self, post: ReplyTarget, emoji: str) -> None:
        """React to a post."""
        message = self.at(Sent(post.channel, str(post.message)))
        async with self._turns.of(("reaction", message.channel.id)):
            await message.add_reaction(emoji)

    async def mark(self, outgoing: Outgoing) -> None:
        """Show on a thread's post whether the item is returned; the thread stays open."""
        kind, target = outgoing.reply.kind, outgoing.target
        if kind not in {"returned", "reopened"} or target.message is None or self._client.user is None:
            return
        post = self.at(Sent(target.channel, target.message))
        try:
            async with self._turns.of(("reaction", post.channel.id)):
                if kind == "returned":
                    await post.add_reaction(RETURNED)
                else:
                    await post.remove_reaction(RETURNED, self._client.user)
        except discord.HTTPException as error:
            _log.warning("discord_post_unmarked", post=target.message, code=error.code)

    def language_of(self, outgoing: Outgoing) -> str:
        """Return the language of what is posted in a guild, or to one person."""
        if outgoing.language:
            return outgoing.language
        guild = self._client.get_guild(int(outgoing.target.workspace))
        return self._workspaces.language(guild) if guild else "en"

    def at(self, sent: Sent) -> discord.PartialMessage:
        """Return the message that was sent, unread."""
        return self._client.get_partial_messageable(int(sent.channel)).get_partial_message(int(sent.message))


def _rights(place: object) -> discord.Permissions:
    """Return what the bot may do in a place; without the permission to write, Discord decides.

    discord.py then counts those for embeds and files as missing, too, and an edit would lose both.
    """
    everything = discord.Permissions.all()
    if not isinstance(place, discord.abc.GuildChannel | discord.Thread):
        return everything
    if isinstance(place, discord.Thread) and place.parent is None:
        return everything
    rights = place.permissions_for(place.guild.me)
    may_write = rights.send_messages_in_threads if isinstance(place, discord.Thread) else rights.send_messages
    return rights if may_write else everything


def _pictured_if_allowed(outgoing: Outgoing, rights: discord.Permissions) -> Outgoing:
    """Leave out the picture where the bot may not attach files: the words and buttons needn't wait for that."""
    return outgoing if rights.attach_files else replace(outgoing, picture=None)


def _embedded_if_allowed(rendered: Rendered, rights: discord.Permissions) -> tuple[str | None, discord.Embed | None]:
    """Return the text outside the embed, and the embed; where the bot may not embed, everything is text."""
    return (rendered.content, rendered.embed) if rights.embed_links else (rendered.words(), None)


def _files(outgoing: Outgoing) -> list[discord.File]:
    return [discord.File(io.BytesIO(outgoing.picture), PICTURE_NAME)] if outgoing.picture else []
