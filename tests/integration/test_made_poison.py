"""Every made and some mutated pictures, opened by real decoders; `make fuzz` puts thousands through a worker."""

import pytest

from reunite.errors import TellUserError
from tests.doubles.made_poison import WELL_FORMED, made
from tests.doubles.mutations import Mutator
from workers.decoder.pool import Decoders

pytestmark = pytest.mark.untraced

LEAST = 60


async def test_each_made_picture_is_opened_or_refused_and_no_decoder_dies() -> None:
    pictures = made()
    assert len(set(pictures.values())) == len(pictures) >= LEAST
    opened = set()
    async with Decoders() as decoders:
        first = await decoders.decode(WELL_FORMED["png"])
        family = {decoder.pid for decoder in decoders._idle}
        for name, data in pictures.items():
            try:
                await decoders.decode(data)
                opened.add(name)
            except TellUserError:
                pass
        assert {decoder.pid for decoder in decoders._idle} == family
        assert (await decoders.decode(WELL_FORMED["png"])).jpeg == first.jpeg
    assert opened >= WELL_FORMED.keys()
    assert "a web page" not in opened


async def test_mutated_pictures_are_opened_or_refused() -> None:
    mutator, outcomes = Mutator(list(WELL_FORMED.values()), seed=5), []
    async with Decoders() as decoders:
        for data in [mutator.mutated() for _ in range(60)]:
            try:
                await decoders.decode(data)
                outcomes.append("opened")
            except TellUserError as error:
                outcomes.append(error.key)
    assert len(outcomes) == 60
    assert {"opened", "photo_unreadable"} <= set(outcomes)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_seed_gives_the_same_mutations_again(seed: int) -> None:
    runs = [[mutator.mutated() for _ in range(20)] for mutator in (Mutator([WELL_FORMED["jpeg"]], seed) for _ in "ab")]
    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 15
