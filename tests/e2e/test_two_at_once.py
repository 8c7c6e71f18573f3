"""Two reports that fit each other, committed at the same moment to two workers, find each other: every time."""

import asyncio

import pytest

from tests.support.services import working
from tests.support.world import open_world

ROUNDS = 20


@pytest.mark.slow
async def test_two_reports_at_the_same_moment_find_each_other(database_url: str, redis_url: str) -> None:
    async with (
        working(database_url, redis_url, lease_seconds=5, rehint_seconds=2),
        working(database_url, redis_url, lease_seconds=5, rehint_seconds=2),
    ):
        for number in range(ROUNDS):
            async with open_world(database_url, redis_url, f"world {number}") as world:
                await asyncio.gather(world.found("f", "red", "a cup"), world.lost("l", "my red cup"))
                await world.wait_until_idle()
                assert world.platform.kinds("l").count("match") == 1, f"round {number}"
                assert world.platform.kinds("f").count("match") <= 1, f"round {number}"
