"""What was said is taken away whatever became of its sending: by the real store and delivery."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.delivery import Delivery
from db.delivery import OutboxItem
from db.store import Store
from reunite.commands import EditReport, JoinWorkspace, ReportFound, ReportLost, Withdraw
from reunite.edits import reword
from reunite.entities import Label, Question, ReplyTarget, Report, ReportState, Workspace
from reunite.handlers import Handlers
from reunite.messages import keys, wording
from reunite.ports import Outgoing, ScoredPair
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.queues import NoQueue
from tests.support.services import background
from tests.support.waiting import eventually
from tests.support.world import ADA, BEN


@dataclass
class Place:
    """A loss in whose thread a find's card is to be shown, and a bot that runs only when it is told to."""

    store: Store
    handlers: Handlers
    workspace: Workspace
    platform: RecordingPlatform
    loss: Report
    find: Report

    async def run(self, sql: str) -> list[dict[str, Any]]:
        async with self.store.transaction(self.workspace.community) as connection:
            cursor = await connection.execute(sql.encode())
            return await cursor.fetchall() if cursor.description else []

    async def lease(self) -> OutboxItem:
        """Take the next reply; the lease is over at once, as if the bot were killed then."""
        [item] = await self.store.delivery.lease("web", limit=1, seconds=0)
        return item

    async def send_and_die(self) -> OutboxItem:
        """Send a reply that arrives, and note nothing of it."""
        item = await self.lease()
        await self.platform.send(Outgoing(item.key, item.target, item.reply))
        return item

    async def withdraw(self, *reports: Report) -> None:
        for report in reports:
            assert await self.handlers.withdraw(Withdraw(target=report.target))

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[None]:
        """Run the bot."""
        async with background(Delivery(self.store, self.platform, lease_seconds=2).run()):
            yield

    async def delivered(self) -> list[str]:
        """Run the bot until there is nothing to do, and return what stands."""
        async with self.bot():
            await eventually(self._is_quiet, "the outbox was never empty")
        return [sent.reply.text() for target, sent in self.platform.messages if target.message != "removed"]

    async def _is_quiet(self) -> bool:
        return not await self.run("SELECT 1 FROM outbox WHERE state = 'queued'")


@pytest.fixture
async def place(database_url: str) -> AsyncIterator[Place]:
    async with Store(database_url) as store:
        await store.embedding_models.register("none", "none", {"shared": 3})
        handlers = Handlers(store, NoQueue())
        workspace = await handlers.join(JoinWorkspace("web", "world", "world"))
        reports = [
            ReportLost(source_key="l1", target=ReplyTarget("web", "world", "lost", "l1"), author=ADA, text="umbrella"),
            ReportFound(
                source_key="f1",
                target=ReplyTarget("web", "world", "found", "f1"),
                author=BEN,
                text="a duck",
                place="gym",
            ),
        ]
        loss, find = [(await handlers.report(each)).report for each in reports]
        async with store.session(workspace.community) as session:
            for report in (loss, find):
                await session.reports.set_state(report.id, ReportState.OPEN)
            match = await session.matches.save(ScoredPair(loss.id, find.id, 0.9, Label.HIGH, (), evidence={}))
            await session.outbox.post(
                loss.id, keys.card(match.id, loss.kind), wording.match_card(match, find, loss, None)
            )
        yield Place(store, handlers, workspace, RecordingPlatform(), loss, find)


async def test_a_card_that_may_stand_is_taken_away_though_both_reports_go(place: Place) -> None:
    await place.send_and_die()
    await place.withdraw(place.find, place.loss)
    assert await place.delivered() == []


async def test_a_card_that_may_stand_is_taken_away_though_its_words_changed_first(place: Place) -> None:
    await place.send_and_die()
    assert await place.handlers.edit(EditReport(target=place.find.target, text="a goose"))
    await place.withdraw(place.find)
    assert await place.delivered() == []


@pytest.mark.parametrize("after", [None, 60.0])
async def test_an_older_try_that_fails_late_does_not_keep_a_card_there(place: Place, after: float | None) -> None:
    await place.send_and_die()
    second = await place.lease()
    await place.withdraw(place.find)
    async with place.store.session(place.workspace.community) as session:
        await session.outbox.mark_unsent(second.seq, second.fence, second.version, "closed", after)
    assert await place.delivered() == []


async def test_a_card_whose_change_could_not_be_shown_is_still_taken_away(place: Place) -> None:
    assert await place.delivered()
    assert await place.handlers.edit(EditReport(target=place.find.target, text="a goose"))
    edit = await place.lease()
    async with place.store.session(place.workspace.community) as session:
        await session.outbox.mark_unsent(edit.seq, edit.fence, edit.version, "not allowed", None)
    await place.withdraw(place.find)
    assert await place.delivered() == []


async def test_a_post_whose_change_could_not_be_shown_still_says_that_it_is_over(place: Place) -> None:
    command = ReportLost(source_key="l2", target=ReplyTarget("web", "world", "lost"), author=ADA, text="a swan")
    loss = (await place.handlers.report(command)).report
    assert any("a swan" in text for text in await place.delivered())
    async with place.store.session(place.workspace.community) as session:
        known = await session.reports.get(loss.id)
        assert known
        await reword(session, known, "a goose", "")
    edit = await place.lease()
    async with place.store.session(place.workspace.community) as session:
        await session.outbox.mark_unsent(edit.seq, edit.fence, edit.version, "not allowed", None)
    await place.withdraw(known)
    standing = await place.delivered()
    assert wording.ended("en").text() in standing
    assert not any("a swan" in text for text in standing)


async def test_a_question_that_may_stand_loses_the_answers_that_a_withdrawn_found_report_gave(place: Place) -> None:
    await place.delivered()
    asked = Question("place", ("gym", "pool"), (place.find.id,))
    async with place.store.session(place.workspace.community) as session:
        await session.prompts.ask(place.loss.id, asked)
        await session.outbox.post(place.loss.id, keys.question(place.loss.id), wording.question(place.loss, asked))
    await place.send_and_die()
    await place.withdraw(place.find)
    await place.delivered()
    [question] = [sent.reply for _, sent in place.platform.messages if sent.reply.kind == "question"]
    assert question.choices == ()


async def test_after_days_of_tries_the_pause_is_still_the_longest_one(place: Place) -> None:
    await place.run("UPDATE outbox SET attempts = 5000")
    place.platform.failing["l1"] = 1
    async with place.bot():
        await eventually(
            lambda: place.run(
                "SELECT 1 FROM outbox WHERE due_at > now() + interval '1 minute' AND leased_until IS NULL"
            )
        )
