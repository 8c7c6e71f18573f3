"""Reports that say nothing about the thing: cases of the handlers."""

import pytest

from tests.contract.stages import ADA, BEN, PHOTO, Stage


class VagueCases:
    """Someone who says nothing about the thing is asked what it is, before anything is shown."""

    @pytest.mark.parametrize("said", ["help!!", "i lost my thing", "hab was verloren", "なくしました"])
    async def test_it_is_asked_for_and_then_answered_as_ever(self, stage: Stage, said: str) -> None:
        await stage.join()
        lost, found = await stage.lost(said), await stage.found()
        await stage.search(lost, found, label=None)
        await stage.search(lost, found, label=None)
        [asked] = await stage.thread(lost)
        assert asked.text().startswith("What is it?")
        assert [button.action for button in asked.buttons] == ["add_detail", "add_photo", "withdraw"]
        await stage.press("add_detail", lost.id, ADA, words="my red umbrella")
        await stage.search(lost, found, label=None)
        _, gallery = await stage.thread(lost)
        assert [tile.report for tile in gallery.gallery] == [found.id]

    async def test_a_photo_says_enough(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost("help!!", photos=(PHOTO,)), await stage.found()
        await stage.search(lost, found, label=None)
        [gallery] = await stage.thread(lost)
        assert gallery.gallery

    async def test_a_match_is_shown_all_the_same(self, stage: Stage) -> None:
        await stage.join()
        lost, found = await stage.lost("help!!"), await stage.found()
        await stage.search(lost, found)
        assert [reply.kind for reply in await stage.thread(lost)] == ["first_reply", "match"]

    @pytest.mark.parametrize("said", ["found this", "found in the gym", "Das lag hier", "Trovato questo"])
    async def test_a_finder_is_asked_for_it_too(self, stage: Stage, said: str) -> None:
        await stage.join()
        lost, found = await stage.lost(), await stage.found(said)
        await stage.search(found, lost, label=None)
        [asked] = await stage.thread(found)
        assert asked.text().startswith("What is it?")
        assert "owner" in asked.text()
        await stage.press("add_detail", found.id, BEN, words="a red umbrella")
        await stage.search(found, lost, label=None)
        _, answer = await stage.thread(found)
        assert answer.text().startswith("Thanks!")
