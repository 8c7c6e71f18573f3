"""Posts whose words say another kind of report than their channel: asked, held back, turned."""

from dataclasses import replace

import pytest

from reunite.announce import announce_sealed
from reunite.commands import EditReport, TellKind
from reunite.entities import IncomingPhoto, Label, ReportKind, VerdictKind
from reunite.errors import TellUserError
from reunite.language import sentence
from reunite.matching.scoring import Results, ScoredCandidate
from reunite.messages import keys, notices
from tests.contract.stages import ADA, BEN, MODERATOR, Stage
from tests.support.sweeps import sweep_at

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
        found, lost = await stage.found("zanzibar umbrella", place="the pool"), await stage.lost()
        await stage.search(found)
        await stage.search(lost, found, label=label)
        assert "zanzibar" in await stage.words(lost)
        await stage.deliver(found)
        await stage.press("i_lost_it", found.id, BEN)
        assert "zanzibar" not in await stage.words(lost)
        assert await stage.matches(lost) == []
        assert await stage.thread(found) == []
        removed = await stage.store.delivery.lease("web", limit=10, seconds=60)
        assert keys.first_reply(found.id) in {item.key for item in removed}, "its platform knows it by this key"
        other = await stage.found()
        await stage.search(await stage.now(found), other, label=None)
        [first] = await stage.thread(found)
        assert [tile.report for tile in first.gallery] == [other.id]

    async def test_a_search_that_began_before_shows_no_sealed_find_to_moderators(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        lost, sealed = await stage.lost(), await stage.found(sealed=True)
        for searched, lines in ((replace(lost, text="my watch"), 0), (lost, 1)):
            likely = [ScoredCandidate(sealed.id, 0.9, Label.HIGH, (), {"text-text": 3.0})]
            async with stage.session(lost.community) as session:
                await announce_sealed(session, searched, Results(likely, is_complete=True, judges_rest=True))
            assert len(await stage.thread(lost, "moderators") + await stage.thread(sealed, "moderators")) == lines

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

    async def test_a_kind_is_told_of_a_find_by_its_author_and_of_what_is_public(self, stage: Stage) -> None:
        await stage.join(log_channel="log")
        found, tell = await stage.found(), stage.handlers.kinds.tell
        for by, kind, is_news in (
            (ADA, ReportKind.LOST, False),
            (MODERATOR, ReportKind.LOST, False),
            (BEN, ReportKind.LOST, True),
            (BEN, ReportKind.LOST, False),
            (BEN, ReportKind.FOUND, False),
        ):
            assert await tell(TellKind(target=found.target, kind=kind, member=by)) is is_news, (by, kind)
            assert ((await stage.now(found)).kind == "lost") is (by is BEN)
        sealed = await stage.found(sealed=True)
        with pytest.raises(TellUserError, match="nothing_here"):
            await tell(TellKind(target=sealed.target, kind=ReportKind.LOST))

    async def test_a_report_is_turned_once_and_not_when_something_has_come_of_it(self, stage: Stage) -> None:
        await stage.join()
        found = await stage.found()
        await stage.press("i_lost_it", found.id, MODERATOR)
        with pytest.raises(TellUserError, match="kind_stays"):
            await stage.press("i_found_it", found.id, BEN)
        for decided in ("claim", "not mine", "verdict"):
            _, other, match = await stage.matched()
            if decided == "claim":
                await stage.press("reject_claim", await stage.claim(match, other), BEN)
            elif decided == "not mine":
                await stage.press("not_mine", match.id, ADA)
            else:
                await stage.verdict(match, VerdictKind.REJECT)
                await stage.verdict(match, VerdictKind.REJECT, given=False)
            with pytest.raises(TellUserError, match="kind_stays"):
                await stage.press("i_lost_it", other.id, BEN)
            assert (await stage.match(other)).id == match.id, decided

    async def test_after_an_hour_of_silence_the_channels_kind_counts_and_can_still_be_told(self, stage: Stage) -> None:
        await stage.join(sealed_categories=("keys",))
        found, lost = await stage.found("I lost my keys"), await stage.lost()
        await stage.search(found, lost)
        await sweep_at(stage, hours=0.9).run_due()
        assert (await stage.now(found)).kind_in_doubt
        for _ in range(2):
            await sweep_at(stage, hours=1.1).run_due()
        assert await stage.works_on(found) == [found.id, found.id]
        await stage.search(found, lost)
        asked, advice, card = await stage.thread(found)
        assert (asked.text(), len(asked.buttons), card.kind) == (sentence("offer_reply"), 2, "match")
        assert advice == notices.better_sealed(found, can_seal=False)
        await stage.press("i_lost_it", found.id, BEN)
        assert [reply.text() for reply in await stage.thread(found)] == [IS_LOST]

    async def test_a_card_on_a_photo_leads_to_its_advice_once_the_kind_is_told(self, stage: Stage) -> None:
        await stage.join(sealed_categories=("id",))
        found = await stage.found(LOSS, photos=(IncomingPhoto("a.jpg", "https://files.example/a.jpg"),))
        async with stage.session(found.community) as session:
            await session._do("UPDATE photo SET sensitive = 'card'")
        await stage.press("i_found_it", found.id, BEN)
        assert (await stage.thread(found))[1] == notices.card_seen(found, can_seal=False)

    async def test_an_edit_that_no_longer_says_the_other_kind_settles_it(self, stage: Stage) -> None:
        await stage.join()
        found = await stage.found(LOSS)
        for text, is_settled in (("I lost my red umbrella", False), ("someone lost their umbrella", True)):
            await stage.handlers.edit(EditReport(target=found.target, text=text))
            assert (await stage.now(found)).kind_in_doubt is not is_settled
        assert [told.text() for told in await stage.thread(found)] == [IS_FOUND]

    async def test_a_finder_whose_only_match_is_in_doubt_gets_an_answer_all_the_same(self, stage: Stage) -> None:
        await stage.join()
        doubtful, found = await stage.lost("I found this umbrella by the pool"), await stage.found()
        await stage.search(found, doubtful)
        assert await stage.kinds(found) == ["nothing"]
