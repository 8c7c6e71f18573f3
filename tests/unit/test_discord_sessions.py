"""Which guilds the bot knows once Discord has begun a new session."""

from collections.abc import Sequence
from typing import Any

from bot.discord.client import ReuniteClient
from bot.discord.config import DiscordConfig
from db.cancellation import stop

LEFT, KEPT, OTHER_SHARD = 2 << 22, 4 << 22, 5 << 22


async def test_guilds_that_have_removed_the_bot_meanwhile_are_forgotten() -> None:
    client = ReuniteClient(DiscordConfig(token="token"))
    connection: Any = client._connection
    connection.shard_count, connection.shard_ids = 2, (0, 1)

    def begin(shard: int, guilds: Sequence[int]) -> None:
        user = {"id": "1", "username": "Reunite", "discriminator": "0", "avatar": None}
        listed = [{"id": str(guild), "unavailable": True} for guild in guilds]
        connection.parsers["READY"]({"shard": [shard, 2], "user": user, "guilds": listed})

    begin(1, [OTHER_SHARD])
    for guilds in ([LEFT, KEPT], [KEPT]):
        begin(0, guilds)
    assert {guild.id for guild in client.guilds} == {KEPT, OTHER_SHARD}
    await stop(*connection._ready_tasks.values(), connection._ready_task)
