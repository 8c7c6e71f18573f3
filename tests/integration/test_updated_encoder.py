"""An update of Reunite that changes the encoder: a worker that may do so embeds everything again, another one stops."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from db.database import LOCK_OPTIONS
from db.embedding_models import EmbeddingModel
from reunite.entities import ReportKind
from tests.doubles.colour_encoder import ColourEncoder
from tests.support.reembedding import embedded_with, posted
from tests.support.world import World, world_without_a_worker
from workers.batching import BatchingEncoder
from workers.encoders.choose import Choice
from workers.live_encoder import ModelMismatchError, is_update, live_encoder
from workers.reembedding import Reembedding

BEFORE, AFTER, LATER, OTHER = "colours@1+a", "colours@1+b", "colours@1+c", "shapes@1+b"


def choice(version: str) -> Choice:
    encoder = ColourEncoder()
    encoder.version = version
    return Choice("clip", encoder)


world_fixture = pytest.fixture(world_without_a_worker, name="world")


async def start(world: World, version: str, *, reembed: bool) -> list[str]:
    """Start as a worker does, and return what it says."""
    lines: list[str] = []
    encoder, model = await live_encoder(world.store, choice(version), lines.append, reembed=reembed)
    await encoder.close()
    live = await world.store.embedding_models.live()
    assert live
    assert live.version == model.version == version
    return lines


async def processed(world: World) -> None:
    """Let all that was posted be as if a worker had processed it, before the update."""
    live = await world.store.embedding_models.live()
    assert live
    await Reembedding(world.store, BatchingEncoder(choice(BEFORE).encoder), live).embed_all(lambda _: None)
    async with world.store.session(world.workspace.community) as session:
        await session._do("UPDATE work SET state = 'done'")


def test_only_a_later_version_of_the_same_encoder_is_an_update() -> None:
    live = EmbeddingModel(2, "clip", BEFORE, {})
    assert is_update(live, EmbeddingModel(3, "clip", AFTER, {}))
    assert not is_update(live, EmbeddingModel(1, "clip", AFTER, {}))  # a worker that hasn't been updated yet
    assert not is_update(live, EmbeddingModel(3, "clip", OTHER, {}))
    assert not is_update(live, EmbeddingModel(3, "clip", "colours@2+a", {}))
    assert not is_update(live, EmbeddingModel(3, "concept", "concept-3-aa", {}))
    assert is_update(EmbeddingModel(2, "concept", "concept-2-aa", {}), EmbeddingModel(3, "concept", "concept-3-bb", {}))


async def test_with_reembed_the_worker_embeds_everything_again_and_says_so_in_one_line(world: World) -> None:
    assert await start(world, BEFORE, reembed=True) == []  # an empty database has nothing to say
    reports = await posted(world, ReportKind.FOUND, 20)
    assert await start(world, AFTER, reembed=True) == [
        "An update has changed the encoder. Embedding 20 reports again …"
    ]
    assert await embedded_with(world, AFTER) == sorted(report.id for report in reports)
    assert await start(world, AFTER, reembed=True) == []


async def test_a_start_embeds_what_an_interrupted_one_has_left(world: World) -> None:
    await start(world, BEFORE, reembed=True)
    reports = await posted(world, ReportKind.FOUND, 3)
    await processed(world)
    await posted(world, ReportKind.LOST, 2)  # which wait for a worker
    later = await world.store.embedding_models.register("clip", AFTER, ColourEncoder.spaces)
    await world.store.embedding_models.make_live(later.id)
    assert await start(world, AFTER, reembed=True) == [
        "Embedding 3 reports that came in before this encoder was in use …"
    ]
    assert await embedded_with(world, AFTER) == sorted(report.id for report in reports)


async def test_the_server_notices_that_the_machine_of_the_embedding_worker_is_gone(database_url: str) -> None:
    with psycopg.connect(database_url, options=LOCK_OPTIONS) as connection:
        rows = connection.execute("SELECT reset_val FROM pg_settings WHERE name LIKE 'tcp_keepalives%'").fetchall()
    idle, *pauses = sorted((int(seconds) for [seconds] in rows), reverse=True)
    assert 0 < idle + pauses[0] * pauses[1] <= 30


async def test_of_several_workers_one_embeds_and_the_others_wait_for_it(world: World) -> None:
    await start(world, BEFORE, reembed=True)
    reports = await posted(world, ReportKind.FOUND, 40)
    started = await asyncio.gather(*(start(world, AFTER, reembed=True) for _ in range(3)))
    assert sum(len(lines) for lines in started) == 1
    assert await embedded_with(world, AFTER) == sorted(report.id for report in reports)


async def test_a_worker_whose_turn_comes_late_does_not_undo_a_later_update(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start(world, BEFORE, reembed=True)
    models = world.store.embedding_models

    @asynccontextmanager
    async def late(_: int) -> AsyncIterator[bool]:
        later = await models.register("clip", LATER, ColourEncoder.spaces)
        await models.make_live(later.id)
        yield True

    monkeypatch.setattr(world.store, "try_lock", late)
    with pytest.raises(ModelMismatchError, match=re.escape(LATER)):
        await start(world, AFTER, reembed=True)
    live = await models.live()
    assert live
    assert live.version == LATER


async def test_a_worker_that_has_not_been_updated_is_told_so(world: World) -> None:
    await start(world, BEFORE, reembed=True)
    await start(world, AFTER, reembed=True)
    with pytest.raises(ModelMismatchError, match="Update Reunite here too"):
        await start(world, BEFORE, reembed=True)


@pytest.mark.parametrize(
    ("version", "advice"),
    [(AFTER, "start the worker with --reembed"), (OTHER, "Change REUNITE_ENCODER and REUNITE_MODEL back")],
)
async def test_another_worker_stops_and_says_what_to_do(world: World, version: str, advice: str) -> None:
    await start(world, BEFORE, reembed=True)
    with pytest.raises(ModelMismatchError, match=advice):
        await start(world, version, reembed=version == OTHER)
    live = await world.store.embedding_models.live()
    assert live
    assert live.version == BEFORE
