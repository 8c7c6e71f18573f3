"""The contract on Discord."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import ClassVar

from bot.discord import app
from bot.discord.config import DiscordConfig
from db.store import Store
from reunite.entities import Member, PlatformName, ReplyTarget
from reunite.language import sentence
from reunite.ports import Sent
from tests.contract.harness import JPEG, Harness, Mark, PrivateReply
from tests.contract.sides import Admin, People, Screen, Ui
from tests.doubles.discord import BOT_ID, TOKEN, DiscordDouble, Interaction
from tests.doubles.discord_shapes import CREATE_PRIVATE_THREADS, MANAGE_GUILD, PRIVATE_THREAD
from tests.support.keys import KEYS
from tests.support.notified_handlers import notified_handlers
from tests.support.waiting import PATIENCE, eventually


@dataclass
class OnDiscord(Harness):
    name: ClassVar[PlatformName] = "discord"
    double: DiscordDouble = field(kw_only=True)
    log: str = ""

    def __post_init__(self) -> None:
        self.admin, self.people = DiscordAdmin(self), DiscordPeople(self)
        self.ui, self.screen = DiscordUi(self), DiscordScreen(self)

    @property
    def workspace(self) -> str:
        return self.double.guild_id

    def join(self, name: str, *, moderator: bool = False, language: str = "en") -> Member:
        member = Member(self.double.admin.join(name, moderator=moderator), name)
        self.double.locales[member.id] = {"en": "en-US"}.get(language, language)
        return member

    def forget(self) -> None:
        self.double.nonces.clear()

    async def _private_reply(self, used: Interaction) -> PrivateReply:
        words = await self.double.ui.answer(used)
        assert used.ephemeral
        return PrivateReply(words, used.responses[-1]["id"])


@dataclass
class DiscordAdmin(Admin):
    here: OnDiscord

    async def set_up(self, *, log: bool = False, found: str = "", language: str = "en") -> None:
        places = {"found": self.here.double.channel(found)} if found else {}
        if log:
            self.here.log = self.here.log or await self.here.double.admin.create_channel("moderators")
            places["log"] = self.here.log
        if places:
            await self._change(sentence("setup_places"), **places)
        await self._change(sentence("setup_ways"), language=language)

    async def _change(self, button: str, **values: str) -> None:
        manager = self.here.double.admin.join("Max")
        self.here.double.members[manager]["roles"].append(self.here.double.add_role("managers", MANAGE_GUILD))
        panel = await self.here._private_reply(await self.here.double.ui.slash("setup", manager, "general"))
        pressed = await self.here.double.ui.press(panel.handle, button, manager)
        await self.here.double.ui.opened(pressed)
        await self.here.double.ui.submit(pressed, None, **values)
        await eventually(lambda: self.here.double.message(panel.handle)["edited_timestamp"])

    async def open_channel(self, name: str) -> None:
        await self.here.double.admin.create_channel(name)

    async def leave(self) -> None:
        await self.here.double.admin.remove_bot()

    async def refuse_conversations(self) -> None:
        for channel in ("found", "lost"):
            await self.here.double.admin.forbid(channel, CREATE_PRIVATE_THREADS)

    async def invite(self) -> None:
        await self.here.double.admin.remove_bot()
        await self.here.double.admin.add_bot()


@dataclass
class DiscordPeople(People):
    here: OnDiscord

    async def post_photo(self, channel: str, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        post = await self.here.double.people.post(channel, author.id, text, {"photo.jpg": JPEG}, times=times)
        acknowledgement = f"/messages/{post}/reactions"
        await eventually(lambda: sum(acknowledgement in path for _, path in self.here.double.requests) >= times)
        return ReplyTarget("discord", self.here.double.guild_id, self.here.double.channel(channel), post)

    async def post_refused(self, author: Member, text: str) -> str:
        post = await self.here.double.people.post("found", author.id, text, {"photo.jpg": JPEG})
        [answer] = await eventually(lambda: self.here.double.replies(post))
        return self.here.double.text(answer)

    async def post_as_bots(self) -> None:
        for author in (BOT_ID, self.here.double.admin.join("Robot", bot=True)):
            await self.here.double.people.post("found", author, "beep", {"photo.jpg": JPEG})

    async def post_elsewhere(self, channel: str, author: Member, text: str) -> None:
        await self.here.double.people.post(channel, author.id, text, {"photo.jpg": JPEG})

    async def edit_post(self, post: ReplyTarget, author: Member, text: str) -> None:
        del author
        await self.here.double.people.edit(str(post.message), text)

    async def post_photo_in_thread(self, root: ReplyTarget, author: Member) -> None:
        await self.here.double.people.post_in_thread(str(root.message), author.id, {"photo.jpg": JPEG})

    async def post_words(
        self, channel: str, author: Member, text: str, *, below: ReplyTarget | None = None
    ) -> ReplyTarget:
        if below:
            await self.here.double.people.post_in_thread(str(below.message), author.id, text=text)
            return below
        post = await self.here.double.people.post(channel, author.id, text)
        return ReplyTarget("discord", self.here.double.guild_id, self.here.double.channel(channel), post)

    async def change_photos(self, post: ReplyTarget, text: str, *names: str) -> None:
        files = [self.here.double.attach(post.channel, name, JPEG, "image/jpeg") for name in names]
        await self.here.double.people.edit(str(post.message), text, attachments=files)

    async def delete(self, post: ReplyTarget, author: Member) -> None:
        del author
        await self.here.double.people.delete(str(post.message))

    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        assert self.here.double.message(to.message)["channel_id"] == to.channel
        await (self.here.double.people.react if given else self.here.double.people.unreact)(to.message, mark, member.id)


@dataclass
class DiscordUi(Ui):
    here: OnDiscord

    async def use_lost(self, author: Member, words: str) -> str:
        if words:
            return await self.here.double.ui.answer(
                await self.here.double.ui.slash("lost", author.id, "general", description=words)
            )
        used = await self.here.double.ui.slash("lost", author.id, "general")
        await self.here.double.ui.opened(used)
        return await self.here.double.ui.answer(await self.here.double.ui.submit(used))

    async def report_privately(self, author: Member, words: str) -> str:
        opening = await self.here.double.ui.slash("lost", author.id, "general")
        await self.here.double.ui.opened(opening)
        return (
            await self.here._private_reply(await self.here.double.ui.submit(opening, words=words, seen="private"))
        ).words

    async def report_sealed(self, author: Member, words: str, where: str) -> str:
        opening = await self.here.double.ui.slash("sealed", author.id, "general")
        await self.here.double.ui.opened(opening)
        filled = {"words": words, "where": where, "category": "keys"}
        return (
            await self.here._private_reply(await self.here.double.ui.submit(opening, {"photo.jpg": JPEG}, **filled))
        ).words

    async def search(self, member: Member, words: str, photo: bytes | None = None) -> PrivateReply:
        options = {"words": words} if words else {}
        sent = ("photo.jpg", photo) if photo else None
        return self._page(
            await self.here._private_reply(
                await self.here.double.ui.slash("search", member.id, "general", sent, **options)
            )
        )

    async def turn(self, page: PrivateReply, words: str, member: Member) -> PrivateReply:
        await self.here.double.ui.press(page.handle, words, member.id)
        await eventually(lambda: self._page(page).words != page.words)
        return self._page(page)

    def _page(self, reply: PrivateReply) -> PrivateReply:
        shown = self.here.double.message(reply.handle)
        return PrivateReply(self.here.double.text(shown), reply.handle, len(shown["attachments"]))

    async def own_reports(self, member: Member) -> PrivateReply:
        return await self.here._private_reply(await self.here.double.ui.slash("mine", member.id, "general"))

    async def press(
        self, on: Sent | PrivateReply, words: str, member: Member, *, fill: str = "", photo: bytes | None = None
    ) -> PrivateReply:
        message = on.handle if isinstance(on, PrivateReply) else on.message
        used = await self.here.double.ui.press(message, words, member.id)
        if (fill or photo) and await eventually(lambda: used.modal or used.answer) == used.modal:
            filled = {"words": fill} if fill else {}
            used = await self.here.double.ui.submit(used, {"photo.jpg": photo} if photo else None, **filled)
        reply = await self.here._private_reply(used)
        if words in self.here.double.buttons(self.here.double.message(reply.handle)):  # it asks whether it's meant
            return replace(reply, words=await self.here.double.ui.confirm(reply.handle, words, member.id))
        return reply


@dataclass
class DiscordScreen(Screen):
    here: OnDiscord

    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        return self.here.double.people.has_reaction(str(post.message), "👀")

    async def words(self, of: Sent) -> str | None:
        message = self.here.double.messages[of.channel].get(of.message)
        return self.here.double.text(message) if message else None

    async def pictures(self, of: Sent) -> int:
        return len(self.here.double.message(of.message)["attachments"])

    async def public(self) -> str:
        hidden = {
            channel["id"] for channel in self.here.double.channels.values() if channel["type"] == PRIVATE_THREAD
        } | {self.here.log}
        there = [messages for channel, messages in self.here.double.messages.items() if channel not in hidden]
        return "\n".join(self.here.double.text(message) for messages in there for message in messages.values())

    async def sees(self, member: Member, message: Sent) -> bool:
        channel = self.here.double.channels[message.channel]
        return channel["type"] != PRIVATE_THREAD or member.id in self.here.double.thread_members[message.channel]

    async def is_marked(self, post: ReplyTarget) -> bool:
        return self.here.double.people.has_reaction(str(post.message), "✅")

    async def literal_words(self, of: Sent) -> str:
        [embed] = self.here.double.message(of.message)["embeds"]
        escaped_or_active = re.compile(r"\\([^a-zA-Z0-9\s])|@(?:everyone|here)|[\\*_~`|<>\[\]()]")
        return escaped_or_active.sub(lambda sign: sign[1] or "", embed["description"]).replace("\u200b", "")

    def pinged(self, by: Sent) -> set[str]:
        return self.here.double.pinged(self.here.double.message(by.message))

    async def answer_at(self, root: ReplyTarget, answer: str) -> Sent:
        del root
        return Sent(self.here.double.message(answer)["channel_id"], answer)

    async def answers(self, root: ReplyTarget) -> list[str]:
        return [reply["id"] for reply in self.here.double.replies(str(root.message))]


@asynccontextmanager
async def on_discord(database_url: str) -> AsyncIterator[OnDiscord]:
    async with DiscordDouble(answer_within=PATIENCE) as double, Store(database_url, keys=KEYS) as store:
        config = DiscordConfig(token=TOKEN, api_base=double.api_base, gateway=double.gateway_url, guilds_wait=0.05)
        async with notified_handlers(store) as handlers, app.running(handlers, store, config) as platform:
            yield OnDiscord(store, platform, double=double)
