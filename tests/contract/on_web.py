"""The contract on the local page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import ClientSession, FormData

from bot.json_replies import button_json, ways
from bot.web import app
from bot.web.config import WebConfig
from db.store import Store
from db.web import web_session
from reunite.commands import ChangeSettings
from reunite.entities import Member, PlatformName, ReplyTarget
from reunite.handlers import Handlers
from reunite.ports import Sent
from tests.contract.harness import JPEG, Feature, Harness, Mark, PrivateReply
from tests.contract.sides import Admin, People, Screen, Ui
from tests.support.keys import KEYS
from tests.support.notified_handlers import notified_handlers
from tests.support.waiting import eventually


@dataclass
class OnWeb(Harness):
    name: ClassVar[PlatformName] = "web"
    commands: ClassVar = ways("en")
    lacks: ClassVar[Mapping[Feature, str]] = {
        "bots": "nobody but people, by their browsers, can post on the page",
        "pings": "the page notifies nobody; it shows names",
        "channels": "the page's channels are its columns, and there are no others",
        "links": "photos are uploaded to the page, so none has a link of its own",
        "leaving": "the page is the bot's own, so nobody can take the bot away from it",
        "words alone": "a post in words alone is a report on the page",
        "files of a post": "the page changes a post's words only; photos are added by button",
        "photos in threads": "people write nothing in the page's threads",
        "refusals": "the page has no rights that the bot could lack",
        "locales": "the page speaks to each person in English",
        "posts of the bot": "what a member says with /lost is itself shown as their post",
    }
    http: ClientSession = field(kw_only=True)
    handlers: Handlers = field(kw_only=True)
    moderators: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.admin, self.people = WebAdmin(self), WebPeople(self)
        self.ui, self.screen = WebUi(self), WebScreen(self)

    @property
    def workspace(self) -> str:
        return "local"

    def join(self, name: str, *, moderator: bool = False, language: str = "en") -> Member:
        if language != "en":
            self.skip("locales")
        if moderator:
            self.moderators.add(name)
        return Member(name.casefold(), name)

    async def _send(self, path: str, fields: dict[str, str], photo: bytes | None = None) -> Any:
        form = FormData(fields, default_to_multipart=True)
        if photo:
            form.add_field("photo", photo, filename="photo.jpg", content_type="image/jpeg")
        async with self.http.post(path, data=form) as response:
            return await response.json()

    async def _post(
        self, author: Member, text: str, channel: str, photo: bytes | None, post_id: str = "", **more: str
    ) -> Any:
        fields = {"id": post_id or str(uuid4()), "name": author.name, "channel": channel, "text": text, **more}
        return await self._send("/posts", fields, photo)

    async def _ask(self, path: str, member: Member, **answer: Any) -> Any:
        who = {"name": member.name, "moderator": member.name in self.moderators}
        async with self.http.post(path, json={**answer, **who}) as response:
            return await response.json()

    async def _board(self, viewer: Member | None = None) -> dict[int, dict[str, Any]]:
        """Return the messages as a page sees them that is opened now; by nobody in particular, or by someone."""
        who = {"name": viewer.name} if viewer else {}
        if viewer and viewer.name in self.moderators:
            who["moderator"] = "yes"
        await self.platform._chat.refresh()  # type: ignore[attr-defined] # it would look by itself, in a moment
        async with self.http.ws_connect("/live", params=who) as page:
            return {message["id"]: message for message in (await page.receive_json())["messages"]}

    async def _message(self, number: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            return (await self._board(self.join("Mo", moderator=True))).get(int(number))

        shown: dict[str, Any] = await eventually(look)
        return shown


@dataclass
class WebAdmin(Admin):
    here: OnWeb

    async def set_up(self, *, log: bool = False, found: str = "", language: str = "en") -> None:
        if found:
            self.here.skip("channels")
        now = await self.here.handlers.settings("web", "local")
        assert now.log_channel or not log  # it is there from the start
        await self.here.handlers.set_up(
            ChangeSettings(platform="web", workspace="local", settings=replace(now, language=language))
        )

    async def open_channel(self, name: str) -> None:  # noqa: ARG002 - the harness's signature
        self.here.skip("channels")

    async def leave(self) -> None:
        self.here.skip("leaving")


@dataclass
class WebPeople(People):
    here: OnWeb

    async def post_photo(self, channel: str, author: Member, text: str, *, times: int = 1) -> ReplyTarget:
        post_id = str(uuid4())
        texts = [await self.here._post(author, text, channel, JPEG, post_id) for _ in range(times)]
        [message] = {text["message"] for text in texts}
        return ReplyTarget("web", "local", channel, str(message))

    async def post_refused(self, author: Member, text: str) -> str:
        return str((await self.here._post(author, text, "found", JPEG))["error"])

    async def post_as_bots(self) -> None:
        self.here.skip("bots")

    async def post_elsewhere(self, channel: str, author: Member, text: str) -> None:
        del channel, author, text
        self.here.skip("channels")

    async def edit_post(self, post: ReplyTarget, author: Member, text: str) -> None:
        assert await self.here._ask("/edits", author, message=int(str(post.message)), text=text) == {}

    async def delete(self, post: ReplyTarget, author: Member) -> None:
        assert await self.here._ask("/withdrawals", author, message=int(str(post.message))) == {}

    async def react(self, to: Sent, mark: Mark, member: Member, *, given: bool = True) -> None:
        kind = {"✅": "confirm", "❌": "reject"}[mark]
        await self.here._ask("/verdicts", member, message=int(to.message), kind=kind, given=given)


@dataclass
class WebUi(Ui):
    here: OnWeb

    async def use_lost(self, author: Member, words: str) -> str:
        answer = await self.here._post(author, f"/lost {words}", "found", None)
        return str(answer.get("error", answer.get("channel")))

    async def report_privately(self, author: Member, words: str) -> str:
        return str((await self.here._post(author, words, "lost", None, private="yes"))["channel"])

    async def report_sealed(self, author: Member, words: str, where: str) -> str:
        sealed = {"sealed": "yes", "category": "keys", "place": where}
        return str((await self.here._post(author, words, "found", JPEG, **sealed))["channel"])

    async def search(self, member: Member, words: str, photo: bytes | None = None) -> PrivateReply:
        answer = await self.here._send("/looks", {"id": str(uuid4()), "name": member.name, "text": words}, photo)
        return self._private_reply(answer["note"]) if "note" in answer else PrivateReply(answer["error"])

    async def turn(self, page: PrivateReply, words: str, member: Member) -> PrivateReply:
        return await self.press(page, words, member)

    async def own_reports(self, member: Member) -> PrivateReply:
        return self._private_reply(*(await self.here._ask("/my-reports", member))["replies"])

    def _private_reply(self, *replies: Any) -> PrivateReply:
        words = "\n".join(_words(reply) for reply in replies)
        pictures = sum(len(reply["gallery"]) for reply in replies)
        return PrivateReply(words, [button for reply in replies for button in reply["buttons"]], pictures)

    async def press(
        self, on: Sent | PrivateReply, words: str, member: Member, *, fill: str = "", photo: bytes | None = None
    ) -> PrivateReply:
        buttons = on.handle if isinstance(on, PrivateReply) else await self._buttons(on)
        pressed = next((button for button in buttons if button["words"] == words), None)
        if pressed is None and isinstance(on, Sent):
            return await self._choose(on, words, member)
        assert pressed
        assert bool(fill or photo) is bool(pressed["form"])
        who = {"name": member.name, "moderator": "yes" if member.name in self.here.moderators else ""}
        press = {"id": str(uuid4()), "action": pressed["action"], "subject": pressed["subject"], "words": fill}
        answer = await self.here._send("/presses", {**press, **who}, photo)
        return self._private_reply(answer["note"]) if "note" in answer else PrivateReply(answer["error"])

    async def _buttons(self, on: Sent) -> list[Any]:
        """Return all buttons below a message: the page shows each person only those that are theirs."""
        known = await self.here.store.workspace("web", "local")
        assert known
        async with web_session(self.here.store, known.community) as session:
            place = await session.message_info(int(on.message))
        assert place
        assert place.reply
        return [button_json(button, "en") for button in place.reply.buttons]

    async def _choose(self, on: Sent, words: str, member: Member) -> PrivateReply:
        choices = (await self.here._message(on.message))["question"]["choices"]
        [choice] = [choice["id"] for choice in choices if choice["words"] == words]
        answer = await self.here._ask("/answers", member, message=int(on.message), choice=choice)
        return PrivateReply(answer.get("error") or answer["words"])


@dataclass
class WebScreen(Screen):
    here: OnWeb

    async def is_acknowledged(self, post: ReplyTarget) -> bool:
        return bool((await self.here._message(str(post.message)))["report"]["looking"])

    async def words(self, of: Sent) -> str | None:
        message = (await self.here._board(self.here.join("Mo", moderator=True))).get(int(of.message))
        return _words(message["reply"]) if message else None

    async def pictures(self, of: Sent) -> int:
        message = (await self.here._board())[int(of.message)]
        return len((message["report"] or {"photos": []})["photos"]) + bool(message["reply"]["picture"])

    async def public(self) -> str:
        shown = (await self.here._board()).values()
        return "\n".join(
            f"{message['text']}\n{_words(message['reply']) if message['reply'] else ''}" for message in shown
        )

    async def sees(self, member: Member, message: Sent) -> bool:
        return int(message.message) in await self.here._board(member)

    async def is_marked(self, post: ReplyTarget) -> bool:
        return bool((await self.here._message(str(post.message)))["report"]["state"] == "returned")

    async def literal_words(self, of: Sent) -> str:
        lines = (await self.here._message(of.message))["reply"]["lines"]
        return "\n".join("".join(span["text"] for span in line if span["is"] in {"plain", "quoted"}) for line in lines)

    def pinged(self, by: Sent) -> set[str]:  # noqa: ARG002 - the harness's signature
        self.here.skip("pings")

    async def answers(self, root: ReplyTarget) -> list[str]:
        return [str(key) for key, post in (await self.here._board()).items() if post["root"] == int(str(root.message))]


def _words(reply: Any) -> str:
    return "\n".join("".join(span["text"] for span in line) for line in reply["lines"])


@asynccontextmanager
async def on_web(database_url: str) -> AsyncIterator[OnWeb]:
    async with (
        Store(database_url, keys=KEYS) as store,
        notified_handlers(store) as handlers,
        app.running(handlers, store, WebConfig(port=0)) as platform,
        ClientSession(platform.url) as http,
    ):
        yield OnWeb(store, platform, http=http, handlers=handlers)
