"""A database of an earlier version, with data in it, keeps working with this one.

tests/data/earlier_database.sql.gz is a dump, schema included, of a database that the migrations up to 0116 had made: a
claimed find, a match that a moderator confirmed, and a lost report that no worker has searched for.
"""

import asyncio
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from db.migrate import migrate, pending, shipped
from tests.support.databases import Databases
from tests.support.keys import KEYS
from tests.support.schema import schema_of
from tests.support.services import working
from tests.support.world import open_world

pytestmark = pytest.mark.untraced

LAST = "0116_accounts_and_names.sql"
DATA = Path(__file__).parents[1] / "data" / "earlier_database.sql.gz"
PROOF = "the lining has a blue thread"
COUNTS = """SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM photo), (SELECT count(*) FROM match),
  (SELECT count(*) FROM verdict), (SELECT count(*) FROM claim), (SELECT count(*) FROM embedding)"""


@pytest.fixture
def earlier(databases: Databases) -> Iterator[str]:
    """The owner's URL of a database as the earlier version left it, with reports that are still open today."""
    with databases.empty() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(gzip.decompress(DATA.read_bytes()))
            connection.execute("UPDATE public.report SET expires_at = now() + interval '60 days'")
            connection.execute("UPDATE public.claim SET proof = %s", [KEYS.encrypt(PROOF)])
        yield url


def counts(url: str) -> tuple[int, ...]:
    with psycopg.connect(url) as connection:
        return connection.execute(COUNTS).fetchone() or ()


def applied_to(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for [name] in connection.execute("SELECT name FROM migration ORDER BY name").fetchall()]


def claim_of(url: str) -> UUID:
    with psycopg.connect(url) as connection:
        [claim] = connection.execute("SELECT id FROM claim").fetchone() or ()
        assert isinstance(claim, UUID)
        return claim


async def test_an_earlier_database_keeps_its_data_and_goes_on(
    earlier: str, databases: Databases, redis_url: str
) -> None:
    before = counts(earlier)
    assert before == (6, 3, 5, 1, 1, 8)
    assert applied_to(earlier)[-1] == LAST
    ours = [migration.name for migration in shipped()]
    assert await pending(earlier) == await migrate(earlier) == [name for name in ours if name > LAST]
    assert applied_to(earlier) == ours
    assert await pending(earlier) == await migrate(earlier) == []
    assert counts(earlier) == before

    database_url = databases.as_application(earlier)
    async with open_world(database_url, redis_url, "festival") as world, working(database_url, redis_url):
        await world.wait_for_reply("l3", "match")
        async with world.store.session(world.workspace.community) as session:
            lost = await session.reports.at(world.at("lost", "l2"))
            assert lost
            assert lost.state == "returned"
            assert await session.claims.proof(claim_of(earlier)) == PROOF


async def test_since_when_slack_was_not_heard_is_still_known(earlier: str) -> None:
    with psycopg.connect(earlier) as connection:
        connection.execute("UPDATE public.workspace SET platform = 'slack', external_id = 'T1'")
        connection.execute("INSERT INTO public.slack_presence VALUES ('T1', '2026-11-01T12:00Z'), ('T2', now())")
    await migrate(earlier)
    with psycopg.connect(earlier) as connection:
        heard = connection.execute("SELECT heard_at FROM workspace WHERE external_id = 'T1'").fetchall()
    assert heard == [(datetime(2026, 11, 1, 12, tzinfo=UTC),)]


async def test_an_earlier_database_gets_the_schema_of_a_new_one(earlier: str, databases: Databases) -> None:
    await migrate(earlier)
    with databases.empty() as new:
        await migrate(new)
        assert schema_of(earlier) == schema_of(new)


async def test_an_earlier_database_is_migrated_by_several_at_once(earlier: str) -> None:
    applied = await asyncio.gather(migrate(earlier), migrate(earlier), migrate(earlier))
    assert sorted(map(len, applied)) == [0, 0, sum(migration.name > LAST for migration in shipped())]
