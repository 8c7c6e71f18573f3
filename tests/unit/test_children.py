"""Child processes."""

import asyncio

import pytest

from cli.children import Child, children
from tests.support.waiting import PATIENCE


async def test_processes_are_stopped_together(monkeypatch: pytest.MonkeyPatch) -> None:
    all_are_asked = asyncio.Barrier(2)

    async def stop(_: Child) -> None:
        await all_are_asked.wait()

    monkeypatch.setattr(Child, "stop", stop)
    async with asyncio.timeout(PATIENCE), children([["worker"], ["bot"]], {}):
        pass
