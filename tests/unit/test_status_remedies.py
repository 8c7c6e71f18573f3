"""What `reunite status` advises about work that has failed, and what it finds wrong."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from cli.status import Community, Status, plain, remedy, show
from db.communities import CommunityInfo
from db.items import Numbers
from db.monitoring import Process, TaskCount, TriedAgain, Waiting
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


def test_a_name_can_not_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    named = CommunityInfo(uuid4(), "\x1b]0;x\x07[red]\u202ename", (("slack", "\x1b[2J\x9b1m"),))
    show(Status([], [], [], communities=[Community(named, Numbers(0, 0, 0, 0, 0), Waiting())]))
    assert r"  \x1b]0;x\x07[red]\u202ename (slack: \x1b[2J\x9b1m)  " in capsys.readouterr().out


def test_what_is_tried_again_comes_with_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    show(Status([], [], [], tried_again=[TriedAgain("slack", "TryAgainError: [429]", 3)]))
    assert "  replies for slack tried again: 3 (TryAgainError: [429])" in capsys.readouterr().out


def test_the_communities_in_which_most_waits_are_shown_and_the_others_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    waits = {3: Waiting(1, 0), 30: Waiting(2, 5)}
    show(
        Status(
            [],
            [],
            [],
            communities=[
                Community(
                    CommunityInfo(uuid4(), f"c{number}.", ()), Numbers(0, 0, number, 0, 0), waits.get(number, Waiting())
                )
                for number in range(31)
            ],
        )
    )
    shown = capsys.readouterr().out
    assert re.findall(r"c\d+\.", shown) == ["c30.", "c3.", *(f"c{number}." for number in range(29, 21, -1))]
    assert "waiting: 2 reports, 5 replies" in shown
    assert "  21 more with less waiting or open" in shown
