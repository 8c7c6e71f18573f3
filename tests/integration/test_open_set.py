"""An encoder without weights calibrates itself on photos that are fetched from a double of their host."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg
import pytest
from structlog.testing import capture_logs

from cli.doctor import findings
from cli.errors import UsageError
from cli.servers import Servers
from cli.settings import Settings
from cli.tuning import open_set
from db import scoring_models
from db.embedding_models import EmbeddingModel
from db.store import Store
from reunite.matching.defaults import PRIOR, for_encoder
from reunite.matching.evidence import PairKind
from reunite.matching.weights import ScoringModel
from reunite.tuning.calibration import FitResult
from tests.doubles.open_set_host import PhotoHost, photo_host
from tests.support.clip_cosines import ClipLike
from tests.support.open_sets import THINGS, StandInEncoder, fresh_search, write_open_set
from tests.support.scoring import score
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import open_world
from workers.batching import BatchingEncoder
from workers.encoders.choose import Choice
from workers.open_set import fetch, run
from workers.open_set.fetch import OpenSetError, PhotoSource, fetch_photos
from workers.open_set.labels import read_open_set
from workers.open_set.run import OpenSetSource, calibrate_once

pytestmark = pytest.mark.untraced

NAME = "/org/set/abc123/images/5.png"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[PhotoHost]:
    (tmp_path / "labels").mkdir()
    with photo_host(write_open_set(tmp_path / "labels")) as double:
        yield double


@pytest.fixture
def source(host: PhotoHost, tmp_path: Path) -> OpenSetSource:
    photos = PhotoSource(host.url, frozenset({host.host}))
    return OpenSetSource(photos, tmp_path / "data" / "open-set", tmp_path / "labels")


@pytest.fixture
def encoder() -> BatchingEncoder:
    return BatchingEncoder(StandInEncoder())


@pytest.fixture
async def model(store: Store, encoder: BatchingEncoder) -> EmbeddingModel:
    return await store.embedding_models.register("clip", encoder.encoder.version, encoder.encoder.spaces)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_PAUSES_IN_SECONDS", (0.0, 0.0))


def labelled_afterwards(model: ScoringModel, size: int, searches: int = 100) -> tuple[float, float, float]:
    """Return, for new things, how many right ones are labelled, how many labels are right, how many absent labelled."""
    draws, labelled = ClipLike(np.random.default_rng(size)), {True: 0, False: 0}
    right = 0
    for number in range(2 * searches):
        there = number % 2 == 0
        search, thing = fresh_search(draws, size, number, there=there)
        reports = [candidate.report for candidate in score(search, model) if candidate.label]
        labelled[there] += bool(reports)
        right += there and thing in reports
    return right / searches, right / max(1, sum(labelled.values())), labelled[False] / searches


async def weights(store: Store, model: EmbeddingModel) -> list[dict[str, object]]:
    query = (
        "SELECT community_id, model_version, summary ->> 'source' AS source FROM calibration WHERE model_version = %s"
    )
    return await store.rows(query, model.version)


@pytest.mark.slow
async def test_a_model_without_weights_is_calibrated_once_and_for_all(
    store: Store, encoder: BatchingEncoder, model: EmbeddingModel, source: OpenSetSource, host: PhotoHost
) -> None:
    await calibrate_once(store, encoder, model, source)
    assert await weights(store, model) == [{"community_id": None, "model_version": "stand-in-1", "source": "open set"}]
    assert len(host.asked) == THINGS
    newest = await scoring_models.newest_for_all(store.url, model.version)
    assert newest is not None
    assert newest[1].calibrated
    for size, least in ((30, 0.5), (100, 0.3)):
        right, labels_right, false = labelled_afterwards(newest[1], size)
        assert (right >= least, labels_right >= 0.8, false <= 0.06) == (True, True, True)
    typical = newest[1].background_priors[PairKind.TEXT_PHOTO].mean
    assert typical == pytest.approx(0.17, abs=0.03)
    await calibrate_once(store, encoder, model, source)
    assert len(await weights(store, model)) == 1


async def test_the_command_replaces_weights_for_all(  # noqa: PLR0913, PLR0917 - its fixtures
    source: OpenSetSource,
    model: EmbeddingModel,
    database_url: str,
    owner_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def fitted(*_: object) -> FitResult:
        return FitResult(PRIOR, searches=60, things=30, log_loss=0.4, log_loss_before=0.5)

    monkeypatch.setattr(run, "fit_in_process", fitted)
    monkeypatch.setattr(open_set, "chosen", lambda *_: Choice("clip", StandInEncoder()))
    monkeypatch.setattr(open_set, "open_set_source", lambda _: source)
    where = Servers(database_url, owner_database_url, "", "")
    summary = await open_set.from_open_set(Settings(), where)
    assert (summary["source"], summary["encoder"], summary["searches"]) == ("open set", model.version, 60)
    assert await scoring_models.newest_for_all(owner_database_url, model.version) == (model.version, PRIOR)
    bars = capfd.readouterr().err
    assert f"{THINGS}/{THINGS}" in bars
    assert f"{3 * THINGS}/{3 * THINGS}" in bars
    away = replace(source, photos=PhotoSource("http://127.0.0.1:1"), folder=source.folder / "other")
    monkeypatch.setattr(open_set, "open_set_source", lambda _: away)
    with pytest.raises(UsageError, match=r"The open set can't be used: .* isn't a platform's file host"):
        await open_set.from_open_set(Settings(), where)


async def test_a_worker_leaves_the_calibration_to_one_that_has_begun(
    store: Store, encoder: BatchingEncoder, model: EmbeddingModel, source: OpenSetSource, host: PhotoHost
) -> None:
    async with store.try_lock(0x4F50454E) as has_lock, store.try_lock(0x4F50454E) as is_second:
        assert (has_lock, is_second) == (True, False)
        await calibrate_once(store, encoder, model, source)
    assert host.asked == []
    assert await weights(store, model) == []


@pytest.mark.parametrize("encoder_kind", ["concept", "clip"])
async def test_what_has_weights_is_left_alone(
    store: Store, source: OpenSetSource, host: PhotoHost, owner_database_url: str, encoder_kind: str
) -> None:
    encoder = BatchingEncoder(StandInEncoder())
    model = await store.embedding_models.register(encoder_kind, "known-1", {})
    if not for_encoder(encoder_kind).calibrated:
        await scoring_models.save_for_all(owner_database_url, "known-1", PRIOR, {"source": "set"})
    await calibrate_once(store, encoder, model, source)
    assert host.asked == []


async def test_an_unreachable_host_is_logged_once_and_reported_by_doctor(  # noqa: PLR0913, PLR0917 - its fixtures
    store: Store,
    encoder: BatchingEncoder,
    model: EmbeddingModel,
    source: OpenSetSource,
    database_url: str,
    owner_database_url: str,
    redis_url: str,
) -> None:
    away = replace(source, photos=PhotoSource("http://127.0.0.1:1", frozenset({"127.0.0.1:1"})))
    with capture_logs() as log:  # in a task of its own, as in a worker
        await asyncio.create_task(calibrate_once(store, encoder, model, away))
    assert [entry["event"] for entry in log] == ["open_set_begun", "open_set_failed"]
    assert await weights(store, model) == []

    async def calibration() -> tuple[bool | None, str]:
        where = Servers(database_url, owner_database_url, redis_url, "q")
        found = {finding.what: finding async for finding in findings(Settings(), where)}
        return found["its weights"].ok, found["its weights"].found

    assert await calibration() == (None, "not calibrated: 127.0.0.1 can't be reached (127.0.0.1: ClientConnectorError)")
    await scoring_models.save_first_for_all(store, model.version, PRIOR, {"source": "open set"})
    assert await calibration() == (True, "calibrated (open set)")


async def test_a_worker_tries_and_goes_on_working(database_url: str, redis_url: str, source: OpenSetSource) -> None:
    away = replace(source, photos=PhotoSource("http://127.0.0.1:1", frozenset({"127.0.0.1:1"})))
    async with open_world(database_url, redis_url) as world, working(database_url, redis_url, open_set=away):
        await world.found("f1", "red")
        await world.lost("l1", "my red umbrella")
        await world.wait_until_idle()
        assert len(world.platform.thread("l1")) == 2

        async def is_noted() -> bool:
            query = "SELECT 1 FROM embedding_model WHERE live AND calibration_problem LIKE %s"
            return bool(await world.store.rows(query, "127.0.0.1 can't be reached%"))

        await eventually(is_noted)


async def test_a_worker_can_not_replace_weights_or_give_them_as_a_community(
    store: Store, model: EmbeddingModel, owner_database_url: str
) -> None:
    await scoring_models.save_first_for_all(store, "unknown-1", PRIOR, {})
    assert await scoring_models.newest_for_all(owner_database_url, "unknown-1") is None
    await scoring_models.save_first_for_all(store, model.version, PRIOR, {"source": "open set"})
    await scoring_models.save_first_for_all(store, model.version, replace(PRIOR, none_log_odds=9.0), {})
    assert len(await weights(store, model)) == 1
    async with await psycopg.AsyncConnection.connect(store.url) as connection:
        await connection.execute("SELECT set_config('reunite.community', gen_random_uuid()::text, true)")
        cursor = await connection.execute("SELECT add_first_calibration('x', '{}', '{}')")
        assert await cursor.fetchone() == (False,)


async def test_only_what_is_missing_or_damaged_is_fetched_again(source: OpenSetSource, host: PhotoHost) -> None:
    labels = source.read()
    host.statuses[NAME] = [503, 429]  # temporary trouble
    done: list[int] = []
    await fetch_photos(labels, source.folder, source.photos, done.append)
    assert (done[-1], host.asked.count(NAME), len(host.asked)) == (THINGS, 3, THINGS + 2)
    host.asked.clear()
    (source.folder / "5.png").write_bytes(b"half of")
    (source.folder / "6.png").unlink()
    await fetch_photos(labels, source.folder, source.photos)
    assert sorted(host.asked) == [NAME, NAME.replace("5.png", "6.png")]


async def test_what_is_not_the_labelled_photo_is_not_taken(source: OpenSetSource, host: PhotoHost) -> None:
    host.files[NAME] = host.files[NAME][:-1] + b"?"
    with pytest.raises(OpenSetError, match="isn't the photo that was labelled"):
        await fetch_photos(source.read(), source.folder, source.photos)
    assert not (source.folder / "5.png").exists()
    del host.files[NAME]
    with pytest.raises(OpenSetError, match=r"5.png isn't there \(photo_gone\)"):
        await fetch_photos(source.read(), source.folder, source.photos)


async def test_only_the_hosts_own_address_is_fetched_from(source: OpenSetSource, host: PhotoHost) -> None:
    with pytest.raises(OpenSetError, match="isn't a platform's file host"):
        await fetch_photos(source.read(), source.folder, PhotoSource(host.url))
    assert host.asked == []


def test_the_shipped_labels_are_whole() -> None:
    labels = read_open_set()
    used = {name for report in (*labels.found, *labels.lost) for name in report.photos}
    assert used == labels.origins.keys()
    assert {match for report in labels.lost for match in report.matches} <= {report.id for report in labels.found}
    assert {origin.licence for origin in labels.origins.values()} == {"CC0 1.0", "CC BY 4.0"}
    assert sum(origin.size for origin in labels.origins.values()) < 60_000_000
