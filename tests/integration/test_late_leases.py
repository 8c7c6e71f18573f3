"""A reply whose lease is over before its turn comes is left to the next attempt: two at once double it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot.delivery import Delivery
from db.delivery import Deliveries, OutboxItem
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
