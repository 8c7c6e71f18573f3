"""What people do on a platform, and what its double shows them: the checker reads nothing else."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from tests.doubles.discord import BOT_ID, TOKEN, DiscordDouble
from tests.doubles.slack import SlackDouble, shown
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN
from tests.support.pictures import drawing

CARD: Final = "This could be yours."
RETURNED: Final = "confirmed by"
TAKEN_BACK: Final = "withdrew the confirmation"
_TAKEN: Final = "Got it"
_LATE_SECONDS: Final = 8.0
_LATE, _BREAKS = 4.0, 0.1
"""How long the platform answers late, by up to how many seconds, and how often it drops the connection instead."""


class Side(ABC):
    """One platform as its people see it. A post is named by its id; `kind` is the channel: found or lost."""

    role: str
    adapter: dict[str, Any]
    photos: dict[str, Any]
    picture: Callable[[str], bytes] = staticmethod(drawing)
    """Makes the photo of a post; a real encoder knows more in a real one."""

    @abstractmethod
    async def post(self, kind: str, colour: str, words: str) -> str: ...

    @abstractmethod
    async def delete(self, kind: str, post: str) -> None: ...

    @abstractmethod
    async def command(self, words: str) -> Callable[[], bool]:
        """Make a lost report by command; return what tells whether the bot has said that it took it."""

    @abstractmethod
    async def confirm(self, card: str) -> None: ...

    @abstractmethod
    async def take_back(self, card: str) -> None: ...

    @abstractmethod
    def thread(self, kind: str, post: str) -> list[tuple[str, str]]:
        """Return the bot's messages below a post, each with its id."""

    @abstractmethod
    def everything(self) -> Iterator[str]:
        """Yield all that the bot has said and named."""

    @abstractmethod
    def keys(self) -> Counter[str]:
        """Count the bot's messages by what marks each of them."""

    @abstractmethod
    def is_connected(self) -> bool:
        """Return whether the bot is there."""

    @abstractmethod
    async def trouble(self, chance: random.Random) -> str:
        """Let the platform answer badly for a while; return how."""


class DiscordSide(Side):
    """A guild."""

    role = "discord"

    def __init__(self, discord: DiscordDouble) -> None:
        self.discord = discord
        self.authors = {"lost": discord.admin.join("Ada"), "found": discord.admin.join("Ben")}
        self.moderator = discord.admin.join("Mo", moderator=True)
        self.adapter = {
            "token": TOKEN,
            "api_base": discord.api_base,
            "gateway": discord.gateway_url,
            "guilds_wait": 0.05,
            "pause_after_trouble": 1.0,
        }
        self.photos = {"hosts": [], "http_hosts": [discord.file_host]}

    async def post(self, kind: str, colour: str, words: str) -> str:
        photos = {f"{colour}.jpg": self.picture(colour)}
        return await self.discord.people.post(kind, self.authors[kind], words, photos, times=2)

    async def delete(self, kind: str, post: str) -> None:
        del kind
        await self.discord.people.delete(post)

    async def command(self, words: str) -> Callable[[], bool]:
        used = await self.discord.ui.slash("lost", self.authors["lost"], "lost", description=words)
        return lambda: _TAKEN in (used.answer or "")

    async def confirm(self, card: str) -> None:
        await self.discord.people.react(card, "✅", self.moderator)

    async def take_back(self, card: str) -> None:
        await self.discord.people.unreact(card, "✅", self.moderator)

    def thread(self, kind: str, post: str) -> list[tuple[str, str]]:
        del kind
        return [(str(reply["id"]), self.discord.text(reply)) for reply in self.discord.replies(post)]

    def everything(self) -> Iterator[str]:
        for channel, messages in self.discord.messages.items():
            yield str(self.discord.channels.get(channel, {}).get("name", ""))
            yield from (
                self.discord.text(message) for message in messages.values() if message["author"]["id"] == BOT_ID
            )

    def keys(self) -> Counter[str]:
        of_bot = (
            message
            for messages in self.discord.messages.values()
            for message in messages.values()
            if message["author"]["id"] == BOT_ID
        )
        return Counter(embed["url"] for message in of_bot for embed in message["embeds"] if embed.get("url"))

    def is_connected(self) -> bool:
        return self.discord.gateway.is_connected

    async def trouble(self, chance: random.Random) -> str:
        after = chance.random() < 0.5
        what = chance.choice(["500", "429", "socket", "late"])
        if what == "socket":
            await self.discord.gateway.drop()
        elif what == "late":
            self.discord.gateway.lateness.begin(_LATE_SECONDS, longest=_LATE, breaks=_BREAKS)
        elif what == "429":
            self.discord.refuse("POST .*messages", 429, message="slow", retry_after=0.5, **{"global": False})
        else:
            self.discord.refuse("(POST|PATCH|PUT|DELETE) ", 500, after=after, message="trouble")
        return what


