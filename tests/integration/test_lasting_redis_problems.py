"""A Redis that waiting doesn't help is named at once."""

import asyncio
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from db import queue
from db.store import Store
from tests.support.certificates import Authority, listening
from tests.support.waiting import PATIENCE


async def refused(store: Store, url: str) -> str:
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(RedisError) as raised:
            async with queue.connect(store, url, "queue"):
                pass
    return queue.redis_problem(raised.value)


async def test_an_expired_certificate(database_url: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with listening(authority.serve("localhost", days=-5)) as port, Store(database_url) as store:
        problem = await refused(store, f"rediss://localhost:{port}/0?ssl_ca_certs={authority.certificate}")
    assert problem.startswith("the certificate of Redis has expired")


async def test_a_wrong_password(database_url: str, redis_url: str) -> None:
    wrong = redis_url.replace("://", "://someone:wrong@", 1)
    async with Store(database_url) as store:
        assert "password" in await refused(store, wrong)
