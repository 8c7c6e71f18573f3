"""Empties a database after a test, for the next one: that costs PostgreSQL a fraction of a new copy of the template."""

import time
from dataclasses import dataclass
from typing import Any, Final, Self

import psycopg
from psycopg import sql

CATALOGS: Final = [
    *[("pg_catalog", f"pg_{name}") for name in ("attribute", "class", "constraint", "enum", "extension", "index")],
    *[("pg_catalog", f"pg_{name}") for name in ("namespace", "policy", "proc", "statistic", "trigger", "type")],
    ("public", "migration"),
]
"""What tells whether the schema, a right, the planner's statistics or the list of migrations has changed."""
_SETTINGS: Final = sql.SQL(
    "(SELECT (count(*), max(xmin::text::bigint))::text FROM pg_db_role_setting"
    " WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
"""The settings of this database; the catalog has those of all databases."""
MAX_GROWTH: Final = 8 * 2**20
"""Bytes by which a database may have grown and still be used again: less doesn't slow down the next test."""

_LOOKS: Final = 20
_BETWEEN_LOOKS: Final = 0.01
"""Seconds. A new database costs more than all of these."""


@dataclass(frozen=True)
class Untouched:
    """A database as it is before the first test: its catalogs' rows and their newest transactions, and its size."""

    catalogs: tuple[Any, ...]
    size: int

    @classmethod
    def read(cls, connection: psycopg.Connection) -> Self:
        return cls(_catalogs(connection), _size(connection))

    def try_restore(self, connection: psycopg.Connection) -> bool:
        """Empty the database; do nothing and return False if that wouldn't restore it."""
        if _is_used(connection) or _catalogs(connection) != self.catalogs:
            return False
        if _size(connection) > self.size + MAX_GROWTH:
            return False
        delete_rows(connection)
        return True


def _is_used(connection: psycopg.Connection) -> bool:
    """Whether another test, or a process that one left behind, stays connected: a closed connection ends soon."""
    others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    query = f"{others} AND backend_type = 'client backend'".encode()
    for _ in range(_LOOKS):
        if connection.execute(query).rowcount == 0:
            return False
        time.sleep(_BETWEEN_LOOKS)
    return True


def _catalogs(connection: psycopg.Connection) -> tuple[Any, ...]:
    counts = [
        sql.SQL("(SELECT (count(*), max(xmin::text::bigint))::text FROM {})").format(sql.Identifier(schema, name))
        for schema, name in CATALOGS
    ]
    return tuple(connection.execute(sql.SQL("SELECT ") + sql.SQL(", ").join([*counts, _SETTINGS])).fetchone() or ())


def _size(connection: psycopg.Connection) -> int:
    [[size]] = connection.execute("SELECT pg_database_size(current_database())").fetchall()
    return int(size)


def delete_rows(connection: psycopg.Connection) -> None:
    """Delete all rows, without triggers, and restart the sequences."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    deletions = [
        sql.SQL("DELETE FROM public.{}").format(sql.Identifier(name)) for [name] in tables if name != "migration"
    ]
    sequences = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"
    connection.execute(
        sql.SQL("; ").join([sql.SQL("SET session_replication_role = replica"), *deletions, sql.SQL(sequences)])
    )
