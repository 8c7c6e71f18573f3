"""The three platforms behind one face, so that one suite holds them all to the same behaviour.

Where a platform has no such thing, its harness says so in `lacks`, with the reason: the suite then skips by that.
"""

import asyncio
import html
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientSession, FormData

from bot.discord import app as discord_app
from bot.discord.config import DiscordConfig
from bot.slack import app as slack_app
from bot.slack.config import SlackConfig
from bot.web import app as web_app
from bot.web.config import WebConfig
from db.store import OutboxItem, Store
from reunite.handlers import Handlers
from reunite.model import Member, PlatformName, ReplyTarget, Report, Workspace
from reunite.ports import Outgoing, Platform, Sent
from tests.doubles.discord import BOT_ID, TOKEN, DiscordDouble
from tests.doubles.pictures import drawing
from tests.doubles.slack import PATIENCE, SlackDouble
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN, BOT_USER, TEAM

Feature = Literal["bots", "pings", "posts of the bot"]
ChannelName = Literal["found", "lost"]
Mark = Literal["✅", "❌"]
JPEG = drawing("red")


class NoQueue:
    """No workers take part here."""

    async def hint(self, work: UUID) -> None:
        del work


@dataclass
class Harness(ABC):
    """A community on one platform: what people do there, and what they see."""

    name: ClassVar[PlatformName]
    lacks: ClassVar[Mapping[Feature, str]] = {}
    store: Store
    platform: Platform

    def needs(self, feature: Feature) -> None:
        """Skip the test where the platform has no such thing."""
        if feature in self.lacks:
            pytest.skip(f"{self.name}: {self.lacks[feature]}")

    @property
    @abstractmethod
    def workspace(self) -> str:
        """The platform's id of the community."""

    @abstractmethod
    def join(self, name: str, *, moderator: bool = False) -> Member:
        """Let a person in."""

    @abstractmethod
    async def post_photo(self, channel: ChannelName, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        """Post a photo; the platform tells of it so many times, and all of them are taken when this returns."""

    @abstractmethod
    async def post_refused(self, author: Member, text: str) -> str:
        """Post a photo in #found that can't be taken, and return what its author is told."""

    @abstractmethod
    async def post_as_bots(self) -> None:
        """Let the bot itself, and another one, post a photo in #found."""

    @abstractmethod
    async def use_lost(self, author: Member, words: str) -> str:
        """Use `/lost` and return what its author is told at once."""

    @abstractmethod
    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        """Tell whether the post shows that it was taken up."""

    @abstractmethod
    async def delete(self, post: ReplyTarget, author: Member) -> None:
        """Delete one's post."""

    @abstractmethod
    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        """React to a message of the bot, or take that back."""

    @abstractmethod
    async def literal_words(self, of: Sent) -> str:
        """Return what a message of the bot shows as mere words, without all that the platform takes for more."""

    @abstractmethod
    def pinged(self, by: Sent) -> set[str]:
        """Return who hears of a message."""

    @abstractmethod
    async def answers(self, root: ReplyTarget) -> list[str]:
        """Return the bot's messages in a post's thread."""

    def forget(self) -> None:  # noqa: B027 - most platforms remember nothing
        """Let the minutes pass for which the platform itself refuses what it was just sent."""

    async def answered(self, root: ReplyTarget, *by: Sent) -> None:
        """Wait until a post's thread shows these messages of the bot, and no others."""
        expected = [each.message for each in by]
        try:
            await until(lambda: self._has(root, expected))
        except TimeoutError as error:
            raise AssertionError(f"{await self.answers(root)} are shown, not {expected}") from error

    async def _has(self, root: ReplyTarget, expected: list[str]) -> bool:
        return await self.answers(root) == expected

    async def reports(self) -> list[Report]:
        """Return what is committed, in order."""
        known = await self.store.workspace(self.name, self.workspace)
        assert isinstance(known, Workspace)
        async with self.store.session(known.community) as session:
            rows = await session._all("SELECT id FROM report ORDER BY created_at")
            return [report for row in rows if (report := await session.report(row["id"]))]

    async def deliver(self) -> list[tuple[OutboxItem, Sent]]:
        """Send what is due, as the delivery does."""
        sent = []
        for item in await self.store.lease_outbox(self.name, limit=10, seconds=60):
            place = await self.platform.send(Outgoing(item.key, item.target, item.reply))
            async with self.store.session(item.community) as session:
                await session.mark_sent(item.seq, item.fence, place.channel, place.message)
            sent.append((item, place))
        return sent


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """Wait until there is something to see, and return it."""
    async with asyncio.timeout(PATIENCE):
        while not (seen := await look()):  # noqa: ASYNC110 - what is seen may be anything
            await asyncio.sleep(0.02)
    return seen


@dataclass
class OnDiscord(Harness):
    name: ClassVar[PlatformName] = "discord"
    double: DiscordDouble = field(kw_only=True)

    @property
    def workspace(self) -> str:
        return self.double.guild_id

    def join(self, name: str, *, moderator: bool = False) -> Member:
        return Member(self.double.join(name, moderator=moderator), name)

    async def post_photo(self, channel: ChannelName, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        post = await self.double.post(channel, author.id, text, {"photo.jpg": JPEG}, times=times)
        acknowledgement = f"/messages/{post}/reactions"
        await self.double.until(lambda: sum(acknowledgement in path for _, path in self.double.requests) == times)
        return ReplyTarget("discord", self.double.guild_id, self.double.channel(channel), post)

    def forget(self) -> None:
        self.double.nonces.clear()

    async def post_refused(self, author: Member, text: str) -> str:
        post = await self.double.post("found", author.id, text, {"photo.jpg": JPEG})
        [told] = await self.double.until(lambda: self.double.replies(post))
        return self.double.text(told)

    async def post_as_bots(self) -> None:
        for author in (BOT_ID, self.double.join("Robot", bot=True)):
            await self.double.post("found", author, "beep", {"photo.jpg": JPEG})

    async def use_lost(self, author: Member, words: str) -> str:
        options = {"description": words} if words else {}
        return await self.double.answer(await self.double.slash("lost", author.id, "general", **options))

    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        return self.double.has_reaction(str(post.message), "👀")

    async def delete(self, post: ReplyTarget, author: Member) -> None:
        del author
        await self.double.delete(str(post.message))

    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        assert self.double.find(to.message)["channel_id"] == to.channel
        await (self.double.react if given else self.double.unreact)(to.message, mark, member.id)

    async def literal_words(self, of: Sent) -> str:
        [embed] = self.double.find(of.message)["embeds"]
        escaped_or_active = re.compile(r"\\([^a-zA-Z0-9\s])|@(?:everyone|here)|[\\*_~`|<>\[\]()]")
        return escaped_or_active.sub(lambda sign: sign[1] or "", embed["description"]).replace("\u200b", "")

    def pinged(self, by: Sent) -> set[str]:
        return self.double.pinged(self.double.find(by.message))

    async def answers(self, root: ReplyTarget) -> list[str]:
        return [each["id"] for each in self.double.replies(str(root.message))]


@asynccontextmanager
async def on_discord(database_url: str) -> AsyncIterator[OnDiscord]:
    async with DiscordDouble() as double, Store(database_url) as store:
        config = DiscordConfig(token=TOKEN, api_base=double.api_base, gateway=double.gateway_url, guilds_wait=0.05)
        async with discord_app.running(Handlers(store, NoQueue()), config) as platform:
            yield OnDiscord(store, platform, double=double)


@dataclass
class OnSlack(Harness):
    name: ClassVar[PlatformName] = "slack"
    double: SlackDouble = field(kw_only=True)
    channels: dict[ChannelName, str] = field(kw_only=True)

    @property
    def workspace(self) -> str:
        return TEAM

    def join(self, name: str, *, moderator: bool = False) -> Member:
        return Member(self.double.add_member(name, admin=moderator), name)

    async def post_photo(self, channel: ChannelName, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        where = self.channels[channel]
        ts = self.double.post_photo(where, author.id, JPEG, html.escape(text, quote=False))  # as Slack tells it
        event = self.double.envelopes[-1]
        for _ in range(times - 1):
            await self.double.tell_again(event)
        post = ReplyTarget("slack", TEAM, where, ts)
        await self.double.settle()
        await until(lambda: self.is_acknowledged(post))
        return post

    async def post_refused(self, author: Member, text: str) -> str:
        where = self.channels["found"]
        ts = self.double.post_photo(where, author.id, JPEG, text)
        [told] = await self.double.until(lambda: self.double.thread(where, ts))
        return str(told["text"])

    async def post_as_bots(self) -> None:
        self.double.post_photo(self.channels["found"], BOT_USER, JPEG)
        self.double.post_photo(self.channels["found"], self.double.add_member("robot"), JPEG, bot_id="B1")

    async def use_lost(self, author: Member, words: str) -> str:
        used = await self.double.slash("lost", words, author.id, self.channels["found"])
        assert used.ack
        if "payload" in used.ack:
            return str(used.ack["payload"]["text"])
        [answer] = await self.double.until(lambda: used.answers)
        return str(answer["text"])

    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        message = self.double.message(post.channel, str(post.message))
        return message is not None and message.get("reactions", {}).get("eyes") == [BOT_USER]

    async def delete(self, post: ReplyTarget, author: Member) -> None:
        del author
        self.double.delete(post.channel, str(post.message))

    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        name = {"✅": "white_check_mark", "❌": "x"}[mark]
        await asyncio.wait_for(
            self.double.react(to.channel, to.message, name, member.id, given=given).acked.wait(), PATIENCE
        )

    def _leaves(self, of: Sent) -> list[dict[str, Any]]:
        message = self.double.message(of.channel, of.message)
        assert message
        groups = [group for block in message["blocks"] if block["type"] == "rich_text" for group in block["elements"]]
        return [leaf for group in groups for leaf in group["elements"]]

    async def literal_words(self, of: Sent) -> str:
        return "".join(leaf["text"] for leaf in self._leaves(of) if leaf["type"] == "text" and "style" not in leaf)

    def pinged(self, by: Sent) -> set[str]:
        message = self.double.message(by.channel, by.message)
        assert message
        mentioned = {leaf.get("user_id", leaf["type"]) for leaf in self._leaves(by) if leaf["type"] != "text"}
        return mentioned | set(re.findall(r"<[@!]([^>]*)>", message["text"]))

    async def answers(self, root: ReplyTarget) -> list[str]:
        return [each["ts"] for each in self.double.thread(root.channel, str(root.message))]


@asynccontextmanager
async def on_slack(database_url: str) -> AsyncIterator[OnSlack]:
    async with SlackDouble.running(acknowledge_within=5) as double, Store(database_url) as store:
        channels: dict[ChannelName, str] = {"found": double.add_channel("found"), "lost": double.add_channel("lost")}
        config = SlackConfig(bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_base=double.api_base, ping_seconds=0.2)
        async with slack_app.running(Handlers(store, NoQueue()), config) as platform:
            yield OnSlack(store, platform, double=double, channels=channels)


@dataclass
class OnWeb(Harness):
    name: ClassVar[PlatformName] = "web"
    lacks: ClassVar[Mapping[Feature, str]] = {
        "bots": "nobody but people, by their browsers, can post on the page",
        "pings": "the page notifies nobody; it shows names",
        "posts of the bot": "what a member says with /lost is itself shown as their post",
    }
    http: ClientSession = field(kw_only=True)
    moderators: set[str] = field(default_factory=set)

    @property
    def workspace(self) -> str:
        return "local"

    def join(self, name: str, *, moderator: bool = False) -> Member:
        if moderator:
            self.moderators.add(name)
        return Member(name.casefold(), name)

    async def _post(self, author: Member, text: str, channel: str, photo: bytes | None, post_id: str) -> Any:
        fields = {"id": post_id, "name": author.name, "channel": channel, "text": text}
        form = FormData(fields, default_to_multipart=True)
        if photo:
            form.add_field("photo", photo, filename="photo.jpg", content_type="image/jpeg")
        async with self.http.post("/posts", data=form) as response:
            return await response.json()

    async def post_photo(self, channel: ChannelName, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        post_id = str(uuid4())
        said = [await self._post(author, text, channel, JPEG, post_id) for _ in range(times)]
        [message] = {each["message"] for each in said}
        return ReplyTarget("web", "local", channel, str(message))

    async def post_refused(self, author: Member, text: str) -> str:
        return str((await self._post(author, text, "found", JPEG, str(uuid4())))["error"])

    async def post_as_bots(self) -> None:
        raise NotImplementedError(self.lacks["bots"])

    async def use_lost(self, author: Member, words: str) -> str:
        said = await self._post(author, f"/lost {words}", "found", None, str(uuid4()))
        return str(said.get("error", said.get("channel")))

    async def _board(self) -> dict[int, dict[str, Any]]:
        """Return the messages as a page sees them that is opened now."""
        async with self.http.ws_connect("/live") as page:
            return {each["id"]: each for each in (await page.receive_json())["messages"]}

    async def _message(self, number: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            return (await self._board()).get(int(number))

        shown: dict[str, Any] = await until(look)
        return shown

    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        return bool((await self._message(str(post.message)))["report"]["looking"])

    async def delete(self, post: ReplyTarget, author: Member) -> None:
        said = {"message": int(str(post.message)), "name": author.name, "moderator": False}
        async with self.http.post("/withdrawals", json=said) as response:
            assert response.status == 200

    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        kind = {"✅": "confirm", "❌": "refuse"}[mark]
        who = {"name": member.name, "moderator": member.name in self.moderators}
        async with self.http.post("/verdicts", json={"message": int(to.message), "kind": kind, "given": given, **who}):
            pass

    async def literal_words(self, of: Sent) -> str:
        lines = (await self._message(of.message))["reply"]["lines"]
        return "\n".join("".join(span["text"] for span in line if span["is"] in {"plain", "quoted"}) for line in lines)

    def pinged(self, by: Sent) -> set[str]:
        raise NotImplementedError(self.lacks["pings"])

    async def answers(self, root: ReplyTarget) -> list[str]:
        return [str(key) for key, each in (await self._board()).items() if each["root"] == int(str(root.message))]


@asynccontextmanager
async def on_web(database_url: str) -> AsyncIterator[OnWeb]:
    async with (
        Store(database_url) as store,
        web_app.running(Handlers(store, NoQueue()), store, WebConfig(port=0)) as platform,
        ClientSession(platform.url) as http,
    ):
        yield OnWeb(store, platform, http=http)


HARNESSES: Mapping[PlatformName, Callable[[str], AbstractAsyncContextManager[Harness]]] = {
    "discord": on_discord,
    "slack": on_slack,
    "web": on_web,
}
