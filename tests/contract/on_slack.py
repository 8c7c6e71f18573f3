"""The contract on Slack."""

import asyncio
import html
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.slack import app
from bot.slack.config import SlackConfig
from db.store import Store
from reunite.entities import Member, PlatformName, ReplyTarget
from reunite.language import sentence
from reunite.ports import Sent
from tests.contract.harness import JPEG, Harness, Mark, PrivateReply
from tests.contract.sides import Admin, People, Screen, Ui
from tests.doubles.slack import Envelope, SlackDouble, shown
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN, BOT_USER, TEAM
from tests.doubles.slack_blocks import loaded, words_of
from tests.support.keys import KEYS
from tests.support.notified_handlers import notified_handlers
from tests.support.slack_adapter import note_greeting
from tests.support.waiting import PATIENCE, eventually


@dataclass
class OnSlack(Harness):
    name: ClassVar[PlatformName] = "slack"
    double: SlackDouble = field(kw_only=True)
    channels: dict[str, str] = field(kw_only=True)
    log: str = ""

    def __post_init__(self) -> None:
        self.admin, self.people = SlackAdmin(self), SlackPeople(self)
        self.ui, self.screen = SlackUi(self), SlackScreen(self)

    @property
    def workspace(self) -> str:
        return TEAM

    def join(self, name: str, *, moderator: bool = False, language: str = "en") -> Member:
        return Member(self.double.admin.add_member(name, admin=moderator, locale=f"{language}-XX"), name)


@dataclass
class SlackAdmin(Admin):
    here: OnSlack

    async def set_up(self, *, log: bool = False, found: str = "", language: str = "en") -> None:
        chosen: dict[str, Any] = {"language": language}
        if found:
            chosen["found_channels"] = [self.here.channels[found]]
        if log:
            self.here.log = self.here.log or self.here.double.admin.add_channel("moderators")
            chosen["log_channel"] = self.here.log
        admin = self.here.double.admin.add_member("Max", admin=True)
        await self.here.double.ui.press_in(await self.here.double.ui.open_home(admin), sentence("home_setup"), admin)
        modal = await self.here.double.ui.modal(admin, sentence("home_setup"))
        await self.here.double.ui.submit(modal, admin, **chosen)
        await self.here.double.ui.modal(admin, sentence("setup_saved"))

    async def open_channel(self, name: str) -> None:
        self.here.channels[name] = self.here.double.admin.add_channel(name)

    async def leave(self) -> None:
        gone = self.here.double.tell({"type": "app_uninstalled"}, at=time.time() + 1)
        await asyncio.wait_for(gone.acked.wait(), PATIENCE)

    async def refuse_conversations(self) -> None:
        self.here.double.api.scopes = self.here.double.api.scopes.replace("mpim:write,", "")

    async def invite(self) -> None:
        workspace = await self.here.store.workspace("slack", TEAM)
        assert workspace
        async with self.here.store.transaction(workspace.community) as connection:
            await connection.execute("UPDATE workspace SET greeted_at = NULL, greeting_tried_at = NULL")
        self.here.double.admin.invite_bot(self.here.channels["found"])
        self.here.double.admin.invite_bot(self.here.channels["lost"])


