"""The contract on Slack."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.slack import app
from bot.slack.config import SlackConfig
from db.store import Store
from reunite.handlers import Handlers
from reunite.model import Member, PlatformName, ReplyTarget
from reunite.ports import Sent
from tests.contract.harness import JPEG, ChannelName, Harness, Mark, NoQueue, until
from tests.doubles.slack import PATIENCE, SlackDouble
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN, BOT_USER, TEAM


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
        if not words:  # a modal opens, and is sent as it is
            modal = await self.double.modal(author.id)
            sent = await self.double.submit(modal, author.id)
            return " ".join((sent.ack or {})["payload"]["errors"].values())
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

    async def press(self, on: Sent, words: str, member: Member) -> str:
        pressed = await self.double.press(on.channel, on.message, words, member.id)
        answer, *_ = await self.double.until(lambda: pressed.answers)
        return str(answer["text"])

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
        async with app.running(Handlers(store, NoQueue()), store, config) as platform:
            yield OnSlack(store, platform, double=double, channels=channels)
