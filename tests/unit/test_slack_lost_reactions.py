"""A reaction on Slack that couldn't be taken, though Slack sent it four times: whether it's looked up later."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.slack.events import _once
from bot.slack.verdicts import Verdicts


async def missed(*, item_user: str = "BOT", reaction: str = "x", times: int = 1) -> set[tuple[str, str]]:
    """Return which messages are to be compared after their reactions have failed."""
    workspace = SimpleNamespace(team="T1", bot_user="BOT")
    item = {"type": "message", "channel": "C1", "ts": "1.0"}
    event = {"type": "reaction_added", "item": item, "item_user": item_user, "reaction": reaction}
    nothing: Any = None
    verdicts = Verdicts(nothing, nothing)

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
        verdicts=verdicts,
    )
    request = SimpleNamespace(headers={"x-slack-retry-num": ["3"]})
    for _ in range(times):
        with pytest.raises(ConnectionError):
            await _once(parts, fail)(event=event, body={}, context=SimpleNamespace(team_id="T1"), req=request)
    return verdicts.missed("T1")


async def test_a_verdict_is_looked_up_once_and_alone() -> None:
    assert await missed(times=2) == {("C1", "1.0")}


@pytest.mark.parametrize("other", [{"item_user": "U1"}, {"reaction": "tada"}])
async def test_what_is_no_verdict_is_not(other: Any) -> None:
    assert await missed(**other) == set()


def test_a_storm_in_one_workspace_loses_no_verdict_of_another() -> None:
    nothing: Any = None
    verdicts = Verdicts(nothing, nothing)
    for team, count in (("T1", 1), ("T2", 2000)):
        for number in range(count):
            item = {"type": "message", "channel": "C1", "ts": f"{number}.0"}
            verdicts.note_missed(cast("Any", SimpleNamespace(team=team)), {"item": item})
    verdicts.keep({"T1", "T2"})
    assert verdicts.missed("T1") == {("C1", "0.0")}
    assert len(verdicts.missed("T2")) == 1000
    verdicts.note_missed(cast("Any", SimpleNamespace(team="T1")), {"item": item})
    verdicts.keep({"T2"})
    assert verdicts.missed("T1") == set()
