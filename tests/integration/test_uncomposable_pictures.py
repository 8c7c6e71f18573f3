"""A reply whose picture can't be composed fails like any other: it isn't tried without end."""

import pytest

from bot import delivery
from bot.delivery import Delivery
from db.delivery import OutboxItem
from tests.contract.handover_cases import accepted
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.stages import staged


async def test_a_picture_that_cannot_be_composed_counts_as_a_failed_attempt(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: OutboxItem) -> bytes | None:
        raise OSError("broken data stream when reading image file")

    monkeypatch.setattr(delivery, "_gallery_picture", fail)
    async with staged(database_url) as stage:
        await stage.join()
        await accepted(stage)
        leased = await stage.postgres.delivery.lease("web", limit=1, seconds=60)
        assert leased
        platform = RecordingPlatform()
        sender = Delivery(stage.postgres, platform)
        await sender._deliver(leased[0], sender._until())
        assert platform.messages == []
        async with stage.postgres.session(leased[0].community) as session:
            [row] = await session._all("SELECT state, problem FROM outbox WHERE seq = %(seq)s", seq=leased[0].seq)
        assert (row["state"], row["problem"]) == ("queued", "OSError: broken data stream when reading image file")
