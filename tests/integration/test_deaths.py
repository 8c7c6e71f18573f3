"""Workers that died over a report: only those that died while they embedded a part alone speak against that part."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from reunite.entities import IncomingPhoto
from reunite.matching.evidence import PairKind
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import PATIENCE
from tests.support.world import World, open_world

pytestmark = pytest.mark.untraced

UMBRELLA = IncomingPhoto("red.jpg", data=drawing("red"))


@asynccontextmanager
async def after_deaths(database_url: str, redis_url: str, deaths: int, alone: int) -> AsyncIterator[World]:
    """Let a worker take a found report over which others died, the last ones over its first part alone."""
    async with open_world(database_url, redis_url) as world:
        await world.found("f1", text="red umbrella", photos=(UMBRELLA,))
        async with world.store.session(world.workspace.community) as session:
            await session._do("UPDATE work SET deaths = %(deaths)s, alone = %(alone)s", deaths=deaths, alone=alone)
        async with working(database_url, redis_url, rehint_seconds=0.2):
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
        [found] = (await world.similarities(lost)).values()
        assert set(PairKind) - set(found) == without
        assert ("problem" in world.platform.kinds("f1")) is bool(without)


@pytest.mark.parametrize(
    ("step", "counted"),
    [("workers.intake.Intake.take", 0), ("workers.process.embed", 1), ("workers.process.Processor._search", 0)],
)
async def test_a_death_counts_only_while_a_part_is_embedded(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, step: str, counted: int
) -> None:
    begun = asyncio.Event()

    async def never(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(step, never)
    async with after_deaths(database_url, redis_url, deaths=4, alone=0) as world:
        await asyncio.wait_for(begun.wait(), PATIENCE)
        async with world.store.session(world.workspace.community) as session:
            assert await session._one("SELECT alone FROM work") == {"alone": counted}


async def test_a_report_that_kills_every_worker_is_given_up_and_answered(database_url: str, redis_url: str) -> None:
    async with after_deaths(database_url, redis_url, deaths=61, alone=0) as world:
        await world.wait_for_reply("f1", "problem")
