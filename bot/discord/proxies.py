"""Finds the authors of posts that a proxy such as PluralKit or Tupperbox repeats under its webhook's name.

A proxy deletes a member's message and posts it again through a webhook, with the same files. The author is the
person who posted these files in this channel just before.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import discord

from bot.discord.workspaces import member_of
from reunite.entities import Member

_WITHIN: Final = timedelta(minutes=1)
_REMEMBERED: Final = 500


@dataclass(frozen=True, slots=True)
class _Post:
    channel: int
    author: Member
    words: str
    files: frozenset[tuple[str, int]]
    at: datetime


class Proxies:
    """Remembers who posted which files recently."""

    def __init__(self) -> None:
        self._posts: deque[_Post] = deque(maxlen=_REMEMBERED)

    def remember(self, message: discord.Message) -> None:
        """Remember a member's post, which a proxy may be about to repeat."""
        if message.attachments and not message.author.bot and not message.webhook_id:
            author, files = member_of(message.author), _files(message)
            self._posts.append(_Post(message.channel.id, author, message.content, files, message.created_at))

    def author_of(self, message: discord.Message) -> Member | None:
        """Return the author of a post that a webhook repeats; None for any other message, or if unknown."""
        if not message.webhook_id:
            return None
        for post in reversed(self._posts):
            is_near = post.channel == message.channel.id and abs(message.created_at - post.at) <= _WITHIN
            if is_near and post.files == _files(message) and message.content in post.words:  # the proxy drops its tags
                return post.author
        return None


def _files(message: discord.Message) -> frozenset[tuple[str, int]]:
    return frozenset((file.filename, file.size) for file in message.attachments)
