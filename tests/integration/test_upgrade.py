"""A database of an earlier version, with data in it, keeps working with this one.

tests/data/earlier_database.sql.gz was written by the program when EARLIER were all its migrations: a claimed find, a
match that a moderator confirmed, and a lost report that no worker has searched for.
"""

import asyncio
import gzip
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from db.migrate import migrate, pending, shipped
from reunite.messages.reply import from_json
from tests.support.databases import Databases
from tests.support.services import working
from tests.support.world import open_world

EARLIER = ("0001_baseline.sql", "0070_absence.sql")
DATA = Path(__file__).parents[1] / "data" / "earlier_database.sql.gz"
COUNTS = """SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM photo), (SELECT count(*) FROM match),
  (SELECT count(*) FROM verdict), (SELECT count(*) FROM claim), (SELECT count(*) FROM embedding)"""

REJECTED = """
  UPDATE match SET state = 'refused' WHERE id = (SELECT id FROM match WHERE state = 'undecided' LIMIT 1);
  INSERT INTO verdict (community_id, match_id, moderator_id, moderator_name, kind, given)
    SELECT community_id, id, 'm', 'Mo', 'refuse', true FROM match WHERE state = 'refused';
  UPDATE outbox SET reply = reply || '{"kind": "refused", "buttons": [
      {"action": "refuse", "subject": "00000000-0000-0000-0000-000000000001", "words": "refuse", "style": "bad"},
      {"action": "secret", "subject": "00000000-0000-0000-0000-000000000001", "words": "secret", "style": "plain"}]}'
    WHERE seq = (SELECT min(seq) FROM outbox);
  INSERT INTO web_message (community_id, channel, key, reply)
    SELECT community_id, 'lost', 'reply', reply FROM outbox ORDER BY seq LIMIT 1"""
"""A moderator's rejection by its former name, in replies too."""
REPLIES = """SELECT reply FROM outbox WHERE seq = (SELECT min(seq) FROM outbox)
  UNION ALL SELECT reply FROM web_message"""
FORMER = """SELECT reply FROM (SELECT reply FROM outbox UNION ALL SELECT reply FROM web_message) AS replies
  WHERE reply->>'kind' = 'refused' OR reply @? '$.buttons[*] ? (@.action == "refuse" || @.action == "secret")'"""


@pytest.fixture
def earlier(databases: Databases) -> Iterator[str]:
    """The owner's URL of a database as the earlier version left it, with reports that are still open today."""
    with databases.empty() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE migration (name text PRIMARY KEY, checksum text NOT NULL,"
                " at timestamptz NOT NULL DEFAULT now())"
            )
            for migration in shipped():
                if migration.name in EARLIER:
                    connection.execute(migration.statements.encode())
                    connection.execute("INSERT INTO migration VALUES (%s, %s)", [migration.name, migration.checksum])
            connection.execute("SET session_replication_role = replica")  # the tables come in the order of their names
            connection.execute(gzip.decompress(DATA.read_bytes()))
            connection.execute("UPDATE report SET expires_at = now() + interval '60 days'")
        yield url


def counts(url: str) -> tuple[int, ...]:
    with psycopg.connect(url) as connection:
        return connection.execute(COUNTS).fetchone() or ()


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
    applied = await migrate(earlier)
    assert applied == [migration.name for migration in shipped() if migration.name not in EARLIER]
    assert await pending(earlier) == []
    assert counts(earlier) == before

    database_url = databases.as_application(earlier)
    async with open_world(database_url, redis_url, "festival") as world, working(database_url, redis_url):
        await world.wait_for_reply("l3", "match")
        async with world.store.session(world.workspace.community) as session:
            lost = await session.reports.at(world.at("lost", "l2"))
            assert lost
            assert lost.state == "returned"
            assert await session.claims.proof(claim_of(earlier)) == "the lining has a blue thread"


async def test_what_was_refused_is_rejected_and_its_replies_can_be_read(earlier: str) -> None:
    with psycopg.connect(earlier, autocommit=True) as connection:
        connection.execute(REJECTED.encode())
        assert len(connection.execute(FORMER.encode()).fetchall()) >= 2
        await migrate(earlier)
        assert connection.execute(FORMER.encode()).fetchall() == []
        replies = [from_json(reply) for [reply] in connection.execute(REPLIES.encode()).fetchall()]
        assert [reply.kind for reply in replies] == ["rejected", "rejected"]
        assert [button.words for reply in replies for button in reply.buttons] == ["refuse", "secret"] * 2
        states = "SELECT m.state, v.kind FROM match m JOIN verdict v ON v.match_id = m.id WHERE m.state = 'rejected'"
        assert connection.execute(states.encode()).fetchall() == [("rejected", "reject")]


async def test_an_earlier_database_is_migrated_by_several_at_once(earlier: str) -> None:
    applied = await asyncio.gather(migrate(earlier), migrate(earlier), migrate(earlier))
    assert sorted(map(len, applied)) == [0, 0, len(shipped()) - len(EARLIER)]
