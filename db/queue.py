"""Hints to the workers through Redis (arq). The record of work is in PostgreSQL, so a lost hint costs only time."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from db.cancellation import noticing_cancellation
from db.store import Store
from reunite.certificates import causes, certificate_problem

JOB: Final = "process"
"""The name of the workers' only kind of job."""
PAYLOAD_VERSION: Final = 1
_IN_PIPELINE: Final = re.compile(r"""Command # \d+ \(.*\) of pipeline caused error: \(?["']?(.*?)["']?,?\)?$""")
REDIS_TIMEOUT_SECONDS: Final = 2.0
"""Seconds after which Redis counts as down: the hint precedes our response, for which Slack waits 3 seconds."""
_SILENCE_SECONDS: Final = 10.0
"""Seconds without an answer after which a connection is given up: the host may have vanished without a word."""

_FIRST_HINT: Final = 1
"""The number of the hint for new work; the sweep continues from there."""

_AT_ONCE: Final = 200
"""How many hints are sent in one sweep at most."""

_log = structlog.get_logger(__name__)


def serialize(job: dict[str, Any]) -> bytes:
    """Serialise a job as JSON: unlike a pickle, it can't run code. A failed job's error becomes its text."""
    return json.dumps(job, default=str).encode()


def deserialize(data: bytes) -> dict[str, Any]:
    """Read what `serialize` wrote."""
    job: dict[str, Any] = json.loads(data)
    return job


class ArqQueue:
    """Hints as arq jobs. Job ids contain the hint's number, because arq ignores an id that it saw within the hour."""

    def __init__(self, store: Store, redis: ArqRedis, name: str) -> None:
        """`name` is the queue's name in Redis."""
        self.is_refused = asyncio.Event()
        """Set when Redis takes no hint for work that is due: it has to be done without one."""
        self.are_taken = True
        """Whether Redis took the last hint. While it doesn't, nobody's hints count, and due work waits for none."""
        self._store = store
        self._redis = redis
        self._name = name

    async def hint(self, work: UUID) -> None:
        await self._enqueue(work, _FIRST_HINT)

    async def hint_due(self, *, silence: float) -> int:
        """Send hints for due work without a hint in the last `silence` seconds; return how many were sent.

        While Redis takes none, one is tried for any due work.
        """
        silence, limit = (silence, _AT_ONCE) if self.are_taken else (0, 1)
        sent = 0
        for work, number in await self._store.hint_due_work(silence=silence, limit=limit):
            if not await self._enqueue(work, number):
                self.is_refused.set()
                break  # Redis is down: the sweep hints at the rest again
            sent += 1
        return sent

    async def _enqueue(self, work: UUID, number: int) -> bool:
        payload = {"v": PAYLOAD_VERSION, "work": str(work)}
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                job = self._redis.enqueue_job(JOB, payload, _job_id=f"{work}:{number}", _queue_name=self._name)
                await noticing_cancellation(job)  # redis-py sends with wait_for
        except (RedisError, OSError) as error:
            _log.warning(
                "hint_lost", work=str(work), error=type(error).__name__, reason=redis_problem(error)
            )  # the sweep hints again
            self.are_taken = False
        else:
            self.are_taken = True
        return self.are_taken


def tls_options(redis_url: str) -> dict[str, bool]:
    """Return what a client of Redis also needs: by default, redis-py takes any other host's certificate, too.

    An address that turns verification off (`?ssl_cert_reqs=none`) still does.
    """
    address = urlsplit(redis_url)
    verifies = dict(parse_qsl(address.query)).get("ssl_cert_reqs") in {None, "required"}
    return {"ssl_check_hostname": True} if address.scheme == "rediss" and verifies else {}


def redis_problem(error: Exception) -> str:
    """Return what is wrong with Redis, in one line. Of an error in a pipeline, the command comes first, and is long."""
    said = _IN_PIPELINE.sub(r"\1", " ".join(str(error).split()))
    return certificate_problem(error, "Redis") or said or type(error).__name__


def redis_remedy(error: Exception) -> str:
    """Say what to do about it: a Redis that answers with an error is running, and at the address that is set."""
    if isinstance(error, ResponseError):
        return (
            "It accepts no hints: check its memory (maxmemory), its disk and its user's rights; it can't be a replica."
        )
    return "Check REUNITE_REDIS_URL, and that the server is running."


async def take(redis: ArqRedis, job: str) -> None:
    """Take a hint that is being followed out of the queue: arq would ask about it ten times a second until it ends.

    If its worker is killed, the sweep hints at the work again, as after any lost hint.
    """
    with suppress(RedisError, OSError):  # a timeout is an OSError
        async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):  # the work isn't leased yet: it could be waiting
            await redis.zrem(redis.default_queue_name, job)


def redis_client(redis_url: str, name: str) -> ArqRedis:
    """Return a client that connects when it's used."""
    redis: ArqRedis = ArqRedis.from_url(
        redis_url,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        socket_timeout=_SILENCE_SECONDS,
        **tls_options(redis_url),
    )
    redis.job_serializer, redis.job_deserializer, redis.default_queue_name = serialize, deserialize, name
    return redis


@asynccontextmanager
async def connect(store: Store, redis_url: str, name: str) -> AsyncIterator[ArqQueue]:
    """Open a queue of hints; a Redis that is down is only logged, because posts are answered without hints, too.

    Raises RedisError if the settings are why it can't be used: waiting wouldn't help.
    """
    redis = redis_client(redis_url, name)
    try:
        hints = ArqQueue(store, redis, name)
        hints.are_taken = await _is_up(redis)
        yield hints
    finally:
        await redis.aclose()


async def _is_up(redis: ArqRedis) -> bool:
    try:
        async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
            await redis.ping()
    except (RedisError, OSError) as error:
        if _is_lasting(error):
            raise
        _log.warning(
            "redis_unreachable",
            error=type(error).__name__,
            reason=redis_problem(error),
            remedy=redis_remedy(error),
        )
        return False
    return True


def _is_lasting(error: Exception) -> bool:
    """Return whether someone has to do something about it: waiting doesn't help."""
    refusals = AuthenticationError | NoPermissionError
    return certificate_problem(error) is not None or any(isinstance(each, refusals) for each in causes(error))
