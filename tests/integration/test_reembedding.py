"""Another encoder is prepared while the live one is used, compared with it by people's decisions, and takes over."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from cli import reembed
from cli.errors import UsageError
from cli.servers import Servers
from cli.settings import Settings
from db.config import Connections
from reunite.encoder import SHARED_SPACE, Vectors
from reunite.entities import MatchState, Report, ReportKind
from reunite.ports import ScoredPair
from tests.doubles.colour_encoder import COLOURS, ColourEncoder
from tests.support.keys import KEYS
from tests.support.reembedding import embed_all, embedded_with, kill_and_resume, posted, reembedding
from tests.support.reembedding_process import SlowColours
from tests.support.services import background, colours_only
from tests.support.waiting import PATIENCE, eventually
from tests.support.world import World, world_without_a_worker
from workers.app import WorkerConfig, run
from workers.encoders.choose import Choice
from workers.live_encoder import ModelMismatchError
from workers.model_comparison import compare_models
from workers.reembedding import Progress

pytestmark = pytest.mark.untraced

REPORTS = 300


class Digits(ColourEncoder):
    """Reads only the last digit of a text; if `blind`, not even that."""

    def __init__(self, version: str, *, blind: bool = False) -> None:
        self.version = version
        self._blind = blind

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        digits = [0 if self._blind else int(text[-1]) % len(COLOURS) for text in texts]
        return {SHARED_SPACE: np.eye(len(COLOURS), dtype=np.float32)[digits]}


class Stumbling(SlowColours):
    """Can't embed what is purple."""

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        if any("purple" in text for text in texts):
            raise ValueError("purple")
        return super().encode_texts(texts)


world_fixture = pytest.fixture(world_without_a_worker, name="world")


async def test_killed_in_the_middle_it_resumes_and_searches_are_answered_all_the_while(
    world: World, database_url: str
) -> None:
    killed = await kill_and_resume(world, database_url, REPORTS)
    assert REPORTS // 3 <= killed.kept < REPORTS
    assert killed.embedded == killed.reports - killed.kept  # what was embedded before the kill is kept
    assert killed.embedded_once == killed.reports == REPORTS + 1
    assert len(killed.searches) > 20
    assert killed.wrong == 0


async def test_both_models_are_compared_on_what_people_decided(world: World) -> None:
    good, bad = [await reembedding(world.store, Digits(name, blind=name == "blind")) for name in ("sees", "blind")]
    found_reports, lost_reports = await posted(world, ReportKind.FOUND, 6), await posted(world, ReportKind.LOST, 6)
    async with world.store.session(world.workspace.community) as session:  # no word is in both texts of a pair
        await session._do(
            "UPDATE report SET text = CASE kind WHEN 'lost' THEN 'zarf' ELSE 'quib' END || '-' || right(source_key, 1)"
        )
    for number, (lost, found) in enumerate(zip(lost_reports, found_reports, strict=True)):
        await decided(world, lost, found, MatchState.CONFIRMED)
        await decided(world, lost, found_reports[number - 1], MatchState.REJECTED)
    for work in (good, bad):
        await embed_all(work)
    before, after = await compare_models(world.store, [good.model, bad.model])
    assert (before.confirmed, before.rejected) == (after.confirmed, after.rejected) == (6, 6)
    assert (before.first, before.above) == (1.0, 1.0)
    assert after.first < 1
    assert after.among_ten == 1.0
    assert after.above is not None
    assert after.above < 1


async def decided(world: World, lost: Report, found: Report, state: MatchState) -> None:
    async with world.store.session(world.workspace.community) as session:
        [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.5, None, (), evidence={})])
        await session.matches.set_state(match.id, state)


async def test_what_cannot_be_embedded_holds_up_nothing(world: World) -> None:
    await posted(world, ReportKind.FOUND, 12)
    work = await reembedding(world.store, Stumbling())
    assert await embed_all(work) == Progress(done=12, total=12, failed=2)
    assert len(await embedded_with(world, "colours-2")) == 10


async def test_live_posts_come_first(world: World) -> None:
    await posted(world, ReportKind.FOUND, 1)
    await world.lost("l1", "my red cup")
    work = replace(await reembedding(world.store, ColourEncoder()), patience=60)
    lease = await world.store.lease_work([], max_per_community=1, seconds=60)
    assert lease
    task = asyncio.create_task(embed_all(work))
    await asyncio.sleep(0.5)
    assert await embedded_with(world, "colours-1") == []
    async with world.store.work_session(lease) as session:
        await session.finish()
    assert (await task).done == 1

    impatient = replace(await reembedding(world.store, SlowColours()), patience=0)
    await world.lost("l2", "my red cup")
    assert await world.store.lease_work([], max_per_community=1, seconds=60)
    assert (await embed_all(impatient)).done == 1


async def test_a_worker_whose_model_was_replaced_ends_and_another_does_its_work(
    world: World, database_url: str, redis_url: str
) -> None:
    servers = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
    config = WorkerConfig(connections=servers, lease_seconds=1, rehint_seconds=0.2, model_poll_seconds=1)
    old = asyncio.create_task(run(config, lambda _: None, lambda _: None, colours_only))
    await world.found("f1", text="blue cup")
    await world.wait_until_idle()
    work = await reembedding(world.store, SlowColours())
    await embed_all(work)
    await work.take_over()
    await world.lost("l1", "my blue cup")  # it may reach the old worker
    with pytest.raises(ModelMismatchError, match="colours-2"):
        await asyncio.wait_for(old, PATIENCE)
    assert world.platform.thread("l1") == []

    load = lambda *_: Choice("clip", SlowColours())  # noqa: E731
    async with background(run(config, lambda _: None, lambda _: None, load)):
        await eventually(lambda: world.platform.thread("l1"), "the new worker has not answered")


async def test_the_live_models_embeddings_are_not_deleted_before_the_switch(
    world: World, where: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await posted(world, ReportKind.FOUND, 1)
    await embed_all(await reembedding(world.store, ColourEncoder()))
    monkeypatch.setattr(reembed, "chosen", lambda _: Choice("clip", SlowColours()))
    with pytest.raises(UsageError, match="Searches still use colours-1"):
        await reembed.run(Settings(), where, reembed.Options(drop_old=True))
    assert len(await embedded_with(world, "colours-1")) == 1
    done = await reembed.run(Settings(), where, reembed.Options(switch=True, drop_old=True))
    assert (done.was_live, done.live) == ("colours-1", "colours-2")
    assert await embedded_with(world, "colours-1") == []


async def test_old_embeddings_are_deleted_once_they_are_not_needed(world: World) -> None:
    reports = await posted(world, ReportKind.FOUND, 5)
    old, new = await reembedding(world.store, ColourEncoder()), await reembedding(world.store, SlowColours())
    for work in (old, new):
        await embed_all(work)
    await new.take_over()
    assert (await new.delete_others()).vectors == 5
    assert await embedded_with(world, "colours-1") == []
    assert await embedded_with(world, "colours-2") == sorted(report.id for report in reports)
    assert (await new.delete_others()).vectors == 0
