"""Updates of someone's home tab, in turn."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bot.slack.home import Home


async def test_one_update_shows_what_all_that_waited_for_it_would_have_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: Any = None
    home = Home(nothing, nothing, nothing, nothing, nothing, requests=nothing)
    begun, go_on = list[str](), asyncio.Event()

    async def publish(_: object, user: str) -> None:
        begun.append(user)
        await go_on.wait()
        if user == "U1" and len(begun) == 2:  # asked for just when the first one ends
            updates.append(asyncio.create_task(home.publish(workspace, user)))

    monkeypatch.setattr(home, "_publish", publish)
    workspace: Any = SimpleNamespace(team="T1")
    updates = [asyncio.create_task(home.publish(workspace, user)) for user in ("U1", "U2", "U1", "U1", "U1")]
    await asyncio.sleep(0)
    assert begun == ["U1", "U2"]
    go_on.set()
    await asyncio.gather(*updates)
    await updates[-1]
    assert begun == ["U1", "U2", "U1"]
