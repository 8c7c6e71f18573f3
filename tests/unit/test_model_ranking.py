"""What is reported about a model before it replaces another, and how far that work is."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from cli.progress import pace_line
from reunite.encoder import SHARED_SPACE
from reunite.entities import ReportKind
from reunite.matching.defaults import PRIOR
from reunite.matching.evidence import Item
from reunite.tuning.comparison import EmbeddedReport
from reunite.tuning.model_ranking import DecidedPair, RankedPair, Ranking, rank_pairs, summary

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def report(number: int, kind: ReportKind, angle: float) -> EmbeddedReport:
    """A report whose text is a direction in the plane."""
    vector = np.array([[np.cos(angle), np.sin(angle)]], np.float32)
    return EmbeddedReport(Item(UUID(int=number), kind, "", "", NOON, time_is_stated=False), {}, {SHARED_SPACE: vector})


def test_pairs_are_ranked_by_the_whole_of_the_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("reunite.matching.scoring.reasons")  # which no one would read
    lost = [report(1, ReportKind.LOST, 0.0)]
    found = [report(10 + number, ReportKind.FOUND, number / 2) for number in range(4)]
    pairs = [
        DecidedPair(UUID(int=1), UUID(int=10), is_right=True),
        DecidedPair(UUID(int=1), UUID(int=12), is_right=False),
    ]
    right, wrong = rank_pairs(pairs, lost, found, PRIOR)
    assert (right.rank, wrong.rank) == (1, 3)
    assert right.probability > wrong.probability


def test_a_pair_that_a_model_does_not_know_counts_as_not_found() -> None:
    pair = DecidedPair(UUID(int=1), UUID(int=99), is_right=True)
    [ranked] = rank_pairs([pair], [report(1, ReportKind.LOST, 0.0)], [report(2, ReportKind.FOUND, 0.0)], PRIOR)
    assert ranked == RankedPair(is_right=True, rank=None, probability=0.0)
    assert rank_pairs([pair], [], [], PRIOR) == [ranked]


def test_shares_are_of_the_confirmed_pairs_and_a_tie_counts_half() -> None:
    right = [RankedPair(is_right=True, rank=rank, probability=0.5) for rank in (1, 3, 7, None)]
    wrong = [RankedPair(is_right=False, rank=1, probability=probability) for probability in (0.5, 0.9)]
    assert summary([*right, *wrong]) == Ranking(4, 2, 0.25, 0.5, 0.75, 0.25)
    assert summary(right).above is None
    assert summary([]) == Ranking(0, 0, 0.0, 0.0, 0.0, None)


@pytest.mark.parametrize(
    ("done", "seconds", "line"),
    [
        (0, 0.0, "0 of 600 reports embedded."),
        (100, 50.0, "100 of 600 reports embedded, 2.0 a second, done at about 2026-11-26 12:04."),
        (600, 200.0, "600 of 600 reports embedded, 3.0 a second."),
    ],
)
def test_a_line_says_how_far_how_fast_and_until_when(done: int, seconds: float, line: str) -> None:
    assert pace_line("reports embedded", done, 600, seconds, NOON) == line
