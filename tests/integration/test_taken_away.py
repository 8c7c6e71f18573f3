"""What was said is taken away whatever became of its sending: by the real store and delivery."""

import asyncio
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
from reunite.ports import Outgoing, ScoredPair, Sent
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.queues import NoQueue
from tests.support.services import background
from tests.support.waiting import eventually
from tests.support.world import ADA, BEN

pytestmark = pytest.mark.untraced


@dataclass
class World:
    """A match whose card is in the outbox, and a bot that runs only when told to."""

    store: Store
    handlers: Handlers
    workspace: Workspace
    platform: RecordingPlatform
    lost: Report
    found: Report

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
        """Run the bot until there is nothing to do, and return what is shown."""
        async with self.bot():
            await eventually(self._is_quiet, "the outbox was never empty")
        return [sent.reply.text() for target, sent in self.platform.messages if target.message != "removed"]

    async def _is_quiet(self) -> bool:
        return not await self.run("SELECT 1 FROM outbox WHERE state = 'queued'")


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
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
        lost, found = [(await handlers.report(command)).report for command in reports]
        async with store.session(workspace.community) as session:
            for report in (lost, found):
                await session.reports.set_state(report.id, ReportState.OPEN)
            [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), evidence={})])
            await session.outbox.post(
                lost.id, keys.card(match.id, lost.kind), wording.match_card(match, found, lost, None)
            )
        yield World(store, handlers, workspace, RecordingPlatform(), lost, found)


async def test_a_card_that_may_stand_is_taken_away_though_both_reports_go(world: World) -> None:
    await world.send_and_die()
    await world.withdraw(world.found, world.lost)
    assert await world.delivered() == []


async def test_a_card_that_may_stand_is_taken_away_though_its_words_changed_first(world: World) -> None:
    await world.send_and_die()
    assert await world.handlers.edit(EditReport(target=world.found.target, text="a goose"))
    await world.withdraw(world.found)
    assert await world.delivered() == []


@pytest.mark.parametrize("after", [None, 60.0])
async def test_an_older_try_that_fails_late_does_not_keep_a_card_there(world: World, after: float | None) -> None:
    await world.send_and_die()
    second = await world.lease()
    await world.withdraw(world.found)
    async with world.store.session(world.workspace.community) as session:
        await session.outbox.mark_unsent(second.seq, second.fence, second.version, "closed", after)
    assert await world.delivered() == []


async def test_a_card_whose_change_could_not_be_shown_is_still_taken_away(world: World) -> None:
    assert await world.delivered()
    assert await world.handlers.edit(EditReport(target=world.found.target, text="a goose"))
    edit = await world.lease()
    async with world.store.session(world.workspace.community) as session:
        await session.outbox.mark_unsent(edit.seq, edit.fence, edit.version, "not allowed", None)
    await world.withdraw(world.found)
    assert await world.delivered() == []


async def test_a_post_whose_change_could_not_be_shown_still_says_that_it_is_over(world: World) -> None:
    command = ReportLost(source_key="l2", target=ReplyTarget("web", "world", "lost"), author=ADA, text="a swan")
    lost = (await world.handlers.report(command)).report
    assert any("a swan" in text for text in await world.delivered())
    async with world.store.session(world.workspace.community) as session:
        known = await session.reports.get(lost.id)
        assert known
        await reword(session, known, "a goose", "")
    edit = await world.lease()
    async with world.store.session(world.workspace.community) as session:
        await session.outbox.mark_unsent(edit.seq, edit.fence, edit.version, "not allowed", None)
    await world.withdraw(known)
    standing = await world.delivered()
    assert wording.ended("en").text() in standing
    assert not any("a swan" in text for text in standing)


async def test_a_card_whose_words_change_while_it_is_sent_shows_the_new_ones_once(world: World) -> None:
    edited, may_answer = asyncio.Event(), asyncio.Event()
    send = world.platform.send

    async def send_slowly(outgoing: Outgoing) -> Sent:
        sent = await send(outgoing)
        edited.set()
        await may_answer.wait()
        return sent

    world.platform.send = send_slowly  # type: ignore[method-assign]
    async with world.bot():
        await edited.wait()
        assert await world.handlers.edit(EditReport(target=world.found.target, text="a goose"))
        may_answer.set()
        await eventually(world._is_quiet)
    [(_, card)] = world.platform.messages
    assert "a goose" in card.reply.text()
    assert "a duck" not in card.reply.text()


async def test_a_question_that_may_stand_loses_the_answers_that_a_withdrawn_found_report_gave(world: World) -> None:
    await world.delivered()
    asked = Question("place", ("gym", "pool"), (world.found.id,))
    async with world.store.session(world.workspace.community) as session:
        await session.prompts.ask(world.lost.id, asked)
        await session.outbox.post(world.lost.id, keys.question(world.lost.id), wording.question(world.lost, asked))
    await world.send_and_die()
    await world.withdraw(world.found)
    await world.delivered()
    [question] = [sent.reply for _, sent in world.platform.messages if sent.reply.kind == "question"]
    assert question.choices == ()


async def test_after_days_of_tries_the_pause_is_still_the_longest_one(world: World) -> None:
    await world.run("UPDATE outbox SET attempts = 5000")
    world.platform.failing["l1"] = 1
    async with world.bot():
        await eventually(
            lambda: world.run(
                "SELECT 1 FROM outbox WHERE due_at > now() + interval '1 minute' AND leased_until IS NULL"
            )
        )


async def test_a_reply_that_arrives_only_after_it_was_looked_for_is_taken_away_too(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    item, remove = await world.lease(), world.platform.remove

    async def remove_just_before_it_arrives(outgoing: Outgoing, sent: Sent | None) -> None:
        await remove(outgoing, sent)
        if outgoing.key == item.key and not world.platform.messages:
            await world.platform.send(Outgoing(item.key, item.target, item.reply))

    monkeypatch.setattr(world.platform, "remove", remove_just_before_it_arrives)
    await world.withdraw(world.lost, world.found)
    assert await world.delivered() == []
