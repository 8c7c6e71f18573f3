"""The scratch databases of `try`, `match`, `evaluate` and others: gone at the end, or when the next one is created."""

from dataclasses import replace

import psycopg
from psycopg.conninfo import conninfo_to_dict

from cli.servers import Servers, scratch

LEFT = "reunite_scratch_of_a_killed_command"


def names(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for [name] in connection.execute("SELECT datname FROM pg_database").fetchall()}


def name(own: Servers) -> str:
    return str(conninfo_to_dict(own.owner_database_url)["dbname"])


async def test_what_a_killed_command_left_goes_and_what_another_uses_stays(
    where: Servers, owner_database_url: str
) -> None:
    home = replace(where, owner_database_url=owner_database_url)
    with psycopg.connect(owner_database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {LEFT}")
    async with scratch(home) as first, scratch(home) as second:
        both = {name(first), name(second)}
        assert (both | {LEFT}) & names(owner_database_url) == both
    assert not (both | {LEFT}) & names(owner_database_url)
