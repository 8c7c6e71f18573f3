"""Micro-batching: requests that arrive at about the same time are encoded together, off the event loop."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

import numpy as np
import structlog

from db.cancellation import wait_until_set
from metrics import definitions as metrics
from reunite.encoder import Encoder, Framing, NamesThings, Vectors, Views
from reunite.errors import DefectError
from reunite.text.parts import parts
from workers.freed_memory import return_freed_memory

_NICENESS: Final = 5

_log = structlog.get_logger(__name__)

Item = TypeVar("Item")


class BatchingEncoder:
    """An encoder for many concurrent tasks: one thread encodes up to `max_batch` items at a time.

    The first request waits at most `max_wait_ms` for others; requests that arrive during a batch form the next one.
    If a batch fails, each of its requests is retried alone.
    """

    def __init__(self, encoder: Encoder, max_batch: int = 16, max_wait_ms: float = 5) -> None:
        self.encoder = encoder
        self._thread = _EncoderThread()
        self._images = _Lane("photo", encoder.encode_images, self._thread, max_batch, max_wait_ms / 1000)
        self._texts = _Lane("text", encoder.encode_texts, self._thread, max_batch, max_wait_ms / 1000)

    @property
    def framing(self) -> Framing:
        return self.encoder.framing

    async def images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        """Embed photos: arrays by space, row i for image i."""
        return await self._images.encode(images)

    async def texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """Embed texts: arrays by space, row i for text i."""
        return await self._texts.encode(texts)

    async def photo(self, name: str, views: Views) -> Mapping[str, Vectors]:  # noqa: ARG002 - views are enough
        """Embed a report's photo."""
        return await self.images([views])

    async def text(self, text: str) -> Mapping[str, Vectors]:
        """Embed a report's text: row i for the i-th thing that it is about."""
        return await self.texts(parts(text) or [text])

    def things(self, photos: Vectors) -> Sequence[tuple[str, ...]]:
        """Return what photos clearly show, if the encoder can name things."""
        return self.encoder.things(photos) if isinstance(self.encoder, NamesThings) else [()] * len(photos)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is waiting to be encoded or being encoded."""
        return self._images.is_idle and self._texts.is_idle

    async def close(self) -> None:
        """Finish all requests, accept no more, and end the thread."""
        await asyncio.gather(self._images.close(), self._texts.close())
        await asyncio.to_thread(self._thread.executor.shutdown)


def _give_way() -> None:
    """Let the worker's other threads go first: they respond to others, and the encoder's would take all cores."""
    os.nice(_NICENESS)  # Linux applies it to this thread alone


@dataclass
class _Request(Generic[Item]):
    items: Sequence[Item]
    vectors: asyncio.Future[Mapping[str, Vectors]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


@dataclass
class _EncoderThread:
    """The thread that encodes, and a lane's turn to use it."""

    executor: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="encoder", initializer=_give_way)
    )
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class _Lane(Generic[Item]):
    """A queue of one kind of request, and the task that encodes while there are any."""

    def __init__(
        self,
        source: str,
        encode: Callable[[Sequence[Item]], Mapping[str, Vectors]],
        thread: _EncoderThread,
        max_batch: int,
        max_wait: float,
    ) -> None:
        self._source = source
        self._encode = encode
        self._thread = thread
        self._max_batch = max_batch
        self._max_wait = max_wait
        self._waiting: deque[_Request[Item]] = deque()
        self._full = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def encode(self, items: Sequence[Item]) -> Mapping[str, Vectors]:
        """Split into batches and wait for the vectors."""
        if self._closed:
            raise DefectError("The encoder is closed.")
        starts = range(0, max(len(items), 1), self._max_batch)
        requests = [_Request(items[start : start + self._max_batch]) for start in starts]
        self._waiting.extend(requests)
        if self._waiting_items() >= self._max_batch:
            self._full.set()
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        parts = await asyncio.gather(*(request.vectors for request in requests))
        return {space: np.concatenate([part[space] for part in parts]) for space in parts[0]}

    @property
    def is_idle(self) -> bool:
        return self._running is None or self._running.done()

    async def close(self) -> None:
        self._closed = True
        self._full.set()
        if self._running is not None:
            await self._running

    def _waiting_items(self) -> int:
        return sum(len(request.items) for request in self._waiting)

    async def _run(self) -> None:
        await wait_until_set(self._full, self._max_wait)
        while self._waiting:
            async with self._thread.turn:  # what arrives while the other lane has it joins the batch
                await self._finish_or_fail(self._next_batch())
        if not self._closed:
            self._full.clear()
        with suppress(RuntimeError):  # the thread is ending, or couldn't start
            self._thread.executor.submit(return_freed_memory)

    def _next_batch(self) -> list[_Request[Item]]:
        batch = [self._waiting.popleft()]
        room = self._max_batch - len(batch[0].items)
        while self._waiting and len(self._waiting[0].items) <= room:
            batch.append(self._waiting.popleft())
            room -= len(batch[-1].items)
        return batch

    async def _finish_or_fail(self, batch: list[_Request[Item]]) -> None:
        """Encode a batch. If that fails, its requests get the error, and the next batch follows."""
        try:
            await self._finish(batch)
        except Exception as error:  # noqa: BLE001 - passed on to the requests
            _log.exception("batch_defect", source=self._source)
            _fail(batch, error)

    async def _finish(self, batch: list[_Request[Item]]) -> None:
        items = [item for request in batch for item in request.items]
        try:
            with metrics.EMBEDDING_SECONDS.labels(self._source).time():
                vectors = await asyncio.get_running_loop().run_in_executor(
                    self._thread.executor, _run_safely, self._encode, items
                )
            answers = list(_shares(vectors, batch))
        except Exception as error:  # noqa: BLE001 - passed on to the requests
            if len(batch) > 1:
                for request in batch:
                    await self._finish([request])
            else:
                _fail(batch, error)
            return
        metrics.EMBEDDINGS.labels(self._source).inc(len(items))
        for request, answer in zip(batch, answers, strict=True):
            if not request.vectors.done():  # the caller may have stopped waiting
                request.vectors.set_result(answer)


def _run_safely(
    encode: Callable[[Sequence[Item]], Mapping[str, Vectors]], items: Sequence[Item]
) -> Mapping[str, Vectors]:
    try:
        return encode(items)
    except Exception:
        raise
    except BaseException as error:  # a panic in a library's Rust code
        raise DefectError(f"The encoder failed: {type(error).__name__}: {error}") from error


def _fail(batch: Sequence[_Request[Item]], error: Exception) -> None:
    for request in batch:
        if not request.vectors.done():
            request.vectors.set_exception(error)


def _shares(vectors: Mapping[str, Vectors], batch: Sequence[_Request[Item]]) -> Iterator[Mapping[str, Vectors]]:
    """Yield each request's rows of a batch's vectors."""
    row = 0
    for request in batch:
        rows = slice(row, row + len(request.items))
        row = rows.stop
        yield {space: array[rows] for space, array in vectors.items()}
