"""How often an owner is pinged, shown on each platform."""

from collections.abc import Sequence
from typing import Literal

from reunite.announce import announce
from reunite.edits import reword
from reunite.entities import Label, Member, Report, ReportState
from reunite.language import sentence
from reunite.matching.evidence import Candidate, Search
from reunite.matching.scoring import Results, ScoredCandidate
from reunite.ports import Sent, Session
from tests.contract.harness import Harness
from tests.contract.stages import item_of

NOT_MINE = sentence("button_not_mine")


async def test_an_owner_is_pinged_once_while_a_possible_match_waits(harness: Harness) -> None:
    bob, lost = await _lost(harness)
    first = await _found(harness, lost, Label.POSSIBLE)
    assert await _hears(harness, bob, first)
    later = [await _found(harness, lost, Label.POSSIBLE) for _ in range(2)]
    for card in later:
        assert not await _hears(harness, bob, card)
        said = str(await harness.screen.words(card)).replace("*", "")
        assert said.startswith(sentence("may_be_yours", certainty="").strip("* "))
    sure = await _found(harness, lost, Label.HIGH)
    assert await _hears(harness, bob, sure)
    for waits in (first, sure):
        assert (await harness.ui.press(waits, NOT_MINE, bob)).words == sentence("note_declined")
    await harness.deliver()
    assert await _hears(harness, bob, await _found(harness, lost, Label.POSSIBLE))
    for _ in range(2):
        assert await _hears(harness, bob, await _found(harness, lost, Label.HIGH))


async def test_an_owner_who_does_not_answer_is_pinged_again_after_some_hours(harness: Harness) -> None:
    bob, lost = await _lost(harness)
    await _found(harness, lost, Label.POSSIBLE)
    await _pass(harness, lost, hours=5)
    assert not await _hears(harness, bob, await _found(harness, lost, Label.POSSIBLE))
    await _pass(harness, lost, hours=2)
    assert await _hears(harness, bob, await _found(harness, lost, Label.POSSIBLE))


async def test_an_owner_who_changes_their_report_has_answered(harness: Harness) -> None:
    bob, lost = await _lost(harness)
    await _found(harness, lost, Label.POSSIBLE)
    assert not await _hears(harness, bob, await _found(harness, lost, Label.POSSIBLE))
    async with harness.store.session(lost.community) as session:
        await reword(session, lost, "my blue umbrella", "")
    assert await _hears(harness, bob, await _found(harness, lost, Label.POSSIBLE))


async def test_a_search_that_their_report_gets_by_itself_is_no_answer(harness: Harness) -> None:
    """As after linking two communities."""
    bob, lost = await _lost(harness)
    await _found(harness, lost, Label.POSSIBLE)
    async with harness.store.session(lost.community) as session:
        await session.work.add(lost.id)
    assert not await _hears(harness, bob, await _found(harness, lost, Label.POSSIBLE))


async def test_a_card_that_came_silently_stays_so_and_its_owner_is_pinged_once_it_is_likely(harness: Harness) -> None:
    bob, lost = await _lost(harness)
    first = await _found(harness, lost, Label.POSSIBLE)
    card = await _found(harness, lost, Label.POSSIBLE)
    await harness.ui.press(first, NOT_MINE, bob)
    *_, found = await harness.reports()
    await _search(harness, found, lost, Label.HIGH)  # the event comes twice, and the find has become likelier
    done = await harness.deliver()
    assert card in [sent for _, sent in done]
    assert sentence("label_high") in str(await harness.screen.words(card))
    assert not await _hears(harness, bob, card)
    [news] = [sent for item, sent in done if (item.report, item.task) == (lost.id, "send")]
    assert await _hears(harness, bob, news)
    for label in (Label.POSSIBLE, Label.HIGH):
        await _search(harness, found, lost, label)
    assert "send" not in [item.task for item, _ in await harness.deliver()]
    await harness.ui.press(card, NOT_MINE, bob)
    await harness.deliver()
    for said in (card, news):
        assert str(await harness.screen.words(said)).startswith(sentence("card_folded", post=""))


