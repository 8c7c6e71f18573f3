"""The board's log reads the newest decisions, however many there are."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest

from db.board_waiting import MAX_LISTED
from db.session import CommunitySession
from db.store import Store
from tests.contract.stages import Stage
from tests.support.keys import KEYS

_MANY = 20 * MAX_LISTED
_VERDICTS = """INSERT INTO verdict (community_id, match_id, moderator_id, moderator_name, kind, given, at)
  SELECT community_id, id, 'm', number::text, 'confirm', true, now() - number * interval '2 minutes'
  FROM match, generate_series(1, %s) AS number"""
_DECISIONS = """INSERT INTO claim_decision (community_id, match_id, member_id, member_name, state, at)
  SELECT community_id, id, 'm', number::text, 'accepted', now() - number * interval '2 minutes' - interval '1 minute'
  FROM match, generate_series(1, %s) AS number"""
_ROWS_READ = """SELECT relname AS name, seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_xact_user_tables
  WHERE relname IN ('verdict', 'claim_decision')"""


@dataclass
class Log:
    store: Store
    community: UUID
    match: UUID


@pytest.fixture
async def log(database_url: str, owner_database_url: str) -> AsyncIterator[Log]:
    """A match with many decisions of both kinds in turn."""
    async with Store(database_url, keys=KEYS) as store:
        await store.embedding_models.register("none", "none", {"shared": 3})
        stage = Stage(store)
        workspace = await stage.join()
        _, _, match = await stage.matched()
        async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:
            await owner.execute(_VERDICTS, [_MANY])
            await owner.execute(_DECISIONS, [_MANY])
            await owner.execute("ANALYZE")
        yield Log(store, workspace.community, match.id)


async def rows_read(session: CommunitySession) -> Mapping[str, int]:
    """Return how many rows of the tables of decisions this transaction has read."""
    return {row["name"]: int(row["rows"]) for row in await session._all(_ROWS_READ)}


async def test_the_newest_decisions_are_listed_without_reading_the_others(log: Log) -> None:
    async with log.store.session(log.community) as session:
        listed = await session.board.log()
        read = await rows_read(session)
    newest = range(1, MAX_LISTED // 2 + 1)
    assert [(line.name, line.what) for line in listed] == [
        (str(number), what) for number in newest for what in ("confirm", "claim_accepted")
    ]
    assert {line.match for line in listed} == {log.match}
    assert set(read) == {"verdict", "claim_decision"}
    assert max(read.values()) <= 2 * MAX_LISTED


async def test_one_matchs_decisions_are_listed_by_its_own_index(log: Log, owner_database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:
        await owner.execute("DELETE FROM verdict WHERE match_id = %s AND moderator_name <> '7'", [log.match])
        await owner.execute("DELETE FROM claim_decision WHERE match_id = %s", [log.match])
        await owner.execute("VACUUM ANALYZE")
    async with log.store.session(log.community) as session:
        [line] = await session.board.log(log.match)
        read = await rows_read(session)
    assert (line.name, line.what) == ("7", "confirm")
    assert max(read.values()) <= MAX_LISTED
