"""PostgreSQL and Redis for tests: one pair of embedded servers for all workers, an empty database for each test."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from db.migrate import migrate
from embedded import EmbeddedServers, Urls
from embedded.postgres import APPLICATION, OWNER, url
from tests.support.emptying import Untouched, delete_rows
from tests.support.homes import HOME_VARIABLE, make_home, place_for_homes

CLONE_NUMBERS = count()
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
"""Returns a row for each connection that waits for a lock in this database: other tests have theirs."""
BY_FILES = "STRATEGY file_copy"
"""To copy a database's files takes half as long as to write all their pages to PostgreSQL's journal."""


def pytest_configure(config: pytest.Config) -> None:
    """Choose one home for the run; pytest-xdist's workers inherit the variables."""
    if not hasattr(config, "workerinput"):
        for name in [name for name in os.environ if name.startswith("REUNITE_")]:
            del os.environ[name]  # the settings of the developer's shell
        os.environ[HOME_VARIABLE] = str(make_home(place_for_homes()))
    # Where all cores are busy with tests, a process that gives way gets minutes late.
    os.environ["REUNITE_GIVE_WAY"] = "off"


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(HOME_VARIABLE), ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[Urls]:
    """PostgreSQL and Redis of this run; the first worker starts them and the last one stops them."""
    with EmbeddedServers(Path(os.environ[HOME_VARIABLE]) / "home", durable=False) as urls:
        yield urls


@pytest.fixture(scope="session")
def worker_number() -> int:
    """0 in a run without pytest-xdist."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def template_database(servers: Urls) -> str:
    """Name of a migrated database that nobody connects to; the first worker that needs it makes it for all."""
    name = "template_of_tests"
    with psycopg.connect(servers.owner_database_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        found = connection.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            # It would analyse a database in the middle of a test, which could then not be used again.
            connection.execute("ALTER SYSTEM SET autovacuum = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute(f"CREATE DATABASE {name}".encode())
            asyncio.run(migrate(_of_database(servers, OWNER, name)))
    return name


@dataclass(frozen=True)
class Databases:
    """Lends migrated, empty databases on this run's servers."""

    servers: Urls
    template: str
    prefix: str
    returned: dict[str, Untouched] = field(default_factory=dict)
    cleaners: dict[str, psycopg.Connection] = field(default_factory=dict)
    """A connection to each database: a new one would first read the catalogs, which costs more than the emptying."""

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Give the URL of an empty database, seen by the superuser: one that another test has used, or a new one."""
        name, untouched = self._used() or self._new()
        yield _of_database(self.servers, OWNER, name)
        self.returned[name] = untouched

    def empty_again(self, owner_url: str) -> None:
        """Delete all rows of a lent database, for the next of several tests that share it."""
        delete_rows(self.cleaners[_name_of(owner_url)])

    def _used(self) -> tuple[str, Untouched] | None:
        """Empty one that was returned; drop it instead where a test has changed more than its rows."""
        if not self.returned:
            return None
        name, untouched = self.returned.popitem()
        try:
            restored = untouched.try_restore(self.cleaners[name])
        except psycopg.OperationalError:  # a test has broken all connections
            restored = False
        if not restored:
            self._drop(name)
        return (name, untouched) if restored else None

    def _new(self) -> tuple[str, Untouched]:
        name = f"{self.prefix}_{next(CLONE_NUMBERS)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self.template} {BY_FILES}")
        self.cleaners[name] = psycopg.connect(_of_database(self.servers, OWNER, name), autocommit=True)
        return name, Untouched.read(self.cleaners[name])

    def _drop(self, name: str) -> None:
        self.cleaners.pop(name).close()
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def empty(self) -> AbstractContextManager[str]:
        """Give the URL of a new database without any migration, seen by the superuser; drop it at the end."""
        return self._made("template0")

    def copy(self, owner_url: str | None = None) -> AbstractContextManager[str]:
        """Do the same with a copy of a database that nobody is connected to, by default an empty migrated one."""
        return self._made(_name_of(owner_url) if owner_url else self.template)

    @contextmanager
    def _made(self, template: str) -> Iterator[str]:
        name = f"{self.prefix}_{next(CLONE_NUMBERS)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} {BY_FILES}")
        yield _of_database(self.servers, OWNER, name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.servers.owner_database_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def as_application(self, owner_url: str) -> str:
        """Return the URL of the same database, seen by the application."""
        return _of_database(self.servers, APPLICATION, _name_of(owner_url))


@pytest.fixture(scope="session")
def databases(servers: Urls, template_database: str, worker_number: int) -> Iterator[Databases]:
    """Stores open connections as they need them: few tests need more than one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("db.database._WARM_CONNECTIONS", 1)
        lent = Databases(servers, template_database, f"test_{worker_number}")
        yield lent
        for cleaner in lent.cleaners.values():
            cleaner.close()


@pytest.fixture
def owner_database_url(databases: Databases) -> Iterator[str]:
    """The test's own migrated database, seen by the superuser."""
    with databases.fresh() as url_of_owner:
        yield url_of_owner


@pytest.fixture
def database_url(databases: Databases, owner_database_url: str) -> str:
    """The test's own migrated database, seen by the application."""
    return databases.as_application(owner_database_url)


@pytest.fixture
def scratch_owner(servers: Urls, worker_number: int) -> str:
    """A superuser of this test alone, so that the databases its commands create can be told from other tests'."""
    name = f"scratch_owner_{worker_number}_{next(CLONE_NUMBERS)}"
    with psycopg.connect(servers.owner_database_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN SUPERUSER".encode())
    return name


@pytest.fixture
def redis_url(servers: Urls, worker_number: int) -> str:
    """An empty Redis database of the test worker's own."""
    return empty_redis(servers, worker_number)


def empty_redis(servers: Urls, number: int) -> str:
    url_of_number = servers.redis_url.replace("db=0", f"db={number}")
    with Redis.from_url(url_of_number) as client:
        client.flushdb()
    return url_of_number


def _name_of(owner_url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(owner_url)["dbname"])


def _of_database(servers: Urls, role: str, name: str) -> str:
    sockets = psycopg.conninfo.conninfo_to_dict(servers.owner_database_url)["host"]
    return url(role, Path(str(sockets)), name)
