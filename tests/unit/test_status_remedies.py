"""What `reunite status` advises about work that has failed, and what it finds wrong."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from cli.status import Status, plain, remedy, show
from db.monitoring import Process, TaskCount
from db.work import KILLED_WORKERS


def test_work_that_killed_its_workers_needs_more_memory() -> None:
    assert "Give the worker more memory" in remedy(KILLED_WORKERS)


def test_a_defect_is_to_be_reported() -> None:
    assert "report the bug" in remedy("ValueError: something new")


def test_two_bots_on_discord_are_a_problem() -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    processes = [
        Process(uuid4(), role, "host", number, "0.1.0", now, now, is_alive=True)
        for number, role in enumerate(("worker", "worker", "bot discord", "bot discord", "bot slack", "bot slack"))
    ]
    [problem] = Status(processes, [], [], [], []).problems
    assert problem.startswith("2 processes of `reunite bot discord` run")


def test_replies_wait_for_their_bot_and_those_of_imported_reports_for_a_worker() -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    replies = [TaskCount(platform, "queued", 1, 3.0) for platform in ("api", "slack")]
    worker = Process(uuid4(), "worker", "host", 1, "0.1.0", now, now, is_alive=True)
    assert Status([worker], [], replies, [], []).problems == [
        "Replies wait for slack, but it isn't running: start it with `reunite bot slack`."
    ]


def test_json_has_times_as_other_commands_write_them() -> None:
    assert plain(datetime(2026, 11, 28, 9, 30, tzinfo=UTC)) == "2026-11-28T09:30:00+00:00"


def test_every_heading_has_something_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    show(Status([], [], [], [], []))
    assert capsys.readouterr().out.startswith("Processes\n  none\nBacklog\n  none\nCommunities\n  none yet")


def test_the_backlog_is_counted_in_reports_and_replies(capsys: pytest.CaptureFixture[str]) -> None:
    show(Status([], [TaskCount("", "due", 2, 3.0)], [TaskCount("slack", "queued", 1, 75.0)], [], []))
    assert "  reports due: 2, the oldest for 3 s\n  replies for slack queued: 1" in capsys.readouterr().out
