"""A lease of work doesn't visit the communities whose work can't be taken."""

import psycopg

from db.store import Store
from tests.support.villages import Village


async def test_leasing_visits_no_community_whose_work_is_put_off(store: Store, owner_database_url: str) -> None:
    village = Village(store, owner_database_url)
    for number in range(40):
        await village.works(await village.reports(f"other {number}", 1))
    await village.do("UPDATE work SET due_at = now() + interval '1 hour'")
    single = await village.reports("single", 1)
    await village.works(single)
    await village.do("ANALYZE work")
    async with await psycopg.AsyncConnection.connect(owner_database_url) as connection:
        await connection.execute("SET enable_seqscan = off")
        leased = await connection.execute("SELECT community_id FROM lease_work('{}', 8, '1 min')")
        assert await leased.fetchall() == [(single,)]
        read = await connection.execute("SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'work'")
        [(rows,)] = await read.fetchall()
    assert 0 < rows < 10
