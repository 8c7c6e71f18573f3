"""A database of an earlier version, with data in it, keeps working with this one.

tests/data/earlier_database.sql.gz is a dump, schema included, of a database that the 33 migrations before the baseline
had made (docs/decisions/0062-baseline.md): a claimed find, a match that a moderator confirmed, and a lost report that
no worker has searched for.
"""

import asyncio
import gzip
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from db.database import MigrationError
from db.migrate import migrate, pending, shipped
from reunite.messages.reply import from_json
from tests.support.databases import Databases
from tests.support.schema import schema_of
from tests.support.services import working
from tests.support.world import open_world

LAST = "0111_photo_storage.sql"
DATA = Path(__file__).parents[1] / "data" / "earlier_database.sql.gz"
COUNTS = """SELECT (SELECT count(*) FROM report), (SELECT count(*) FROM photo), (SELECT count(*) FROM match),
  (SELECT count(*) FROM verdict), (SELECT count(*) FROM claim), (SELECT count(*) FROM embedding)"""


@pytest.fixture
def earlier(databases: Databases) -> Iterator[str]:
    """The owner's URL of a database as the earlier version left it, with reports that are still open today."""
    with databases.empty() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(gzip.decompress(DATA.read_bytes()))
            connection.execute("UPDATE public.report SET expires_at = now() + interval '60 days'")
        yield url


def counts(url: str) -> tuple[int, ...]:
    with psycopg.connect(url) as connection:
        return connection.execute(COUNTS).fetchone() or ()


def applied_to(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for [name] in connection.execute("SELECT name FROM migration ORDER BY name").fetchall()]


