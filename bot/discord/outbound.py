"""Posts replies in Discord's threads and channels."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import discord

from bot.discord.config import DiscordConfig
from bot.discord.render import PICTURE_NAME, Rendered, caption_of, marker, nonce, render, thread_name
from reunite.errors import TryAgainError, UndeliverableError
from reunite.model import PlatformName, ReplyTarget, ReportKind
from reunite.ports import Outgoing, Sent

TAKEN_UP: Final = "👀"
_THREAD_EXISTS: Final = 160004
_CLOSED: Final = {50083, 160005}  # the thread is archived for good, or locked
_TOO_MANY: Final = 429
_ARCHIVE_AFTER: Final = 10080  # minutes without a word: the longest that Discord offers
_LOOK_BACK: Final = 100
"""Messages looked through for a reply that may be there already: one page, and far more than come between two tries."""

Place = discord.TextChannel | discord.Thread


class DiscordPlatform:
    """`reunite.ports.Platform` over a connected client."""

    name: PlatformName = "discord"

    def __init__(self, client: discord.Client, config: DiscordConfig) -> None:
        """`client` has to be logged in before anything is sent."""
        self._client = client
        self._config = config

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply in the thread of its post, which is opened if need be, or as a post of its own."""
        with _told_apart():
            place = await self._place(outgoing.target)
            message = await self._earlier(place, outgoing.key) if outgoing.maybe_sent else None
            message = message or await _post(place, outgoing)
            return Sent(str(place.id), str(message.id))

    async def acknowledge(self, target: ReplyTarget) -> None:
        """Put 👀 on a post."""
        with _told_apart():
            channel = await self._channel(target)
            await channel.get_partial_message(int(target.message or 0)).add_reaction(TAKEN_UP)

    async def _place(self, target: ReplyTarget) -> Place:
        channel = await self._channel(target)
        if target.message is None:
            return channel
        # A thread that was opened from a message has the message's id. One that has gone to sleep is not in the cache.
        return channel.get_thread(int(target.message)) or await self._open_thread(channel, int(target.message))

    async def _channel(self, target: ReplyTarget) -> discord.TextChannel:
        found = self._client.get_channel(int(target.channel)) or await self._client.fetch_channel(int(target.channel))
        if not isinstance(found, discord.TextChannel):
            raise UndeliverableError(f"channel {target.channel} takes no threads")
        return found

    async def _open_thread(self, channel: discord.TextChannel, post: int) -> discord.Thread:
        message = await channel.fetch_message(post)
        kind = self._config.role_of(channel.name) or ReportKind.LOST
        try:
            return await message.create_thread(
                name=thread_name(kind, caption_of(message), message.created_at), auto_archive_duration=_ARCHIVE_AFTER
            )
        except discord.HTTPException as error:
            if error.code != _THREAD_EXISTS:
                raise
        return await message.fetch_thread()

    async def _earlier(self, place: Place, key: str) -> discord.Message | None:
        """Return the message in which an earlier try has arrived."""
        sought = marker(key)
        async for message in place.history(limit=_LOOK_BACK):
            if message.author == self._client.user and any(embed.url == sought for embed in message.embeds):
                return message
        return None


async def _post(place: Place, outgoing: Outgoing) -> discord.Message:
    """Send; the nonce keeps the library's own retries from showing twice."""
    rendered = render(outgoing)
    files = [discord.File(io.BytesIO(outgoing.picture), PICTURE_NAME)] if outgoing.picture else []
    return await place.send(
        rendered.content,
        embed=rendered.embed,
        files=files,
        allowed_mentions=rendered.mentions,
        nonce=nonce(outgoing.key),
        view=_view(rendered),
    )


def _view(rendered: Rendered) -> discord.ui.View:
    """Return the buttons. Presses come as events of the client, so the library need not remember the view."""
    view = discord.ui.View(timeout=None)
    for custom_id, words in rendered.buttons:
        view.add_item(discord.ui.Button(label=words, custom_id=custom_id))
    view.stop()
    return view


@contextmanager
def _told_apart() -> Iterator[None]:
    """Turn Discord's errors into those that may pass and those that won't; anything else is a defect of ours."""
    try:
        yield
    except discord.NotFound as error:
        raise UndeliverableError(f"the channel, post or thread is gone ({error.code})") from error
    except discord.Forbidden as error:
        raise UndeliverableError(f"Discord does not allow it: {error.text} ({error.code})") from error
    except discord.RateLimited as error:
        raise TryAgainError("rate limit", after=error.retry_after) from error
    except discord.HTTPException as error:
        if error.code in _CLOSED:
            raise UndeliverableError(f"the thread is closed ({error.code})") from error
        if error.status == _TOO_MANY or isinstance(error, discord.DiscordServerError):
            raise TryAgainError(f"Discord answered {error.status}") from error
        raise
    except (aiohttp.ClientError, OSError) as error:
        raise TryAgainError(f"{type(error).__name__} on the way to Discord") from error
