"""Workers that died over a report: only those that died while they embedded a part alone speak against that part."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from reunite.entities import IncomingPhoto
from reunite.matching.evidence import PairKind
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.world import World, open_world

UMBRELLA = IncomingPhoto("red.jpg", data=drawing("red"))


@asynccontextmanager
async def after_deaths(database_url: str, redis_url: str, deaths: int, alone: int) -> AsyncIterator[World]:
    """Let a worker take a found report over which others died, the last ones over its first part alone."""
    async with open_world(database_url, redis_url) as world:
        await world.found("f1", text="red umbrella", photos=(UMBRELLA,))
        async with world.store.session(world.workspace.community) as session:
            await session._do("UPDATE work SET fence = %(deaths)s, alone = %(alone)s", deaths=deaths, alone=alone)
        async with working(database_url, redis_url, quiet_seconds=0.2):
            yield world


@pytest.mark.parametrize(
    ("deaths", "alone", "without"),
    [
        (30, 0, set()),  # workers were restarted again and again, by whatever
        (30, 1, set()),
        (4, 2, {PairKind.PHOTO_PHOTO, PairKind.TEXT_PHOTO}),
    ],
)
async def test_a_part_is_left_out_only_for_deaths_of_its_own(
    database_url: str, redis_url: str, deaths: int, alone: int, without: set[PairKind]
) -> None:
    async with after_deaths(database_url, redis_url, deaths, alone) as world:
        await world.wait_until_idle()
        lost = await world.lost("l1", "my red umbrella", "red")
        await world.wait_until_idle()
        async with world.store.session(world.workspace.community) as session:
            report = await session.reports.get(lost.id)
            assert report
            [found] = (await session.candidates.search(report, 10)).candidates
        assert set(PairKind) - set(found.similarities) == without
        assert ("problem" in world.platform.kinds("f1")) is bool(without)


async def test_a_report_that_kills_every_worker_is_given_up_and_answered(database_url: str, redis_url: str) -> None:
    async with after_deaths(database_url, redis_url, deaths=61, alone=0) as world:
        await world.wait_for_reply("f1", "problem")
