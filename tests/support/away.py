"""Takes a test's database away for a while, as a restart of PostgreSQL does."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo


@contextmanager
def database_away(owner_url: str) -> Iterator[None]:
    """Break all connections to a database, and refuse new ones within the context."""
    name = str(conninfo_to_dict(owner_url)["dbname"])
    with psycopg.connect(make_conninfo(owner_url, dbname="postgres"), autocommit=True) as connection:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format
        connection.execute(allow(sql.Identifier(name), sql.SQL("false")))
        # It waits for the end of each: until then a statement could still reach one, and fail in another way.
        connection.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(allow(sql.Identifier(name), sql.SQL("true")))
