"""The moderators' board over real HTTP and the real store: a community with a match and a claim."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from aiohttp import ClientSession, CookieJar, FormData

from board.config import BoardConfig
from board.parts import Board
from board.server import serving
from board.visits import Visits
from db.board_sessions import BoardSessions
from db.embedding_requests import EmbeddingRequests
from db.store import Store
from reunite.commands import ChangeSettings, JoinWorkspace, NewReport, Press, ReportFound, ReportLost
from reunite.entities import (
    IncomingPhoto,
    Label,
    Match,
    Member,
    ReplyTarget,
    Report,
    ReportState,
    Settings,
    Why,
    Workspace,
)
from reunite.handlers import Handlers
from reunite.ports import ScoredPair
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.queues import NoQueue

BOARD = "https://board.example"
"""The board's address in the settings of the tests' bots."""
ADA, BEN, ROBIN = Member("ada", "Ada"), Member("ben", "Ben"), Member("robin", "Robin")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Community:
    """A community whose moderators use the board."""

    store: Store
    handlers: Handlers
    workspace: Workspace
    url: str

    async def link(self, member: Member = ROBIN, language: str = "en", *, is_moderator: bool = True) -> str:
        name = self.workspace.external_id
        return await self.handlers.board.link("web", name, member, language, is_moderator=is_moderator)

    async def post(self, kind: type[NewReport], text: str, colour: str | None = None, **fields: Any) -> Report:
        key = uuid4().hex
        command = kind(
            source_key=key,
            target=ReplyTarget("web", self.workspace.external_id, kind.kind, key),
            author=ADA if kind is ReportLost else BEN,
            text=text,
            photos=(IncomingPhoto(f"{colour}.jpg", data=drawing(colour)),) if colour else (),
            **fields,
        )
        return (await self.handlers.report(command)).report

    async def is_settled(self) -> bool:
        async with self.store.session(self.workspace.community) as session:
            return not await session.work.unfinished()

    async def report(self, kind: type[NewReport], text: str, colour: str | None = None, **fields: Any) -> Report:
        """Report something, as if a worker had processed it."""
        report = await self.post(kind, text, colour, **fields)
        async with self.store.session(self.workspace.community) as session:
            await session.reports.set_state(report.id, ReportState.OPEN)
            for photo in await session.photos.of(report.id):
                await session._do(
                    """UPDATE photo SET state = 'stored', url = NULL, upload = NULL, copy = %(copy)s
                       WHERE id = %(photo)s""",
                    copy=drawing(colour or "red"),
                    photo=photo.id,
                )
        return report

    async def matched(self, **fields: Any) -> Match:
        """Store a match of a found and a lost report."""
        await self.store.embedding_models.register("concept", "test", {"shared": 2})
        found = await self.report(ReportFound, "Red umbrella, by the tram", "red", place="Tram stop", **fields)
        lost = await self.report(ReportLost, "My red umbrella", "red", place="Gym")
        why = (Why("thing", "umbrella", "agrees"), Why("colour", "red", "agrees"))
        async with self.store.session(self.workspace.community) as session:
            return (await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, why, {})]))[0]

    async def claim(self, match: Match, proof: str = "A chip in the handle") -> UUID:
        target = ReplyTarget("web", self.workspace.external_id, "lost", "any")
        press = Press(
            target=target, member=ADA, is_moderator=False, action="mine", subject=match.id, key=uuid4().hex, words=proof
        )
        await self.handlers.press(press)
        async with self.store.session(self.workspace.community) as session:
            return (await session.claims.on(match.found))[-1].id

    async def state(self, match: Match) -> str:
        async with self.store.session(self.workspace.community) as session:
            now = await session.matches.get(match.id)
        assert now
        return now.state


@dataclass
class Browser:
    """A moderator's browser: cookies, and the token of the pages it has seen."""

    url: str
    http: ClientSession
    csrf: str = ""

    async def get(self, path: str, **options: Any) -> tuple[int, str]:
        async with self.http.get(self.url + path, **options) as response:
            words = await response.text(errors="replace")
        if token := _CSRF.search(words):
            self.csrf = token[1]
        return response.status, words

    async def post(self, path: str, **fields: Any) -> tuple[int, str]:
        """Send a form as the browser does, and follow where it leads."""
        form = FormData({"csrf": self.csrf})
        for name, value in fields.items():
            form.add_field(name, value, filename="photo.jpg" if isinstance(value, bytes) else None)
        async with self.http.post(self.url + path, data=form, headers={"Origin": self.url}) as response:
            return response.status, await response.text()

    async def sign_in(self, link: str) -> tuple[int, str]:
        status, words = await self.post("/sign-in", link=link.partition("link=")[2])
        await self.get("/log")
        return status, words


@asynccontextmanager
async def open_community(store: Store, url: str, name: str = "here") -> AsyncIterator[Community]:
    handlers = Handlers(store, NoQueue(), board_url=url)
    workspace = await handlers.join(JoinWorkspace("web", name, f"The {name}"))
    settings = Settings(log_channel="moderators")
    await handlers.set_up(ChangeSettings(platform="web", workspace=name, settings=settings))
    yield Community(store, handlers, workspace, url)


@asynccontextmanager
async def board(database_url: str, port: int) -> AsyncIterator[Community]:
    """Serve the board, with a community."""
    config = BoardConfig(port=port, url=f"http://127.0.0.1:{port}")
    async with Store(database_url, keys=KEYS) as store, open_community(store, config.public_url) as community:
        parts = Board(
            store=store,
            handlers=community.handlers,
            encoder=EmbeddingRequests(store),
            visits=Visits(BoardSessions(store), KEYS, secure=False),
            url=config.public_url,
        )
        async with serving(parts, config):
            yield community


async def community_with_a_board(database_url: str, held_port: int) -> AsyncIterator[Community]:
    """Set up a community with a board: a fixture, once a test file names it."""
    async with board(database_url, held_port) as community:
        yield community


@asynccontextmanager
async def browsing(url: str) -> AsyncIterator[Browser]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:  # cookies of an IP address
        yield Browser(url, http)


async def moderator_at_the_board(community: Community) -> AsyncIterator[Browser]:
    """Let Robin, a moderator, sign in: a fixture, once a test file names it."""
    async with browsing(community.url) as robin:
        await robin.sign_in(await community.link())
        yield robin
