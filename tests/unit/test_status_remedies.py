"""What `reunite status` advises about work that has failed."""

from cli.status import remedy
from db.work import KILLED_WORKERS


def test_work_that_killed_its_workers_needs_more_memory() -> None:
    assert "Give the worker more memory" in remedy(KILLED_WORKERS)


def test_a_defect_is_to_be_reported() -> None:
    assert "report the bug" in remedy("ValueError: something new")
