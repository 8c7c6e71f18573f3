from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite import rules
from reunite.entities import Account, MatchState, ReportState, Verdict, VerdictKind

START = datetime(2026, 1, 1, tzinfo=UTC)


def log(*lines: str) -> list[Verdict]:
    """`a+✅` is moderator a's confirmation, `a-✅` its taking back."""
    kinds = {"✅": VerdictKind.CONFIRM, "❌": VerdictKind.REJECT}
    return [
        Verdict(line[0], kinds[line[2]], line[1] == "+", START + timedelta(minutes=number))
        for number, line in enumerate(lines)
    ]


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ((), MatchState.UNDECIDED),
        (("a+✅",), MatchState.CONFIRMED),
        (("a+❌",), MatchState.REJECTED),
        (("a+✅", "a-✅"), MatchState.UNDECIDED),
        (("a+✅", "b+✅", "a-✅"), MatchState.CONFIRMED),
        (("a+✅", "b+❌"), MatchState.REJECTED),
        (("a+✅", "b+❌", "b-❌"), MatchState.CONFIRMED),
        (("a+✅", "b+❌", "a+✅"), MatchState.REJECTED),
        (("a-✅",), MatchState.UNDECIDED),
    ],
)
def test_the_latest_standing_verdict_wins(lines: tuple[str, ...], state: MatchState) -> None:
    assert rules.match_state(log(*lines)) is state


@given(
    st.lists(st.sampled_from([f"{who}{sign}{mark}" for who in "abc" for sign in "+-" for mark in "✅❌"]), max_size=12)
)
def test_when_everyone_takes_everything_back_a_match_is_undecided(lines: list[str]) -> None:
    undone = [f"{who}-{mark}" for who in "abc" for mark in "✅❌"]
    assert rules.match_state(log(*lines, *undone)) is MatchState.UNDECIDED


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        (Account(None, None, "a"), Account("slack", "T1", "a"), MatchState.UNDECIDED),
        (Account("slack", None, "a"), Account("slack", "T1", "a"), MatchState.UNDECIDED),
        (Account("slack", "T1", "a"), Account("slack", "T2", "a"), MatchState.CONFIRMED),
        (Account("slack", None, "a"), Account("web", "page", "a"), MatchState.CONFIRMED),
        (Account(None, None, "a"), Account("slack", "T1", "b"), MatchState.CONFIRMED),
    ],
)
def test_a_verdict_is_taken_back_by_whoever_may_have_given_it(first: Account, then: Account, state: MatchState) -> None:
    """Where an earlier verdict was given isn't always known."""
    [given, taken_back] = log("a+✅", "a-✅")
    verdicts = [
        replace(verdict, moderator=by.id, platform=by.platform, workspace=by.workspace)
        for verdict, by in ((given, first), (taken_back, then))
    ]
    assert rules.match_state(verdicts) is state
    assert len(rules.in_force([replace(verdict, given=True) for verdict in verdicts])) == (
        1 if state is MatchState.UNDECIDED else 2
    )


@pytest.mark.parametrize("state", [ReportState.WITHDRAWN, ReportState.EXPIRED, ReportState.PENDING])
@pytest.mark.parametrize("confirmed", [True, False])
def test_what_has_ended_otherwise_stays_ended(state: ReportState, confirmed: bool) -> None:  # noqa: FBT001
    assert rules.report_state(state, confirmed=confirmed) is state
