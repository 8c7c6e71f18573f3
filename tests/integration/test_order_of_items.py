"""A program's own items and a community's numbers are read by index. On PostgreSQL."""

from uuid import uuid4

import psycopg
import pytest

from db.items import NEWEST, OLDER
from db.statistics import MATCHES


@pytest.mark.parametrize("query", [NEWEST, OLDER])
def test_a_page_of_an_authors_reports_is_read_in_order(owner_database_url: str, query: str) -> None:
    given = {"workspace": uuid4(), "author": "a", "before": uuid4(), "limit": 20}
    with psycopg.connect(owner_database_url) as connection:
        connection.execute(
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET ROLE reunite_app"
        )
        plan = str(connection.execute(f"EXPLAIN {query}".encode(), given).fetchall())
    assert "report_author_newest" in plan
    assert "Sort" not in plan
    assert ("(ROW(created_at, id) <" in plan) is (query is OLDER)


def test_statistics_find_the_matches_that_were_shown_by_index(owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url) as connection:
        connection.execute("SET enable_seqscan = off; SET ROLE reunite_app")  # a test's tables are too small for it
        plan = str(connection.execute(f"EXPLAIN {MATCHES}".encode()).fetchall())
    assert "outbox_shown" in plan
