"""What hangs on a report, a photo or a match is found by an index when that is deleted."""

import re

import psycopg

_WITHOUT_INDEX = """
SELECT c.conrelid::regclass::text || '.' || a.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey) AND a.attname <> 'community_id'
WHERE c.contype = 'f' AND c.confrelid IN ('report'::regclass, 'photo'::regclass, 'match'::regclass)
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum
    AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)'))
"""


def test_every_foreign_key_has_an_index_of_the_child(owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url) as connection:
        assert connection.execute(_WITHOUT_INDEX).fetchall() == []


def test_embeddings_that_go_with_a_report_are_found_by_one_index(owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("PREPARE go AS DELETE FROM ONLY embedding WHERE $1 = community_id AND $2 = report_id")
        connection.execute("SET plan_cache_mode = force_generic_plan")
        plan = "\n".join(line for (line,) in connection.execute("EXPLAIN EXECUTE go (gen_random_uuid(), NULL)"))
    assert re.search(r"Index Cond: \(.*report_id.* AND .*community_id", plan), plan
