"""The worker's composition root: takes hints from arq, leases and processes work, and sweeps for due work."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import structlog
from arq.worker import Worker, func
from redis.exceptions import RedisError

from db import queue
from db.cancellation import endless, stop, wait_until_set
from db.config import Connections
from db.embedding_models import EmbeddingModel
from db.embedding_requests import EmbeddingRequests
from db.ended_communities import forgetting_ended_communities
from db.installations import Installations
from db.keys import check
from db.migrate import require_migrated
from db.repeating import repeat
from db.store import Store
from db.trouble import TEMPORARY
from metrics.config import MetricsSettings
from metrics.observed import observed
from workers.batching import BatchingEncoder
from workers.config import EncoderSettings, PhotoHosts
from workers.decoder.pool import Decoders
from workers.detail_comparison import DetailComparison, load_details
from workers.embed import ReportEncoder
from workers.encoders.choose import Choice, choose
from workers.fetch import PhotoFetcher
from workers.intake import Intake
from workers.learning import keep_learning
from workers.leases import Leases
from workers.live_encoder import OUTDATED, ModelMismatchError, is_update, live_encoder
from workers.open_set.run import OpenSetSource, calibrate_once
from workers.precomputed_vectors import PrecomputedVectors
from workers.process import Processor
from workers.query_embedding import QueryEmbedder
from workers.slack_files import SlackFiles
from workers.slots import Slots
from workers.sweep import CLOCK_SECONDS, SWEEP_SECONDS, Sweep

Load = Callable[[str, str | None, str, Callable[[str], None]], Choice]
_JOB_TIMEOUT_SECONDS: Final = 600
"""Seconds after which arq cancels a job."""
_ROUND_SECONDS: Final = _JOB_TIMEOUT_SECONDS / 2
"""Seconds after which a job starts no more work."""
_CLOSE_SECONDS: Final = 30.0
_MODEL_POLL_SECONDS: Final = 5.0
"""Seconds between two checks whether the live model has changed."""
_REHINT_SECONDS: Final = 10.0
"""Seconds before the sweep repeats a hint, because arq may be processing the work."""
_MODEL_CHANGED: Final = "Set REUNITE_ENCODER and REUNITE_MODEL to the new encoder, and start the worker again."

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """What a worker needs: its servers, the encoder, and where photos may come from."""

    connections: Connections
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    photos: PhotoHosts = field(default_factory=PhotoHosts)
    open_set: OpenSetSource | None = None
    """What an encoder without weights is calibrated on; with None it keeps its defaults."""
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    cover: Sequence[str] = ()
    """What to cover in photos: "faces", "cards"."""
    reembed: bool = False
    """Whether to embed everything again if an update has changed the encoder; otherwise the worker ends."""

    # Hooks for tests
    lease_seconds: float = 30
    rehint_seconds: float = _REHINT_SECONDS
    clock_seconds: float = CLOCK_SECONDS
    model_poll_seconds: float = _MODEL_POLL_SECONDS
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The time by which reminders and digests are due."""
    parallel: int = 16


