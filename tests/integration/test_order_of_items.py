"""A program's own items are read page by page without sorting all of them. On PostgreSQL."""

from uuid import uuid4

import psycopg
import pytest

from db.items import NEWEST, OLDER


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
