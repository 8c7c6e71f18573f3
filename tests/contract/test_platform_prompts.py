"""Galleries, and what nobody asked for (reminders, the digest), shown on each platform by a moved clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reunite import rules
from reunite.announce import announce
from reunite.commands import ChangeSettings
from reunite.digest import digest
from reunite.entities import Report, ReportState
from reunite.handlers import Handlers
from reunite.language import plural, sentence
from reunite.matching.evidence import Candidate, Search
from reunite.matching.scoring import Results, ScoredCandidate
from reunite.messages.wording import end_of
from reunite.ports import Sent
from reunite.reminders import remind
from tests.contract.harness import Harness
from tests.contract.platforms import shown_match
from tests.contract.stages import item_of
from tests.support.queues import NoQueue

PROOF = "a blue thread sewn into the lining"
DAY = 24
NONE, MINE, NOT_MINE = sentence("button_none_of_these"), sentence("button_mine"), sentence("button_not_mine")


async def test_one_goes_through_a_gallery_to_its_end(harness: Harness) -> None:
    lost, gallery = await _shown_gallery(harness, rules.MAX_TILES + 2)
    assert (await harness.ui.press(gallery, NONE, harness.join("Mallory"))).words == sentence(
        "only_owner", command=harness.commands
    )
    assert (await harness.ui.press(gallery, "2", lost.author)).words == sentence("note_picked")
    card = await _sent(harness, "match")
    assert "umbrella 1" in str(await harness.screen.words(card))
    assert (await harness.ui.press(card, NOT_MINE, lost.author)).words == sentence("note_declined")
    following = await _sent(harness, "match", other_than=card)
    assert "umbrella 0" in str(await harness.screen.words(following))
    assert (await harness.ui.press(gallery, NONE, lost.author)).words == sentence("note_none_of_these")
    rest = await _sent(harness, "first_reply", other_than=gallery)
    assert await harness.screen.words(gallery) == sentence("gallery_closed")
    assert "umbrella 0" not in str(await harness.screen.words(following))  # it was among those
    assert (await harness.ui.press(rest, NONE, lost.author)).words == sentence("note_none_of_these")
    watching = await _sent(harness, "nothing")
    assert sentence("nothing_closer", until=end_of(lost, "en")) in str(await harness.screen.words(watching))


async def test_a_claim_that_waits_is_brought_up_and_can_be_withdrawn(harness: Harness) -> None:
    card, lost, found, _ = await shown_match(harness)
    await harness.ui.press(card, MINE, lost.author, fill=PROOF)
    await harness.deliver()
    [waits] = await _reminded(harness, hours=25)
    assert sentence("claim_waits_for_you") in str(await harness.screen.words(waits))
    seen = await harness.ui.press(waits, sentence("button_see_claim"), found.author)
    assert PROOF in seen.words
    withdraw = sentence("button_not_mine_after_all")
    assert (await harness.ui.press(card, withdraw, lost.author)).words == sentence("note_declined")
    await harness.deliver()
    assert sentence("claim_closed_withdrawn") in await harness.screen.public()
    late = await harness.ui.press(seen, sentence("button_accept_claim"), found.author)
    assert late.words == sentence("nothing_here")
    assert await _reminded(harness, hours=99) == []


async def test_an_owner_is_asked_whether_it_is_back(harness: Harness) -> None:
    card, lost, found, _ = await shown_match(harness)
    await harness.ui.press(card, MINE, lost.author, fill=PROOF)
    claim = await _sent(harness, "claim")
    seen = await harness.ui.press(claim, sentence("button_see_claim"), found.author)
    await harness.ui.press(seen, sentence("button_accept_claim"), found.author)
    await harness.deliver()
    [asked] = await _reminded(harness, hours=49)
    assert sentence("is_it_back") in str(await harness.screen.words(asked))
    got_back = sentence("button_got_back")
    assert (await harness.ui.press(asked, got_back, lost.author)).words == sentence("note_word_waits")
    await harness.deliver()
    assert await _reminded(harness, hours=99) == []


async def test_a_report_that_ends_is_kept_by_a_press_and_reminders_are_switched_off(harness: Harness) -> None:
    ann = harness.join("Ann")
    await harness.people.post_photo("lost", ann, "my umbrella")
    await harness.people.post_photo("lost", ann, "my cup")
    await _open(harness)
    first, second = await _reminded(harness, hours=53 * DAY + 1)
    lost, _ = await harness.reports()
    assert sentence("ends_soon", until=end_of(lost, "en")) in str(await harness.screen.words(first))
    off = sentence("button_reminders_off")
    assert (await harness.ui.press(second, off, ann)).words == sentence("note_reminders_off")
    await harness.ui.press(first, sentence("button_keep_watching"), ann)
    await harness.deliver()
    assert sentence("ends_soon", until=end_of(lost, "en")) not in str(await harness.screen.words(first))
    await _expire_later(harness)
    assert await _reminded(harness, hours=100 * DAY) == []


async def test_a_digest_comes_where_it_is_wanted(harness: Harness) -> None:
    ann = harness.join("Ann")
    for number in range(2):
        await harness.people.post_photo("found", ann, f"umbrella {number}")
    await _open(harness)
    assert await _digests(harness) == []
    handlers = Handlers(harness.store, NoQueue())
    wanted = replace(await handlers.settings(harness.name, harness.workspace), digest=True)
    await handlers.set_up(ChangeSettings(platform=harness.name, workspace=harness.workspace, settings=wanted))
    [shown] = await _digests(harness)
    words = str(await harness.screen.words(shown)).replace("*", "")
    assert plural("open_found", 2) in words
    assert sentence("digest_claim") in words
    assert plural("open_found", 2) in (await harness.screen.public()).replace("*", "")


async def _sent(harness: Harness, kind: str, other_than: Sent | None = None) -> Sent:
    """Deliver what is due, among it one reply of a kind in a thread, and return where it is."""
    done = await harness.deliver()
    [there] = [
        sent for item, sent in done if (item.reply.kind, item.audience) == (kind, "thread") and sent != other_than
    ]
    return there


async def _shown_gallery(harness: Harness, number: int) -> tuple[Report, Sent]:
    """Show a lost report's first reply with found reports, none of them labelled, the first one first."""
    await harness.people.post_photo("lost", harness.join("Bob"), "my umbrella")
    for each in range(number):
        await harness.people.post_photo("found", harness.join("Ann"), f"umbrella {each}")
    lost, *found = await _open(harness)
    await harness.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    near = {"text-text": 3.0}
    scored = [ScoredCandidate(each.id, 0.5 - place / 100, None, (), near) for place, each in enumerate(found)]
    candidates = tuple(Candidate(item_of(each), {}) for each in found)
    search = Search(item_of(lost), candidates, open_count=number)
    async with harness.store.session(lost.community) as session:
        await announce(session, lost, search, Results(scored, is_complete=True, judges_rest=True))
    return lost, await _sent(harness, "first_reply")


async def _open(harness: Harness) -> list[Report]:
    reports = await harness.reports()
    async with harness.store.session(reports[0].community) as session:
        for report in reports:
            await session.reports.set_state(report.id, ReportState.OPEN)
    return await harness.reports()


async def _reminded(harness: Harness, *, hours: float) -> Sequence[Sent]:
    """Send the reminders that are due after this many hours, deliver them, and return where they are."""
    for community, due in await harness.store.due.reminders(datetime.now(UTC) + timedelta(hours=hours), 100):
        async with harness.store.session(community) as session:
            await remind(session, due)
    return [sent for _, sent in await harness.deliver()]


async def _digests(harness: Harness) -> Sequence[Sent]:
    at = datetime.now(UTC)
    for community, workspace in await harness.store.due.digests(at, 100):
        async with harness.store.session(community) as session:
            await digest(session, workspace, at)
    return [sent for _, sent in await harness.deliver()]


async def _expire_later(harness: Harness) -> None:
    """Let the reports end later than the reminders that came already were about."""
    async with harness.store.session((await harness.reports())[0].community) as session:
        for report in await harness.reports():
            await session.reports.set_expiry(report.id, report.expires_at + timedelta(days=50))
