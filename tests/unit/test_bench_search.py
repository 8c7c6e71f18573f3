"""Which searches the benchmark measures."""

from itertools import islice
from uuid import UUID

from cli.bench.search import in_turn

LOST = [UUID(int=number) for number in range(143)]


def test_times_are_of_reports_that_nothing_else_has_searched_for() -> None:
    assert list(islice(in_turn(LOST), 102)) == [(report, False) for report in LOST[1:103]]


def test_a_report_that_is_searched_for_again_counts_as_such() -> None:
    timed = [*islice(in_turn(LOST[:43]), 5)]
    assert timed == [(LOST[1], False), (LOST[2], False), (LOST[1], True), (LOST[2], True), (LOST[1], True)]


def test_few_reports_have_all_been_searched_for_before() -> None:
    for few in (1, 2, 40, 41):
        timed = [*islice(in_turn(LOST[:few]), 100)]
        assert len(timed) == 100
        assert all(before for _, before in timed)
