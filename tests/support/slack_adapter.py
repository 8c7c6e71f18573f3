"""A workspace with the bot in it: the adapter over real sockets, its reports in real PostgreSQL, no worker."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from uuid import UUID

from bot.delivery import Delivery
from bot.slack.app import running
from bot.slack.config import SlackConfig
from bot.slack.manifest import EVENTS_PATH
from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.entities import Label, Match, MatchState, Photo, ReplyTarget, Report, ReportState, Settings
from reunite.handlers import Handlers
from reunite.messages import keys, wording
from reunite.ports import Platform, ScoredPair, Sent
from tests.doubles.slack import BOT_USER, TEAM, Envelope, SlackDouble
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN
from tests.doubles.slack_delivery import SIGNING_SECRET
from tests.support.board import BOARD
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.processes import free_port
from tests.support.queues import NoQueue
from tests.support.reports import reports_of
from tests.support.services import background
from tests.support.waiting import PATIENCE, eventually

JPEG = drawing("red")
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")


@contextmanager
def no_proxy() -> Iterator[None]:
    """Keep slack_sdk from asking a proxy for 127.0.0.1."""
    with patch.dict(os.environ):
        for name in PROXIES:
            os.environ.pop(name, None)
        yield


def config(slack: SlackDouble, **more: Any) -> SlackConfig:
    """Return the settings of a bot that talks to the double."""
    tokens = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN}
    return SlackConfig(api_base=slack.api_base, ping_seconds=1, **{**tokens, **more})


def by_http(slack: SlackDouble) -> dict[str, Any]:
    """Return the settings of a bot that listens for the double's requests, and let it send them there."""
    port = free_port()
    slack.delivery.address = f"http://127.0.0.1:{port}{EVENTS_PATH}"
    return {"app_token": None, "signing_secret": SIGNING_SECRET, "port": port}


@dataclass
class World:
    """A workspace with the bot in it, and what the bot has stored."""

    slack: SlackDouble
    store: Store
    handlers: Handlers
    platform: Platform
    opened_at: datetime
    found: str
    lost: str
    general: str
    ada: str
    ben: str
    admin: str
    chosen: str
    """A moderator by the settings."""

    async def reports(self, team: str = TEAM) -> list[Report]:
        """Return what is committed, in order."""
        return await reports_of(self.store, "slack", team)

    async def report(self) -> Report:
        """Return the only report."""
        [report] = await self.reports()
        return report

    async def wait_for_reports(self, number: int = 1) -> list[Report]:
        """Wait until this many reports are stored."""
        return await eventually(self.reports, holds=lambda reports: len(reports) == number)

    async def photos(self, report: Report) -> list[Photo]:
        """Return a report's photos."""
        async with self.store.session(report.community) as session:
            return list(await session.photos.of(report.id))

    async def wait_until_acknowledged(self, channel: str, ts: str, by: str = BOT_USER) -> None:
        """Wait for 👀 on a post."""

        def eyes() -> bool:
            message = self.slack.message(channel, ts)
            return message is not None and message.get("reactions", {}).get("eyes") == [by]

        await eventually(eyes)

    async def open(self, *reports: Report) -> None:
        """Mark reports as open, as a worker does once it has processed them."""
        for report in reports:
            async with self.store.session(report.community) as session:
                await session.reports.set_state(report.id, ReportState.OPEN)

    async def match(self) -> tuple[Report, Report, Match]:
        """Let Ada lose something and Ben find it, and pair the two as a search would."""
        for channel, author, words in ((self.lost, self.ada, "my hat"), (self.found, self.ben, "a hat")):
            await self.wait_until_acknowledged(channel, self.slack.post_photo(channel, author, JPEG, words))
        lost, found = (await self.reports())[-2:]
        await self.open(lost, found)
        await self.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
        async with self.store.session(lost.community) as session:
            [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), {})])
        return lost, found, match

    async def card(self) -> tuple[Report, Report, Match, Sent]:
        """Show a match in the thread of the lost report."""
        lost, found, match = await self.match()
        async with self.store.session(lost.community) as session:
            await session.outbox.post(
                lost.id, keys.card(match.id, lost.kind), wording.match_card(match, found, lost, None)
            )
        shown = await self.slack.wait_for_reply(self.lost, str(lost.target.message), "This could be yours.")
        await eventually(lambda: self._shows(ReplyTarget("slack", TEAM, self.lost, shown["ts"]), lost.community))
        return lost, found, match, Sent(self.lost, shown["ts"])

    async def _shows(self, target: ReplyTarget, community: UUID) -> Match | None:
        async with self.store.session(community) as session:
            return await session.matches.shown_at(target)

    async def match_state(self, match: Match, community: UUID) -> MatchState:
        """Return a match's state, as the verdicts decide it."""
        async with self.store.session(community) as session:
            found = await session.matches.get(match.id)
        assert found
        return found.state

    async def settings(self) -> Settings:
        """Return the workspace's settings."""
        return await self.handlers.settings("slack", TEAM)


