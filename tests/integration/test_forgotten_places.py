"""What a bot remembers of channels and replies on Discord and Slack doesn't grow as long as it runs."""

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.discord import permission_notices
from bot.slack import earlier
from reunite.entities import ReplyTarget
from reunite.errors import TryAgainError
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.discord_shapes import CREATE_THREADS, SEND_IN_THREADS, SEND_MESSAGES
from tests.doubles.slack import TEAM
from tests.support.discord_adapter import JPEG, World, open_world
from tests.support.slack_adapter import world_in
from tests.support.waiting import eventually

_DAY = 86_400.0


async def test_discords_channels_are_forgotten_once_they_may_be_noticed_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(permission_notices, "time", SimpleNamespace(monotonic=lambda: now))
    async with open_world(database_url) as world:
        ann = world.discord.admin.join("Ann")
        client: Any = world.platform._client  # type: ignore[attr-defined] # of the adapter
        parts = client.on_message.__self__._inbound
        assert await _noticed(world, ann, "found") == list(parts._notices._sent)
        now += _DAY
        assert await _noticed(world, ann, "lost") == list(parts._notices._sent)


async def _noticed(world: World, member: str, channel: str) -> list[int]:
    """Post where the bot may not answer, grant it after it has said so, and return the channel."""
    before = len(world.discord.people.direct_messages(member))
    await world.discord.admin.forbid(channel, SEND_IN_THREADS | CREATE_THREADS | SEND_MESSAGES)
    post = await world.discord.people.post(channel, member, "a bag", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.direct_messages(member)[before:])
    await world.discord.admin.allow(channel)
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    return [int(world.discord.channel(channel))]


async def test_slack_remembers_the_latest_replies_that_were_not_taken(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earlier, "_MAX", 2)
    async with world_in(database_url) as world:
        root = world.slack.post(world.found, world.ada, "root")
        first = Outgoing("1", ReplyTarget("slack", TEAM, world.found, root), Reply("nothing", ((Plain("Hello."),),)))
        world.slack.api.fail_next("chat.postMessage", status=429, error="ratelimited", retry_after=60)
        for key in ("1", "2", "3"):  # the channel takes nothing for a minute
            with pytest.raises(TryAgainError):
                await world.platform.send(replace(first, key=key))
        unsent = world.platform._earlier._unsent  # type: ignore[attr-defined] # of the adapter
        assert [key for key, _ in unsent] == ["2", "3"]
