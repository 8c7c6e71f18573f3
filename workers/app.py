"""The worker's composition root: takes hints from arq, leases and processes the work, and sweeps for what is left."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import psycopg
import structlog
from arq.worker import Worker, func
from redis.exceptions import RedisError

from db import queue
from db.cancellation import stop
from db.config import Connections
from db.embedding_models import EmbeddingModel
from db.embedding_requests import EmbeddingRequests
from db.installations import Installations
from db.keys import check
from db.store import Store
from metrics.config import MetricsSettings
from metrics.observed import observed
from workers.batching import BatchingEncoder
from workers.closer_look import CloserLook, load_details
from workers.config import EncoderSettings, PhotoHosts
from workers.decoder.pool import Decoders
from workers.embed import ReportEncoder
from workers.encoders.choose import Choice, choose
from workers.fetch import PhotoFetcher
from workers.intake import Intake
from workers.learning import keep_learning
from workers.leases import Leases
from workers.live_encoder import OUTDATED, ModelMismatchError, is_update, live_encoder
from workers.open_set.run import OpenSetSource, calibrate_by_itself
from workers.precomputed_vectors import PrecomputedVectors
from workers.process import Processor
from workers.query_embedding import QueryEmbedder
from workers.slack_files import SlackFiles
from workers.slots import Slots
from workers.sweep import EVERY, Sweep

Load = Callable[[str, str | None, str, Callable[[str], None]], Choice]
_LONGEST_JOB: Final = 600
"""Seconds after which arq ends a job."""
_LONGEST_ROUND: Final = _LONGEST_JOB / 2
"""Seconds after which a job begins no further work."""
_CLOSE_SECONDS: Final = 30.0
_LOOK: Final = 5.0
"""Seconds between two checks for a change of model."""
_REHINT_SECONDS: Final = 10.0
"""Seconds after a hint before the sweep repeats it: arq may be busy with the work."""
_OTHER_SETTINGS: Final = "Set REUNITE_ENCODER and REUNITE_MODEL to the new encoder, and start the worker again."

_log = structlog.get_logger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """What a worker needs: its servers, the encoder, and where photos may come from."""

    connections: Connections
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    photos: PhotoHosts = field(default_factory=PhotoHosts)
    open_set: OpenSetSource | None = None
    """What an encoder without weights is calibrated on; None: it keeps its defaults."""
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    cover: Sequence[str] = ()
    """What is covered in photos: "faces", "cards"."""
    reembed: bool = False
    """Whether to embed everything again if an update has changed the encoder, instead of ending."""

    # Hooks for tests
    lease_seconds: float = 30
    rehint_seconds: float = _REHINT_SECONDS
    look_seconds: float = _LOOK
    now: Callable[[], datetime] = _now
    """When reminders are due."""
    parallel: int = 16


async def run(
    config: WorkerConfig,
    report: Callable[[str], None],
    ready: Callable[[EmbeddingModel], None] = lambda _: None,
    load: Load | None = None,
    given: PrecomputedVectors | None = None,
) -> None:
    """Work until cancelled. Calls `report` with what is being prepared, and `ready` when work begins.

    `load` replaces `workers.encoders.choose.choose`, and `given` vectors replace any encoder. Raises ModelMismatchError
    if the settings and the live model disagree; its message says what to do.
    """
    servers, photos = config.connections, config.photos
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store(servers.database_url, keys=servers.keys))
        if photos.slack_token is None and await store.rows("SELECT FROM slack_installation LIMIT 1"):
            await check(servers.database_url, servers.keys)  # or no photo of Slack's could be fetched
        load = load or partial(choose, threads=config.encoder.torch_threads)
        encoder, model = await (_given(store, given) if given else _model(store, config, load, report))
        stack.push_async_callback(encoder.close)
        fetcher = await stack.enter_async_context(PhotoFetcher(photos.hosts, allow_http_hosts=photos.http_hosts))
        slack_files = SlackFiles(Installations(store), photos.slack_hosts, photos.slack_token)
        decoders = await stack.enter_async_context(Decoders(framing=encoder.framing, cover=config.cover))
        intake = Intake(store, fetcher, slack_files, decoders)
        details = await asyncio.to_thread(load_details) if config.encoder.compare_details and given is None else None
        closer_look = CloserLook(store, details, asyncio.Lock()) if details else None
        slots = Slots(config.parallel)
        processor = Processor(store, encoder, model, intake, slots, config.lease_seconds, closer_look)
        hints = await stack.enter_async_context(queue.connect(store, servers.redis_url, servers.queue))
        await stack.enter_async_context(observed(store, "worker", config.metrics))
        sweeper = asyncio.create_task(Sweep(store, hints, config.rehint_seconds, config.now).run())
        calibration = asyncio.create_task(_calibrate(store, encoder, model, config.open_set))
        learning = asyncio.create_task(keep_learning(store, model))
        answers = asyncio.create_task(_answer(store, encoder, model, decoders))
        taking = asyncio.create_task(_take_all_hints(config, store, processor))
        replaced = asyncio.create_task(_until_replaced(store, processor, config.look_seconds))
        ready(model)
        try:
            ended, _ = await asyncio.wait({taking, replaced}, return_when=asyncio.FIRST_COMPLETED)
            ended.pop().result()  # raises why
        finally:
            await stop(taking, replaced, sweeper, answers, learning, calibration)


async def _until_replaced(store: Store, processor: Processor, every: float) -> None:
    """Regularly check which model is searched. Raises ModelMismatchError once it's another one."""
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(processor.replaced.wait(), every)
        processor.replaced.clear()
        try:
            live = await store.embedding_models.live()
        except (psycopg.OperationalError, OSError):
            continue  # the database is away
        if live and live.id != processor.model.id:
            advice = OUTDATED if is_update(processor.model, live) else _OTHER_SETTINGS
            raise ModelMismatchError(
                f"Searches now use {live.version}, and this worker has {processor.model.version}. {advice}"
            )


