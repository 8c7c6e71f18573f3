"""Two reports that fit each other, committed at the same moment to two workers, find each other: every time."""

import asyncio

from tests.support.services import working
from tests.support.world import world

ROUNDS = 50


async def test_two_reports_at_the_same_moment_find_each_other(database_url: str, redis_url: str) -> None:
    async with (
        working(database_url, redis_url, lease_seconds=5, quiet_seconds=2),
        working(database_url, redis_url, lease_seconds=5, quiet_seconds=2),
    ):
        for number in range(ROUNDS):
            async with world(database_url, redis_url, f"world {number}") as place:
                await asyncio.gather(place.found("f", "red", "a cup"), place.lost("l", "my red cup"))
                await place.quiet()
                assert place.platform.kinds("l").count("match") == 1, f"round {number}"
                assert place.platform.kinds("f").count("match") <= 1, f"round {number}"
