"""Which changes are noted for the searches of other processes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg

from db.embeddings import of_text
from reunite.commands import Look
from reunite.entities import ReplyTarget, Report, ReportState
from tests.contract.stages import ADA, PostgresStage
from tests.support.stages import staged


async def embed(stage: PostgresStage, report: Report) -> None:
    async with stage.postgres.session(report.community) as session:
        model = await session.items.live_model()
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
