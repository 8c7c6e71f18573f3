"""Slack's user groups, which every press needs: one call serves all that come at once, one that fails too."""

import asyncio
from typing import Any

from bot.slack.people import People
from reunite.entities import Settings
from reunite.errors import TryAgainError


class _Client:
    def __init__(self) -> None:
        self.calls = 0

    async def users_info(self, **_: object) -> Any:
        return {"user": {"id": "U1", "team_id": "T1"}}

    async def usergroups_list(self, **_: object) -> Any:
        self.calls += 1
        await asyncio.sleep(0)
        raise TimeoutError


async def test_presses_at_the_same_time_ask_only_once_though_slack_fails() -> None:
    client: Any = _Client()
    people, settings = People(client, "T1", ()), Settings(moderators=("S1",))
    found = await asyncio.gather(*(people.person("U1", settings) for _ in range(10)), return_exceptions=True)
    assert {type(one) for one in found} == {TryAgainError}
    assert client.calls == 1
