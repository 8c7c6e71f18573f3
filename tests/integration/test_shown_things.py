"""What photos show is kept with them, and names the thing in the why line."""

from collections.abc import Sequence

import pytest

from reunite.encoder import Vectors
from tests.doubles.colour_encoder import ColourEncoder, only_umbrellas
from tests.support.services import working
from tests.support.world import open_world
from workers.batching import BatchingEncoder
from workers.reembedding import Reembedding


def other_things(_: ColourEncoder, photos: Vectors) -> Sequence[tuple[str, ...]]:
    return [("mug", "cup")] * len(photos)


async def test_a_photo_without_words_confirms_the_thing_or_rules_it_out(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ColourEncoder, "things", only_umbrellas)
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url):
        await world.found("f1", "red")
        await world.wait_until_idle()
        await world.lost("l1", "my red umbrella")
        await world.lost("l2", "red boots")
        await world.wait_until_idle()
        assert "umbrella ✓ · red ✓" in "\n".join(world.platform.thread("l1"))
        assert "boots ✓" not in "\n".join(world.platform.thread("l2"))


async def test_another_encoder_says_again_what_photos_show(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ColourEncoder, "things", only_umbrellas)
    async with open_world(database_url, redis_url) as world:
        async with working(database_url, redis_url):
            await world.found("f1", "red")
            await world.wait_until_idle()
            monkeypatch.setattr(ColourEncoder, "things", other_things)
            encoder = BatchingEncoder(ColourEncoder())
            model = await world.store.embedding_models.register("clip", "colours-2", ColourEncoder.spaces)
            work = Reembedding(world.store, encoder, model)
            await work.embed_all(lambda _: None)
            async with world.store.session(world.workspace.community) as session:
                [row] = await session._all("SELECT shows FROM photo")
            assert row["shows"] == ["umbrella"]
            monkeypatch.setattr(ColourEncoder, "things", only_umbrellas)
            await world.found("f2", "blue")  # between the passes, so the old encoder says what it shows
            await world.wait_until_idle()
        # The old encoder's worker has ended: it would end by itself, with an error, once another model is live.
        monkeypatch.setattr(ColourEncoder, "things", other_things)
        await work.take_over()
        await work.embed_all(lambda _: None)
        await encoder.close()
        async with world.store.session(world.workspace.community) as session:
            rows = await session._all("SELECT shows FROM photo")
    assert [row["shows"] for row in rows] == [["mug", "cup"]] * 2
