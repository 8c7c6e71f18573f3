"""A conversation that can't be opened: both sides hear of it, whatever goes wrong on the way."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot import delivery
from bot.delivery import Delivery
from reunite import handover
from reunite.entities import Report
from reunite.errors import UndeliverableError
from reunite.language import sentence
from reunite.ports import Outgoing, Sent
from tests.contract.handover_cases import accepted
from tests.contract.stages import Stage, staged
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.services import background
from tests.support.waiting import eventually


class NoConversations(RecordingPlatform):
    """A platform that opens no conversation, for this reason."""

    reason: Exception = UndeliverableError("no private threads")

    async def send(self, outgoing: Outgoing) -> Sent:
        if outgoing.people:
            raise self.reason
        return await super().send(outgoing)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with staged(database_url) as stage:
        await stage.join()
        yield stage


async def are_told(stage: Stage, platform: RecordingPlatform, *reports: Report) -> None:
    async with background(Delivery(stage.store, platform, lease_seconds=5).run()):
        for report in reports:
            root = str(report.target.message)
            await eventually(lambda: sentence("no_pair") in platform.thread(root))  # noqa: B023 - looked at at once


async def test_a_notice_is_not_lost_if_posting_it_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, found, _ = await accepted(stage)
    failures = [OSError("the database is away for a moment")]

    async def note_no_conversation(*given: Any) -> None:
        if failures:
            raise failures.pop()
        await handover.note_no_conversation(*given)

    monkeypatch.setattr(delivery, "note_no_conversation", note_no_conversation)
    await are_told(stage, NoConversations(), lost, found)
    assert failures == []


async def test_a_notice_is_posted_after_the_last_attempt(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, found, _ = await accepted(stage)
    monkeypatch.setattr(delivery, "MAX_ATTEMPTS", 1)
    platform = NoConversations()
    platform.reason = ValueError("a defect of ours")
    await are_told(stage, platform, lost, found)


async def test_a_notice_is_posted_for_a_report_edited_before_it_was_open(stage: Stage) -> None:
    lost, found, _ = await accepted(stage)
    await stage.store.delivery.lease("web", limit=10, seconds=0)  # an attempt that isn't heard of again
    await stage.press("whereabouts", found.id, found.author, words="Reception")
    await are_told(stage, NoConversations(), lost, found)


async def test_no_notice_is_posted_while_an_edited_reply_can_still_be_sent(stage: Stage) -> None:
    lost, found, _ = await accepted(stage)
    leased = await stage.store.delivery.lease("web", limit=10, seconds=60)
    [item] = [reply for reply in leased if reply.audience == "pair"]
    await stage.press("whereabouts", found.id, found.author, words="Reception")
    delivery = Delivery(stage.store, NoConversations())
    await delivery._deliver(item, delivery._until())
    assert sentence("no_pair") not in await stage.words(lost, found)
