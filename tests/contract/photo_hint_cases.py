"""Photos that show too little: what the first answer says about them, and when that goes."""

from uuid import uuid4

from reunite.commands import Look
from reunite.entities import Label, ReplyTarget
from reunite.language import sentence
from tests.contract.look_cases import searched
from tests.contract.stages import ADA, BEN, PHOTO, Stage

DARK, BLURRED = sentence("photo_dark"), sentence("photo_blurred")


class PhotoHintCases:
    """A hint at a better photo."""

    async def test_it_stands_below_the_first_answer_until_a_better_photo_has_come(self, stage: Stage) -> None:
        await stage.join()
        report = await stage.found(photos=(PHOTO,))
        await stage.keep_photos(report, "photo_dark")
        await stage.search(report)
        [answer] = await stage.thread(report)
        assert answer.text().endswith(DARK)
        assert "add_photo" in {button.action for button in answer.buttons}
        await stage.press("add_photo", report.id, BEN, photos=(PHOTO,))
        await stage.keep_photos(report)
        await stage.search(report)
        [answer] = await stage.thread(report)
        assert DARK not in answer.text()
        assert answer.text()

    async def test_another_bad_photo_changes_it(self, stage: Stage) -> None:
        await stage.join()
        lost, other = await stage.lost(photos=(PHOTO,)), await stage.found()
        await stage.keep_photos(lost, "photo_dark")
        await stage.search(lost, other, label=None)
        async with stage.session(lost.community) as session:
            await session._do("UPDATE photo SET flaw = 'photo_blurred' WHERE report_id = %(id)s", id=lost.id)
        await stage.search(lost, other, label=None)
        [gallery] = await stage.thread(lost)
        assert (DARK in gallery.text(), BLURRED in gallery.text(), len(gallery.gallery)) == (False, True, 1)

    async def test_it_is_left_out_where_it_is_needless_or_public_about_a_sealed_report(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, other = await stage.lost(photos=(PHOTO,)), await stage.found()
        sealed = await stage.found(photos=(PHOTO,), sealed=True)
        for report in (lost, sealed):
            await stage.keep_photos(report, "photo_dark")
        await stage.search(lost, other, label=Label.HIGH)
        await stage.search(sealed)
        assert DARK not in await stage.words(lost, sealed)

    async def test_a_search_without_a_report_has_it_too(self, stage: Stage) -> None:
        await stage.join()
        target = ReplyTarget("web", "here", "found")
        look = await stage.handlers.look(
            Look(source_key=uuid4().hex, target=target, author=ADA, text="badge XK-7731", photos=(PHOTO,))
        )
        report = await searched(stage, look, is_complete=False)
        await stage.keep_photos(report, "photo_blurred")
        await searched(stage, look)
        answer = await stage.handlers.look_answer("web", "here", look, "en")
        assert answer
        assert answer.text().endswith(BLURRED)
