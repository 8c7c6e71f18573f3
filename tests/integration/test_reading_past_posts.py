"""Reading past posts continues where the platform refuses some of what is to be said or shown."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from bot import past_posts
from bot.past_posts import Page, PastMessage, PastPosts
from db.backfills import Backfill
from db.cancellation import stop
from reunite.commands import NewReport, ReportFound
from reunite.entities import ReplyTarget, Report
from reunite.errors import TryAgainError, UndeliverableError
from reunite.past_posts import KnownBefore, PastPost, Span, Tally
from reunite.ports import Outgoing, Sent
from tests.contract.stages import ADA, PHOTO, Stage
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.waiting import PATIENCE, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime.now(UTC)
POSTED = NOW - timedelta(days=2)


class Channel:
    """A channel with two old posts, one page each."""

    def __init__(self, *posts: str) -> None:
        self.posts = posts
        self.deleted: set[str] = set()
        self.trouble: list[Exception] = []

    async def is_ready(self, _: str) -> bool:
        return True

    async def page(self, backfill: Backfill) -> Page:
        at = int(backfill.cursor or 0)
        is_last = at + 1 == len(self.posts)
        return Page([self._found(self.posts[at], str(at + 1))], str(at + 1), POSTED, is_last)

    def is_deleted(self, key: str) -> bool:
        return key in self.deleted

    def _found(self, key: str, cursor: str) -> PastMessage:
        async def read() -> NewReport:
            if self.trouble:
                raise self.trouble.pop()
            return ReportFound(
                source_key=key, target=at(key), author=ADA, text="a hat", photos=(PHOTO,), posted_at=POSTED
            )

        return PastMessage(PastPost(key, POSTED, cursor, by_member=True, has_files=True, settled=False), read)


class Readings:
    """The channel that is to be read, as `db.backfills.Backfills` keeps it."""

    def __init__(self, backfill: Backfill) -> None:
        self.now = backfill

    async def open(self, _: str) -> list[Backfill]:
        return [] if self.now.has_ended and not self.now.next_notice else [self.now]

    async def waiting(self, _: object) -> int:
        return 0

    async def known_posts(self, *_: object) -> Mapping[str, KnownBefore]:
        return {}

    async def advance(self, _: Backfill, cursor: str, reached: datetime, tally: Tally, *, is_end: bool) -> None:
        self.now = replace(self.now, cursor=cursor, reached=reached, tally=tally, has_ended=is_end)

    async def record_notice(self, _: Backfill, then: Any) -> None:
        self.now = replace(self.now, next_notice=then)


class Strict(RecordingPlatform):
    """A platform on which the bot may do little."""

    refusal: Exception | None = None
    closed_channel = ""

    def __init__(self) -> None:
        super().__init__()
        self.trouble: list[Exception] = []
        self.acknowledged: list[str | None] = []

    async def acknowledge(self, target: ReplyTarget) -> None:
        if self.trouble:
            raise self.trouble.pop()
        if self.refusal:
            raise self.refusal
        self.acknowledged.append(target.message)

    async def send(self, outgoing: Outgoing) -> Sent:
        if outgoing.target.channel == self.closed_channel:
            raise TryAgainError("a permission is missing", after=0)
        return await super().send(outgoing)


def at(key: str) -> ReplyTarget:
    return ReplyTarget("web", "here", "found", key)


class Reading:
    """A channel that is read by a bot."""

    def __init__(self, stage: Stage, *posts: str) -> None:
        self.stage, self.platform, self.channel = stage, Strict(), Channel(*posts)

    @asynccontextmanager
    async def running(self, tell: Any = "", *, answers: bool = False, **settings: Any) -> AsyncIterator[Readings]:
        workspace = await self.stage.join(**settings)
        backfill = Backfill(
            uuid4(), uuid4(), workspace.community, workspace.id, "here", "found", "found", Span(POSTED, NOW), NOW, "",
            answers, tell, Tally(), "", NOW, has_ended=False,
        )  # fmt: skip
        readings: Any = Readings(backfill)
        past = PastPosts(self.channel, self.platform, self.stage.handlers, readings, pause=0.01)
        task = asyncio.create_task(past.run())
        try:
            yield readings
        finally:
            await stop(task)

    async def reports(self) -> Sequence[Report | None]:
        return [await self.stage.handlers.report_at(at(key)) for key in self.channel.posts]


@pytest.mark.parametrize(
    "refusal", [TryAgainError("a permission is missing"), UndeliverableError("blocked"), ValueError("a defect")]
)
async def test_a_post_that_the_bot_may_not_react_to_holds_up_no_other(stage: Stage, refusal: Exception) -> None:
    reading = Reading(stage, "1", "2")
    reading.platform.refusal = refusal
    async with reading.running(answers=True) as readings:
        await eventually(lambda: readings.now.has_ended)
    assert readings.now.tally.reports == 2
    assert all(await reading.reports())


async def test_a_channel_that_cannot_be_read_holds_up_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    read = asyncio.Event()

    async def page(_: PastPosts, backfill: Backfill) -> None:
        if backfill.channel != "there":
            raise ValueError("a defect")
        read.set()

    async def both(readings: Readings, _: str) -> list[Backfill]:
        return [readings.now, replace(readings.now, id=uuid4(), channel="there")]

    monkeypatch.setattr(PastPosts, "_read", page)
    monkeypatch.setattr(Readings, "open", both)
    async with Reading(stage).running():
        await asyncio.wait_for(read.wait(), PATIENCE)


async def test_a_post_is_read_again_after_trouble_of_the_database(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_posts, "_RETRY_SECONDS", 0.01)
    reading = Reading(stage, "1", "2")
    reading.channel.trouble.append(psycopg.errors.ReadOnlySqlTransaction("a standby"))
    reading.platform.trouble.append(psycopg.InterfaceError("the connection is closed"))
    async with reading.running(answers=True) as readings:
        await eventually(lambda: readings.now.has_ended)
    assert readings.now.tally.reports == 2
    assert not readings.now.tally.skipped
    assert reading.platform.acknowledged == ["1", "2"]


async def test_a_limit_is_waited_for(stage: Stage) -> None:
    reading = Reading(stage, "1", "2")
    reading.platform.refusal = TryAgainError("too fast", after=0.05)
    async with reading.running(answers=True) as readings:
        await eventually(reading.reports, holds=lambda found: found[0])
        assert not readings.now.has_ended
        reading.platform.refusal = None
        await eventually(lambda: readings.now.has_ended)
    assert readings.now.tally.reports == 2


async def test_past_posts_are_read_even_if_moderators_cant_be_notified_until_later(stage: Stage) -> None:
    reading = Reading(stage, "1", "2")
    reading.platform.closed_channel = "log"
    async with reading.running("start", log_channel="log") as readings:
        await eventually(lambda: readings.now.has_ended)
        assert not reading.platform.messages
        reading.platform.closed_channel = ""
        await eventually(lambda: not readings.now.next_notice)
    texts = [outgoing.key.partition(":")[2] for _, outgoing in reading.platform.messages]
    assert texts == ["start", "end"]


async def test_a_post_that_is_deleted_while_its_page_is_taken_leaves_no_report(stage: Stage) -> None:
    reading = Reading(stage, "1", "2")
    reading.channel.deleted.add("2")
    async with reading.running() as readings:
        await eventually(lambda: readings.now.has_ended)
    assert (readings.now.tally.reports, readings.now.tally.skipped) == (1, {"deleted": 1})
    kept, gone = await reading.reports()
    assert [report and report.purged for report in (kept, gone)] == [False, True]
