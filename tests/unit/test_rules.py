from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite import rules
from reunite.entities import MatchState, ReportState, Verdict, VerdictKind

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


@pytest.mark.parametrize("state", [ReportState.WITHDRAWN, ReportState.EXPIRED, ReportState.PENDING])
@pytest.mark.parametrize("confirmed", [True, False])
def test_what_has_ended_otherwise_stays_ended(state: ReportState, confirmed: bool) -> None:  # noqa: FBT001
    assert rules.report_state(state, confirmed=confirmed) is state
