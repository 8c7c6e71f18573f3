"""Discord's limits are kept: messages and reactions go into a channel one by one, and all requests share one limit."""

import asyncio
import re
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route
from multidict import CIMultiDict

from bot.discord import client as client_module
from bot.discord import internals
from bot.discord.client import ReuniteClient
from bot.discord.config import DiscordConfig
from bot.discord.request_pace import MOST, RequestPace
from bot.discord.writing import Messages
from cli.bench import rate_limits
from cli.bench.local_discord import TOKEN, LocalDiscord
from cli.bench.rate_limits import RateLimits, Rule
from reunite.entities import ReplyTarget
from reunite.messages.reply import Reply
from reunite.ports import Outgoing
from tests.support.waiting import PATIENCE


class _Channel:
    """A channel that notes how many requests are on their way to it at the same time."""

    def __init__(self, number: int) -> None:
        self.id, self.now, self.most = number, 0, 0

    def get_partial_message(self, _: int) -> Any:
        return SimpleNamespace(channel=self, add_reaction=self.take)

    async def take(self, *_: object, **__: object) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return SimpleNamespace(channel=self, id=1)

    send = take


def messages_in(*channels: _Channel) -> Messages:
    by_id = {channel.id: channel for channel in channels}
    unused: Any = None
    client: Any = SimpleNamespace(get_partial_messageable=by_id.__getitem__, get_guild=lambda _: None)
    return Messages(client, unused)


async def test_reactions_go_into_a_channel_one_by_one_and_channels_dont_wait_for_each_other() -> None:
    channels = [_Channel(1), _Channel(2)]
    messages = messages_in(*channels)
    targets = [ReplyTarget("discord", "1", str(channel.id), str(post)) for post in range(5) for channel in channels]
    busy = [asyncio.create_task(messages.react(target, "👀")) for target in targets]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [channel.now for channel in channels] == [1, 1]
    await asyncio.gather(*busy)
    assert [channel.most for channel in channels] == [1, 1]


async def test_messages_go_into_a_channel_one_by_one() -> None:
    channel: Any = _Channel(1)
    messages = messages_in(channel)
    target = ReplyTarget("discord", "1", "1", None)
    await asyncio.gather(
        *(messages.post(channel, Outgoing(f"key {number}", target, Reply("note", ()))) for number in range(5))
    )
    assert channel.most == 1


def test_a_burst_goes_at_once_and_what_follows_a_second_after_it() -> None:
    pace = RequestPace()
    assert [pace.reserve(10.0) for _ in range(MOST)] == [0.0] * MOST
    assert [pace.reserve(10.5), pace.reserve(10.5)] == [0.5, 0.5]
    assert pace.reserve(20.0) == 0.0


async def test_requests_wait_for_the_shared_limit_and_answers_to_interactions_dont(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reserved: list[float] = []

    def reserve(_: RequestPace, now: float) -> float:
        reserved.append(now)
        return 0.0

    monkeypatch.setattr(RequestPace, "reserve", reserve)
    async with LocalDiscord() as discord:
        monkeypatch.setattr(Route, "BASE", discord.api_base)
        async with ReuniteClient(DiscordConfig(token=TOKEN)) as client:
            await client.http.static_login(TOKEN)
            before = len(reserved)
            await client.http.get_bot_gateway()
            assert len(reserved) == before + 1
            await client.http.request(Route("PATCH", "/webhooks/1/token-2/messages/@original"))
            assert len(reserved) == before + 1


def _skip_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the running loop's clock, which the limits use too, jump over pauses: a slow machine changes nothing."""
    loop: Any = asyncio.get_running_loop()
    now, select = loop.time(), loop._selector.select

    def jump(timeout: float | None) -> Any:
        nonlocal now
        now += timeout or 0.0
        return select(timeout and 0)

    monkeypatch.setattr(loop._selector, "select", jump)
    monkeypatch.setattr(loop, "time", lambda: now)
    monkeypatch.setattr(rate_limits, "time", SimpleNamespace(monotonic=loop.time, time=loop.time))


async def test_a_window_of_minutes_is_used_up_and_never_overdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    _skip_pauses(monkeypatch)
    limits = RateLimits((Rule(re.compile(r"POST /webhooks/(\d+)"), "threads", 50, 219.0),))
    with internals.addresses(DiscordConfig(token=TOKEN)):
        bucket = discord.http.Ratelimit(30.0)

    async def ask() -> None:
        async with bucket:
            await asyncio.sleep(0.01)
            headers, refusal = limits.take("POST /webhooks/1")
            if refusal is None:
                response: Any = SimpleNamespace(headers=CIMultiDict(headers))
                bucket.update(response)

    async def be_served() -> None:
        while True:
            with suppress(discord.RateLimited):
                await ask()
                return
            await asyncio.sleep(10)

    for _ in range(47):
        await ask()
    await asyncio.sleep(31)  # longer than discord.py waits for a window
    at_once = await asyncio.gather(*(ask() for _ in range(40)), return_exceptions=True)
    assert len([answer for answer in at_once if answer is None]) == 3
    await asyncio.gather(*(be_served() for _ in range(60)))
    assert limits.refused == []


async def test_a_request_that_had_to_wait_for_its_moment_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(internals, "_REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(RequestPace, "reserve", lambda *_: 0.4)
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as silent:
        base = "http://127.0.0.1:{1}".format(*silent.sockets[0].getsockname())
        monkeypatch.setattr(Route, "BASE", base)
        async with aiohttp.ClientSession(trace_configs=[client_module._trace()]) as session:
            await internals.limit_time(session, None, None)
            with pytest.raises(aiohttp.ServerTimeoutError):
                await asyncio.wait_for(session.get(f"{base}/users/@me"), PATIENCE)
