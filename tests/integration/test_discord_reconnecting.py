"""How the bot calls Discord's gateway again after a lost connection: the whole client, without events' handlers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock

import discord as dpy
import pytest

from bot.discord import internals, reconnecting
from bot.discord.client import ReuniteClient, log_in, stay_connected
from bot.errors import SetupError
from tests.doubles.discord import TOKEN, DiscordDouble
from tests.support.discord_adapter import config
from tests.support.waiting import PATIENCE, eventually

Trouble = Callable[[Any], None]


@pytest.fixture(name="discord", params=[1])
async def discord_fixture(request: pytest.FixtureRequest) -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble(shards=request.param) as discord:
        yield discord


@pytest.fixture(autouse=True)
def quick_identify_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dpy.AutoShardedClient, "before_identify_hook", AsyncMock())  # it waits for seconds


@pytest.fixture(name="pause")
def pause_fixture(monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    monkeypatch.setattr(reconnecting, "sleep", pause := AsyncMock())
    return pause


@asynccontextmanager
async def connected(discord: DiscordDouble) -> AsyncIterator[tuple[ReuniteClient, asyncio.Task[None]]]:
    """Connect, and give what keeps the connection."""
    with internals.addresses(config(discord)):
        async with ReuniteClient(config(discord)) as client:
            client.commands = AsyncMock()
            await log_in(client, TOKEN)
            connection = asyncio.create_task(stay_connected(client))
            await eventually(client.is_ready)
            yield client, connection
    await asyncio.wait({connection}, timeout=PATIENCE)
    assert connection.done()


@pytest.mark.parametrize(
    ("trouble", "pauses", "starts_anew"),
    [
        ({}, [], False),
        ({"closes_unasked": 1}, [1], False),  # before the hello
        ({"closes_with": [4000, 4000]}, [1, 2], False),
        ({"closes_unasked": 1, "closes_with": [4000]}, [1, 2], False),
        ({"closes_unasked": 3}, [1, 2, 4], True),
        ({"closes_with": [4000] * 5}, [1, 2, 4, 8, 16], True),
        ({"closes_with": [4007]}, [1], True),
        (
            {"closes_with": [4009, 4000]},
            [1, 2],
            True,
        ),  # the new session is lost at once: it isn't the old one that is resumed
    ],
)
async def test_a_session_is_resumed_a_few_times_and_only_one_that_is_gone_begins_anew(
    discord: DiscordDouble, pause: AsyncMock, trouble: dict[str, Any], pauses: list[int], *, starts_anew: bool
) -> None:
    async with connected(discord):
        vars(discord.gateway).update(trouble)
        await discord.gateway.drop()
        await eventually(lambda: discord.gateway.resumed or discord.gateway.identified > 1)
        assert (discord.gateway.resumed, discord.gateway.identified) == ((0, 2) if starts_anew else (1, 1))
    assert [call.args for call in pause.await_args_list] == [(seconds,) for seconds in pauses]


async def test_a_hang_up_before_the_hello_of_a_new_session_does_not_end_the_bot(
    discord: DiscordDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(internals._Backoff, "delay", lambda _: 0)
    async with connected(discord):
        discord.gateway.closes_unasked = 2
        await discord.gateway.forget_session()
        await eventually(lambda: discord.gateway.identified == 2)


@pytest.mark.parametrize(
    ("code", "told"), [(4004, "REUNITE_DISCORD_TOKEN"), (4013, r"for good \(code 4013\)"), (4014, "Message Content")]
)
async def test_a_gateway_that_closes_for_good_at_a_resume_is_explained(
    discord: DiscordDouble, code: int, told: str
) -> None:
    async with connected(discord) as (_, connection):
        discord.gateway.closes_with = [code]
        await discord.gateway.drop()
        with pytest.raises(SetupError, match=told):
            await connection


def hang_up(discord: DiscordDouble) -> None:
    discord.gateway.closes_with = [4000]


def refuse(discord: DiscordDouble) -> None:
    discord.gateway.refused_connections = 1


@pytest.mark.parametrize("discord", [2], indirect=True)
@pytest.mark.parametrize("trouble", [hang_up, refuse])
async def test_a_long_pause_holds_up_neither_other_shards_nor_the_end(
    discord: DiscordDouble, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    async def pause(_: float) -> None:
        is_pausing.set()
        await asyncio.Event().wait()

    def delay(_: object) -> float:
        is_pausing.set()
        return 3600

    is_pausing = asyncio.Event()
    monkeypatch.setattr(reconnecting, "sleep", pause)
    monkeypatch.setattr(internals._Backoff, "delay", delay)
    async with connected(discord):
        trouble(discord)
        await discord.gateway.drop()
        await is_pausing.wait()
        await eventually(lambda: discord.gateway.resumed)
