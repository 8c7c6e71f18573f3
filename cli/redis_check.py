"""Whether Redis takes hints, for `reunite doctor` and `reunite status`."""

from typing import Final

from arq.constants import job_key_prefix
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.doctor import Finding
from cli.servers import Servers
from db.queue import redis_problem, redis_remedy, tls_options

_SECONDS: Final = 5
"""Seconds in which Redis must answer."""


async def look(where: Servers) -> Finding:
    """Write where hints are written, and say what Redis answers."""
    try:
        async with Redis.from_url(
            where.redis_url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS, **tls_options(where.redis_url)
        ) as redis:
            info = await redis.info("server")
            await redis.set(f"{job_key_prefix}doctor", "", ex=_SECONDS)  # where hints are written, and the next
            await redis.zrem(where.queue, "doctor")
    except (RedisError, OSError) as error:
        return Finding("Redis", ok=False, found=redis_problem(error), remedy=redis_remedy(error))
    return Finding("Redis", ok=True, found=str(info["redis_version"]))