async def _answer(store: Store, encoder: ReportEncoder, model: EmbeddingModel, decoders: Decoders) -> None:
    if isinstance(encoder, BatchingEncoder):  # given vectors are of known reports only
        await QueryEmbedder(EmbeddingRequests(store), encoder, model, decoders).run()


async def _given(store: Store, given: PrecomputedVectors) -> tuple[ReportEncoder, EmbeddingModel]:
    return given, await store.embedding_models.register(given.kind, given.version, given.spaces)


async def _model(
    store: Store, config: WorkerConfig, load: Load, report: Callable[[str], None]
) -> tuple[ReportEncoder, EmbeddingModel]:
    live, wanted = await store.embedding_models.live(), config.encoder
    recorded = live.encoder if live else None
    choice = await asyncio.to_thread(load, wanted.kind, recorded, wanted.model, report)
    return await live_encoder(store, choice, report, reembed=config.reembed)


async def _calibrate(store: Store, encoder: ReportEncoder, model: EmbeddingModel, source: OpenSetSource | None) -> None:
    if source and isinstance(encoder, BatchingEncoder):  # given vectors have none of the open set
        await calibrate_by_itself(store, encoder, model, source)


def _arq_worker(config: WorkerConfig, store: Store, processor: Processor) -> Worker:
    leases = Leases(store, max(1, config.parallel // 2), config.lease_seconds)

    async def process(ctx: dict[Any, Any], payload: dict[str, Any]) -> str:  # noqa: ARG001 - arq's signature
        if payload.get("v") != queue.PAYLOAD_VERSION:
            return "unknown payload"  # from another version of the program; the sweep will send a hint in our format
        return await _process_due(leases, processor)

    return Worker(
        functions=[func(process, name=queue.JOB, keep_result=0, max_tries=1)],
        redis_settings=queue.settings_of(config.connections.redis_url),
        queue_name=config.connections.queue,
        handle_signals=False,
        max_jobs=config.parallel,
        poll_delay=0.1,
        job_timeout=_LONGEST_JOB,
        keep_result=0,  # of a job whose worker was killed
        job_serializer=queue.serialize,
        job_deserializer=queue.deserialize,
        log_results=False,
    )


async def _process_due(leases: Leases, processor: Processor) -> str:
    """Process what is due: a hint says that there is work, and whose turn it is decides which.

    It continues until nothing is left: a hint that came while its community had its share in flight had no effect.
    """
    ends, outcome = asyncio.get_running_loop().time() + _LONGEST_ROUND, "not due"
    while asyncio.get_running_loop().time() < ends:
        async with leases.next() as lease:
            if lease is None:
                break
            outcome = await processor.process(lease)
    return outcome


async def _take_all_hints(config: WorkerConfig, store: Store, processor: Processor) -> None:
    while True:
        await _take_hints(_arq_worker(config, store, processor))
        await asyncio.sleep(EVERY)


async def _take_hints(worker: Worker) -> None:
    """Process arq's hints until cancelled or Redis goes away."""
    try:
        await worker.async_run()
    except (RedisError, OSError) as error:
        _log.warning("redis_unreachable", error=type(error).__name__)
    finally:
        with suppress(Exception):  # Redis itself may have failed
            async with asyncio.timeout(_CLOSE_SECONDS):
                await worker.close()
