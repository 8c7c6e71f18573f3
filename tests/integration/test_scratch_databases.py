"""The scratch databases of `try`, `match`, `evaluate` and others: gone at the end, or after a day."""

from dataclasses import replace
from time import time

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cli.servers import Servers, scratch

DAY = 24 * 3600


def names(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for [name] in connection.execute("SELECT datname FROM pg_database").fetchall()}


def name(own: Servers) -> str:
    return str(conninfo_to_dict(own.owner_database_url)["dbname"])


async def test_what_a_killed_command_left_goes_after_a_day_and_what_may_be_in_use_stays(
    where: Servers, owner_database_url: str
) -> None:
    home = replace(where, owner_database_url=owner_database_url)
    begun = [int(time()) - seconds for seconds in (2 * DAY, 2 * DAY, DAY // 2)]
    left, used, new = [f"reunite_scratch_{at}_{number:012x}" for number, at in enumerate(begun)]
    untimed, foreign = "reunite_scratch_00000000000a", "reunite_scratch_of_mine"
    stay = {used, new, foreign}
    with psycopg.connect(owner_database_url, autocommit=True) as owner:
        for database in {left, untimed} | stay:
            owner.execute(f"CREATE DATABASE {database}")
        try:
            with psycopg.connect(make_conninfo(owner_database_url, dbname=used)):
                async with scratch(home) as first, scratch(home) as second:
                    both = {name(first), name(second)}
                    assert (both | {left, untimed} | stay) & names(owner_database_url) == both | stay
                assert (both | {left, untimed} | stay) & names(owner_database_url) == stay
        finally:
            for database in {left, untimed} | stay:
                owner.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
