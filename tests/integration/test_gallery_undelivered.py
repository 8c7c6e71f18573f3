"""A gallery that can't be sent: what only it would have shown is shown otherwise."""

from bot.delivery import Delivery
from reunite.entities import Report
from reunite.errors import UndeliverableError
from reunite.ports import Outgoing, Sent
from tests.contract.stages import PHOTO, Stage, staged
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.services import background
from tests.support.waiting import eventually


class NoGalleries(RecordingPlatform):
    """A platform that takes no gallery."""

    async def send(self, outgoing: Outgoing) -> Sent:
        if outgoing.reply.gallery:
            raise UndeliverableError("no pictures here")
        return await super().send(outgoing)


async def test_a_card_has_the_photo_that_the_gallery_would_have_shown_alone(database_url: str) -> None:
    async with staged(database_url) as stage:
        await stage.join()
        lost, found = await stage.lost(), await stage.found(photos=(PHOTO,))
        await stage.keep_photos(found)
        await stage.search(lost, found)
        assert not await _has_picture(stage, lost)
        async with background(Delivery(stage.store, NoGalleries(), lease_seconds=5).run()):
            await eventually(lambda: _has_picture(stage, lost))


async def _has_picture(stage: Stage, lost: Report) -> bool:
    return (await stage.thread(lost))[-1].picture is not None
