"""How the tests are run: in which order, and which of them are measured."""

import fcntl
import os
import socket
import subprocess
import tempfile
from contextlib import nullcontext
from inspect import signature
from pathlib import Path

import pytest

from tests.support.distribution import slow_first
from tests.support.homes import make_home, place_for_homes
from tests.support.tables import for_each
from tests.support.untraced import spread


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 7])
def test_every_workers_part_begins_with_its_share_of_the_slow_ones(workers: int) -> None:
    items = [*range(40), *range(100, 110)]
    dealt = slow_first(items, lambda item: item >= 100, lambda _: False, workers)
    assert sorted(dealt) == items
    begins = 0
    for worker in range(workers):
        size = (len(items) - begins) // (workers - worker)  # as pytest-xdist counts
        part = dealt[begins : begins + size]
        share = [item for item in part if item >= 100]
        assert part[: len(share)] == share
        assert abs(len(share) - 10 / workers) < 1
        begins += size


def test_more_workers_than_tests_lose_none() -> None:
    assert sorted(slow_first([1, 2, 3], lambda _: True, lambda _: False, 5)) == [1, 2, 3]


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_the_first_worker_begins_with_all_that_have_encoders(workers: int) -> None:
    items = [*range(40), *range(100, 110)]
    dealt = slow_first(items, lambda item: item >= 100, lambda item: item in {5, 9, 104, 105, 107}, workers)
    assert sorted(dealt) == items
    assert dealt[:3] == [104, 105, 107]
    first = dealt[: len(items) // workers]
    assert [item for item in first if item < 100][:2] == [5, 9]


def test_encoders_that_do_not_fit_into_the_first_part_are_in_the_next() -> None:
    dealt = slow_first(range(12), lambda item: item in {0, 1}, lambda item: item < 6, 3)
    assert [sum(item < 6 for item in dealt[begins : begins + 4]) for begins in (0, 4, 8)] == [4, 2, 0]


@pytest.mark.parametrize(
    ("count", "measured"), [(1, [0]), (5, [0, 1, 2, 3, 4]), (6, [0, 2, 4]), (312, [0, 63, 126, 189, 252])]
)
def test_at_most_five_cases_are_measured(count: int, measured: list[int]) -> None:
    assert list(spread(count)) == measured


def test_every_row_of_a_table_is_tried_and_those_that_fail_are_named(tmp_path: Path) -> None:
    tried = []

    @for_each(("number", "least"), [(1, 2), (3, 2), (9, 2), (0, 2)])
    def test(number: int, least: int, folder: Path) -> None:
        tried.append(number)
        assert folder == tmp_path
        with pytest.raises(ValueError, match="too large") if number > 5 else nullcontext():
            assert number >= least

    assert [*signature(test).parameters] == ["folder"]
    with pytest.raises(BaseExceptionGroup, match="3 of 4 rows") as failed:
        test(folder=tmp_path)
    assert tried == [1, 3, 9, 0]
    assert [error.__notes__ for error in failed.value.exceptions] == [
        ["Row: {'number': 1, 'least': 2}"],
        ["Row: {'number': 9, 'least': 2}"],
        ["Row: {'number': 0, 'least': 2}"],
    ]


def test_what_a_worker_says_of_reruns_goes_at_once(pytestconfig: pytest.Config) -> None:
    if not hasattr(pytestconfig, "workerinput"):
        pytest.skip("all tests run in one process")
    sock: socket.socket = pytestconfig.failures_db.sock  # type: ignore[attr-defined]
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_only_the_folders_of_runs_that_are_over_are_removed(tmp_path: Path) -> None:
    ended = subprocess.Popen(["/bin/true"])
    ended.wait()
    elsewhere = f"reunite-tests-{ended.pid}-in-a-container"
    names = f"reunite-tests-{ended.pid}-a", elsewhere, f"reunite-tests-{os.getpid()}-b", "reunite-tests-c", "other"
    for name in names:
        (tmp_path / name / "home").mkdir(parents=True)
    with (tmp_path / elsewhere / "in-use").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = make_home(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {made.name, *names[1:]}


def test_servers_are_kept_in_memory_only_where_there_is_enough(tmp_path: Path) -> None:
    assert place_for_homes(tmp_path, enough=1) == tmp_path
    assert place_for_homes(tmp_path, enough=2**60) == Path(tempfile.gettempdir())
    assert place_for_homes(tmp_path / "none", enough=1) == Path(tempfile.gettempdir())
