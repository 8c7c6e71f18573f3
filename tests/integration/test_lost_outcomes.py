"""A reply whose outcome can't be recorded is logged and tried again once its lease has expired."""

import psycopg
import pytest
from structlog.testing import capture_logs

from bot.delivery import Delivery
from db.outbox import SqlOutbox
from tests.contract.stages import staged
from tests.doubles.recording_platform import RecordingPlatform


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (psycopg.OperationalError("the database is away"), "reply_outcome_lost"),
        (RuntimeError("a defect"), "reply_outcome_defect"),
    ],
)
async def test_an_outcome_that_cant_be_recorded_is_logged(
    database_url: str, monkeypatch: pytest.MonkeyPatch, error: Exception, event: str
) -> None:
    async def fail(*_: object) -> None:
        raise error

    async with staged(database_url) as stage:
        await stage.join()
        await stage.search(await stage.lost(), await stage.found())
        platform = RecordingPlatform()
        sender = Delivery(stage.store, platform)
        [reply, *_] = await stage.store.delivery.lease("web", limit=9, seconds=0)
        for outcome in ("mark_sent", "mark_unsent"):
            monkeypatch.setattr(SqlOutbox, outcome, fail)
        with capture_logs() as logged:
            await sender._deliver(reply, sender._until())
        assert logged[-1]["event"] == event
        assert reply.seq in [item.seq for item in await stage.store.delivery.lease("web", limit=9, seconds=60)]
