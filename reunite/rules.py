"""Pure rules: a match's state from its verdicts, a report's state from its matches, and who may see what."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from reunite.entities import (
    CATEGORIES,
    Account,
    Claim,
    ClaimState,
    Label,
    Match,
    MatchState,
    Report,
    ReportKind,
    ReportState,
    ReturnedBy,
    Verdict,
    VerdictKind,
    lost_and_found,
)

MAX_TEXT: Final = 4000
"""The longest description, in characters: Discord's longest message."""
MAX_PHOTOS: Final = 10
"""The most photos of a report: what Discord takes in one message."""

MAX_PHOTO_BYTES: Final = 25 * 1024 * 1024
"""The largest photo that intake can open."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""When something may have happened: far from what dates and time zones can hold."""

MAX_TILES: Final = 6
"""The most found reports in a gallery: what a phone still shows as pictures."""

MAX_CLAIMS: Final = 3
"""How many claims a member may make on one found report."""

PENDING_CLAIMS: Final = frozenset({ClaimState.OPEN, ClaimState.ACCEPTED})
"""The states of a claim that nobody has rejected or withdrawn."""

MAX_PROOF: Final = 500
"""The longest proof and the longest proof question, in characters."""
MAX_PLACE: Final = 200
"""The longest name of a place: where an item was lost, found or handed in."""
MAX_CODE: Final = 40
"""The longest code on its label there."""

REPEAT_WITHIN: Final = timedelta(minutes=2)
"""How long someone may take to send a report again whose answer failed; after that, it's about another thing."""

PING_AGAIN: Final = timedelta(hours=6)
"""After that, a possible match pings an owner although they haven't answered the last match that did."""

FORGET_AFTER: Final = timedelta(days=30)
"""How long what remains of a purged report is kept: replies that are still to be removed, decisions to look up."""
FORGET_RETRY: Final = timedelta(days=7)
"""How long forgetting is put off while something is still needed."""
POST_KNOWN_FOR: Final = timedelta(days=365)
"""How long the post is known after that, by an empty row: no setting reads past posts from farther back."""

IN_PROGRESS: Final = frozenset({ReportState.PENDING, ReportState.OPEN})
"""The states in which a report is searched, or soon will be."""

RETURNABLE: Final = frozenset({ReportState.OPEN, ReportState.RETURNED})
"""The states in which a report's item can be marked as returned, or as not returned after all."""

_HTTPS_PORT: Final = 443
_STATES: Final = {VerdictKind.CONFIRM: MatchState.CONFIRMED, VerdictKind.REJECT: MatchState.REJECTED}


