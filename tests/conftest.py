"""What all tests share: one pair of embedded servers for the run, a fresh database each, a browser."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from db.migrate import migrate
from embedded import EmbeddedServers, Urls
from embedded.postgres import APPLICATION, OWNER, url

HOME_VARIABLE = "REUNITE_TEST_HOME"
CLONE_NUMBERS = count()


def pytest_configure(config: pytest.Config) -> None:
    """Choose one home for the run; pytest-xdist's workers inherit the variable."""
    if not hasattr(config, "workerinput"):
        for name in [name for name in os.environ if name.startswith("REUNITE_")]:
            del os.environ[name]  # the settings of whoever runs the tests
        folder = Path(tempfile.mkdtemp(prefix="reunite-tests-"))
        folder.chmod(0o711)  # as root the servers run as another account, which must get through
        os.environ[HOME_VARIABLE] = str(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(HOME_VARIABLE), ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[Urls]:
    """PostgreSQL and Redis of this run."""
    with EmbeddedServers(Path(os.environ[HOME_VARIABLE]) / "home", durable=False) as urls:
        yield urls


@pytest.fixture(scope="session")
def worker_number() -> int:
    """0 in a run without pytest-xdist."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def template_database(servers: Urls, worker_number: int) -> str:
    """Name of a migrated database that nobody connects to."""
    name = f"template_{worker_number}"
    with psycopg.connect(servers.owner_database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")  # roles belong to all databases: one worker at a time
        connection.execute(f"CREATE DATABASE {name}".encode())
        asyncio.run(migrate(_of_database(servers, OWNER, name)))
    return name


@pytest.fixture
def owner_database_url(servers: Urls, template_database: str) -> Iterator[str]:
    """The test's own migrated database, seen by the superuser."""
    name = f"{template_database}_clone_{next(CLONE_NUMBERS)}"
    with psycopg.connect(servers.owner_database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}".encode())
        yield _of_database(servers, OWNER, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def database_url(servers: Urls, owner_database_url: str) -> str:
    """The test's own migrated database, seen by the application."""
    name = psycopg.conninfo.conninfo_to_dict(owner_database_url)["dbname"]
    return _of_database(servers, APPLICATION, str(name))


@pytest.fixture
def redis_url(servers: Urls, worker_number: int) -> str:
    """An empty Redis database of the test worker's own."""
    own = servers.redis_url.replace("db=0", f"db={worker_number}")
    with Redis.from_url(own) as client:
        client.flushdb()
    return own


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium; without one the browser's tests say so."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.skip("no Chromium found: the page's browser tests are left out")


def _of_database(servers: Urls, role: str, name: str) -> str:
    sockets = psycopg.conninfo.conninfo_to_dict(servers.owner_database_url)["host"]
    return url(role, Path(str(sockets)), name)
