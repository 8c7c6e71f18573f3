"""What several of these files need."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Final

import pytest
import pytest_asyncio

from cli.servers import Servers
from db.store import Store
from tests.contract.stages import Stage
from tests.doubles.discord import DiscordDouble
from tests.support.databases import Databases
from tests.support.keys import KEYS
from tests.support.large_communities import Communities

_FASTER: Final = 50
"""By how much discord.py's pauses are shortened; they are 1, 3, 5, 7 and 9 seconds, for what breaks off or fails."""


@pytest.fixture
def where(database_url: str, redis_url: str) -> Servers:
    """The test's own servers, as commands name them."""
    return Servers(database_url, database_url, redis_url, "reunite", KEYS)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with Store(database_url, keys=KEYS) as store:
        yield store


@pytest.fixture
async def discord() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as discord:
        yield discord


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(databases: Databases) -> AsyncIterator[tuple[str, Store]]:
    """A database for all tests of a module, as its superuser's URL and a store: a new connection costs most."""
    with databases.fresh() as owner_url:
        async with Store(databases.as_application(owner_url), keys=KEYS) as store:
            yield owner_url, store


@pytest_asyncio.fixture(loop_scope="module")
async def stage(databases: Databases, shared: tuple[str, Store]) -> Stage:
    """A stage on the module's database, emptied; its tests run in the module's event loop (`loop_scope="module"`)."""
    owner_url, store = shared
    databases.empty_again(owner_url)
    return await Stage.before(store)


@pytest.fixture(scope="session")
def communities(databases: Databases) -> Iterator[Communities]:
    with ExitStack() as until_end:
        yield Communities(databases, until_end)


@pytest.fixture
def brief_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py make as many attempts as ever, with brief pauses between them."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / _FASTER)

    for module in ("discord.http", "discord.webhook.async_"):
        monkeypatch.setattr(f"{module}.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