class SlackSide(Side):
    """A workspace."""

    role = "slack"

    def __init__(self, slack: SlackDouble) -> None:
        self.slack = slack
        self.channels = {kind: slack.admin.add_channel(kind) for kind in ("found", "lost")}
        self.authors = {"lost": slack.admin.add_member("Ada"), "found": slack.admin.add_member("Ben")}
        self.moderator = slack.admin.add_member("Mo", admin=True)
        self.adapter = {"api_base": slack.api_base, "ping_seconds": 0.5, "bot_token": BOT_TOKEN, "app_token": APP_TOKEN}
        host = [urlsplit(slack.origin).netloc]
        self.photos = {"hosts": [], "http_hosts": host, "slack_hosts": host, "slack_token": BOT_TOKEN}

    async def post(self, kind: str, colour: str, words: str) -> str:
        return self.slack.post_photo(self.channels[kind], self.authors[kind], self.picture(colour), words)

    async def delete(self, kind: str, post: str) -> None:
        self.slack.delete(self.channels[kind], post)

    async def command(self, words: str) -> Callable[[], bool]:
        used = asyncio.create_task(self.slack.slash("lost", words, self.authors["lost"], self.channels["lost"]))
        used.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be there to answer

        def is_taken() -> bool:
            sent = [envelope for envelope in self.slack.delivery.envelopes if envelope.payload.get("text") == words]
            return any(_TAKEN in answer.get("text", "") for message in sent for answer in message.answers)

        return is_taken

    async def confirm(self, card: str) -> None:
        self.slack.react(self.channels["lost"], card, "white_check_mark", self.moderator)

    async def take_back(self, card: str) -> None:
        self.slack.react(self.channels["lost"], card, "white_check_mark", self.moderator, given=False)

    def thread(self, kind: str, post: str) -> list[tuple[str, str]]:
        return [
            (message["ts"], shown(message))
            for message in self.slack.thread(self.channels[kind], post)
            if _is_ours(message)
        ]

    def everything(self) -> Iterator[str]:
        yield from (shown(message) for message in self._of_bot())

    def keys(self) -> Counter[str]:
        return Counter(str(message.get("metadata")) for message in self._of_bot())

    def _of_bot(self) -> Iterator[dict[str, Any]]:
        for messages in self.slack.messages.values():
            yield from (message for message in messages if _is_ours(message))

    def is_connected(self) -> bool:
        return self.slack.delivery.is_connected

    async def trouble(self, chance: random.Random) -> str:
        what = chance.choice(["500", "429", "socket", "late"])
        method = chance.choice(["chat.postMessage", "chat.update", "reactions.add", "users.info", "chat.delete"])
        if what == "socket":
            await self.slack.delivery.drop_connections()
        elif what == "late":
            self.slack.delivery.lateness.begin(_LATE_SECONDS, longest=_LATE, breaks=_BREAKS)
        elif what == "429":
            self.slack.api.fail_next(method, status=429, error="ratelimited", retry_after=1)
        else:
            self.slack.api.fail_next(method, status=500, error="internal_error")
        return what


def _is_ours(message: dict[str, Any]) -> bool:
    return bool(message.get("metadata"))