def in_force(log: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts that were given and not withdrawn, oldest first (a repeated one by its first time)."""
    given: list[Verdict] = []
    for verdict in log:
        same = [one for one in given if one.kind is verdict.kind and one.account.may_be(verdict.account)]
        if not verdict.given:
            given = [one for one in given if one not in same]
        elif not same:
            given.append(verdict)
    return sorted(given, key=lambda verdict: verdict.at)


def taken_back(log: Iterable[Verdict]) -> frozenset[tuple[str, VerdictKind]]:
    """Return the moderators' ids and kinds of verdict whose last entry is a withdrawal by button."""
    last = {(verdict.moderator, verdict.kind): verdict for verdict in log}
    return frozenset(key for key, verdict in last.items() if verdict.press and not verdict.given)


def match_state(log: Sequence[Verdict], *, returned: bool = False) -> MatchState:
    """Return a match's state: the latest verdict in force wins; without any, what owner and finder say (`returned`)."""
    if verdicts := in_force(log):
        return _STATES[verdicts[-1].kind]
    return MatchState.CONFIRMED if returned else MatchState.UNDECIDED


def is_returned(by: ReturnedBy, *, got_back: bool, handed_over: bool) -> bool:
    """Return whether what the owner and the finder say is enough for their community."""
    match by:
        case "both":
            return got_back and handed_over
        case "either":
            return got_back or handed_over
        case "moderators":
            return False


def report_state(now: ReportState, *, confirmed: bool) -> ReportState:
    """Return a report's next state; a withdrawn or expired one stays so."""
    if confirmed and now is ReportState.OPEN:
        return ReportState.RETURNED
    if not confirmed and now is ReportState.RETURNED:
        return ReportState.OPEN
    return now


def is_news(report: Report, other: Report) -> bool:
    """Return whether a match that `report`'s search has found is news.

    Two old posts are to stay as they are, and nobody is to be disturbed for what may not be a find, or not be lost.
    """
    return not ((report.quiet and other.quiet) or report.kind_in_doubt or other.kind_in_doubt)


def may_show(reader: Report, other: Report, match: Match) -> bool:
    """Return whether a report's thread may show a match: no sealed report before its release, no private one.

    The thread of a sealed report is public too, so it shows no more than the owner's.
    """
    lost, found = lost_and_found(reader, other)
    if found.sealed and not match.released:
        return False
    return reader is lost or not lost.private


def always_pings(match: Match) -> bool:
    """Return whether a match pings its owner although they have another one to answer.

    A busy day may bring many possible matches, most of them wrong.
    """
    return match.label is Label.HIGH or match.released


def is_folded(match: Match) -> bool:
    """Return whether an owner has declined a match, and no moderator has confirmed it since."""
    return match.declined and match.state is not MatchState.CONFIRMED


def is_still_given(match: Match, found: Report) -> bool:
    """Return whether an accepted claim still counts: not once its match was rejected or the item went to another."""
    return match.state is not MatchState.REJECTED and not has_gone(match, found)


def has_gone(match: Match, found: Report) -> bool:
    """Return whether a found item was returned to the author of another lost report."""
    return found.state is ReportState.RETURNED and match.state is not MatchState.CONFIRMED


def has_ended_otherwise(match: Match, lost: Report) -> bool:
    """Return whether the owner has their item back, but not by this match, and no claim on this one is accepted."""
    is_agreed = match.claim is ClaimState.ACCEPTED and match.state is not MatchState.REJECTED
    return lost.state is ReportState.RETURNED and match.state is not MatchState.CONFIRMED and not is_agreed


def is_over(claim: Claim, match: Match, lost: Report, found: Report) -> bool:
    """Return whether an open claim needn't be checked while one of the two is settled by another match."""
    return claim.state is ClaimState.OPEN and (has_gone(match, found) or has_ended_otherwise(match, lost))


def is_answered(match: Match, found: Report) -> bool:
    """Return whether a match no longer waits for what its owner says about it."""
    return match.declined or match.state is not MatchState.UNDECIDED or is_claimed(match) or has_gone(match, found)


def why_closed(match: Match, lost: Report, found: Report) -> str | None:
    """Return the sentence for why nobody can claim a match any more; None if its owner still can."""
    if are_open(lost, found):
        return None
    return "gone_to_owner" if has_gone(match, found) and lost.state is ReportState.OPEN else "report_closed"


def is_match(match: Match) -> bool:
    """Return whether a pair counts as a match: what was merely closest doesn't, until someone picks it or decides."""
    return bool(match.label or match.picked or match.claim) or match.state is not MatchState.UNDECIDED


def are_open(*reports: Report) -> bool:
    """Return whether the owner still looks for it and the finder still has it."""
    return all(report.state is ReportState.OPEN for report in reports)


def is_claimed(match: Match) -> bool:
    """Return whether the owner has said that it's theirs, and nobody has said that they are wrong."""
    return match.claim in PENDING_CLAIMS and match.state is not MatchState.REJECTED


def tries_left(claims: Iterable[Claim], account: Account) -> int:
    """Return how many more claims someone may make on a found report, given all claims on it."""
    return MAX_CLAIMS - sum(claim.account == account for claim in claims)


def may_be_in_gallery(lost: Report, found: Report, match: Match) -> bool:
    """Whether the owner may look at a found report without being notified; a sealed one is never in a gallery."""
    is_open = match.state is MatchState.UNDECIDED and not match.declined and found.state is ReportState.OPEN
    is_open = is_open and not is_claimed(match)
    return is_open and not found.sealed and may_show(lost, found, match)


def is_plausible_time(time: datetime) -> bool:
    """Return whether something may have happened at a time."""
    return FIRST_YEAR <= time.year <= LAST_YEAR


def check_time(time: datetime | None) -> None:
    """Raise ValueError if nothing may have happened at a time, or its zone isn't known."""
    if time and not time.tzinfo:
        raise ValueError(f"the time {time.isoformat()} has no zone")
    if time and not is_plausible_time(time):
        raise ValueError(f"the year of {time.isoformat()} isn't from {FIRST_YEAR} to {LAST_YEAR}")


def check_report(kind: ReportKind, *, happened_at: datetime | None, sealed: bool, private: bool, category: str) -> None:
    """Raise ValueError for what no report can be."""
    check_time(happened_at)
    if sealed and kind is not ReportKind.FOUND:
        raise ValueError("only a found report can be sealed")
    if private and kind is not ReportKind.LOST:
        raise ValueError("only a lost report can be private")
    if category not in CATEGORIES:
        raise ValueError(f"the category is {category!r}, not one of {', '.join(CATEGORIES)}")


class Link(Protocol):
    """The parts of a web address."""

    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str | None: ...
    @property
    def port(self) -> int | None: ...
    @property
    def user(self) -> str | None: ...
    @property
    def password(self) -> str | None: ...


def may_be_fetched(link: Link, hosts: Collection[str], http_hosts: Collection[str] = ()) -> bool:
    """Return whether a photo may be fetched: by https from `hosts`, by http from `http_hosts` (`host:port`)."""
    https = link.scheme == "https" and link.host in hosts and link.port == _HTTPS_PORT
    http = link.scheme == "http" and f"{link.host}:{link.port}" in http_hosts
    return (https or http) and link.user is None and link.password is None
