"""What is known of one member is found without reading what is known of the others."""

import psycopg
import pytest

from db.store import Store
from reunite.entities import Member
from tests.contract.stages import ADA, MODERATOR, Stage, account
from tests.support.keys import KEYS

_MANY = 2000
_OTHERS = (
    """INSERT INTO verdict (community_id, match_id, moderator_id, moderator_name, platform, workspace, kind, given)
       SELECT community_id, id, number::text, '', 'web', 'here', 'confirm', true
       FROM match, generate_series(1, %s) number""",
    """INSERT INTO claim_decision (community_id, match_id, member_id, member_name, platform, workspace, state)
       SELECT community_id, id, number::text, '', 'web', 'here', 'accepted'
       FROM match, generate_series(1, %s) number""",
    """INSERT INTO report_deletion (community_id, report_id, member_id, member_name, platform, workspace)
       SELECT community_id, id, number::text, '', 'web', 'here'
       FROM (SELECT * FROM report LIMIT 1) report, generate_series(1, %s) number""",
    """INSERT INTO outbox (community_id, report_id, platform, key, reply, people)
       SELECT o.community_id, report_id, platform, key || number, reply, ARRAY[number::text]
       FROM (SELECT * FROM outbox LIMIT 1) o, generate_series(1, %s) number""",
)
_ROWS_READ = """SELECT relname AS name, seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_xact_user_tables
  WHERE relname IN ('verdict', 'claim_decision', 'report_deletion', 'outbox')"""


@pytest.mark.parametrize("member", [ADA, MODERATOR])
async def test_a_members_data_is_found_by_indexes(database_url: str, owner_database_url: str, member: Member) -> None:
    async with Store(database_url, keys=KEYS) as store:
        await store.embedding_models.register("none", "none", {"shared": 3})
        stage = Stage(store)
        workspace = await stage.join()
        await stage.matched()
        async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:
            for statement in _OTHERS:
                await owner.execute(statement.encode(), [_MANY])
            await owner.execute("ANALYZE")
        async with store.session(workspace.community) as session:
            assert await session.verdicts.by(account(member)) == []
            assert await session.verdicts.decisions_by(account(member)) == []
            assert await session.verdicts.deletions_by(account(member)) == []
            await session.deletion.forget_moderator(account(member))
            read = {row["name"]: int(row["rows"]) for row in await session._all(_ROWS_READ)}
    assert set(read) == {"verdict", "claim_decision", "report_deletion", "outbox"}
    assert max(read.values()) <= 10
