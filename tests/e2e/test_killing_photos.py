"""A photo that kills its worker each time is found and left out; its neighbours are answered as usual."""

import asyncio
from collections import defaultdict
from pathlib import Path

import pytest

from reunite.entities import IncomingPhoto
from reunite.matching.evidence import PairKind
from tests.doubles import poison
from tests.doubles.colour_encoder import COLOURS
from tests.support.dying_process import dying_process, read
from tests.support.pictures import drawing
from tests.support.waiting import eventually
from tests.support.world import World, all_processed, silent_world

pytestmark = pytest.mark.slow

MAX_DEATHS = 12
"""Two deaths of both killers at once, two of each alone, and as many again to spare."""
BLACK, RED = IncomingPhoto("black.png", data=poison.flat((0, 0, 0))), IncomingPhoto("red.jpg", data=drawing("red"))


async def done(world: World) -> None:
    while not await all_processed(world):  # noqa: ASYNC110 - the workers are other processes
        await asyncio.sleep(0.2)


async def kept_running(world: World, database_url: str, redis_url: str, file: Path) -> int:
    """Start a worker again whenever it has died, until all is done; return how often it died."""
    finished = asyncio.create_task(done(world))
    for deaths in range(MAX_DEATHS):
        async with dying_process("worker", "black photos, dragons", database_url, redis_url, file) as worker:
            ended = asyncio.create_task(worker.wait())
            await asyncio.wait({finished, ended}, return_when=asyncio.FIRST_COMPLETED)
            if finished.done():
                await finished
                return deaths
    raise AssertionError("there was no end to it")


async def test_killers_are_left_out_and_their_neighbours_are_not(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    servers = database_url, redis_url, tmp_path / "messages"
    async with silent_world(database_url, redis_url) as world:
        photo = await world.found("photo", text="red umbrella", photos=(BLACK, RED))
        words = await world.found("words", text="a dragon", photos=(RED,))
        for number, colour in enumerate(COLOURS):
            await world.found(f"n{number}", colour, f"{colour} cup")
        assert await kept_running(world, *servers) >= 4
        lost = await world.lost("l1", "my red umbrella", "red")
        async with dying_process("worker", "never", *servers), dying_process("bot", "never", *servers):
            await eventually(lambda: all_processed(world))
            await eventually(lambda: any(line["thread"] == "l1" for line in read(servers[2])))
            await world.wait_until_idle()
        kinds_in = defaultdict(list)
        for line in read(servers[2]):
            kinds_in[line["thread"]].append(line["reply"]["kind"])
        found = await world.similarities(lost)
    assert set(found[photo.id]) == set(PairKind)
    assert found[photo.id][PairKind.PHOTO_PHOTO] > 0.9
    assert PairKind.PHOTO_PHOTO in found[words.id]
    assert PairKind.TEXT_TEXT not in found[words.id]
    assert [kinds_in[f"n{number}"][0] for number in range(len(COLOURS))] == ["nothing"] * len(COLOURS)
    assert not [thread for thread, kinds in kinds_in.items() if "problem" in kinds and thread not in {"photo", "words"}]
    assert "problem" in kinds_in["photo"]
    assert "problem" in kinds_in["words"]