async def test_a_card_that_pinged_says_that_its_match_looks_less_likely_now(harness: Harness) -> None:
    bob, lost = await _lost(harness)
    card = await _found(harness, lost, Label.POSSIBLE)
    *_, found = await harness.reports()
    await _search(harness, found, lost, None)
    await harness.deliver()
    words = str(await harness.screen.words(card)).replace("*", "")
    assert sentence("less_likely").replace("*", "") in words
    assert sentence("label_possible") not in words
    assert await _hears(harness, bob, await _found(harness, lost, Label.POSSIBLE))  # nothing waits for an answer


async def test_of_two_matches_found_at_once_only_one_pings(harness: Harness) -> None:
    bob, lost = await _lost(harness)
    finds = [await _report_found(harness) for _ in range(2)]
    async with harness.store.session(lost.community) as earlier:
        await earlier.reports.get(lost.id)  # its transaction begins
        async with harness.store.session(lost.community) as later:
            await _announce(later, finds[1], [lost], Label.POSSIBLE)
        await _announce(earlier, finds[0], [lost], Label.POSSIBLE)
    cards = [sent for item, sent in await harness.deliver() if (item.report, item.task) == (lost.id, "send")]
    assert [await _hears(harness, bob, card) for card in cards].count(True) == 1


async def test_a_finders_matches_all_arrive_with_a_notification(harness: Harness) -> None:
    _, lost = await _lost(harness)
    other = await _report(harness, "lost", "Cleo")
    found = await _report_found(harness)
    async with harness.store.session(lost.community) as session:
        await _announce(session, found, [lost, other], Label.POSSIBLE)
    items = [item for item, _ in await harness.deliver() if item.report == found.id and item.reply.kind == "match"]
    assert [item.silent for item in items] == [False, False]


async def _lost(harness: Harness) -> tuple[Member, Report]:
    bob = harness.join("Bob")
    await harness.people.post_photo("lost", bob, "my umbrella")
    [lost] = await harness.reports()
    await harness.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    return bob, await _open(harness, lost)


async def _found(harness: Harness, lost: Report, label: Label) -> Sent:
    """Post a find that matches a lost report; return its card in that one's thread."""
    await _search(harness, await _report_found(harness), lost, label)
    [card] = [sent for item, sent in await harness.deliver() if (item.report, item.task) == (lost.id, "send")]
    return card


async def _pass(harness: Harness, lost: Report, hours: int) -> None:
    async with harness.store.session(lost.community) as session:
        await session._do("UPDATE outbox SET created_at = created_at - make_interval(hours => %(hours)s)", hours=hours)


async def _report_found(harness: Harness) -> Report:
    return await _report(harness, "found", "Ann")


async def _report(harness: Harness, channel: Literal["lost", "found"], author: str) -> Report:
    number = len(await harness.reports())
    await harness.people.post_photo(channel, harness.join(author), f"umbrella {number}")
    *_, report = await harness.reports()
    return await _open(harness, report)


async def _search(harness: Harness, found: Report, lost: Report, label: Label | None) -> None:
    async with harness.store.session(lost.community) as session:
        await _announce(session, found, [lost], label)


async def _announce(session: Session, found: Report, losts: Sequence[Report], label: Label | None) -> None:
    search = Search(item_of(found), tuple(Candidate(item_of(lost), {}) for lost in losts), open_count=len(losts))
    scored = [ScoredCandidate(lost.id, 0.5, label, (), {"text-text": 3.0}) for lost in losts]
    await announce(session, found, search, Results(scored, is_complete=True, judges_rest=True))


async def _open(harness: Harness, report: Report) -> Report:
    async with harness.store.session(report.community) as session:
        await session.reports.set_state(report.id, ReportState.OPEN)
        opened = await session.reports.get(report.id)
    assert opened
    return opened


async def _hears(harness: Harness, member: Member, card: Sent) -> bool:
    """Return whether a card pings a member, or names them where the platform pings nobody."""
    if "pings" in harness.lacks:
        return member.name in str(await harness.screen.words(card))
    return member.id in harness.screen.pinged(card)
