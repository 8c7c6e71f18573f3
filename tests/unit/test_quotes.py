"""Whatever shows a report's words, names or photos declares that it quotes the report; so deletion finds it."""

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any, get_type_hints
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
    Report,
    ReportKind,
    ReportState,
    Statistics,
    Whereabouts,
    Why,
)
from reunite.messages import galleries, handovers, notices, offers, reminders, welcome, wording
from reunite.messages.handovers import Claimed
from reunite.messages.reply import Choice, Person, Picture, Plain, Quoted, Reply, Tile, to_json
from reunite.messages.welcome import NamedCommands
from tests.support.marked_reports import FOUND, LOST, NOW
from tests.support.tables import for_each

MODERATOR = Person("web", Member("mo", "Mo"))
PHOTO = UUID(int=77)
MARKS = ("text", "place", "author", "details", "proof", "proof-question", "whereabouts", "code", "file")


SEALED, PRIVATE = replace(FOUND, sealed=True), replace(LOST, private=True)
LISTED = replace(FOUND, target=replace(FOUND.target, platform="api"))
WHY = (Why("words", "lost-text", "agrees"), Why("place", "found-place", "partly"))
MATCH = Match(UUID(int=5), LOST.id, FOUND.id, 0.9, Label.HIGH, WHY, MatchState.UNDECIDED)
CLAIM = Claim(UUID(int=6), MATCH.id, LOST.author, LOST.account, has_proof=True, state=ClaimState.OPEN)
DECISION = ClaimDecision(MATCH.id, "accepted", FOUND.author, FOUND.account, NOW)
CLAIMED = [
    Claimed(replace(CLAIM, state=state), replace(MATCH, handover=Handover(got_back=True)), lost, found)
    for state in ClaimState
    for lost in (LOST, PRIVATE)
    for found in (FOUND, SEALED)
]
WHEREABOUTS = Whereabouts("found-whereabouts", "found-code")
NAMED_COMMANDS = NamedCommands("/lost", "/found", "/sealed", "/search", "/mine", "/privacy", "/setup", "/help")
PICTURE = Picture(PHOTO, FOUND.id)
TILE = Tile(1, MATCH.id, FOUND.id, Label.HIGH, PHOTO)
QUESTION = Question("place", ("found-place", "pool"), (FOUND.id,))