@dataclass
class SlackPeople(People):
    here: OnSlack

    async def post_photo(self, channel: str, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        where = self.here.channels[channel]
        ts = self.here.double.post_photo(where, author.id, JPEG, html.escape(text, quote=False))  # as Slack tells it
        event = self.here.double.delivery.envelopes[-1]
        for _ in range(times - 1):
            await self.here.double.tell_again(event)
        post = ReplyTarget("slack", TEAM, where, ts)
        await self.here.double.settle()
        await eventually(lambda: self.here.screen.is_acknowledged(post))
        return post

    async def post_refused(self, author: Member, text: str) -> str:
        where = self.here.channels["found"]
        ts = self.here.double.post_photo(where, author.id, JPEG, text)
        [answer] = await eventually(lambda: self.here.double.thread(where, ts))
        return str(answer["text"])

    async def post_as_bots(self) -> None:
        self.here.double.post_photo(self.here.channels["found"], BOT_USER, JPEG)
        self.here.double.post_photo(
            self.here.channels["found"], self.here.double.admin.add_member("robot"), JPEG, bot_id="B1"
        )

    async def post_elsewhere(self, channel: str, author: Member, text: str) -> None:
        self.here.double.post_photo(self.here.channels[channel], author.id, JPEG, text)

    async def edit_post(self, post: ReplyTarget, author: Member, text: str) -> None:
        del author
        self.here.double.edit(post.channel, str(post.message), text)

    async def post_photo_in_thread(self, root: ReplyTarget, author: Member) -> None:
        self.here.double.post_photo(root.channel, author.id, JPEG, thread_ts=root.message)
        await self.here.double.settle()

    async def post_words(
        self, channel: str, author: Member, text: str, *, below: ReplyTarget | None = None
    ) -> ReplyTarget:
        thread = {"thread_ts": below.message} if below else {}
        ts = self.here.double.post(self.here.channels[channel], author.id, text, **thread)
        return ReplyTarget("slack", TEAM, self.here.channels[channel], ts)

    async def change_photos(self, post: ReplyTarget, text: str, *names: str) -> None:
        owner = self.here.double.message(post.channel, str(post.message))
        assert owner
        files = [self.here.double.api.files.add(owner["user"], name, JPEG) for name in names]
        self.here.double.edit(post.channel, str(post.message), text, files=files)

    async def delete(self, post: ReplyTarget, author: Member) -> None:
        del author
        self.here.double.delete(post.channel, str(post.message))

    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        name = {"✅": "white_check_mark", "❌": "x"}[mark]
        await asyncio.wait_for(
            self.here.double.react(to.channel, to.message, name, member.id, given=given).acked.wait(), PATIENCE
        )


@dataclass
class SlackUi(Ui):
    here: OnSlack

    async def use_lost(self, author: Member, words: str) -> str:
        used = await self.here.double.slash("lost", words, author.id, self.here.channels["found"])
        if not words:  # a modal opens, and is sent as it is
            modal = await self.here.double.ui.modal(author.id)
            sent = await self.here.double.ui.submit(modal, author.id)
            return " ".join((sent.ack or {})["payload"]["errors"].values())
        [answer] = await eventually(lambda: used.answers)
        return str(answer["text"])

    async def report_privately(self, author: Member, words: str) -> str:
        await self.here.double.slash("lost", "", author.id, self.here.channels["found"])
        return (await self._filled(author, words=words, seen="private")).words

    async def report_sealed(self, author: Member, words: str, where: str) -> str:
        await self.here.double.slash("found", "sealed", author.id, self.here.channels["found"])
        photo = self.here.double.api.files.add(author.id, "photo.jpg", JPEG)
        return (await self._filled(author, words=words, where=where, category="keys", photos=[photo])).words

    async def search(self, member: Member, words: str, photo: bytes | None = None) -> PrivateReply:
        if photo is None:
            used = await self.here.double.slash("lost", f"search {words}", member.id, self.here.channels["found"])
            return await self._whispered(used)
        await self.here.double.slash("lost", "search", member.id, self.here.channels["found"])
        sent = [self.here.double.api.files.add(member.id, "photo.jpg", photo)]
        return await self._filled(member, **({"words": words} if words else {}), photos=sent)

    async def turn(self, page: PrivateReply, words: str, member: Member) -> PrivateReply:
        return await self._whispered(
            await self.here.double.ui.press_whisper(page.handle, words, member.id), in_place=True
        )

    async def own_reports(self, member: Member) -> PrivateReply:
        return await self._whispered(
            await self.here.double.slash("lost", "mine", member.id, self.here.channels["found"])
        )

    async def _filled(self, member: Member, **values: Any) -> PrivateReply:
        """Fill in the modal that opens; return what it then says, or what it says is wrong."""
        modal = await self.here.double.ui.modal(member.id)
        sent = await self.here.double.ui.submit(modal, member.id, **values)
        if errors := (sent.ack or {})["payload"].get("errors"):
            return PrivateReply(" ".join(errors.values()))
        view = self.here.double.ui.views.pop(modal["id"])
        return PrivateReply(words_of(view["blocks"]).strip(), view, _images(view["blocks"]))

    async def _whispered(self, used: Envelope, *, in_place: bool = False) -> PrivateReply:
        moment = sentence("one_moment")
        answer, *_ = await eventually(lambda: [answer for answer in used.answers if answer["text"] != moment])
        assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", in_place)
        place = used.payload.get("channel_id") or used.payload["channel"]["id"]
        pictures = _images(loaded(answer.get("blocks", [])))
        return PrivateReply(shown(answer).strip() or str(answer["text"]), {"channel": place, **answer}, pictures)

    async def press(
        self, on: Sent | PrivateReply, words: str, member: Member, *, fill: str = "", photo: bytes | None = None
    ) -> PrivateReply:
        if isinstance(on, PrivateReply):
            pressed = await self.here.double.ui.press_whisper(on.handle, words, member.id)
        else:
            pressed = await self.here.double.press(on.channel, on.message, words, member.id)
        if not (fill or photo) or await eventually(lambda: pressed.answers or self._is_asked(member)) is not True:
            return await self._whispered(pressed)
        if fill:
            return await self._filled(member, words=fill)
        return await self._filled(member, photos=[self.here.double.api.files.add(member.id, "photo.jpg", photo or b"")])

    def _is_asked(self, member: Member) -> bool:
        return any(view["user"] == member.id for view in self.here.double.ui.views.values())


@dataclass
class SlackScreen(Screen):
    here: OnSlack

    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        message = self.here.double.message(post.channel, str(post.message))
        return message is not None and message.get("reactions", {}).get("eyes") == [BOT_USER]

    async def words(self, of: Sent) -> str | None:
        message = self.here.double.message(of.channel, of.message)
        return shown(message).strip() if message else None

    async def pictures(self, of: Sent) -> int:
        message = self.here.double.message(of.channel, of.message)
        assert message
        attached: list[Any] = message.get("files", [])
        return len(attached) + len([block for block in loaded(message["blocks"]) if block["type"] == "image"])

    async def public(self) -> str:
        hidden = {channel for channel, about in self.here.double.channels.items() if about.get("is_im")} | {
            self.here.log
        }
        there = [
            message
            for channel, messages in self.here.double.messages.items()
            if channel not in hidden
            for message in messages
        ]
        return "\n".join(f"{message.get('text', '')}\n{shown(message)}" for message in there)

    async def sees(self, member: Member, message: Sent) -> bool:
        channel = self.here.double.channels[message.channel]
        return not channel.get("is_im") or member.id in channel["people"]

    async def is_marked(self, post: ReplyTarget) -> bool:
        message = self.here.double.message(post.channel, str(post.message))
        return bool(message and BOT_USER in message.get("reactions", {}).get("white_check_mark", []))

    def _leaves(self, of: Sent) -> list[dict[str, Any]]:
        message = self.here.double.message(of.channel, of.message)
        assert message
        groups = [group for block in message["blocks"] if block["type"] == "rich_text" for group in block["elements"]]
        return [leaf for group in groups for leaf in group["elements"]]

    async def literal_words(self, of: Sent) -> str:
        return "".join(leaf["text"] for leaf in self._leaves(of) if leaf["type"] == "text" and "style" not in leaf)

    def pinged(self, by: Sent) -> set[str]:
        message = self.here.double.message(by.channel, by.message)
        assert message
        mentioned = {leaf.get("user_id", leaf["type"]) for leaf in self._leaves(by) if leaf["type"] != "text"}
        return mentioned | set(re.findall(r"<[@!]([^>]*)>", message["text"]))

    async def answers(self, root: ReplyTarget) -> list[str]:
        thread = self.here.double.thread(root.channel, str(root.message))
        return [message["ts"] for message in thread if message["user"] == BOT_USER]


def _images(blocks: list[Any]) -> int:
    return len([block for block in blocks if block["type"] == "image"])


@asynccontextmanager
async def on_slack(database_url: str) -> AsyncIterator[OnSlack]:
    async with SlackDouble.running(acknowledge_within=20) as double, Store(database_url, keys=KEYS) as store:
        double.triggers_live = PATIENCE
        channels = {"found": double.admin.add_channel("found"), "lost": double.admin.add_channel("lost")}
        config = SlackConfig(bot_token=BOT_TOKEN, app_token=APP_TOKEN, api_base=double.api_base, ping_seconds=1)
        async with notified_handlers(store) as handlers:
            await note_greeting(handlers)
            async with app.running(handlers, store, config) as platform:
                yield OnSlack(store, platform, double=double, channels=channels)
