"""A reply whose gallery can't be composed is sent without it: nobody is left without an answer."""

import pytest

from bot import delivery
from bot.delivery import Delivery
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.stages import staged


async def test_a_reply_is_sent_without_a_gallery_that_cannot_be_composed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> bytes:
        raise OSError("broken data stream when reading image file")

    monkeypatch.setattr(delivery, "compose", fail)
    async with staged(database_url) as stage:
        await stage.join()
        await stage.search(await stage.lost(), await stage.found(), label=None)
        platform = RecordingPlatform()
        sender = Delivery(stage.postgres, platform)
        leased = await stage.postgres.delivery.lease("web", limit=9, seconds=60)
        [reply] = [item for item in leased if item.reply.gallery]
        assert reply.tiles
        await sender._deliver(reply, sender._until())
        [(_, sent)] = platform.messages
        assert (sent.key, sent.picture) == (reply.key, None)
        async with stage.postgres.session(reply.community) as session:
            [row] = await session._all("SELECT state FROM outbox WHERE seq = %(seq)s", seq=reply.seq)
        assert row["state"] == "sent"
