"""Where in the database some words are."""

import psycopg
from psycopg import sql

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def tables_with(owner_url: str, words: str) -> set[str]:
    """Return the tables with a row that contains some words, in whatever column and whatever type."""
    found = set()
    with psycopg.connect(owner_url) as connection:
        for [table] in connection.execute(TABLES).fetchall():
            query = sql.SQL("SELECT 1 FROM {} AS t WHERE t::text ILIKE %s OR t::text ILIKE %s LIMIT 1")
            wanted = [f"%{words}%", f"%{words.encode().hex()}%"]
            if connection.execute(query.format(sql.Identifier(table)), wanted).fetchone():
                found.add(table)
    return found
