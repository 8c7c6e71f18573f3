"""What first replies say, and take back later: cases of the handlers."""

import pytest

from reunite.commands import EditReport
from reunite.entities import Label, VerdictKind
from reunite.language import sentence
from reunite.messages.wording import end_of
from tests.contract.stages import ADA, Stage


class FirstReplyCases:
    """They promise to keep watching, and contradict nothing that follows."""

    async def test_a_gallery_without_a_match_says_that_the_bot_keeps_watching(self, stage: Stage) -> None:
        await stage.join()
        lost, *found = [await stage.lost(), *[await stage.found(str(number)) for number in range(8)]]
        await stage.search(lost, *found, label=None)
        promise = sentence("keep_watching", until=end_of(lost, "en"))
        [gallery] = await stage.thread(lost)
        assert gallery.text().endswith(f"{sentence('pick_one')}\n{promise}")
        await stage.press("none_of_these", lost.id, ADA)
        closed, following = await stage.thread(lost)
        assert (promise in closed.text(), promise in following.text()) == (False, True)
        stage.later(3)
        await stage.press("extend", lost.id, ADA)
        until = end_of(await stage.now(lost), "en")
        assert sentence("keep_watching", until=until) in (await stage.thread(lost))[-1].text()
        for tile in following.gallery:
            await stage.press("pick", tile.match, ADA)
        gallery = (await stage.thread(lost))[1]
        assert (sentence("pick_one") in gallery.text(), "keep watching" in gallery.text()) == (False, True)

    async def test_the_newest_gallery_has_what_can_be_done_with_the_report(self, stage: Stage) -> None:
        await stage.join()
        lost, *found = [await stage.lost(), *[await stage.found(str(number)) for number in range(7)]]
        await stage.search(lost, *found, label=None)
        await stage.press("none_of_these", lost.id, ADA)
        closed, following = await stage.thread(lost)
        assert [button.action for button in closed.buttons] == []
        assert [button.action for button in following.buttons] == [
            "pick", "none_of_these", "add_photo", "add_detail", "withdraw",
        ]  # fmt: skip

    async def test_a_match_that_follows_takes_back_that_nothing_is_clear(self, stage: Stage) -> None:
        await stage.join()
        for others in ([await stage.found("1"), await stage.found("2")], []):
            lost = await stage.lost()
            await stage.search(lost, *others, label=None)
            before = (await stage.thread(lost))[0]
            await stage.handlers.edit(EditReport(target=lost.target, text="my blue umbrella"))
            await stage.search(lost, await stage.found("a blue umbrella"))
            first, card = await stage.thread(lost)
            assert first.text().splitlines()[0] == sentence("news_below")
            assert card.kind == "match"
            assert (first.gallery, first.buttons) == (before.gallery, before.buttons)

    @pytest.mark.parametrize("follows", ["high", "possible", "claim", "verdict"])
    async def test_a_finder_no_longer_reads_that_nobody_misses_it(self, stage: Stage, follows: str) -> None:
        await stage.join()
        found = await stage.found()
        await stage.search(found)
        [first] = await stage.thread(found)
        assert first.text().startswith(sentence("nobody_misses"))
        lost = await stage.lost()
        label = {"high": Label.HIGH, "possible": Label.POSSIBLE}.get(follows)
        await stage.search(lost, await stage.now(found), label=label)
        if follows == "claim":
            await stage.claim(await stage.match(lost), found)
        elif follows == "verdict":
            await stage.verdict(await stage.match(lost), VerdictKind.CONFIRM)
        first, *_ = await stage.thread(found)
        assert first.text().splitlines()[0] == sentence("thanks_for_find")
        assert sentence("nobody_misses") not in await stage.words(found)

    async def test_a_finder_learns_nothing_of_a_private_report_that_may_match(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        found = await stage.found()
        await stage.search(found)
        before = await stage.thread(found)
        for label in Label:
            await stage.search(await stage.lost(private=True), await stage.now(found), label=label)
        assert await stage.thread(found) == before