async def note_greeting(handlers: Handlers) -> None:
    """Let the workspace join and be greeted, so that the bot doesn't begin with a message of its own."""
    await handlers.join(JoinWorkspace("slack", TEAM, "Double"))
    await handlers.welcome.note_greeting("slack", TEAM)


@asynccontextmanager
async def world_on(
    slack: SlackDouble, database_url: str, *, again: World | None = None, **more: Any
) -> AsyncIterator[World]:
    """Run the bot in a workspace with three channels and four people: new ones, or those of an earlier world.

    With a single token it's greeted already, unless the bot is outside its channels (`bot_inside`), or has never been
    started before (`is_new`).
    """
    bot_inside, is_new = more.pop("bot_inside", True), more.pop("is_new", False)
    if again is None:
        names = ("found", "lost", "general")
        channels = [slack.admin.add_channel(name, bot_inside=bot_inside) for name in names]
        people = [slack.admin.add_member("Ada"), slack.admin.add_member("Ben")]
        moderators = [slack.admin.add_member("Mo", admin=True), slack.admin.add_member("Cho")]
        ids = (*channels, *people, *moderators)
    else:
        ids = (again.found, again.lost, again.general, again.ada, again.ben, again.admin, again.chosen)
    slack.triggers_live = PATIENCE
    settings = config(slack, **{"moderators": frozenset({ids[-1]}), **more})
    opened_at = datetime.now(UTC)
    async with AsyncExitStack() as stack:
        stack.enter_context(no_proxy())
        store = await stack.enter_async_context(Store(database_url, keys=KEYS))
        handlers = Handlers(store, NoQueue(), board_url=BOARD)
        if bot_inside and settings.bot_token and not again and not is_new:
            await note_greeting(handlers)
        platform = await stack.enter_async_context(running(handlers, store, settings))
        await stack.enter_async_context(background(Delivery(store, platform, lease_seconds=5).run()))
        yield World(slack, store, handlers, platform, opened_at, *ids)


@asynccontextmanager
async def world_in(database_url: str, **more: Any) -> AsyncIterator[World]:
    """Open a workspace of the double and run the bot in it."""
    async with SlackDouble.running(acknowledge_within=10) as slack, world_on(slack, database_url, **more) as world:
        yield world


@asynccontextmanager
async def world_by_http(database_url: str) -> AsyncIterator[World]:
    """Do the same with requests instead of a socket: an event whose handling fails comes again at once."""
    async with (
        SlackDouble.running(acknowledge_within=10) as slack,
        world_on(slack, database_url, **by_http(slack)) as world,
    ):
        yield world


async def running_slack() -> AsyncIterator[SlackDouble]:
    """Run the double as a fixture."""
    async with SlackDouble.running() as slack:
        yield slack


async def connected_world(database_url: str) -> AsyncIterator[World]:
    """Open a world as a fixture."""
    async with world_in(database_url) as world:
        yield world


async def answer(used: Envelope) -> dict[str, Any]:
    """Wait for the only answer to a command; nobody but its user sees it."""
    await eventually(lambda: used.answers)
    [answer] = used.answers
    assert answer["response_type"] == "ephemeral"
    return dict(answer)