QUEUED: dict[str, list[Reply]] = {
    "report_post": [wording.report_post(report) for report in (LOST, FOUND, SEALED)],
    "sealed_kept": [wording.sealed_kept(SEALED)],
    "first_reply": [wording.first_reply(report, 1, 2) for report in (LOST, replace(LOST, text=""))],
    "first_gallery": [galleries.first_gallery(LOST, [(MATCH, FOUND)], [replace(TILE, label=None)], 2)],
    "overtaken": [
        wording.overtaken(galleries.first_gallery(LOST, [(MATCH, FOUND)], [replace(TILE, label=None)], 2), LOST)
    ],
    "next_gallery": [galleries.next_gallery(LOST, [(MATCH, FOUND)], [TILE])],
    "refreshed": [galleries.refreshed(galleries.next_gallery(LOST, [(MATCH, FOUND)], [TILE]), MATCH, FOUND, "en")],
    "with_photo": [galleries.with_photo(galleries.next_gallery(LOST, [(MATCH, FOUND)], [TILE]), MATCH, PHOTO)],
    "closed_gallery": [galleries.closed_gallery(LOST, 1)],
    "folded_card": [galleries.folded_card(MATCH, LOST, FOUND)],
    "match_card": [
        wording.match_card(MATCH, FOUND, LOST, PICTURE),
        wording.match_card(MATCH, SEALED, LOST, None),
        wording.match_card(MATCH, LOST, FOUND, None),
    ],
    "likelier": [wording.likelier(MATCH, LOST, report) for report in (FOUND, SEALED)],
    "question": [wording.question(LOST, QUESTION)],
    "question_over": [wording.question_over(LOST)],
    "thanks": [wording.thanks(LOST, [(MATCH, FOUND)]), wording.thanks(LOST, [(MATCH, replace(FOUND, place=""))])],
    "problem": [wording.problem("photo_gone", "en", LOST.id, name="lost-file")],
    "search_failed": [wording.search_failed(report) for report in (LOST, SEALED)],
    "log_line": [
        notices.log_line(MATCH, LOST, report, report, PICTURE, moderator)
        for report in (FOUND, SEALED)
        for moderator in (None, MODERATOR)
    ],
    "thread_photo": [offers.thread_photo(LOST), offers.thread_photo(SEALED)],
    "offer_of_own_reply": [offers.offer_of_own_reply("a post", report.kind, report) for report in (LOST, SEALED)],
    "which_kind": [offers.which_kind(FOUND)],
    "kind_told": [offers.kind_told(FOUND, kind) for kind in ReportKind],
    "better_sealed": [notices.better_sealed(FOUND)],
    "face_seen": [notices.face_seen(FOUND)],
    "card_seen": [notices.card_seen(FOUND)],
    "waiting": [notices.waiting(LOST, 3)],
    "claimed": [notices.claimed(CLAIM, MATCH, lost, found) for lost in (LOST, PRIVATE) for found in (FOUND, SEALED)],
    "waiting_claim": [
        handovers.waiting_claim(Claimed(CLAIM, MATCH, lost, FOUND))
        for lost in (LOST, replace(LOST, state=ReportState.RETURNED))
    ],
    "claimed_card": [
        handovers.claimed_card(MATCH, LOST, FOUND, PICTURE),
        handovers.claimed_card(replace(MATCH, claim=ClaimState.ACCEPTED), PRIVATE, FOUND, PICTURE),
        handovers.claimed_card(MATCH, LOST, SEALED, None),
        handovers.claimed_card(MATCH, LOST, FOUND, None, is_promised=True),
    ],
    "owner_folded": [galleries.owner_folded(MATCH, LOST, FOUND)],
    "claim_ended": [notices.claim_ended(LOST)],
    "closed_card": [handovers.closed_card("card_gone", MATCH, LOST, FOUND)],
    "owner_is_content": [handovers.owner_is_content(MATCH, LOST, FOUND)],
    "owner_has_it": [handovers.owner_has_it(MATCH, LOST, FOUND)],
    "claim_card": [
        handovers.claim_card(claimed, FOUND, PICTURE, moderator)
        for claimed in CLAIMED
        for moderator in (None, MODERATOR)
    ],
    "earlier_claim_card": [handovers.earlier_claim_card(claimed, FOUND) for claimed in CLAIMED],
    "claim_decided": [
        handovers.claim_decided(
            replace(claimed, claim=replace(claimed.claim, decision=decision)), members_can_return=True, left=1
        )
        for claimed in CLAIMED
        for decision in (None, DECISION)
    ],
    "claim_again": [handovers.claim_again(MATCH, LOST, FOUND)],
    "answered_again": [handovers.answered_again(MATCH, LOST)],
    "claimed_again": [handovers.claimed_again(MATCH, LOST)],
    "claim_gone": [handovers.claim_gone(claimed) for claimed in CLAIMED],
    "claim_closed": [handovers.claim_closed(claimed, members_can_return=True) for claimed in CLAIMED],
    "conversation": [handovers.conversation(claimed, WHEREABOUTS, members_can_return=True) for claimed in CLAIMED],
    "no_conversation": [
        *(handovers.no_conversation(MATCH, report, FOUND) for report in (LOST, FOUND)),
        handovers.no_conversation(MATCH, LOST, LISTED, "known"),
    ],
    "ends_soon": [reminders.ends_soon(report) for report in (LOST, FOUND, SEALED)],
    "kept_watching": [reminders.kept_watching(LOST)],
    "claim_waits": [reminders.claim_waits(Claimed(CLAIM, MATCH, LOST, report)) for report in (FOUND, SEALED, LISTED)],
    "is_it_back": [reminders.is_it_back(MATCH, LOST, members_can_return=True)],
    "digest": [welcome.digest([FOUND], [TILE], waiting=2, returned=1)],
    "help_needed": [handovers.help_needed(MATCH, LOST, found) for found in (FOUND, LISTED)],
    "said_returned_withdrawn": [handovers.said_returned_withdrawn(MATCH, report) for report in (LOST, FOUND)],
    "said_returned_listed": [handovers.said_returned_listed(claimed, MODERATOR) for claimed in CLAIMED],
    "said_returned": [handovers.said_returned(MATCH, report) for report in (LOST, FOUND, SEALED)],
}
"""Replies that the outbox keeps and that go with a report, by the function that makes them."""
OF_BOTH = {
    "first_gallery",
    "overtaken",
    "next_gallery",
    "refreshed",
    "with_photo",
    "folded_card",
    "owner_folded",
    "match_card",
    "likelier",
    "question",
    "log_line",
    "claimed",
    "waiting_claim",
    "claim_decided",
    "claim_card",
    "earlier_claim_card",
    "claimed_card",
    "closed_card",
    "owner_is_content",
    "owner_has_it",
    "claim_closed",
    "claim_again",
    "answered_again",
    "claimed_again",
    "claim_gone",
    "conversation",
    "no_conversation",
    "claim_waits",
    "is_it_back",
    "help_needed",
    "said_returned",
    "said_returned_listed",
    "said_returned_withdrawn",
}
SHOWN_ONCE: dict[str, list[Reply]] = {
    "claim_seen": [
        notices.claim_seen(CLAIM, Quoted("found-proof-question", FOUND.id), Quoted("lost-proof", LOST.id), "en")
    ],
    "accepted": [handovers.accepted(LOST, FOUND, "en")],
    "where_it_is": [handovers.where_it_is(WHEREABOUTS, FOUND, "en")],
    "own_report": [notices.own_report(LOST, "en")],
}
"""Replies with members' words that are shown to one person, and kept nowhere."""
STAYS: dict[str, list[Reply]] = {
    "nothing": [wording.nothing(report, 1) for report in (LOST, FOUND)],
    "ended": [wording.ended("en")],
    "expired": [wording.expired("en")],
    "verdict": [
        wording.verdict(before, now, MODERATOR, other, reader)
        for before in MatchState
        for now in MatchState
        for other, reader in ((LOST, FOUND), (FOUND, LOST))
    ],
    "returned_by_word": [wording.returned_by_word(MATCH, report) for report in (LOST, FOUND)],
    "word_back": [wording.word_back(LOST)],
    "still_watching": [galleries.still_watching(LOST)],
    "note": [notices.note("claim_sent", "en")],
    "listed_note": [notices.listed_note("claim_sent_listed", "en", are_told=are_told) for are_told in (True, False)],
    "declined": [notices.declined(MATCH, "en")],
    "older_reports": [notices.older_reports(3, "en")],
    "extended": [notices.extended(LOST, "en")],
    "privacy": [notices.privacy(UUID(int=9), 60, "en")],
    "offer": [offers.offer("a post", kind, "en") for kind in ReportKind],
    "offer_of_reply": [offers.offer_of_reply("a post", "en")],
    "greeting": [welcome.greeting(NAMED_COMMANDS, "en")],
    "usage": [welcome.usage(NAMED_COMMANDS, "en")],
    "usage_of_page": [welcome.usage_of_page("en")],
    "what_is_it": [wording.what_is_it(LOST)],
    "with_posts_unread": [welcome.with_posts_unread(welcome.usage(NAMED_COMMANDS, "en"), "en")],
    "switched": [reminders.switched(UUID(int=9), "en", on=on) for on in (True, False)],
    "forgotten": [notices.forgotten(1, "en")],
    "statistics": [notices.statistics(Statistics(1, 2, 3, 4, 5, 6), "en")],
}
"""Replies that stay when a report is purged: they show nothing of it."""


