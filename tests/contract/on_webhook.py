"""The contract on a chat that talks to the bot by webhooks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from bot.json_replies import ways
from bot.webhook import app
from bot.webhook.config import WebhookConfig
from db.store import Store
from reunite.entities import Member, PlatformName, ReplyTarget
from reunite.language import CommandNames
from reunite.ports import Sent
from tests.contract.harness import Feature, Harness, Mark, PrivateReply
from tests.contract.sides import Admin, People, Screen, Ui
from tests.doubles.webhook_chat import PHOTO_HOST, SECRET, WebhookChat, spans
from tests.support.keys import KEYS
from tests.support.notified_handlers import notified_handlers

LOG = "moderators"


@dataclass
class OnWebhook(Harness):
    name: ClassVar[PlatformName] = "webhook"
    commands: ClassVar[CommandNames] = ways("en")
    lacks: ClassVar[Mapping[Feature, str]] = {
        "bots": "the chat tells of what people do; what its bots post it keeps to itself",
        "leaving": "the operator connects the chat, so nobody can take the bot away from it",
        "photos in threads": "the chat tells only of posts, not of what people write in their threads",
        "words alone": "the chat itself decides whether words alone are a report",
    }
    chat: WebhookChat = field(kw_only=True)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.admin, self.people = WebhookAdmin(self), WebhookPeople(self)
        self.ui, self.screen = WebhookUi(self), WebhookScreen(self)

    @property
    def workspace(self) -> str:
        return "chat"

    def join(self, name: str, *, moderator: bool = False, language: str = "en") -> Member:
        member = Member(f"id-{name.casefold()}", name)
        self.members[member.id] = {"id": member.id, "name": name, "is_moderator": moderator, "language": language}
        return member

    async def _tell(self, event: str, member: Member, **fields: Any) -> dict[str, Any]:
        return await self.chat.tell(event, self.members[member.id], **fields)

    def _links(self, post: str | None = None) -> list[dict[str, str]]:
        post = post or self.chat.add_post("found", "", "photo.jpg")
        return [{"name": name, "url": url} for name, url in self.chat.posts[post].photos.items()]


@dataclass
class WebhookAdmin(Admin):
    here: OnWebhook

    async def set_up(self, *, log: bool = False, found: str = "", language: str = "en") -> None:
        chosen: dict[str, Any] = {"language": language}
        if log:
            chosen["log_channel"] = LOG
        if found:
            chosen["found_channels"] = [found]
        answer = await self.here._tell("settings", self.here.join("Max", moderator=True), settings=chosen)
        assert answer == {"taken": True, "replies": []}

    async def open_channel(self, name: str) -> None:
        """Do nothing: a channel is a name in the events."""

    async def leave(self) -> None:
        self.here.skip("leaving")

    async def refuse_conversations(self) -> None:
        self.here.chat.refuses_conversations = True


@dataclass
class WebhookPeople(People):
    here: OnWebhook

    async def post_photo(self, channel: str, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        post = self.here.chat.add_post(channel, text, "photo.jpg")
        for _ in range(times):
            answer = await self.here._tell(
                "report", author, channel=channel, message=post, text=text, photos=self.here._links(post)
            )
            if answer["taken"]:
                self.here.chat.posts[post].marks.add("taken")
        return ReplyTarget("webhook", "chat", channel, post)

    async def post_refused(self, author: Member, text: str) -> str:
        post = self.here.chat.add_post("found", text, "photo.jpg")
        return _private_reply(
            await self.here._tell(
                "report", author, channel="found", message=post, text=text, photos=self.here._links(post)
            )
        ).words

    async def post_as_bots(self) -> None:
        self.here.skip("bots")

    async def post_elsewhere(self, channel: str, author: Member, text: str) -> None:
        assert "taken" not in self.here.chat.posts[str((await self.post_photo(channel, author, text)).message)].marks

    async def edit_post(self, post: ReplyTarget, author: Member, text: str) -> None:
        assert (await self.here._tell("edit", author, channel=post.channel, message=post.message, text=text))["taken"]

    async def change_photos(self, post: ReplyTarget, text: str, *names: str) -> None:
        number = str(post.message)
        shown = self.here.chat.posts[number]
        self.here.chat.posts[number] = replace(
            shown, photos={name: f"https://{PHOTO_HOST}/{number}/new/{name}" for name in names}
        )
        photos = self.here._links(number)
        await self.here._tell(
            "edit", self.here.join("Ann"), channel=post.channel, message=number, text=text, photos=photos
        )

    async def delete(self, post: ReplyTarget, author: Member) -> None:
        del self.here.chat.posts[str(post.message)]
        assert (await self.here._tell("delete", author, channel=post.channel, message=post.message))["taken"]

    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        kind = {"✅": "confirm", "❌": "reject"}[mark]
        await self.here._tell("verdict", member, channel=to.channel, message=to.message, kind=kind, given=given)


@dataclass
class WebhookUi(Ui):
    here: OnWebhook

    async def report_privately(self, author: Member, words: str) -> str:
        return str((await self.here._tell("report", author, channel="lost", text=words, private=True))["taken"])

    async def report_sealed(self, author: Member, words: str, where: str) -> str:
        answer = {"text": words, "place": where, "category": "keys", "sealed": True, "photos": self.here._links()}
        return str((await self.here._tell("report", author, channel="found", **answer))["taken"])

    async def search(self, member: Member, words: str, photo: bytes | None = None) -> PrivateReply:
        return _private_reply(
            await self.here._tell("look", member, text=words, photos=self.here._links() if photo else [])
        )

    async def turn(self, page: PrivateReply, words: str, member: Member) -> PrivateReply:
        return await self.press(page, words, member)

    async def own_reports(self, member: Member) -> PrivateReply:
        return _private_reply(await self.here._tell("mine", member))

    async def use_lost(self, author: Member, words: str) -> str:
        return _private_reply(await self.here._tell("report", author, kind="lost", channel="lost", text=words)).words

    async def press(
        self, on: Sent | PrivateReply, words: str, member: Member, *, fill: str = "", photo: bytes | None = None
    ) -> PrivateReply:
        at = {"channel": on.channel, "message": on.message} if isinstance(on, Sent) else {}
        replies = [self.here.chat.messages[on.message].reply] if isinstance(on, Sent) else on.handle
        for reply in replies:
            for choice in (choice for choice in reply["choices"] if choice["words"] == words):
                return _private_reply(
                    await self.here._tell("answer", member, report=reply["question"], choice=choice["id"], **at)
                )
        [button] = [button for reply in replies for button in reply["buttons"] if button["words"] == words]
        assert bool(fill or photo) is bool(button["form"])
        answer = {"action": button["action"], "subject": button["subject"], "words": fill}
        return _private_reply(
            await self.here._tell("press", member, **answer, photos=self.here._links() if photo else [], **at)
        )


@dataclass
class WebhookScreen(Screen):
    here: OnWebhook

    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        return "taken" in self.here.chat.posts[str(post.message)].marks

    async def words(self, of: Sent) -> str | None:
        message = self.here.chat.messages.get(of.message)
        return str(message.reply["text"]) if message else None

    async def pictures(self, of: Sent) -> int:
        return int(self.here.chat.messages[of.message].reply["picture"] is not None)

    async def public(self) -> str:
        texts = [post.words for post in self.here.chat.posts.values()]
        shown = [
            message.reply["text"]
            for message in self.here.chat.messages.values()
            if message.channel[0] not in "@~" and message.channel != LOG
        ]
        return "\n".join([*texts, *shown])

    async def sees(self, member: Member, message: Sent) -> bool:
        shown = self.here.chat.messages[message.message]
        people = shown.people or ([shown.channel[1:]] if shown.channel.startswith("@") else [])
        return not people or member.id in people

    async def is_marked(self, post: ReplyTarget) -> bool:
        return "returned" in self.here.chat.posts[str(post.message)].marks

    async def literal_words(self, of: Sent) -> str:
        reply = self.here.chat.messages[of.message].reply
        return "".join(span["text"] for span in spans(reply) if span["is"] in {"plain", "quoted"})

    def pinged(self, by: Sent) -> set[str]:
        return self.here.chat.messages[by.message].pinged

    async def answers(self, root: ReplyTarget) -> list[str]:
        return [number for number, message in self.here.chat.messages.items() if message.thread == root.message]


def _private_reply(answer: dict[str, Any]) -> PrivateReply:
    replies = answer["replies"]
    pictures = sum(reply["picture"] is not None for reply in replies)
    return PrivateReply("\n".join(reply["text"] for reply in replies), replies, pictures)


@asynccontextmanager
async def on_webhook(database_url: str) -> AsyncIterator[OnWebhook]:
    async with WebhookChat.running() as chat, Store(database_url, keys=KEYS) as store:
        config = WebhookConfig(url=chat.url, secret=SECRET, port=0, photo_hosts=frozenset({PHOTO_HOST}))
        async with notified_handlers(store) as handlers, app.running(handlers, store, config) as platform:
            chat.events = f"{platform.address}/events"
            yield OnWebhook(store, platform, chat=chat)
