"""Posts whose words say another kind of report than their channel: asked, held back, turned."""

import pytest

from reunite.commands import TellKind
from reunite.entities import Label, ReportKind
from reunite.errors import TellUserError
from reunite.language import sentence
from tests.contract.stages import ADA, BEN, MODERATOR, Stage

LOSS = "I lost my umbrella"
IS_LOST, IS_FOUND = sentence("kind_told_lost"), sentence("kind_told_found")


class KindCases:
    """A loss among the finds, and reports that are turned into the other kind."""

    async def test_a_loss_among_the_finds_is_asked_about_before_anything_else(self, stage: Stage) -> None:
        await stage.join(log_channel="log", sealed_categories=("keys",))
        found, lost = await stage.found("I lost my keys"), await stage.lost()
        assert [asked.text() for asked in await stage.thread(found)] == [sentence("offer_reply")]
        for searching, other in ((found, lost), (lost, found)):
            await stage.search(searching, other)
        assert await stage.kinds(found) == ["note"]
        assert "match" not in await stage.kinds(lost), "an owner is not pinged for what may be no find"
        assert await stage.kinds(lost, "moderators") == await stage.kinds(found, "moderators") == []

    async def test_what_is_found_after_all_is_announced_as_any_other(self, stage: Stage) -> None:
        await stage.join()
        found, lost = await stage.found(LOSS), await stage.lost()
        await stage.search(found, lost)
        await stage.press("i_found_it", found.id, BEN)
        assert await stage.works_on(found) == [found.id, found.id]
        await stage.press("i_found_it", found.id, BEN)
        assert await stage.works_on(found) == [found.id, found.id], "a second press is no news"
        await stage.search(found, lost)
        answered, card = await stage.thread(found)
        assert (answered.text(), answered.buttons, card.kind) == (IS_FOUND, (), "match")
        assert "match" in await stage.kinds(lost)

    async def test_what_is_lost_after_all_is_looked_for_among_the_finds(self, stage: Stage) -> None:
        await stage.join()
        post = await stage.found(LOSS)
        await stage.press("i_lost_it", post.id, BEN)
        lost = await stage.now(post)
        assert (lost.kind, lost.kind_in_doubt) == ("lost", False)
        assert await stage.works_on(lost) == [lost.id]
        other = await stage.found()
        await stage.search(lost, other)
        answered, *replies = await stage.thread(lost)
        assert answered.text() == IS_LOST
        assert [reply.kind for reply in replies] == ["first_reply", "match"]
        assert (await stage.match(lost)).lost == lost.id

    async def test_a_find_among_the_losses_is_asked_about_too(self, stage: Stage) -> None:
        await stage.join()
        post, lost = await stage.lost("I found this umbrella by the pool"), await stage.lost()
        assert [asked.text() for asked in await stage.thread(post)] == [sentence("offer_reply")]
        await stage.press("i_found_it", post.id, ADA)
        await stage.search(await stage.now(post), lost)
        answered, card = await stage.thread(post)
        assert (answered.text(), card.kind, (await stage.match(lost)).found) == (IS_FOUND, "match", post.id)

    @pytest.mark.parametrize("label", [Label.HIGH, None])
    async def test_a_turned_find_is_shown_to_nobody_as_a_find_any_more(self, stage: Stage, label: Label | None) -> None:
        await stage.join(log_channel="log")
        found, lost, other = await stage.found("zanzibar umbrella", place="the pool"), await stage.lost(), None
        await stage.search(found)
        await stage.search(lost, found, label=label)
        if label:
            await stage.claim(await stage.match(lost), found)
        assert "zanzibar" in await stage.words(lost)
        await stage.press("i_lost_it", found.id, BEN)
        assert "zanzibar" not in await stage.words(lost)
        assert await stage.matches(lost) == []
        assert [reply.text() for reply in await stage.thread(found)] == [IS_LOST]
        assert (sentence("find_is_gone") in await stage.words(lost)) is bool(label)
        other = await stage.found()
        await stage.search(await stage.now(found), other, label=None)
        [first] = await stage.thread(found)
        assert [tile.report for tile in first.gallery] == [other.id]

    async def test_a_search_that_began_before_pairs_nothing_with_its_own_kind(self, stage: Stage) -> None:
        await stage.join()
        found, lost = await stage.found(), await stage.lost()
        await stage.press("i_lost_it", found.id, BEN)
        await stage.search(lost, found)
        assert await stage.matches(lost) == []

    async def test_only_what_strictly_says_a_loss_is_asked_about(self, stage: Stage) -> None:
        await stage.join()
        for fields in (
            {"text": "someone lost their umbrella"},
            {"text": LOSS, "is_kind_told": True},
            {"text": LOSS, "is_past": True},
            {"text": LOSS, "sample": True},
            {"text": LOSS, "sealed": True},
        ):
            if fields.get("sealed"):
                await stage.join(log_channel="log")
            found = await stage.found(**fields)
            assert not found.kind_in_doubt, fields
            assert sentence("offer_reply") not in await stage.words(found), fields

    async def test_a_kind_is_told_by_those_who_may_and_of_what_is_public(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        found = await stage.found()
        for by, is_moderator in ((ADA, False), (MODERATOR, True)):
            told = TellKind(target=found.target, kind=ReportKind.LOST, member=by, is_moderator=is_moderator)
            if not is_moderator:
                with pytest.raises(TellUserError, match="only_own_post"):
                    await stage.handlers.kinds.tell(told)
                continue
            assert await stage.handlers.kinds.tell(told)
            assert not await stage.handlers.kinds.tell(told)
        assert (await stage.now(found)).kind == "lost"
        sealed = await stage.found(sealed=True)
        with pytest.raises(TellUserError, match="nothing_here"):
            await stage.handlers.kinds.tell(TellKind(target=sealed.target, kind=ReportKind.LOST))