def producers() -> Iterator[str]:
    """Return the functions that make a reply, but for `say` and `of_match`, which make one of any words."""
    for module in (wording, galleries, handovers, notices, offers, reminders, welcome):
        for name, function in _public(module):
            if get_type_hints(function).get("return") is Reply and function not in {notices.say, wording.of_match}:
                yield name


def _public(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield name, function


def shown(reply: Reply, report: Report) -> bool:
    """Return whether anything of a report is in a reply."""
    text = json.dumps(to_json(reply))
    words = [f"{report.kind}-{mark}" for mark in MARKS]
    return any(word in text for word in words) or (report is FOUND and str(PHOTO) in text)


def test_every_function_that_makes_a_reply_is_here() -> None:
    assert sorted(producers()) == sorted([*QUEUED, *SHOWN_ONCE, *STAYS])


@for_each("name", [*QUEUED, *SHOWN_ONCE, *STAYS])
def test_a_reply_declares_every_report_that_it_shows(name: str) -> None:
    for reply in {**QUEUED, **SHOWN_ONCE, **STAYS}[name]:
        for report in (LOST, FOUND):
            assert report.id in reply.quotes or not shown(reply, report), reply


@for_each("name", QUEUED)
def test_a_reply_goes_with_the_report_that_it_is_about(name: str) -> None:
    for reply in QUEUED[name]:
        assert reply.quotes
        for report in reply.quotes:
            rest = reply.without({report}, "gone")
            is_smaller = report == FOUND.id and (name == "question" or bool(reply.gallery))
            assert (rest is not None) == is_smaller
            assert rest is None or report not in rest.quotes


@for_each("name", QUEUED)
def test_what_concerns_both_reports_goes_with_each_of_them(name: str) -> None:
    assert {len(reply.quotes) for reply in QUEUED[name]} == {2 if name in OF_BOTH else 1}
    assert name in OF_BOTH or not any(reply.match for reply in QUEUED[name])


def test_a_gallery_loses_only_the_tile_of_a_deleted_report() -> None:
    other = replace(FOUND, id=UUID(int=12), text="other-text", place="other-place")
    match = replace(MATCH, id=UUID(int=15), found=other.id, label=None, why=())
    tiles = [TILE, Tile(2, match.id, other.id, None, None)]
    gallery = galleries.first_gallery(LOST, [(MATCH, FOUND), (match, other)], tiles, 2)
    rest = gallery.without({FOUND.id}, "No longer available")
    assert rest
    assert [tile.number for tile in rest.gallery] == [2]
    assert not shown(rest, FOUND)
    assert "other-place" in rest.text()
    assert "1  No longer available" in rest.text()  # the headline has counted it
    assert [button.subject for button in rest.buttons if button.action == "pick"] == [match.id]


@for_each("name", STAYS)
def test_what_stays_quotes_nothing(name: str) -> None:
    for reply in STAYS[name]:
        assert not reply.quotes
        assert reply.without({LOST.id, FOUND.id}, "gone") == reply


def test_only_the_post_of_a_report_opens_its_thread() -> None:
    every = {**QUEUED, **STAYS}
    opening = {name for name in every if any(reply.opens_thread for reply in every[name])}
    assert opening == {"report_post", "ended"}


@pytest.mark.parametrize(
    "reply",
    [
        Reply("note", ((Plain("x"), Quoted("y", LOST.id)),)),
        Reply("note", ((Person("web", LOST.author, report=LOST.id),),)),
        Reply("note", (), picture=Picture(PHOTO, LOST.id)),
        Reply("note", (), choices=(Choice("0", "gym", frozenset({LOST.id})),)),
        Reply("note", (), asked=LOST.id),
        Reply("note", (), about=frozenset({LOST.id})),
    ],
)
def test_a_reply_knows_what_it_quotes_from_what_it_is_made_of(reply: Reply) -> None:
    assert reply.quotes == {LOST.id}


def test_new_words_take_the_place_of_the_old_ones_in_their_own_reports_quotes_only() -> None:
    line = (Quoted("a cup", LOST.id), Quoted("a cup", FOUND.id), Plain("a cup"))
    reply = Reply("note", (line, (Quoted("a cup", LOST.id),)))
    assert reply.requoted(LOST.id, "a cup", "a mug").lines == (
        (Quoted("a mug", LOST.id), *line[1:]),
        (Quoted("a mug", LOST.id),),
    )
    assert reply.requoted(LOST.id, "a cup", "").lines == ()
