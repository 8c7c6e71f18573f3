"""A community on a recording platform, with the real handlers and the real delivery."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from bot.delivery import Delivery
from db import queue
from db.store import Store
from reunite.commands import ChangeSettings, GiveVerdict, JoinWorkspace, Press, ReportFound, ReportLost
from reunite.entities import IncomingPhoto, Member, ReplyTarget, Report, Settings, VerdictKind, Workspace
from reunite.handlers import Handlers
from reunite.matching.evidence import PairKind
from reunite.messages.reply import Action, Reply
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.services import background, working
from tests.support.waiting import eventually

ADA, BEN, MODERATOR = Member("ada", "Ada"), Member("ben", "Ben"), Member("mo", "Mo")


@dataclass
class World:
    """A community on a recording platform, with the handlers before it."""

    store: Store
    handlers: Handlers
    workspace: Workspace
    platform: RecordingPlatform

    async def found(self, key: str, colour: str | None = None, text: str = "", **fields: Any) -> Report:
        """Post a found report, with a drawn photo of a colour; the thread's root is `key`."""
        return await self._report(ReportFound, "found", key, colour, text, fields)

    async def lost(self, key: str, text: str = "", colour: str | None = None, **fields: Any) -> Report:
        """Make a lost report; the thread's root is `key`."""
        return await self._report(ReportLost, "lost", key, colour, text, fields)

    async def _report(self, kind: Any, channel: str, key: str, colour: str | None, text: str, fields: Any) -> Report:  # noqa: PLR0913, PLR0917 - what both kinds of post share
        photos = (IncomingPhoto(f"{colour}.jpg", data=drawing(colour)),) if colour else ()
        command = kind(
            source_key=key,
            text=text,
            **{
                "author": BEN if channel == "found" else ADA,
                "photos": photos,
                "target": self.at(channel, key),
                **fields,
            },
        )
        receipt = await self.handlers.report(command)
        return receipt.report

    def at(self, channel: str, message: str | None = None) -> ReplyTarget:
        """Name a message, or a channel."""
        return ReplyTarget("web", self.workspace.external_id, channel, message)

    async def give_verdict(self, root: str, kind: VerdictKind, by: Member = MODERATOR, **fields: Any) -> Any:
        """Give a verdict on the match shown in a thread, as by a reaction."""
        channel = next(target.channel for target, _ in self.platform.messages if target.message == root)
        where = self.at(channel, self.platform.message_of(root, "match"))
        command = GiveVerdict(target=where, member=by, kind=kind, given=True, is_moderator=by is MODERATOR)
        return await self.handlers.give_verdict(replace(command, **fields))

    async def set_up(self, **settings: Any) -> None:
        """Change the workspace's settings."""
        await self.handlers.set_up(ChangeSettings(platform="web", workspace=self.name, settings=Settings(**settings)))

    async def press(self, action: Action, subject: UUID, by: Member, **fields: Any) -> Reply:
        """Press a button, and return the private reply."""
        target = ReplyTarget("web", self.name, "found", "any")
        press = Press(
            target=target, member=by, is_moderator=by is MODERATOR, action=action, subject=subject, key=uuid4().hex
        )
        return await self.handlers.press(replace(press, **fields))

    def button(self, root: str, action: Action) -> UUID:
        """Return what the newest button of a kind in a thread is about."""
        shown = [outgoing.reply for target, outgoing in self.platform.messages if target.message == root]
        return next(button.subject for reply in reversed(shown) for button in reply.buttons if button.action == action)

    def log(self) -> list[Reply]:
        """Return what the moderators' channel shows."""
        return [
            outgoing.reply
            for target, outgoing in self.platform.messages
            if target.channel == "log" and target.message is None
        ]

    @property
    def name(self) -> str:
        """The platform's id of the workspace."""
        return self.workspace.external_id

    async def state(self, report: Report) -> str:
        """A report's state as it is now."""
        async with self.store.session(self.workspace.community) as session:
            now = await session.reports.get(report.id)
        assert now
        return now.state

    async def similarities(self, report: Report) -> Mapping[UUID, Mapping[PairKind, float]]:
        """Search for a report as it is now; return how similar each candidate is."""
        async with self.store.session(self.workspace.community) as session:
            known = await session.reports.get(report.id)
            assert known
            found = await session.candidates.search(known, 200)
        return {candidate.item.report: candidate.similarities for candidate in found.candidates}

    async def wait_for_reply(self, root: str, kind: str) -> None:
        """Wait until a thread has had a kind of reply."""
        await eventually(lambda: kind in self.platform.kinds(root), f"no reply {kind} was sent")

    async def is_idle(self) -> bool:
        """Return whether all work is done and every reply sent."""
        async with self.store.session(self.workspace.community) as session:
            unfinished = await session.work.unfinished()
            troubled = await session._one(  # after a conflict, work is simply tried again
                "SELECT problem FROM work WHERE problem NOT LIKE '%%conflict with another transaction'"
            )
            unsent = await session._one("SELECT count(*) AS n FROM outbox WHERE state = 'queued'")
        assert not troubled, troubled
        return not unfinished and not (unsent or {})["n"]

    async def wait_until_idle(self) -> None:
        """Wait until all work is done and every reply sent."""
        await eventually(self.is_idle, "the community never became idle")


@asynccontextmanager
async def open_world(database_url: str, redis_url: str, name: str = "world") -> AsyncIterator[World]:
    """Open a community whose replies are delivered to a recording platform."""
    platform = RecordingPlatform()
    async with Store(database_url, keys=KEYS) as store, queue.connect(store, redis_url, "reunite") as hints:
        handlers = Handlers(store, hints)
        workspace = await handlers.join(JoinWorkspace("web", name, name))
        async with background(Delivery(store, platform, lease_seconds=5).run()):
            yield World(store, handlers, workspace, platform)


# Fixtures


async def world_without_a_worker(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as world:
        yield world


async def world_with_a_worker(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url):
        yield world


async def moderated_world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    """Open a community with a worker and a moderator channel."""
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url):
        await world.set_up(log_channel="log")
        yield world


@asynccontextmanager
async def silent_world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    """A community whose worker and bot are processes that the test starts."""
    async with Store(database_url) as store, queue.connect(store, redis_url, "reunite") as hints:
        handlers = Handlers(store, hints)
        workspace = await handlers.join(JoinWorkspace("web", "world", "world"))
        yield World(store, handlers, workspace, RecordingPlatform())


async def all_processed(world: World) -> bool:
    async with world.store.session(world.workspace.community) as session:
        return await session.work.unfinished() == 0
