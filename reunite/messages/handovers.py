"""Giving an item back, in the reader's language: the claim's card, the conversation of the two, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from reunite import rules
from reunite.entities import Claim, ClaimState, Match, MatchState, Report, ReportKind, ReportState, Whereabouts
from reunite.language import plural, sentence
from reunite.messages import notices
from reunite.messages.reply import Action, Ask, Button, Jump, Line, Person, Picture, Plain, Quoted, Reply, Span
from reunite.messages.wording import (
    asking,
    author,
    button,
    button_row,
    calling,
    found_line,
    line,
    lost_line,
    named,
    of_match,
    post_of,
    quote,
)

PickUp = Literal["known", "moderators_say", "ask_moderators"]
"""How the owner of a list's item learns where to get it: it's stored, moderators were asked to say, or they weren't."""
_PICK_UP: Final[Mapping[PickUp, str]] = {
    "known": "no_pair_kept",
    "moderators_say": "no_pair_listed",
    "ask_moderators": "kept_listed",
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim with the match and the two reports that it's about."""

    claim: Claim
    match: Match
    lost: Report
    found: Report

    def for_deciders(self) -> "Claimed":
        """Return it in the language of who decides: for an item of a list, the moderators where it was lost."""
        if not self.found.is_listed:
            return self
        return replace(self, found=replace(self.found, language=self.lost.for_others().language))


def claim_card(claimed: Claimed, reader: Report, picture: Picture | None, moderator: Person | None) -> Reply:
    """Show moderators a claim: the item, its picture, what was lost, its progress, and what they can do."""
    claim, match, lost, found = claimed.claim, claimed.match, claimed.lost, claimed.found
    language = reader.language
    lines: list[Line] = [
        line("claimed", language, member=Person.at(lost.target, claim.member, report=lost.id)),
        *notices.both_sides(match, (found, lost), language),
    ]
    lines += _progress(claimed, language, moderator)
    buttons = (*_see(claimed, language), *button_row(match.id, language, "confirm", "reject"))
    return of_match("claim", match, *lines, picture=picture, buttons=buttons)


def earlier_claim_card(claimed: Claimed, reader: Report) -> Reply:
    """Replace the card of a claim once its owner has given another answer, whose card moderators decide on.

    They can still compare the two answers: somebody who guesses says something else each time.
    """
    claim, language = claimed.claim, reader.language
    member = Person.at(claimed.lost.target, claim.member, report=claimed.lost.id)
    lines = (
        line("claimed_before", language, member=member),
        line(f"claim_is_{claim.state}", language, person=_decider(claim, language)),
    )
    return of_match("claim", claimed.match, *lines, buttons=_see(claimed, language))


def _see(claimed: Claimed, language: str) -> tuple[Button, ...]:
    """Return the button that shows moderators a claim's answer; on a card, the verdicts come first.

    The answer is deleted at the end, and nobody needs it while the claim is over.
    """
    claim = claimed.claim
    if not claim.has_proof or rules.is_over(claim, claimed.match, claimed.lost, claimed.found):
        return ()
    return (replace(button("see_claim", claim.id, language), style="plain"),)


def _progress(claimed: Claimed, language: str, moderator: Person | None) -> list[Line]:
    """Describe a claim's progress; once its match is decided, only the decision counts."""
    match, lines = claimed.match, list[Line]()
    if match.state is MatchState.UNDECIDED:
        state = claimed.claim.state
        is_for_moderators = state is ClaimState.OPEN and claimed.found.is_listed
        key = "claim_is_listed" if is_for_moderators else f"claim_is_{state}"
        key = "claim_is_undone" if _is_undone(claimed) else key
        key = "claim_given_away" if _went_elsewhere(claimed) else key
        key = "log_elsewhere" if rules.has_ended_otherwise(match, claimed.lost) else key
        lines.append(line(key, language, person=_decider(claimed.claim, language)))
        lines += _own_decision(claimed, language)
    is_theirs = claimed.claim.state is not ClaimState.REJECTED  # its acceptance was undone after what they said
    if match.handover.got_back and is_theirs:
        lines.append(line("log_got_back", language))
    if match.handover.handed_over and is_theirs:
        lines.append(line("log_handed_over", language))
    return [*lines, *notices.decided(match, claimed.lost, language, moderator)]


def _own_decision(claimed: Claimed, language: str) -> list[Line]:
    """Say that a moderator has decided on their own claim."""
    decision = claimed.claim.decision
    is_own = decision is not None and decision.account.may_be(claimed.lost.account)
    return [line("own_decision", language)] if is_own else []


def _decider(claim: Claim, language: str) -> Span | str:
    """Name who has accepted or rejected a claim."""
    if claim.decision is None:
        return sentence("unknown_member", language)
    return named(Person.of(claim.decision.account, claim.decision.by.name), language)


def claimed_card(
    match: Match, lost: Report, found: Report, picture: Picture | None, *, is_promised: bool = False
) -> Reply:
    """Show an owner what they have claimed, and the claim's progress, in place of the match's card.

    Others read it too, so it says who is meant. `is_promised` says that another's claim on the item is accepted.
    """
    language = lost.language
    key = "card_promised" if is_promised else "card_claimed_listed" if found.is_listed else "card_claimed"
    if match.claim is ClaimState.ACCEPTED:
        key = "card_agreed"
    if match.state is MatchState.CONFIRMED:
        key = "card_back" if match.claim else "card_confirmed"
    lines = [(author(lost),), line(key, language), found_line(found, language), *([] if found.sealed else quote(found))]
    withdraw = Button("not_mine", match.id, sentence("button_not_mine_after_all", language))
    buttons = (withdraw,) if match.state is MatchState.UNDECIDED else ()
    return of_match("match", match, *lines, picture=picture, buttons=buttons)


def owner_has_it(match: Match, lost: Report, found: Report) -> Reply:
    """Replace a finder's card of a match once the item is back."""
    told = line("owner_has_it", found.language)
    return of_match("match", match, told, lost_line(lost, found.language), *quote(lost))


def closed_card(
    key: Literal["card_folded", "card_gone", "card_other"], match: Match, lost: Report, found: Report
) -> Reply:
    """Replace the card of a match that was rejected, whose item is gone, or whose owner got theirs back otherwise."""
    return of_match("match", match, line(key, lost.language, post=post_of(found, lost.language)))


def owner_is_content(match: Match, lost: Report, found: Report) -> Reply:
    """Replace a finder's card of a match whose owner got theirs back by another one; it may be the same thing."""
    language = found.language
    told = line("owner_is_content", language, report=Jump(lost.id, sentence("jump_report", language)))
    buttons = button_row(found.id, language, "proof_question", "withdraw")
    return of_match("match", match, told, buttons=buttons)


def claim_decided(claimed: Claimed, *, members_can_return: bool, left: int, is_last: bool = True) -> Reply:
    """Tell the owner what the finder decided on their claim; `left` counts the tries they have.

    `members_can_return` says whether they can mark it as returned themselves, and `is_last` that they haven't answered
    again since.
    """
    claim, match, lost, found = claimed.claim, claimed.match, claimed.lost, claimed.found
    language = lost.language
    person = _decider(claim, language)
    if claim.decision is None or claim.decision.account.may_be(found.account):
        person = sentence("the_finder", language) if found.sealed else author(found)
    if claim.state is ClaimState.ACCEPTED and not rules.is_still_given(match, found):
        key = "claim_overruled" if match.state is MatchState.REJECTED else "claim_given_away"
        return of_match("claim", match, line(key, language))
    if claim.state is ClaimState.ACCEPTED:
        moderated = "claim_accepted_listed" if found.is_listed else "claim_accepted_moderated"
        key = "claim_accepted" if members_can_return else moderated
        actions: tuple[Action, ...] = ("got_back", "where_is_it") if members_can_return else ("where_is_it",)
        buttons = button_row(match.id, language, *actions)
        is_asked = members_can_return and not match.handover.got_back  # another press would take that back
        how = (asking("claim_accepted_how", language),) if is_asked else ()
        told = line(key, language, person=person)
        return of_match("claim", match, *calling(lost), told, *how, buttons=buttons)
    if claim.state is ClaimState.WITHDRAWN:
        return of_match("claim", match, line("claim_withdrawn", language))
    if not is_last or match.state is MatchState.CONFIRMED:
        return answered_again(match, lost)
    rejected = (*calling(lost), line("claim_rejected", language, person=person))
    if not rules.is_still_given(match, found):
        return of_match("claim", match, *rejected)
    attempts = plural("attempts_left", left, language) if left else sentence("no_attempts_left", language)
    buttons = (Button("mine", match.id, sentence("button_try_again", language), "good"),) if left else ()
    return of_match("claim", match, *rejected, (Ask(attempts),), buttons=buttons)


def answered_again(match: Match, lost: Report) -> Reply:
    """Replace that an answer was rejected, once its owner has given another one or has the item back."""
    return of_match("claim", match, line("earlier_answer_rejected", lost.language))


def claim_again(match: Match, lost: Report, found: Report) -> Reply:
    """Ask an owner to claim again what only a mistaken verdict had decided: nobody had read their answer.

    Once they can't, say why instead.
    """
    language = lost.language
    if not rules.is_still_given(match, found):
        key = "claim_overruled" if match.state is MatchState.REJECTED else "claim_given_away"
        return of_match("claim", match, line(key, language))
    told, how = line("claim_again", language), asking("claim_again_how", language)
    return of_match("claim", match, *calling(lost), told, how, buttons=(button("mine", match.id, language),))


def claimed_again(match: Match, lost: Report) -> Reply:
    """Replace `claim_again` once the owner has claimed the item again; it stays true whatever is decided."""
    return of_match("claim", match, line("claimed_again", lost.language))


def waiting_claim(claimed: Claimed) -> Reply:
    """Show a claim that nobody has decided in the found report's thread, or why it needn't be checked."""
    match, lost, found = claimed.match, claimed.lost, claimed.found
    if rules.has_gone(match, found):
        return of_match("claim", match, line("claim_given_away", found.language))
    if not rules.has_ended_otherwise(match, lost):
        return notices.claimed(claimed.claim, match, lost, found)
    over, how = line("claim_over", found.language), asking("claimant_is_gone_how", found.language)
    return of_match("claim", match, over, how, buttons=(button("withdraw", found.id, found.language),))


def accepted(lost: Report, found: Report, language: str) -> Reply:
    """Tell who has accepted a claim, and nobody else, whose the item is and how it gets back.

    The owner is named only where owner and finder get a conversation, which names them, too.
    """
    if not lost.shares_workspace_with(found):
        return notices.note("claim_accepted", language)
    told = line("note_claim_accepted_named", language, owner=author(lost))
    return Reply("note", (told,), about=frozenset({lost.id}))


def claim_closed(claimed: Claimed, *, members_can_return: bool) -> Reply:
    """Announce the decision on a claim in the found report's thread."""
    match, found, language = claimed.match, claimed.found, claimed.found.language
    if key := _not_given(claimed):
        return of_match("claim", match, line(key, language))
    buttons: tuple[Button, ...] = (button("whereabouts", found.id, language),)
    lines: tuple[Line, ...] = (line("claim_closed_moderated", language),)
    if members_can_return:
        buttons = (button("handed_over", match.id, language), *buttons)
        how = () if match.handover.handed_over else (asking("claim_closed_how", language),)  # another press undoes it
        lines = (line("claim_closed_accepted", language), *how)
    if match.state is MatchState.CONFIRMED:  # perhaps without a look at the answer
        lines = (line("claim_closed_back", language), *lines[1:])
    elif not claimed.lost.private:
        lines = (lines[0], *_own_decision(claimed, language), *lines[1:])
    return of_match("claim", match, *lines, buttons=buttons)


def _not_given(claimed: Claimed) -> str | None:
    """Return the key of why a decided claim leads no further; None if it does."""
    claim, match = claimed.claim, claimed.match
    if claim.state is ClaimState.WITHDRAWN:
        return "claim_closed_withdrawn"
    if _went_elsewhere(claimed):
        return "claim_given_away"
    if claim.state is ClaimState.ACCEPTED:
        return "claim_closed_overruled" if match.state is MatchState.REJECTED else None
    if claim.decision:
        return "claim_closed_rejected"
    unread = {MatchState.CONFIRMED: "claim_closed_back", MatchState.REJECTED: "claim_closed_overruled"}
    return unread.get(match.state, "claim_closed_undone")


def _went_elsewhere(claimed: Claimed) -> bool:
    """Return whether the item was returned to another than the claimant."""
    is_withdrawn = claimed.claim.state is ClaimState.WITHDRAWN
    is_undecided = claimed.match.state is MatchState.UNDECIDED
    return is_undecided and not is_withdrawn and rules.has_gone(claimed.match, claimed.found)


def _is_undone(claimed: Claimed) -> bool:
    """Return whether only a verdict decided a claim, and was undone."""
    claim, is_open = claimed.claim, claimed.found.state is not ReportState.RETURNED
    undecided = claimed.match.state is MatchState.UNDECIDED
    return claim.state is ClaimState.REJECTED and not claim.decision and undecided and is_open


def claim_gone(claimed: Claimed) -> Reply:
    """Tell a finder who has accepted a claim that its owner has withdrawn it."""
    found = claimed.found
    gone, how = line("claim_gone", found.language), asking("claim_gone_how", found.language)
    return of_match("claim", claimed.match, *calling(found), gone, how)


def conversation(claimed: Claimed, whereabouts: Whereabouts, *, members_can_return: bool) -> Reply:
    """Open the conversation of owner and finder; once the claim no longer counts, it says why.

    Nobody else reads it, so both are named, also where a report is sealed or private.
    """
    match, lost, found, language = claimed.match, claimed.lost, claimed.found, claimed.found.language
    people = {"owner": author(lost, notify=True), "finder": author(found, notify=True)}
    jumps: Line = (post_of(found, language),)
    if not lost.private:
        jumps = (*jumps, Plain(" · "), Jump(lost.id, sentence("jump_report", language)))
    if claimed.claim.state is ClaimState.WITHDRAWN or not rules.is_still_given(match, found):
        key = "pair_rejected" if match.state is MatchState.REJECTED else "pair_gone"
        key = "pair_withdrawn" if claimed.claim.state is ClaimState.WITHDRAWN else key
        return of_match("handover", match, line(key, language, **people), jumps)
    if match.state is MatchState.CONFIRMED:
        return of_match("handover", match, line("pair_back", language, **people), jumps)
    lines = [line("pair_begins", language, **people), jumps, whereabouts_line(whereabouts, found, language)]
    buttons: tuple[Button, ...] = (button("whereabouts", found.id, language),)
    if members_can_return:
        lines.append(asking("pair_ends", language))
        buttons = (*button_row(match.id, language, "got_back", "handed_over"), *buttons)
    return of_match("handover", match, *lines, buttons=buttons)


def no_conversation(match: Match, reader: Report, found: Report, pick_up: PickUp = "moderators_say") -> Reply:
    """Say in a thread that the two have to find each other without the bot, or who has it; nobody is named.

    Others may read the thread, so where a list's item is stays behind a button; `pick_up` is how its owner learns it.
    """
    language = reader.language
    if not found.is_listed:
        return of_match("claim", match, line("no_pair", language))
    where = (button("where_is_it", match.id, language),) if pick_up == "known" else ()
    return of_match("claim", match, line(_PICK_UP[pick_up], language), buttons=where)


def help_needed(match: Match, lost: Report, found: Report) -> Reply:
    """Ask moderators to bring owner and finder together, or to give an item of a list back themselves."""
    if found.is_listed:
        language = lost.for_others().language
        asked = line("pair_needs_help_listed", language, owner=author(lost))
        said = [] if found.sealed else quote(found)
        return of_match("log", match, asked, found_line(found, language), *said)
    language = found.language
    asked = line("pair_needs_help", language, owner=author(lost), finder=author(found), post=post_of(found, language))
    return of_match("log", match, asked)


def said_returned(match: Match, reader: Report) -> Reply:
    """Tell one side that the other one says the item is back, and ask whether that's right."""
    language = reader.language
    is_owner = reader.kind is ReportKind.LOST
    said, asked = ("log_handed_over", "do_you_have_it") if is_owner else ("log_got_back", "is_that_right")
    answer = button("got_back" if is_owner else "handed_over", match.id, language)
    return of_match("claim", match, *calling(reader), line(said, language), asking(asked, language), buttons=(answer,))


def said_returned_listed(claimed: Claimed, moderator: Person | None) -> Reply:
    """Ask moderators to confirm that the owner of a list's item has it back; then it says who has decided what."""
    match, found, language = claimed.match, claimed.found, claimed.lost.for_others().language
    item = (found_line(found, language), *([] if found.sealed else quote(found)))
    is_accepted = claimed.claim.state is ClaimState.ACCEPTED and rules.is_still_given(match, found)
    is_waiting = is_accepted and match.state is MatchState.UNDECIDED and match.handover.got_back
    asked = (asking("confirm_return", language),) if is_waiting else ()
    buttons = button_row(match.id, language, "confirm", "reject")
    return of_match("log", match, *item, *_progress(claimed, language, moderator), *asked, buttons=buttons)


def said_returned_withdrawn(match: Match, reader: Report) -> Reply:
    """Replace that message once the other side has withdrawn its word."""
    key = "finder_unsaid" if reader.kind is ReportKind.LOST else "owner_unsaid"
    return of_match("claim", match, line(key, reader.language))


def where_it_is(whereabouts: Whereabouts, found: Report, language: str) -> Reply:
    return Reply("note", (whereabouts_line(whereabouts, found, language),))


def whereabouts_line(whereabouts: Whereabouts, found: Report, language: str) -> Line:
    """Say where an item is: only for its owner, once the finder has accepted their claim."""
    if not whereabouts.place:
        return line("kept_listed" if found.is_listed else "kept_by_finder", language)
    place = Quoted(whereabouts.place, found.id)
    if not whereabouts.code:
        return line("kept_there", language, place=place)
    return line("kept_there_code", language, place=place, code=Quoted(whereabouts.code, found.id))
