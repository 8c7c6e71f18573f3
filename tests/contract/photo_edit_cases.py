"""Photos that are added to a post later or taken from it."""

from dataclasses import replace

import pytest

from reunite import rules
from reunite.commands import EditReport
from reunite.entities import IncomingPhoto, Report
from reunite.errors import TellUserError
from reunite.messages import keys, wording
from reunite.messages.reply import Picture
from tests.contract.stages import ADA, PHOTO, Stage

FRONT, BACK = IncomingPhoto("front.jpg", url="https://x.org/1"), IncomingPhoto("back.jpg", url="https://x.org/2")


class PhotoEditCases:
    """Edits of a post's photos."""

    async def test_photos_come_and_go_with_their_post(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost(photos=(FRONT,))
        await stage.press("add_photo", report.id, ADA, photos=(PHOTO,))
        for photos, names in (
            ((FRONT, BACK), ["front.jpg", "mine.jpg", "back.jpg"]),
            ((BACK,), ["mine.jpg", "back.jpg"]),
        ):
            hints = len(stage.hints.work)
            for changed in (True, False):
                assert await stage.handlers.edit(_edit(report, photos)) is changed
            assert await _names(stage, report) == names
            assert len(stage.hints.work) == hints + 1
        assert not await stage.handlers.edit(EditReport(target=report.target, text=report.text))

    async def test_photos_of_one_name_are_taken_again_once_one_is_gone(self, stage: Stage) -> None:
        await stage.join()
        second = IncomingPhoto("front (2).jpg", url="https://x.org/2")
        report = await stage.lost(photos=(FRONT, second))
        left = IncomingPhoto("front.jpg", url="https://x.org/2")
        assert await stage.handlers.edit(_edit(report, (left,)))
        async with stage.session(report.community) as session:
            [photo] = await session.photos.of(report.id)
        assert photo.url == "https://x.org/2"

    async def test_a_photo_that_is_gone_is_shown_nowhere(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found(photos=(FRONT,))
        await stage.keep_photos(found)
        await stage.search(lost, found)
        assert [bool(tile.photo) for reply in await stage.thread(lost) for tile in reply.gallery] == [True]
        match = await stage.match(lost)
        async with stage.session(lost.community) as session:
            [photo] = await session.photos.of(found.id)
            card = wording.match_card(match, found, lost, Picture(photo.id, found.id))
            await session.outbox.revise(keys.card(match.id, lost.kind), card)
        assert await stage.handlers.edit(_edit(found, ()))
        for reply in await stage.thread(lost):
            assert (reply.picture, [tile.photo for tile in reply.gallery if tile.photo]) == (None, [])

    @pytest.mark.parametrize("later", [False, True])
    async def test_a_hidden_photo_is_never_shown_whatever_its_name_is(self, stage: Stage, *, later: bool) -> None:
        await stage.join()
        plain = replace(FRONT, name="SPOILER_front.jpg")
        for photo, is_shown in ((plain, True), (replace(FRONT, hidden=True), False)):
            found = await stage.found(photos=() if later else (photo,))
            if later:
                await stage.handlers.edit(_edit(found, (photo,)))
            await stage.keep_photos(found)
            lost = await stage.lost()
            await stage.search(lost, found)
            shown = [picture for reply in await stage.thread(lost) for picture in (reply.picture, *reply.gallery)]
            assert any(picture.photo for picture in shown if picture) is is_shown

    async def test_more_photos_than_a_report_takes_change_nothing(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.lost(photos=(FRONT,))
        many = tuple(IncomingPhoto(f"{number}.jpg", url="https://x.org") for number in range(rules.MAX_PHOTOS + 1))
        with pytest.raises(TellUserError, match="too_many_photos"):
            await stage.handlers.edit(_edit(report, many))
        assert await _names(stage, report) == ["front.jpg"]


def _edit(report: Report, photos: tuple[IncomingPhoto, ...]) -> EditReport:
    return EditReport(target=report.target, text=report.text, photos=photos)


async def _names(stage: Stage, report: Report) -> list[str]:
    async with stage.session(report.community) as session:
        return [photo.name for photo in await session.photos.of(report.id)]