async def run(
    config: WorkerConfig,
    report: Callable[[str], None],
    ready: Callable[[EmbeddingModel], None] = lambda _: None,
    load: Load | None = None,
    precomputed: PrecomputedVectors | None = None,
) -> None:
    """Work until cancelled. Calls `report` with each step of the preparation, and `ready` when work begins.

    `load` replaces `choose`, and `precomputed` vectors replace any encoder. Raises ModelMismatchError if the settings
    and the live model disagree; its message says what to do.
    """
    servers, photos = config.connections, config.photos
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store(servers.database_url, keys=servers.keys))
        await require_migrated(store)
        hints = await stack.enter_async_context(queue.connect(store, servers.redis_url, servers.queue))
        await stack.enter_async_context(forgetting_ended_communities(store))
        if photos.slack_token is None and await store.rows("SELECT FROM slack_installation LIMIT 1"):
            await check(servers.database_url, servers.keys)  # without the keys, no photo on Slack could be fetched
        encoder, model = await _encoder(store, config, load, report, precomputed)
        stack.push_async_callback(encoder.close)
        fetcher = await stack.enter_async_context(PhotoFetcher(photos.hosts, allow_http_hosts=photos.http_hosts))
        slack_files = SlackFiles(Installations(store), photos.slack_hosts, photos.slack_token)
        decoders = await stack.enter_async_context(Decoders(framing=encoder.framing, cover=config.cover))
        intake = Intake(store, fetcher, slack_files, decoders)
        compares_details = config.encoder.compare_details and precomputed is None
        comparison = await _detail_comparison(store) if compares_details else None
        processor = Processor(store, encoder, model, intake, Slots(config.parallel), config.lease_seconds, comparison)
        leases = Leases(store, max(1, config.parallel // 2), config.lease_seconds)
        await stack.enter_async_context(observed(store, "worker", config.metrics))
        sweep = Sweep(store, hints, config.rehint_seconds, config.now, clock_seconds=config.clock_seconds)
        ready(model)
        services = [
            endless(_process_hints_forever(config, hints, leases, processor)),
            *_processing_without_hints(config.parallel, hints.is_refused, leases, processor),
            endless(_watch_model(store, processor, config.model_poll_seconds)),
            *map(endless, sweep.services()),
            endless(keep_learning(store, model)),
        ]
        if isinstance(encoder, BatchingEncoder):  # precomputed vectors exist for known reports only
            services.append(endless(QueryEmbedder(EmbeddingRequests(store), encoder, model, decoders).run()))
            if config.open_set:
                services.append(calibrate_once(store, encoder, model, config.open_set))
        await _run_all(*services)


async def _run_all(*services: Coroutine[Any, Any, None]) -> None:
    """Run services until one fails, and raise its error."""
    tasks = [asyncio.create_task(service) for service in services]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in ended:
            task.result()
    finally:
        await stop(*tasks)


async def _detail_comparison(store: Store) -> DetailComparison | None:
    details = await asyncio.to_thread(load_details)
    return DetailComparison(store, details, asyncio.Lock()) if details else None


async def _watch_model(store: Store, processor: Processor, poll_seconds: float) -> None:
    """Wait until searches use another model, then raise ModelMismatchError."""
    while True:
        await wait_until_set(processor.replaced, poll_seconds)
        processor.replaced.clear()
        try:
            live = await store.embedding_models.live()
        except TEMPORARY:
            continue  # the database is down
        if live and live.id != processor.model.id:
            advice = OUTDATED if is_update(processor.model, live) else _MODEL_CHANGED
            raise ModelMismatchError(
                f"Searches now use {live.version}, and this worker has {processor.model.version}. {advice}"
            )


async def _encoder(
    store: Store,
    config: WorkerConfig,
    load: Load | None,
    report: Callable[[str], None],
    precomputed: PrecomputedVectors | None,
) -> tuple[ReportEncoder, EmbeddingModel]:
    if precomputed:
        kind, version, spaces = precomputed.kind, precomputed.version, precomputed.spaces
        return precomputed, await store.embedding_models.register(kind, version, spaces)
    live, wanted = await store.embedding_models.live(), config.encoder
    load = load or partial(choose, threads=wanted.torch_threads)
    recorded = live.encoder if live else None
    choice = await asyncio.to_thread(load, wanted.kind, recorded, wanted.model, report)
    return await live_encoder(store, choice, report, reembed=config.reembed)


def _arq_worker(config: WorkerConfig, leases: Leases, processor: Processor) -> Worker:
    async def process(ctx: dict[Any, Any], payload: dict[str, Any]) -> str:
        await queue.take(ctx["redis"], ctx["job_id"])
        if payload.get("v") != queue.PAYLOAD_VERSION:
            return "unknown payload"  # from another version; the sweep repeats the hint in our format
        return await _process_due(leases, processor)

    return Worker(
        functions=[func(process, name=queue.JOB, keep_result=0, max_tries=1)],
        redis_pool=queue.redis_client(config.connections.redis_url, config.connections.queue),
        queue_name=config.connections.queue,
        handle_signals=False,
        retry_jobs=False,  # a cancelled one has left the queue: arq would keep what belongs to it for a day
        max_jobs=config.parallel,
        poll_delay=0.1,
        job_timeout=_JOB_TIMEOUT_SECONDS,
        keep_result=0,  # also for jobs whose worker was killed
        job_serializer=queue.serialize,
        job_deserializer=queue.deserialize,
        log_results=False,
    )


async def _process_due(leases: Leases, processor: Processor) -> str:
    """Process due work, in turn by community: a hint only says that there is some.

    Continue until nothing is due, because a hint has no effect if its community has its share in flight already.
    """
    deadline, outcome = asyncio.get_running_loop().time() + _ROUND_SECONDS, "not due"
    while asyncio.get_running_loop().time() < deadline:
        async with leases.next() as lease:
            if lease is None:
                break
            outcome = await processor.process(lease)
    return outcome


async def _process_hints_forever(
    config: WorkerConfig, hints: queue.ArqQueue, leases: Leases, processor: Processor
) -> None:
    while True:
        await _process_hints(_arq_worker(config, leases, processor))
        hints.are_taken = False
        await asyncio.sleep(SWEEP_SECONDS)


def _processing_without_hints(
    parallel: int, is_refused: asyncio.Event, leases: Leases, processor: Processor
) -> list[Coroutine[Any, Any, None]]:
    """Return services that process due work each time that Redis takes no hint for it: as many as hints at once."""

    async def step() -> None:
        await is_refused.wait()
        is_refused.clear()  # all that wait have been woken
        await _process_due(leases, processor)

    return [endless(repeat(step, SWEEP_SECONDS, "work_without_hints")) for _ in range(parallel)]


async def _process_hints(worker: Worker) -> None:
    """Process arq's hints until cancelled or Redis is down."""
    try:
        await worker.async_run()
    except (RedisError, OSError) as error:
        _log.warning("redis_unreachable", error=type(error).__name__, reason=queue.redis_problem(error))
    finally:
        closing = asyncio.create_task(worker.close())
        try:
            await asyncio.wait({closing}, timeout=_CLOSE_SECONDS)
        finally:
            # closing fails when Redis has failed, and arq cancels it together with a job that was being finished
            await stop(closing)
