"""Workspaces that have been without the bot for a week are left, each on its own."""

import asyncio
from typing import Any

import pytest

from bot import absence
from db.cancellation import stop
from reunite.errors import TryAgainError
from tests.support.waiting import PATIENCE


async def test_a_workspace_that_cannot_be_left_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    is_left = asyncio.Event()

    async def both(*_: object) -> list[str]:
        return ["stuck", "gone"]

    async def start_check() -> Any:
        """Stand in for the platform's check, which nobody calls."""

    async def leave(workspace: str) -> None:
        if workspace == "stuck":
            raise TryAgainError("a claim has changed meanwhile")
        is_left.set()

    store: Any = None
    monkeypatch.setattr(absence, "absent_for_long", both)
    watching = asyncio.create_task(absence.watch_absence(store, "slack", start_check, leave))
    try:
        await asyncio.wait_for(is_left.wait(), PATIENCE)
    finally:
        await stop(watching)
