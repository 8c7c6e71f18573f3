"""Posts replies in Discord's threads and channels, changes them and takes them away."""

import io
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import aiohttp
import discord
import structlog

from bot.discord.guilds import Guilds
from bot.discord.posts import photos_of
from bot.discord.render import PICTURE_NAME, caption_of, marker, nonce, render, thread_name, title_of
from reunite.entities import PlatformName, ReplyTarget, ReportKind
from reunite.errors import TryAgainError, UndeliverableError
from reunite.language import date_words, sentence
from reunite.ports import Outgoing, Sent

TAKEN_UP: Final = "👀"
RETURNED: Final = "✅"
ARCHIVE_AFTER: Final = 10080
"""Minutes without a word after which a thread goes to sleep: the longest that Discord offers."""
_THREAD_EXISTS: Final = 160004
_ASLEEP: Final = 50083
_CLOSED: Final = {_ASLEEP, 160005}  # the thread is archived for good, or locked
_TOO_MANY: Final = 429
_LOOK_BACK: Final = 100
"""Messages looked through for a reply that may be there already: one page, and far more than come between two tries."""

Place = discord.TextChannel | discord.ForumChannel | discord.Thread

_log = structlog.get_logger(__name__)


class DiscordPlatform:
    """`reunite.ports.Platform` over a connected client."""

    name: PlatformName = "discord"

    def __init__(self, client: discord.Client, guilds: Guilds) -> None:
        """`client` has to be logged in before anything is sent."""
        self._client = client
        self._guilds = guilds

    async def send(self, outgoing: Outgoing) -> Sent:
        """Post a reply in the thread of its post, which is opened if need be, or as a post of its own."""
        with _told_apart():
            place = await self._channel(outgoing.target)
            if not isinstance(place, discord.Thread) and outgoing.target.message:
                place = await self.open_thread(place, int(outgoing.target.message))
            message = await self._earlier(place, outgoing.key) if outgoing.maybe_sent else None
            message = message or await self._post(place, outgoing)
            await self._mark(outgoing)
            return Sent(str(message.channel.id), str(message.id))

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Show a reply that was sent in its new form."""
        rendered = render(outgoing)

        async def change() -> None:
            await self._message(sent).edit(
                content=rendered.content,
                embed=rendered.embed,
                attachments=_files(outgoing),
                allowed_mentions=discord.AllowedMentions.none(),  # nobody is called twice
                view=rendered.view(),
            )

        with _told_apart():
            await self._awake(sent, change)
            await self._mark(outgoing)
            if outgoing.reply.opens_thread and not title_of(outgoing.reply):
                await self._unname(sent.channel, sent.message)

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        """Take a reply away; it, its thread or its channel may be gone already."""
        with _told_apart(), suppress(discord.NotFound):
            if sent is None:
                place = await self._channel(outgoing.target)
                if not isinstance(place, discord.Thread) and outgoing.target.message:
                    place = await self._known_thread(int(outgoing.target.message))
                message = await self._earlier(place, outgoing.key)
                if message is None:
                    return
                sent = Sent(str(message.channel.id), str(message.id))
            await self._awake(sent, self._message(sent).delete)

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Fetch a post again for a link to its photo that works; None where either is gone."""
        if target.message is None:
            return None
        try:
            with _told_apart():
                message = await self._message(Sent(target.channel, target.message)).fetch()
        except UndeliverableError as error:
            _log.warning("discord_photo_gone", post=target.message, reason=str(error))
            return None
        return next((each.url for each in photos_of(message.attachments) if each.name == name), None)

    async def acknowledge(self, target: ReplyTarget) -> None:
        """Put 👀 on a post."""
        with _told_apart():
            await self._message(Sent(target.channel, str(target.message))).add_reaction(TAKEN_UP)

    async def open_thread(self, channel: Place, post: int, kind: ReportKind | None = None) -> discord.Thread:
        """Return the thread of a post, which has the post's id; open it where there is none yet."""
        if isinstance(channel, discord.ForumChannel):
            return await self._known_thread(post)
        if isinstance(channel, discord.Thread):
            return channel
        if known := channel.get_thread(post):  # one that has gone to sleep is not in the cache
            return known
        message = await channel.fetch_message(post)
        kind = kind or self._guilds.role_of(channel) or ReportKind.LOST
        language = self._guilds.language(channel.guild)
        name = thread_name(kind, caption_of(message), message.created_at, language)
        try:
            return await message.create_thread(name=name, auto_archive_duration=ARCHIVE_AFTER)
        except discord.HTTPException as error:
            if error.code != _THREAD_EXISTS:
                raise
        return await message.fetch_thread()

    async def unname_thread(self, post: ReplyTarget) -> None:
        """Take the words of a post that is gone off the name of its thread, if it has one."""
        try:
            with _told_apart():
                await self._unname(post.channel, str(post.message))
        except (TryAgainError, UndeliverableError) as error:
            _log.warning("discord_thread_still_named", post=post.message, reason=str(error))

    async def _unname(self, channel: str, post: str) -> None:
        """Name the thread of a post by its day: the one that is opened at the post, or the private one it stands in."""
        place = self._client.get_channel(int(channel))
        number = int(post if isinstance(place, discord.TextChannel | discord.ForumChannel) else channel)
        with suppress(discord.NotFound):
            thread = await self._known_thread(number)
            language = self._guilds.language(thread.guild)
            day = date_words(discord.utils.snowflake_time(thread.id), language)
            name = sentence("thread_unnamed", language, day=day)
            if _is_ours(thread) and thread.name != name:
                await thread.edit(name=name, archived=False)  # a sleeping one can't be changed

    async def _channel(self, target: ReplyTarget) -> Place:
        found = self._client.get_channel(int(target.channel)) or await self._client.fetch_channel(int(target.channel))
        if not isinstance(found, Place):
            raise UndeliverableError(f"channel {target.channel} takes no replies")
        return found

    async def _known_thread(self, number: int) -> discord.Thread:
        found = self._client.get_channel(number) or await self._client.fetch_channel(number)
        if not isinstance(found, discord.Thread):
            raise UndeliverableError(f"{number} is no thread")
        return found

    def _message(self, sent: Sent) -> discord.PartialMessage:
        return self._client.get_partial_messageable(int(sent.channel)).get_partial_message(int(sent.message))

    async def _awake(self, sent: Sent, act: Callable[[], Awaitable[object]]) -> None:
        """Do something to a message; where its thread sleeps, wake that first."""
        try:
            await act()
        except discord.HTTPException as error:
            if error.code != _ASLEEP:
                raise
            thread = await self._client.fetch_channel(int(sent.channel))
            if not isinstance(thread, discord.Thread):
                raise
            await thread.edit(archived=False)
            await act()

    async def _mark(self, outgoing: Outgoing) -> None:
        """Show on a thread's post whether the thing is back; the thread stays open."""
        kind, target = outgoing.reply.kind, outgoing.target
        if kind not in {"returned", "reopened"} or target.message is None or self._client.user is None:
            return
        post = self._message(Sent(target.channel, target.message))
        try:
            if kind == "returned":
                await post.add_reaction(RETURNED)
            else:
                await post.remove_reaction(RETURNED, self._client.user)
        except discord.HTTPException as error:
            _log.warning("discord_post_unmarked", post=target.message, code=error.code)

    async def _earlier(self, place: Place, key: str) -> discord.Message | None:
        """Return the message in which an earlier try has arrived."""
        sought = marker(key)
        if isinstance(place, discord.ForumChannel):
            candidates = [await thread.fetch_message(thread.id) for thread in place.threads if _is_ours(thread)]
        else:
            candidates = [message async for message in place.history(limit=_LOOK_BACK)]
        for message in candidates:
            if message.author == self._client.user and any(embed.url == sought for embed in message.embeds):
                return message
        return None

    async def _post(self, place: Place, outgoing: Outgoing) -> discord.Message:
        """Send; the nonce keeps the library's own retries from showing twice."""
        rendered, files = render(outgoing), _files(outgoing)
        if isinstance(place, discord.ForumChannel):
            kind, language = self._guilds.role_of(place) or ReportKind.LOST, self._guilds.language(place.guild)
            opened = await place.create_thread(
                name=thread_name(kind, title_of(outgoing.reply), discord.utils.utcnow(), language),
                content=rendered.content,
                embed=rendered.embed,
                files=files,
                allowed_mentions=rendered.mentions,
                view=rendered.view(),
                auto_archive_duration=ARCHIVE_AFTER,
                applied_tags=place.available_tags[:1] if place.flags.require_tag else [],
            )
            return opened.message
        return await place.send(
            rendered.content,
            embed=rendered.embed,
            files=files,
            allowed_mentions=rendered.mentions,
            nonce=nonce(outgoing.key),
            view=rendered.view(),
        )


def _files(outgoing: Outgoing) -> list[discord.File]:
    return [discord.File(io.BytesIO(outgoing.picture), PICTURE_NAME)] if outgoing.picture else []


def _is_ours(thread: discord.Thread) -> bool:
    return thread.owner_id == thread.guild.me.id


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
