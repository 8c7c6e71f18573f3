"""Pure rules: what the log of verdicts makes of a match, and what that makes of its reports."""

from collections.abc import Iterable, Sequence

from reunite.entities import Match, MatchState, Report, ReportKind, ReportState, Verdict, VerdictKind

MOST_TEXT = 4000
"""The longest description, in characters: Discord's longest message."""
MOST_PHOTOS = 10
"""The most photos of a report: what Discord takes in one message."""

MOST_CLAIMS = 3
"""How often a member may say what only a find's owner can know."""

_STATES = {VerdictKind.CONFIRM: MatchState.CONFIRMED, VerdictKind.REFUSE: MatchState.REFUSED}


def standing(log: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts that were given and not taken back, oldest first (a repeated one by its first time)."""
    standing_by: dict[tuple[str, VerdictKind], Verdict] = {}
    for verdict in log:
        key = verdict.moderator, verdict.kind
        if verdict.given:
            standing_by.setdefault(key, verdict)
        else:
            standing_by.pop(key, None)
    return sorted(standing_by.values(), key=lambda verdict: verdict.at)


def match_state(log: Sequence[Verdict]) -> MatchState:
    """Return what the log makes of a match: the latest standing verdict wins."""
    verdicts = standing(log)
    return _STATES[verdicts[-1].kind] if verdicts else MatchState.UNDECIDED


def report_state(now: ReportState, *, confirmed: bool) -> ReportState:
    """Return a report's state given whether any of its matches is confirmed; what has ended otherwise stays ended."""
    if confirmed and now is ReportState.OPEN:
        return ReportState.RETURNED
    if not confirmed and now is ReportState.RETURNED:
        return ReportState.OPEN
    return now


def may_be_told(reader: Report, other: Report, match: Match) -> bool:
    """Tell whether a report's thread may learn of a match: no sealed find before its release, no private loss.

    The thread of a sealed find is public too, so it learns no more than the owner.
    """
    found, lost = (reader, other) if reader.kind is ReportKind.FOUND else (other, reader)
    if found.sealed and not match.released:
        return False
    return reader is lost or not lost.private
