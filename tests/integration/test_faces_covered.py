"""A face in a found report's photo is covered in the stored copy, and its finder reads how to seal an ID."""

from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from reunite.entities import IncomingPhoto
from reunite.language import sentence
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.world import World, open_world
from workers.decoder.pool import Decoders

pytestmark = pytest.mark.untraced


def portrait() -> bytes:
    """A photo that comes with matplotlib, which is found without importing it."""
    package = find_spec("matplotlib")
    assert package
    assert package.origin
    return (Path(package.origin).parent / "mpl-data/sample_data/grace_hopper.jpg").read_bytes()


PORTRAIT = portrait()
ADVICE = sentence("not_yet_face_better_sealed")


async def test_a_face_is_covered_and_nothing_else() -> None:
    async with Decoders() as plain, Decoders(cover=("faces",)) as covering:
        before, after = await plain.decode(PORTRAIT), await covering.decode(PORTRAIT)
        thing = await covering.decode(drawing("red"))
        assert not thing.has_face
        assert thing.jpeg == (await plain.decode(drawing("red"))).jpeg
    assert (before.has_face, after.has_face) == (False, True)
    differs = np.abs(before.views[0].astype(int) - after.views[0].astype(int)).max(axis=2) > 60
    rows, columns = np.nonzero(differs)
    height, width = differs.shape
    assert differs.mean() > 0.01
    assert rows.max() < height * 0.7
    assert columns.min() > width * 0.15


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url, cover=("faces",)):
        yield community


async def test_a_finder_reads_how_to_seal_an_id_and_an_owner_does_not(world: World) -> None:
    portrait = IncomingPhoto("card.jpg", data=PORTRAIT)
    await world.found("f1", photos=(portrait,))
    await world.found("f2", "red")
    await world.lost("l1", photos=(portrait,))
    await world.wait_until_idle()
    assert [ADVICE in "".join(world.platform.thread(root)) for root in ("f1", "f2", "l1")] == [True, False, False]
    assert sentence("sealed_needs_log") in "".join(world.platform.thread("f1"))
    await world.set_up(sealed_categories=())
    await world.found("f3", photos=(portrait,))
    await world.wait_until_idle()
    assert ADVICE not in "".join(world.platform.thread("f3"))
