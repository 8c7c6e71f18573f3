"""How the bot calls Discord's gateway again after a connection that was of no use."""

from collections.abc import AsyncIterator
from typing import NoReturn
from unittest.mock import AsyncMock

import pytest
from discord.gateway import ReconnectWebSocket

from bot.discord import reconnecting
from bot.discord.client import ReuniteClient
from bot.discord.config import DiscordConfig
from bot.discord.internals import addresses
from bot.discord.reconnecting import Websocket
from tests.doubles.discord import TOKEN, DiscordDouble


@pytest.fixture(name="discord")
async def discord_fixture() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as discord:
        yield discord


@pytest.fixture(name="client")
async def client_fixture(discord: DiscordDouble) -> AsyncIterator[ReuniteClient]:
    config = DiscordConfig(token=TOKEN, api_base=discord.api_base, gateway=discord.gateway_url)
    with addresses(config):
        async with ReuniteClient(config) as client:
            await client.http.static_login(TOKEN)
            client.shard_count = client._connection.shard_count = 1
            yield client


async def lost(client: ReuniteClient, session: str | None = None) -> ReconnectWebSocket:
    """Connect, to resume a session or for a new one, until Discord hangs up; return how the client then goes on."""
    socket = await Websocket.from_client(
        client, initial=True, shard_id=0, resume=session is not None, session=session, sequence=1 if session else None
    )
    with pytest.raises(ReconnectWebSocket) as raised:
        await listen(socket)
    return raised.value


async def listen(socket: Websocket) -> NoReturn:
    while True:
        await socket.poll_event()


@pytest.mark.parametrize(
    ("session", "code", "is_resumed"),
    [("session", 4000, True), ("session", 4007, False), ("session", 4009, False), (None, 4000, False)],
)
async def test_only_a_session_that_can_go_on_is_resumed(
    discord: DiscordDouble, client: ReuniteClient, session: str | None, code: int, *, is_resumed: bool
) -> None:
    discord.gateway.closes_with = code
    assert (await lost(client, session)).resume == is_resumed


async def test_the_pauses_grow_until_a_connection_brings_something(
    discord: DiscordDouble, client: ReuniteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconnecting, "sleep", pause := AsyncMock())
    for _ in range(4):
        discord.gateway.closes_with = 4000
        await lost(client, "session")
    assert [call.args for call in pause.await_args_list] == [(1,), (2,), (4,)]


async def test_a_connection_that_is_closed_before_it_is_greeted_does_not_end_the_bot(
    discord: DiscordDouble, client: ReuniteClient
) -> None:
    discord.gateway.closes_unasked = 1
    with pytest.raises(ConnectionResetError):
        await Websocket.from_client(client, initial=True, shard_id=0)
