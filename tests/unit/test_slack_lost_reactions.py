"""A reaction on Slack that couldn't be taken, though Slack sent it four times: whether it's looked up later."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.slack.events import _once

FUTURE = datetime.now(UTC) + timedelta(days=1)


async def marked(dropped_until: datetime | None = None, *, item_user: str = "BOT", reaction: str = "x") -> Any:
    """Return until when events count as dropped after a reaction has failed."""
    workspace = SimpleNamespace(team="T1", bot_user="BOT", events_dropped_until=dropped_until)
    event = {"type": "reaction_added", "item_user": item_user, "reaction": reaction}

    async def get(_: str) -> Any:
        return workspace

    async def is_handled(_: str) -> bool:
        return False

    async def current(_: Any, event: Any) -> Any:
        return event

    async def fail(*_: Any) -> None:
        raise ConnectionError

    parts: Any = SimpleNamespace(
        workspaces=SimpleNamespace(get=get),
        installations=SimpleNamespace(is_handled=is_handled),
        inbound=SimpleNamespace(current=current),
    )
    request = SimpleNamespace(headers={"x-slack-retry-num": ["3"]})
    with pytest.raises(ConnectionError):
        await _once(parts, fail)(event=event, body={}, context=SimpleNamespace(team_id="T1"), req=request)
    return workspace.events_dropped_until


async def test_a_verdict_is_looked_up() -> None:
    assert await marked()


@pytest.mark.parametrize("other", [{"item_user": "U1"}, {"reaction": "tada"}])
async def test_what_is_no_verdict_is_not(other: Any) -> None:
    assert await marked(**other) is None


async def test_it_ends_no_time_in_which_slack_drops_events() -> None:
    assert await marked(FUTURE) == FUTURE
