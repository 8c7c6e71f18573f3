"""Each kind of reply in each language, as readable text; WRITE_SNAPSHOTS=1 rewrites the files."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from reunite.entities import (
    Claim,
    ClaimDecision,
    ClaimState,
    Handover,
    Label,
    Match,
    MatchState,
    Member,
    Question,
    ReplyTarget,
    Report,
    ReportKind,
    ReportState,
    Statistics,
    Whereabouts,
    Why,
)
from reunite.language import LANGUAGES, sentence
from reunite.messages import galleries, handovers, looks, notices, offers, reminders, wording
from reunite.messages.handovers import Claimed
from reunite.messages.reply import (
    ChannelLink,
    Command,
    Jump,
    Moment,
    Person,
    Plain,
    Quoted,
    Reply,
    Small,
    Span,
    Strong,
    Tile,
)

SNAPSHOTS = Path(__file__).parent / "snapshots"
POST = ReplyTarget("web", "world", "found", "1")
SUNDAY = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
MAY = datetime(2026, 5, 21, tzinfo=UTC)
ANN, BOB, MO = Member("1", "Ann"), Member("2", "Bob"), Member("3", "Mo")
MODERATOR = Person("web", MO)
WHY = (
    Why("thing", "backpack", "agrees"),
    Why("colour", "dark red", "partly"),
    Why("place", "Mensa", "differs"),
    Why("time", "180", "agrees"),
    Why("words", "Eastpak", "agrees"),
)
OTHER_WHY = (
    Why("thing", "", "agrees"),
    Why("colour", "", "unknown"),
    Why("place", "", "unknown"),
    Why("time", "-3000", "differs"),
)
MATCH = Match(UUID(int=5), UUID(int=1), UUID(int=2), 0.97, Label.HIGH, WHY, MatchState.UNDECIDED, percent=True)
CONFIRMED = replace(MATCH, state=MatchState.CONFIRMED)
POSSIBLE = Match(UUID(int=6), UUID(int=1), UUID(int=2), 0.4, Label.POSSIBLE, OTHER_WHY, MatchState.UNDECIDED)


def report(kind: ReportKind, author: Member, text: str, place: str, language: str) -> Report:
    return Report(
        UUID(int=1 if kind is ReportKind.LOST else 2),
        UUID(int=9),
        kind,
        ReportState.OPEN,
        author,
        text,
        place,
        happened_at=SUNDAY if kind is ReportKind.LOST else None,
        target=POST,
        created_at=SUNDAY,
        expires_at=MAY,
        language=language,
    )


def gallery_replies(lost: Report, found: Report) -> Iterator[Reply]:
    closest = replace(POSSIBLE, id=UUID(int=15), label=None)
    for first in (MATCH, POSSIBLE, closest):
        tiles = [Tile(1, first.id, found.id, first.label, UUID(int=8)), Tile(2, closest.id, found.id)]
        yield galleries.first_gallery(lost, [(first, found), (closest, replace(found, place=""))], tiles, 128)
    yield said_about(lost, found)
    for searched in (1, 3):
        yield galleries.first_gallery(
            lost, [(closest, found)], [Tile(1, closest.id, found.id, None, UUID(int=8))], searched
        )
    yield galleries.next_gallery(lost, [(closest, found)], [Tile(1, closest.id, found.id, None, UUID(int=8))])
    yield wording.nothing(lost, 128, leaves_out=True)
    yield from (wording.overtaken(wording.nothing(report, 128), report) for report in (lost, found))
    yield wording.overtaken(galleries.first_gallery(lost, [(closest, found)], [Tile(1, closest.id, found.id)], 3), lost)
    pages = [[(MATCH, found)], [(closest, found)]]
    head = looks.head(lost, pages[0], 128, ["a.jpg"])
    yield from (
        looks.page(lost, pages, 0, [Tile(1, MATCH.id, found.id, None, UUID(int=8))], head),
        looks.nothing(lost, 128, [], leaves_out=False),
        looks.nothing(lost, 128, [], leaves_out=True),
    )
    yield looks.page(lost, pages, 1, [Tile(2, closest.id, found.id)], [])
    yield from (galleries.closed_gallery(lost, 1), galleries.closed_gallery(lost, 6), galleries.still_watching(lost))
    yield galleries.owner_folded(MATCH, lost, found)
    yield from (handovers.closed_card("card_other", MATCH, lost, found), handovers.owner_is_content(MATCH, lost, found))
    yield from (offers.thread_photo(lost), offers.thread_photo(replace(found, sealed=True)))
    yield wording.likelier(MATCH, lost, found)
    yield from (galleries.folded_card(MATCH, lost, found), wording.match_card(closest, found, lost, None))
    phone = replace(lost, text="phone")
    tiles = [Tile(1, closest.id, found.id, None, UUID(int=8))]
    yield from (galleries.first_gallery(phone, [(closest, found)], tiles, 3), wording.nothing(phone, 3))


def said_about(lost: Report, found: Report) -> Reply:
    """Return a gallery of which one was picked and one declined."""
    matches = [replace(POSSIBLE, id=UUID(int=number), label=None) for number in (15, 16, 17)]
    reports = [replace(found, id=match.id) for match in matches]
    tiles = [Tile(number, match.id, match.id) for number, match in enumerate(matches, start=1)]
    gallery = galleries.next_gallery(lost, list(zip(matches, reports, strict=True)), tiles)
    picked, declined = replace(matches[0], picked=True), replace(matches[1], declined=True)
    gallery = galleries.refreshed(gallery, picked, reports[0], lost.language)
    return galleries.refreshed(gallery, declined, reports[1], lost.language)


def replies(language: str) -> Iterator[Reply]:
    lost = report(ReportKind.LOST, BOB, "Eastpak, 2 L", "Mensa", language)
    found = report(ReportKind.FOUND, ANN, "Eastpak", "Park", language)
    sealed = replace(found, sealed=True, category="keys")
    yield from (wording.report_post(lost), wording.report_post(found), wording.report_post(sealed))
    yield wording.report_post(replace(sealed, place="", category="id"))
    yield from (wording.first_reply(lost, 1, 1), wording.first_reply(lost, 3, 128))
    yield wording.first_reply(replace(lost, sample=True), 1, 1)
    yield from (wording.what_is_it(lost), wording.what_is_it(found))
    yield from gallery_replies(lost, found)
    for reader in (lost, found):
        yield from (wording.nothing(reader, searched) for searched in (0, 1, 128))
    yield from (wording.sealed_kept(sealed), notices.better_sealed(found))
    for match in (MATCH, POSSIBLE):
        yield from (wording.match_card(match, found, lost, None), wording.match_card(match, lost, found, None))
    yield wording.match_card(MATCH, replace(found, place="", text=""), lost, None)
    yield wording.match_card(MATCH, sealed, lost, None)
    yield from (wording.question(lost, Question("colour", ("light blue", "grey"))),)
    yield from (wording.question(lost, Question("place", ("Mensa", "Park"))),)
    yield wording.question_over(lost)
    yield from (wording.thanks(lost, ()), wording.thanks(lost, ((MATCH, found),)))
    yield wording.thanks(lost, ((POSSIBLE, replace(found, place="")), (MATCH, found)))
    for before, now in (("undecided", "confirmed"), ("undecided", "rejected"), ("confirmed", "undecided")):
        yield wording.verdict(MatchState(before), MatchState(now), MODERATOR, found, lost)
    yield wording.verdict(MatchState.UNDECIDED, MatchState.REJECTED, MODERATOR, lost, found)
    yield wording.verdict(MatchState.REJECTED, MatchState.UNDECIDED, MODERATOR, lost, found)
    yield wording.verdict(MatchState.REJECTED, MatchState.UNDECIDED, MODERATOR, found, lost)
    yield from (
        wording.ended(language),
        wording.expired(language),
        wording.problem("photo_gone", language, None, name="a.jpg"),
        wording.search_failed(lost),
        wording.search_failed(sealed),
    )
    yield from (notices.log_line(MATCH, lost, sealed, found, None), notices.log_line(MATCH, lost, found, found, None))
    yield notices.log_line(replace(MATCH, state=MatchState.CONFIRMED), lost, found, found, None, MODERATOR)
    yield notices.log_line(
        replace(MATCH, state=MatchState.REJECTED, released=True), lost, sealed, found, None, MODERATOR
    )
    yield from claims(lost, found)
    yield from (notices.own_report(report, language) for report in (lost, found))
    yield from (notices.older_reports(number, language) for number in (1, 15))
    yield notices.statistics(Statistics(1, 2, 0, 9, 4, 3), language)
    yield from (notices.extended(lost, language), notices.privacy(UUID(int=8), 60, language))
    yield from (notices.forgotten(number, language) for number in (0, 1, 2))


def claims(lost: Report, found: Report) -> Iterator[Reply]:
    claim = Claim(UUID(int=7), MATCH.id, BOB, lost.account, has_proof=True, state=ClaimState.OPEN)
    yield notices.claimed(claim, MATCH, lost, found)
    yield from handed_over(claim, lost, found)
    for rivals in ((), (MATCH,), (MATCH, MATCH), (replace(MATCH, claim=ClaimState.ACCEPTED),)):
        proofs = Quoted("1998", found.id), Quoted("B. W.", lost.id)
        yield notices.claim_seen(claim, *proofs, lost.language, rivals)
    yield notices.declined(MATCH, lost.language)
    yield from (notices.claim_ended(report) for report in (lost, found, replace(found, sealed=True)))
    yield from (reminders.ends_soon(report) for report in (lost, found, replace(found, sealed=True)))
    yield from (reminders.kept_watching(lost), reminders.claim_waits(Claimed(claim, MATCH, lost, found)))
    yield reminders.is_it_back(MATCH, lost, members_can_return=True)
    yield from (reminders.switched(UUID(int=8), lost.language, on=on) for on in (True, False))


def decided(claim: Claim, state: ClaimState, by: Member) -> Claim:
    decision = ClaimDecision(
        claim.match, "accepted" if state is ClaimState.ACCEPTED else "rejected", by, POST.account(by), SUNDAY
    )
    return replace(claim, state=state, decision=decision)


def handed_over(claim: Claim, lost: Report, found: Report) -> Iterator[Reply]:
    accepted = Claimed(decided(claim, ClaimState.ACCEPTED, found.author), MATCH, lost, found)
    rejected = replace(accepted, claim=decided(claim, ClaimState.REJECTED, MO))
    sealed = replace(accepted, found=replace(found, sealed=True))
    returned = replace(accepted, match=replace(MATCH, handover=Handover(got_back=True, handed_over=True)))
    for claimed in (Claimed(claim, MATCH, lost, found), rejected, returned):
        yield handovers.claim_card(claimed, found, None, None)
    yield handovers.claim_card(replace(accepted, match=CONFIRMED), found, None, MODERATOR)
    for members_can_return in (True, False):
        for claimed in (accepted, sealed):
            yield handovers.claim_decided(claimed, members_can_return=members_can_return, left=2)
        yield handovers.claim_closed(accepted, members_can_return=members_can_return)
        yield handovers.conversation(accepted, Whereabouts(), members_can_return=members_can_return)
    yield handovers.conversation(
        replace(sealed, lost=replace(lost, private=True)), Whereabouts("Gym"), members_can_return=True
    )
    yield handovers.conversation(replace(accepted, match=CONFIRMED), Whereabouts(), members_can_return=True)
    for state in (MatchState.REJECTED, MatchState.UNDECIDED):  # or the item went to somebody else
        over = replace(accepted, match=replace(MATCH, state=state), found=replace(found, state=ReportState.RETURNED))
        yield handovers.conversation(over, Whereabouts(), members_can_return=True)
    yield from (handovers.claim_decided(rejected, members_can_return=True, left=left) for left in (0, 1, 2))
    withdrawn = replace(accepted, claim=replace(claim, state=ClaimState.WITHDRAWN))
    yield from (handovers.claim_card(withdrawn, found, None, None), handovers.claim_gone(withdrawn))
    yield handovers.claim_again(MATCH, lost, found)
    yield from (
        handovers.claim_decided(withdrawn, members_can_return=True, left=2),
        handovers.claimed_card(MATCH, lost, found, None),
        handovers.claimed_card(CONFIRMED, lost, found, None),
        handovers.answered_again(MATCH, lost),
    )
    yield handovers.conversation(withdrawn, Whereabouts(), members_can_return=True)
    yield from (handovers.claim_closed(each, members_can_return=True) for each in (rejected, withdrawn))
    yield handovers.waiting_claim(Claimed(claim, MATCH, replace(lost, state=ReportState.RETURNED), found))
    yield notices.declined(MATCH, lost.language, may_claim=False)
    yield wording.match_card(MATCH, found, lost, None, may_claim=False)
    yield from (handovers.no_conversation(MATCH, lost, found), handovers.help_needed(MATCH, lost, found))
    yield from (handovers.said_returned(MATCH, report) for report in (lost, found, sealed.found))
    yield handovers.where_it_is(Whereabouts("Gym", "L1920"), found, lost.language)
    yield from (handovers.said_returned_withdrawn(MATCH, report) for report in (lost, found))
    yield wording.returned_by_word(replace(MATCH, handover=Handover(got_back=True)), lost)
    yield wording.word_back(found)
    yield notices.log_line(CONFIRMED, lost, found, found, None)
    yield notices.log_line(MATCH, replace(lost, state=ReportState.RETURNED), found, found, None)


def readable(reply: Reply) -> str:
    lines = ["".join(_marked(span) for span in line) for line in reply.lines]
    words = [*(choice.words for choice in reply.choices), *(button.words for button in reply.buttons)]
    choices = [f"[{word}]" for word in words]
    return "\n".join([f"({reply.kind})", *lines, *([" ".join(choices)] if choices else [])])


def _marked(span: Span) -> str:
    match span:
        case Person(_, member):
            return f"@{member.name}"
        case Strong(text):
            return f"**{text}**"
        case Quoted(text, _):
            return f"‹{text}›"
        case Plain() | Moment() | ChannelLink() | Command():
            return span.text
        case Small(text):
            return f"~{text}"
        case Jump():
            return f"→{span.text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reply_reads_as_it_was_agreed(language: str) -> None:
    text = "\n\n".join(readable(reply) for reply in replies(language)) + "\n"
    snapshot = SNAPSHOTS / f"replies_{language}.txt"
    if os.environ.get("WRITE_SNAPSHOTS"):
        snapshot.write_text(text, "utf-8")
    assert text == snapshot.read_text("utf-8")


def test_a_sentence_can_put_its_parts_in_its_own_order() -> None:
    post = Quoted("post", UUID(int=1))
    german = wording.line("rejected", "de", moderator=MODERATOR, post=post)
    assert german == (
        MODERATOR,
        Plain(" sagt, dass "),
        post,
        Plain(" es nicht ist. Ich schlage das nicht noch einmal vor."),
    )


@pytest.mark.parametrize(
    ("probability", "limit", "possible", "high"),
    [
        (0.9399, 0.95, 93, 95),
        (0.9799, 0.98, 94, 98),
        (0.9969, 0.997, 94, 99),
        (0.9999, 1.0, 94, 99),
    ],
)
def test_a_possible_match_shows_a_smaller_percentage_than_any_with_high_confidence(
    probability: float, limit: float, possible: int, high: int
) -> None:
    assert wording.percentage(Label.POSSIBLE, probability) == possible
    assert wording.percentage(Label.HIGH, limit) == high


def test_words_in_a_slot_can_open_no_slot_and_set_nothing_off() -> None:
    assert wording.line("certainty_percent", "en", label="{percent} **a**", percent="1") == (
        Strong("{percent} **a**"),
        Plain(" (1%)"),
    )
    assert sentence("photo_gone", name="{name}").startswith("The photo {name} is")


def test_a_day_is_shown_in_the_workspaces_zone_where_the_readers_is_not_known() -> None:
    late = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    found = replace(report(ReportKind.FOUND, ANN, "a hat", "", "en"), happened_at=late)
    for zone, day in (("", "1 March"), ("Asia/Tokyo", "2 March")):
        moment = wording.day_of(replace(found, zone=zone), "en")
        assert isinstance(moment, Moment)
        assert (moment.at, moment.text, moment.style) == (late, day, "day")
    [when] = wording.circumstances(replace(found, zone="Asia/Tokyo"), "en")
    assert when[-1] == Moment(late, "Monday 2 March, 05:00")


def test_the_day_on_which_a_report_ends_is_the_workspaces_day() -> None:
    late = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
    for kind in ReportKind:
        lost = replace(report(kind, ANN, "a hat", "", "en"), expires_at=late)
        for zone, day in (("", "1 May"), ("Asia/Tokyo", "2 May")):
            there = replace(lost, zone=zone)
            for reply in (
                wording.nothing(there, 1),
                galleries.still_watching(there),
                notices.own_report(there, "en"),
                notices.extended(there, "en"),
                reminders.ends_soon(there),
                reminders.kept_watching(there),
            ):
                assert day in reply.text()


def test_a_past_post_has_the_day_of_its_post() -> None:
    past = replace(
        report(ReportKind.FOUND, ANN, "keys", "", "en"),
        happened_at=None,
        posted_at=datetime(2025, 11, 3, 12, tzinfo=UTC),
    )
    day = wording.day_of(past, "en")
    assert isinstance(day, Moment)
    assert (day.at, day.text, day.style) == (past.posted_at, "3 November", "posted")


@pytest.mark.parametrize("text", ["my phone", "a set of keys", "lost: ID card", "an umbrella"])
def test_whoever_misses_what_is_kept_sealed_reads_that_it_may_be(text: str) -> None:
    lost = replace(report(ReportKind.LOST, BOB, text, "", "en"), happened_at=None)
    tiles = [Tile(1, POSSIBLE.id, POSSIBLE.found)]
    found = report(ReportKind.FOUND, ANN, "a hat", "", "en")
    gallery = galleries.first_gallery(lost, [(replace(POSSIBLE, label=None), found)], tiles, 3)
    for reply in (gallery, wording.nothing(lost, 0), wording.nothing(lost, 3)):
        assert ("Such items may be kept sealed." in reply.text()) is (text != "an umbrella")
    assert "sealed" not in wording.nothing(replace(lost, kind=ReportKind.FOUND), 3).text()


def test_no_result_of_a_search_changes_the_cards_of_a_released_report() -> None:
    lost = report(ReportKind.LOST, BOB, "keys", "", "en")
    sealed = replace(report(ReportKind.FOUND, ANN, "keys", "", "en"), sealed=True)
    for reader, other in ((lost, sealed), (sealed, lost)):
        results = (MATCH, replace(MATCH, probability=0.6), POSSIBLE, replace(MATCH, label=None, faded=True))
        cards = {wording.match_card(replace(match, id=MATCH.id), other, reader, None).lines for match in results}
        assert len(cards) == 1


def test_a_sealed_report_reveals_no_time() -> None:
    sealed = replace(report(ReportKind.FOUND, ANN, "keys", "", "en"), sealed=True)
    assert wording.day_of(sealed, "en") == Plain("1 March")
    seen = [span for line in wording.report_post(sealed).lines for span in line]
    assert not [span for span in seen if isinstance(span, Moment)]


@pytest.mark.parametrize(
    ("language", "photo"),
    [
        ("en", "photo"),
        ("de", "foto"),
        ("fr", "photo"),
        ("es", "foto"),
        ("it", "foto"),
        ("nl", "foto"),
        ("pl", "zdjęci"),
        ("pt", "foto"),
        ("ja", "写真"),
    ],
)
def test_the_post_of_a_sealed_report_names_no_photo(language: str, photo: str) -> None:
    """A report in words only may be sealed as well."""
    sealed = replace(report(ReportKind.FOUND, ANN, "keys", "", language), sealed=True)
    assert photo not in wording.report_post(sealed).text().lower()
