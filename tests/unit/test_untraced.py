"""Of a test with many cases, a few that are spread over all of them are measured."""

import pytest

from tests.support.untraced import spread


@pytest.mark.parametrize(
    ("count", "measured"), [(1, [0]), (5, [0, 1, 2, 3, 4]), (6, [0, 2, 4]), (312, [0, 63, 126, 189, 252])]
)
def test_at_most_five_cases_are_measured(count: int, measured: list[int]) -> None:
    assert list(spread(count)) == measured
