"""Pure rules: a match's state from its verdicts, a report's state from its matches, and who may see what."""

from collections.abc import Iterable, Sequence

from reunite.entities import Match, MatchState, Report, ReportKind, ReportState, ReturnedBy, Verdict, VerdictKind

MOST_TEXT = 4000
"""The longest description, in characters: Discord's longest message."""
MOST_PHOTOS = 10
"""The most photos of a report: what Discord takes in one message."""

MOST_TILES = 6
"""The most found reports in a gallery: what a phone still shows as pictures."""

MOST_CLAIMS = 3
"""How many claims a member may make on one found report."""

IN_PROGRESS = frozenset({ReportState.PENDING, ReportState.OPEN})
"""The states in which a report is searched, or soon will be."""

RETURNABLE = frozenset({ReportState.OPEN, ReportState.RETURNED})
"""The states in which a report's item can be marked as returned, or as not returned after all."""

_STATES = {VerdictKind.CONFIRM: MatchState.CONFIRMED, VerdictKind.REFUSE: MatchState.REFUSED}


def in_force(log: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts that were given and not taken back, oldest first (a repeated one by its first time)."""
    given: dict[tuple[str, VerdictKind], Verdict] = {}
    for verdict in log:
        key = verdict.moderator, verdict.kind
        if verdict.given:
            given.setdefault(key, verdict)
        else:
            given.pop(key, None)
    return sorted(given.values(), key=lambda verdict: verdict.at)


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
    """Return whether a match that `report`'s search has found is news: two old posts are to stay as they are."""
    return not (report.quiet and other.quiet)


def may_show(reader: Report, other: Report, match: Match) -> bool:
    """Return whether a report's thread may show a match: no sealed report before its release, no private one.

    The thread of a sealed report is public too, so it shows no more than the owner's.
    """
    found, lost = (reader, other) if reader.kind is ReportKind.FOUND else (other, reader)
    if found.sealed and not match.released:
        return False
    return reader is lost or not lost.private


def may_be_in_gallery(lost: Report, found: Report, match: Match) -> bool:
    """Whether the owner may look at a found report without being notified; a sealed one is never in a gallery."""
    is_open = match.state is MatchState.UNDECIDED and not match.declined and found.state is ReportState.OPEN
    return is_open and not found.sealed and may_show(lost, found, match)