async def migrate_before(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apply the migrations that come before one."""
    with monkeypatch.context() as patch:
        files = [file for file in shipped() if file.name < name]
        patch.setattr("db.migrate.shipped", lambda: files)
        await migrate(url)


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
    assert (len(applied_to(earlier)), applied_to(earlier)[-1]) == (33, LAST)
    ours = [migration.name for migration in shipped()]
    assert await pending(earlier) == await migrate(earlier) == applied_to(earlier) == ours
    assert await pending(earlier) == await migrate(earlier) == []
    assert counts(earlier) == before

    database_url = databases.as_application(earlier)
    async with open_world(database_url, redis_url, "festival") as world, working(database_url, redis_url):
        await world.wait_for_reply("l3", "match")
        async with world.store.session(world.workspace.community) as session:
            lost = await session.reports.at(world.at("lost", "l2"))
            assert lost
            assert lost.state == "returned"
            assert await session.claims.proof(claim_of(earlier)) == "the lining has a blue thread"


async def test_an_earlier_database_gets_the_schema_of_a_new_one(earlier: str, databases: Databases) -> None:
    await migrate(earlier)
    with databases.empty() as new:
        await migrate(new)
        assert schema_of(earlier) == schema_of(new)


async def test_an_earlier_database_is_migrated_by_several_at_once(earlier: str) -> None:
    applied = await asyncio.gather(migrate(earlier), migrate(earlier), migrate(earlier))
    assert sorted(map(len, applied)) == [0, 0, len(shipped())]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM migration WHERE name = '0111_photo_storage.sql'",
        "DELETE FROM migration WHERE name = '0051_feedback.sql'",
        "DELETE FROM migration WHERE name > '0001_baseline.sql'",
        "UPDATE migration SET checksum = 'another' WHERE name = '0111_photo_storage.sql'",
    ],
)
async def test_an_older_database_is_refused_as_it_is(earlier: str, change: str) -> None:
    with psycopg.connect(earlier) as connection:
        connection.execute(change.encode())
    before = applied_to(earlier)
    for refused in (migrate, pending):
        with pytest.raises(MigrationError, match=rf"lacks migrations up to {LAST} .*First run `reunite migrate`"):
            await refused(earlier)
    assert applied_to(earlier) == before


async def test_replies_of_an_earlier_database_know_whom_they_name(earlier: str) -> None:
    await migrate(earlier)
    with psycopg.connect(earlier) as connection:
        rows = connection.execute("SELECT reply, people FROM outbox").fetchall()
    assert {name for _, people in rows for name in people} == {"ada", "ben", "mo"}
    assert [set(people) for _, people in rows] == [from_json(reply).named for reply, _ in rows]


_JUDGED = """
INSERT INTO community (id, name) SELECT uuid(lpad(number::text, 32, '0')), '' FROM generate_series(1, 3) AS number;
INSERT INTO workspace (community_id, platform, external_id, name) SELECT id, of_platform::platform, external, '' FROM
  (VALUES (1, 'slack', 'T1'), (1, 'slack', 'T2'), (1, 'discord', '7'), (1, 'web', 'page'), (2, 'slack', 'T3'),
    (3, 'discord', '8'))
  AS w (community, of_platform, external) JOIN community c ON c.id = uuid(lpad(community::text, 32, '0'));
INSERT INTO report (community_id, workspace_id, source_key, kind, author_id, author_name, channel, expires_at)
  SELECT community_id, id, kind, kind::report_kind, '', '', '', now()
  FROM workspace, unnest(ARRAY['lost', 'found']) AS kind WHERE external_id IN ('T1', 'T3', '8');
INSERT INTO photo (community_id, report_id, position, name)
  SELECT community_id, id, number, name FROM report, (VALUES (0, 'SPOILER_a'), (1, 'SPOILERa')) AS p (number, name);
INSERT INTO embedding_model (encoder, version, spaces) VALUES ('', '', '{}');
INSERT INTO match (community_id, lost_id, found_id, model_id, probability, label, why, evidence)
  SELECT l.community_id, l.id, f.id, m.id, 1, 'Possible match', '[]', '{}' FROM embedding_model m, report l
  JOIN report f USING (community_id) WHERE l.kind = 'lost' AND f.kind = 'found';
INSERT INTO outbox (community_id, report_id, platform, key, reply, match_id, sent_message)
  SELECT community_id, lost_id, 'slack', lost_id, '{"lines": [], "gallery": [{"label": "Possible match"}]}', id, '1.2'
  FROM match;
INSERT INTO web_message (community_id, channel, key, reply) SELECT community_id, '', key, reply FROM outbox;
INSERT INTO verdict (community_id, match_id, moderator_id, moderator_name, platform, kind, given, message)
  SELECT m.community_id, m.id, by, '', of_platform::platform, 'confirm', true, message FROM
  (VALUES (1, 'by card', 'slack', '1.2'), (1, 'by button', 'slack', NULL), (1, 'in a server', 'discord', NULL),
    (1, 'on the page', 'web', NULL), (1, 'long ago', NULL, '1.2'), (2, 'alone', 'slack', NULL),
    (3, 'long ago in one server', NULL, NULL))
  AS v (community, by, of_platform, message) JOIN match m ON m.community_id = uuid(lpad(community::text, 32, '0'));
INSERT INTO claim_decision (community_id, match_id, member_id, member_name, state)
  SELECT community_id, id, '', '', 'accepted' FROM match;
"""


async def test_decisions_labels_and_photos_behind_spoilers_are_kept(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with databases.empty() as url:
        await migrate_before("0116", url, monkeypatch)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_JUDGED)
        await migrate(url)
        with psycopg.connect(url) as connection:
            places: dict[str, str | None] = dict(
                connection.execute("SELECT moderator_id, workspace FROM verdict").fetchall()
            )
            decisions = connection.execute(
                "SELECT platform, workspace FROM claim_decision ORDER BY community_id"
            ).fetchall()
            replies = connection.execute(
                "SELECT reply -> 'gallery' FROM outbox UNION SELECT reply -> 'gallery' FROM web_message"
            ).fetchall()
            labels = connection.execute("SELECT DISTINCT label FROM match").fetchall()
            hidden = connection.execute(
                "SELECT DISTINCT w.platform, p.name FROM photo p JOIN report r ON r.id = p.report_id"
                " JOIN workspace w ON w.id = r.workspace_id WHERE p.hidden"
            ).fetchall()
    assert (replies, labels) == ([([{"label": "possible"}],)], [("possible",)])
    assert hidden == [("discord", "SPOILER_a")]
    assert places == {
        "by card": "T1",
        "by button": None,
        "in a server": "",
        "on the page": "page",
        "long ago": None,
        "alone": "T3",
        "long ago in one server": "",
    }
    assert decisions == [(None, None), ("slack", "T3"), ("discord", "")]


async def test_known_workspaces_are_not_greeted_again_after_the_update(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only those on Slack that have invited the bot nowhere yet."""
    with databases.empty() as url:
        await migrate_before("0115", url, monkeypatch)
        with psycopg.connect(url) as connection:
            for platform, name in (("discord", "a guild"), ("slack", "a team"), ("slack", "a lonely team")):
                connection.execute("SELECT join_workspace(%s::platform, %s, '')", [platform, name])
            connection.execute(
                "INSERT INTO channel (community_id, workspace_id, external_id, name)"
                " SELECT community_id, id, 'C1', 'office' FROM workspace WHERE external_id = 'a team'"
            )
        await migrate(url)
        with psycopg.connect(url) as connection:
            due = connection.execute("SELECT external_id FROM workspace WHERE greeted_at IS NULL").fetchall()
    assert due == [("a lonely team",)]
