"""The tests' own databases: one that was used before is as if it were new."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from tests.support.databases import Databases


@pytest.fixture
def apart(databases: Databases) -> Databases:
    """Databases that no other test has used."""
    return replace(databases, prefix=f"apart_{uuid4().hex}", returned={}, cleaners={})


@contextmanager
def owner(databases: Databases) -> Iterator[psycopg.Connection]:
    with databases.fresh() as url, psycopg.connect(url, autocommit=True) as connection:
        yield connection


def name_of(connection: psycopg.Connection) -> str:
    return connection.info.dbname


def test_a_used_database_comes_back_empty_and_counts_from_one(apart: Databases) -> None:
    insertion = "INSERT INTO embedding_model (encoder, version, spaces) VALUES ('clip', 'v', '{}') RETURNING id"
    names = set()
    for _ in range(2):
        with owner(apart) as connection:
            assert connection.execute(insertion.encode()).fetchone() == (1,)
            assert connection.execute("SELECT count(*) FROM embedding_model").fetchone() == (1,)
            names.add(name_of(connection))
    assert len(names) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE other (id int)",
        "ALTER TABLE report DROP COLUMN text CASCADE",
        "DROP POLICY own_community ON report",
        "REVOKE SELECT ON report FROM reunite_app",
        "CREATE OR REPLACE FUNCTION current_community() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "ALTER TYPE report_kind ADD VALUE 'other'",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 8192', current_database()); END $$",
        "DELETE FROM migration",
        "INSERT INTO community (name) SELECT repeat(md5(n::text), 50) FROM generate_series(1, 9000) AS n",
        "INSERT INTO community (name) SELECT n FROM generate_series(1, 9) AS n; ANALYZE community",
    ],
)
def test_a_database_of_which_more_than_rows_has_changed_is_not_used_again(apart: Databases, statement: str) -> None:
    with owner(apart) as connection:
        name = name_of(connection)
        connection.execute(statement.encode())
    with owner(apart) as connection:
        assert name_of(connection) != name
        assert connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount == 0


def test_a_database_that_is_still_connected_to_is_not_used_again(apart: Databases) -> None:
    with apart.fresh() as url:
        left_behind = psycopg.connect(url)
    with left_behind, owner(apart) as connection:
        assert name_of(connection) != left_behind.info.dbname
        with pytest.raises(psycopg.OperationalError):
            left_behind.execute("SELECT 1")
