"""What is said where an answer takes long."""

import pytest

from reunite.limits import minutes_to_wait
from reunite.ports import Backlog


@pytest.mark.parametrize(
    ("queued", "seconds_each", "minutes"),
    [(300, None, None), (0, 5.0, None), (40, 3.0, None), (41, 3.0, 3), (300, 2.5, 13), (1, 7200.0, 120)],
)
def test_a_long_wait_is_given_in_minutes_if_known(queued: int, seconds_each: float | None, minutes: int | None) -> None:
    assert minutes_to_wait(Backlog(queued, seconds_each)) == minutes
