import os

from cli.bench.memory import Resident, of_listing, resident

LISTING = """    1     0   9000
  100     1 500000
  101   100  40000
  102   101   5000
  200     1  80000
"""


def test_a_process_counts_without_those_it_has_started_which_count_together() -> None:
    assert of_listing(LISTING, 100) == Resident(own=500, children=45)
    assert of_listing(LISTING, 200) == Resident(own=80, children=0)


def test_a_process_that_has_ended_takes_nothing() -> None:
    assert of_listing(LISTING, 300) == Resident(own=0, children=0)


def test_this_process_takes_some_memory() -> None:
    assert resident(os.getpid()).own > 10
