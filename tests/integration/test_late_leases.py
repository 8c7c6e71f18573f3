"""A reply whose lease is over too soon: two attempts at once would double it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from bot.delivery import Delivery
from db.delivery import Deliveries, OutboxItem
from reunite.ports import Outgoing, Sent
from tests.contract.handover_cases import accepted
from tests.contract.stages import staged
from tests.doubles.recording_platform import RecordingPlatform


async def test_what_is_leased_too_slowly_is_not_sent_by_that_attempt(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = Deliveries.lease

    async def slowly(self: Deliveries, *given: Any, **more: Any) -> Sequence[OutboxItem]:
        leased = await lease(self, *given, **more)
        await asyncio.sleep(0.5)  # the database stalls until the lease is over
        return leased

    async with staged(database_url) as stage:
        platform = RecordingPlatform()
        await stage.join()
        await accepted(stage)
        for seconds, replaced, sends in ((0.5, slowly, False), (60, lease, True)):
            delivery = Delivery(stage.store, platform, lease_seconds=seconds)
            monkeypatch.setattr(Deliveries, "lease", replaced)
            await delivery._start_due(asyncio.Event())
            await asyncio.gather(*delivery._in_progress)
            assert bool(platform.messages) is sends
            await asyncio.sleep(0 if sends else 2.2)  # the pause before the next attempt


class HeldPlatform(RecordingPlatform):
    """Shows what it's sent only once that is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go, self.sends = asyncio.Event(), 0

    async def send(self, outgoing: Outgoing) -> Sent:
        self.sends += 1
        if not outgoing.maybe_sent:
            await self.let_go.wait()
        return await super().send(outgoing)


async def test_what_is_leased_again_while_it_is_being_sent_is_not_sent_twice(
    database_url: str, owner_database_url: str
) -> None:
    async with staged(database_url) as stage:
        platform = HeldPlatform()
        await stage.join()
        await accepted(stage)
        delivery = Delivery(stage.store, platform)
        await delivery._start_due(asyncio.Event())
        replies = len(delivery._in_progress)
        async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:
            await owner.execute("UPDATE outbox SET leased_until = now() - interval '1 hour'")  # as if the clock had
        await delivery._start_due(asyncio.Event())
        assert len(delivery._in_progress) == 2 * replies
        await asyncio.sleep(0.1)  # the time that the second attempts would need
        platform.let_go.set()
        await asyncio.gather(*delivery._in_progress)
        assert len(platform.messages) == replies
        assert platform.sends == 2 * replies
