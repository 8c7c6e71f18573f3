"""The contract on the local page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import ClientSession, FormData

from bot.web import app
from bot.web.config import WebConfig
from db.store import Store
from reunite.handlers import Handlers
from reunite.model import Member, PlatformName, ReplyTarget
from reunite.ports import Sent
from tests.contract.harness import JPEG, ChannelName, Feature, Harness, Mark, NoQueue, until


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
        self.skip("bots")

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

    async def press(self, on: Sent, words: str, member: Member) -> str:
        choices = (await self._message(on.message))["question"]["choices"]
        [choice] = [each["id"] for each in choices if each["words"] == words]
        said = {"message": int(on.message), "choice": choice, "name": member.name}
        async with self.http.post("/answers", json=said) as response:
            told = await response.json()
            return str(told.get("error", told.get("words")))

    async def literal_words(self, of: Sent) -> str:
        lines = (await self._message(of.message))["reply"]["lines"]
        return "\n".join("".join(span["text"] for span in line if span["is"] in {"plain", "quoted"}) for line in lines)

    def pinged(self, by: Sent) -> set[str]:  # noqa: ARG002 - the harness's signature
        self.skip("pings")

    async def answers(self, root: ReplyTarget) -> list[str]:
        return [str(key) for key, each in (await self._board()).items() if each["root"] == int(str(root.message))]


@asynccontextmanager
async def on_web(database_url: str) -> AsyncIterator[OnWeb]:
    async with (
        Store(database_url) as store,
        app.running(Handlers(store, NoQueue()), store, WebConfig(port=0)) as platform,
        ClientSession(platform.url) as http,
    ):
        yield OnWeb(store, platform, http=http)
