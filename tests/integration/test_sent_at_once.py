"""A report by command that comes twice at the very same moment is one report."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from reunite.commands import ReportLost
from tests.contract.repeat_cases import HAT
from tests.contract.stages import ADA, BEN, staged
from tests.support.waiting import PATIENCE


@pytest.mark.parametrize("author", [ADA, BEN])
async def test_the_second_waits_for_the_first_of_the_same_person_only(database_url: str, author: object) -> None:
    async with staged(database_url) as stage:
        workspace = await stage.join()
        async with stage.store.session(workspace.community) as session:
            first, _ = await session.reports.add(
                ReportLost(source_key="1", author=ADA, **HAT), datetime.now(UTC) + timedelta(days=1)
            )
            second = asyncio.create_task(stage.lost(author=author, **HAT))
            await asyncio.wait({second}, timeout=PATIENCE if author is BEN else 0.5)
            assert second.done() == (author is BEN)
        assert ((await second).id == first.id) == (author is ADA)
