"""Catching up on Slack goes on whatever fails, and for no workspace that has removed the app."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
from psycopg.errors import QueryCanceled
from structlog.testing import capture_logs

from bot.slack import reconcile
from bot.slack.reconcile import Reconciler
from reunite.errors import TryAgainError
from tests.support.services import background
from tests.support.waiting import eventually


class _Slack:
    """The workspaces, and everything else that the reconciler needs: Slack asks it to wait for a minute."""

    def __init__(self, *teams: str) -> None:
        self.teams, self.look_back, self.rounds = list(teams), timedelta(days=1), 0
        self.kept: set[str] = set()

    def __iter__(self) -> Any:
        state: dict[str, Any] = {"is_outdated": False, "events_dropped_until": None}
        return iter([SimpleNamespace(team=team, joined=set(), **state) for team in self.teams])

    def __contains__(self, workspace: Any) -> bool:
        return workspace.team in self.teams

    def keep(self, teams: set[str]) -> None:
        self.kept = teams

    async def heard_at(self, _: str) -> None: ...

    async def note_heard(self, _: str) -> None: ...

    async def read_gap(self, *_: object, **__: object) -> None:
        raise TryAgainError("slowly", after=60)

    async def greet(self, _: object) -> None: ...

    async def delete_old_pictures(self, _: object) -> None: ...

    async def forget_old(self) -> None:
        self.rounds += 1


def reconciler(slack: _Slack) -> Reconciler:
    parts: Any = slack
    return Reconciler(parts, parts, parts, looks=parts, greeter=parts, installations=parts, config=parts)


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (RuntimeError("a defect"), "slack_reconcile_failed"),
        (QueryCanceled("my red hat"), "slack_reconcile_delayed"),
    ],
)
async def test_no_error_ends_the_reconciler(monkeypatch: pytest.MonkeyPatch, error: Exception, event: str) -> None:
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.01)
    slack, errors = _Slack(), [error]

    async def is_connected() -> bool:
        if errors:
            raise errors.pop()
        return True

    with capture_logs() as logged:
        async with background(reconciler(slack).run(is_connected)):
            await eventually(lambda: slack.rounds)
    assert [entry["event"] for entry in logged] == [event]
    assert "my red hat" not in str(logged)


async def test_a_workspace_that_has_left_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that was due for it would otherwise stay due, and be looked at ten times a second."""
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.01)
    slack = _Slack("T1", "T2")
    reconciling = reconciler(slack)
    async with background(reconciling.run(AsyncMock(return_value=True))):
        await eventually(lambda: set(reconciling._not_before) == {"T1", "T2"})
        slack.teams.remove("T1")
        await eventually(lambda: set(reconciling._not_before) == {"T2"})
        await eventually(lambda: slack.kept == {"T2"})
    assert reconciling._reconciled == {"T2"}


async def test_a_workspace_that_hangs_does_not_delay_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.01)
    slack, noted = _Slack("T1", "T2"), []

    async def read_gap(workspace: Any, *_: object, **__: object) -> None:
        if workspace.team == "T1":
            await asyncio.Event().wait()

    async def note_heard(team: str) -> None:
        noted.append(team)

    monkeypatch.setattr(slack, "read_gap", read_gap)
    monkeypatch.setattr(slack, "note_heard", note_heard)
    monkeypatch.setattr(slack, "compare_pending", AsyncMock(return_value=None), raising=False)
    async with background(reconciler(slack).run(AsyncMock(return_value=True))):
        await eventually(lambda: noted.count("T2") > 1)
    assert set(noted) - {"T1"} == {"T2"}  # T1 is noted when it's stopped


async def test_a_time_that_slack_asked_us_to_wait_for_makes_nobody_look_again_and_again_once_it_has_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reconcile, "_LEAST_SECONDS", 0.001)
    slack, rounds = _Slack("T1"), []
    reconciling = reconciler(slack)

    async def heard_at(_: str) -> None:
        reconciling._not_before["T1"], fails = 0.0, RuntimeError("before anything is read")
        rounds.append(1)
        raise fails

    monkeypatch.setattr(slack, "heard_at", heard_at)
    async with background(reconciling.run(AsyncMock(return_value=True))):
        await eventually(lambda: rounds)
        for _ in range(50):
            await asyncio.sleep(0.001)
        assert len(rounds) == 1


async def test_a_workspace_whose_round_was_cancelled_is_followed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.01)
    slack, rounds = _Slack("T1"), []

    async def heard_at(_: str) -> None:
        rounds.append(1)
        raise asyncio.CancelledError

    monkeypatch.setattr(slack, "heard_at", heard_at)
    async with background(reconciler(slack).run(AsyncMock(return_value=True))):
        await eventually(lambda: len(rounds) > 1)
