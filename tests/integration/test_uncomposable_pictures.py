"""A reply whose gallery can't be composed is sent without it: nobody is left without an answer."""

import pytest

from bot import delivery
from bot.delivery import Delivery
from reunite.entities import Why
from reunite.messages import keys
from tests.contract.stages import PHOTO, staged
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.services import background
from tests.support.waiting import eventually

pytestmark = pytest.mark.untraced


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
        sender = Delivery(stage.store, platform)
        leased = await stage.store.delivery.lease("web", limit=9, seconds=60)
        [reply] = [item for item in leased if item.reply.gallery]
        assert reply.tiles
        await sender._deliver(reply, sender._until())
        [(_, sent)] = platform.messages
        assert (sent.key, sent.picture) == (reply.key, None)
        async with stage.store.session(reply.community) as session:
            [row] = await session._all("SELECT state FROM outbox WHERE seq = %(seq)s", seq=reply.seq)
        assert row["state"] == "sent"


async def test_no_pictures_are_read_for_a_platform_that_sends_none(database_url: str) -> None:
    async with staged(database_url) as stage:
        await stage.join()
        await stage.search(await stage.lost(), await stage.found(), label=None)
        platform = RecordingPlatform(sends_pictures=False)
        async with background(Delivery(stage.store, platform).run()):
            await eventually(lambda: any(sent.reply.gallery for _, sent in platform.messages))
        assert all(sent.picture is None for _, sent in platform.messages)


async def test_a_card_has_its_photo_if_the_gallery_was_never_sent(database_url: str) -> None:
    async with staged(database_url) as stage:
        await stage.join()
        lost, found = await stage.lost(), await stage.found(photos=(PHOTO,))
        await stage.keep_photos(found)
        await stage.search(lost, found)
        assert (await stage.thread(lost))[-1].picture is None
        for item in await stage.store.delivery.lease("web", limit=9, seconds=60):
            if item.key == keys.first_reply(lost.id):
                async with stage.store.session(lost.community) as session:
                    assert await session.outbox.mark_unsent(item.seq, item.fence, item.version, "refused", None)
        await stage.search(lost, found, why=(Why("colour", "red", "agrees"),))
        assert (await stage.thread(lost))[-1].picture
