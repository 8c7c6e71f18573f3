"""The contract on Discord."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from bot.discord import app
from bot.discord.config import DiscordConfig
from db.store import Store
from reunite.handlers import Handlers
from reunite.model import Member, PlatformName, ReplyTarget
from reunite.ports import Sent
from tests.contract.harness import JPEG, ChannelName, Harness, Mark, NoQueue
from tests.doubles.discord import BOT_ID, TOKEN, DiscordDouble


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
        await self.double.until(lambda: sum(acknowledgement in path for _, path in self.double.requests) >= times)
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
        if words:
            return await self.double.answer(await self.double.slash("lost", author.id, "general", description=words))
        used = await self.double.slash("lost", author.id, "general")
        await self.double.opened(used)
        return await self.double.answer(await self.double.submit(used))

    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        return self.double.has_reaction(str(post.message), "👀")

    async def delete(self, post: ReplyTarget, author: Member) -> None:
        del author
        await self.double.delete(str(post.message))

    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        assert self.double.find(to.message)["channel_id"] == to.channel
        await (self.double.react if given else self.double.unreact)(to.message, mark, member.id)

    async def press(self, on: Sent, words: str, member: Member) -> str:
        pressed = await self.double.press(on.message, words, member.id)
        return await self.double.answer(pressed)

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
        async with app.running(Handlers(store, NoQueue()), config) as platform:
            yield OnDiscord(store, platform, double=double)
