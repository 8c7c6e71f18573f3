"""Which changes are noted for the searches of other processes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg

from db.embeddings import of_text
from db.scoring_items import PHOTO_CONTENT, REPORT_DETAILS
from reunite.commands import Look
from reunite.entities import ReplyTarget, Report, ReportState
from tests.contract.stages import ADA, PHOTO, Stage, staged


async def embed(stage: Stage, report: Report) -> None:
    async with stage.store.session(report.community) as session:
        model = await session.model_change.live_model()
        assert model
        rows = of_text({"shared": np.array([[1, 0, 0]], np.float32)})
        await session.embeddings.save(report.id, model, rows, text=report.text)


async def test_only_what_others_can_find_is_noted(database_url: str, owner_database_url: str) -> None:
    async with staged(database_url) as stage:
        place = await stage.join()
        target = ReplyTarget("web", "here", "lost", None)
        async with stage.session(place.community) as session:
            command = Look(source_key="look", target=target, author=ADA, text="cup")
            look, _ = await session.reports.add(command, datetime.now(UTC) + timedelta(minutes=15))
        await embed(stage, look)
        lost = await stage.lost()
        await embed(stage, lost)
        with psycopg.connect(owner_database_url, autocommit=True) as owner:

            def noted() -> list[tuple[object, ...]]:
                return owner.execute("SELECT report_id FROM search_change").fetchall()

            assert noted() == [(lost.id,)]
            owner.execute("DELETE FROM search_change")
            owner.execute("DELETE FROM report WHERE id = %s", [look.id])
            owner.execute("UPDATE report SET state = 'withdrawn' WHERE id = %s", [lost.id])
            assert noted() == [(lost.id,)]
            owner.execute("DELETE FROM search_change")
            owner.execute("UPDATE report SET state = 'expired' WHERE id = %s", [lost.id])
            assert noted() == []
            owner.execute("UPDATE report SET state = %s WHERE id = %s", [ReportState.OPEN, lost.id])
            owner.execute("DELETE FROM search_change")
            owner.execute("DELETE FROM report WHERE id = %s", [lost.id])
            assert noted() == [(lost.id,)]


def test_a_change_to_any_column_that_scoring_reads_is_noted(owner_database_url: str) -> None:
    with psycopg.connect(owner_database_url) as owner:
        for name, query in ("details", REPORT_DETAILS), ("content", PHOTO_CONTENT):
            owner.execute(f"CREATE VIEW {name} AS {query.replace('%(reports)s', 'ARRAY[]')}".encode())
        read = owner.execute(
            """SELECT table_name, column_name FROM information_schema.view_column_usage
               WHERE view_name IN ('details', 'content') AND column_name NOT IN ('id', 'report_id')"""
        ).fetchall()
        noted = owner.execute(
            """SELECT tgrelid::regclass::text, attname FROM pg_trigger JOIN pg_attribute a
               ON a.attrelid = tgrelid AND a.attnum = ANY (tgattr)
               WHERE tgname IN ('report_search_change', 'photo_search_change')"""
        ).fetchall()
        assert {("report", "text"), ("photo", "shows"), ("photo", "position")} <= set(read) <= set(noted)
        assert {("report", "author_id"), ("report", "words")} <= set(noted), "of words in memory"


async def test_only_stored_photos_are_noted(database_url: str, owner_database_url: str) -> None:
    async with staged(database_url) as stage:
        await stage.join()
        found = await stage.found(photos=(PHOTO,))
        with psycopg.connect(owner_database_url, autocommit=True) as owner:

            def noted_after(change: str) -> bool:
                owner.execute("DELETE FROM search_change")
                owner.execute(change.encode(), [found.id])
                return owner.execute("SELECT report_id FROM search_change").fetchall() == [(found.id,)]

            assert not noted_after("UPDATE photo SET shows = '{hat}' WHERE report_id = %s")
            assert noted_after("UPDATE photo SET state = 'stored', copy = '', upload = NULL WHERE report_id = %s")
            assert noted_after("UPDATE photo SET shows = '{cap}' WHERE report_id = %s")
            assert not noted_after("UPDATE photo SET name = '' WHERE report_id = %s")
            assert noted_after("DELETE FROM photo WHERE report_id = %s")


def test_a_communitys_changes_can_only_be_read_from_the_newest_on(owner_database_url: str) -> None:
    """Where the table was analysed while empty, the planner takes any index that begins with the community."""
    with psycopg.connect(owner_database_url) as owner:
        rows = owner.execute(
            """SELECT indexrelid::regclass::text FROM pg_index JOIN pg_attribute ON attrelid = indrelid
               AND attnum = indkey[0] WHERE indrelid = 'search_change'::regclass AND attname = 'community_id'"""
        ).fetchall()
    assert rows == [("search_change_newest",)]
