"""Many tasks share batches, and none of them holds up the event loop or fails for another."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence

import numpy as np
import pytest

from metrics import definitions as metrics
from reunite.encoder import SHARED_SPACE, TEXT_SPACE, WHOLE, Framing, Vectors, Views
from reunite.errors import DefectError
from tests.support.waiting import PATIENCE, eventually
from workers.batching import BatchingEncoder

pytestmark = pytest.mark.untraced


class SmallEncoder:
    """Computes simple vectors, slowly if wanted, refuses all-black photos, and remembers its batches."""

    version = "small@1"
    spaces: Mapping[str, int] = {SHARED_SPACE: 4, TEXT_SPACE: 3}
    framing: Framing = WHOLE

    def __init__(self) -> None:
        self.seconds = 0.0
        self.batches: list[int] = []
        self.threads: set[str] = set()
        self.started = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def encode_images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        self._work(len(images))
        if any(not image.any() for image in images):
            raise ValueError("all black")
        rows = [[*image.mean(axis=(0, 1, 2)), 1.0] for image in images]
        return {SHARED_SPACE: np.array(rows, np.float32).reshape(-1, 4)}

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        self._work(len(texts))
        return {
            SHARED_SPACE: np.array([[len(text), 1, 1, 1] for text in texts], np.float32).reshape(-1, 4),
            TEXT_SPACE: np.array([[len(text), text.count("a"), 1] for text in texts], np.float32).reshape(-1, 3),
        }

    def _work(self, items: int) -> None:
        self.batches.append(items)
        self.threads.add(threading.current_thread().name)
        self.started.set()
        self.may_end.wait()
        time.sleep(self.seconds)


@pytest.fixture
def encoder() -> SmallEncoder:
    return SmallEncoder()


@pytest.fixture
async def batching(encoder: SmallEncoder) -> AsyncIterator[BatchingEncoder]:
    batching = BatchingEncoder(encoder, max_batch=16, max_wait_ms=20)
    yield batching
    await batching.close()


def photo(number: int) -> Views:
    return np.full((1, 4, 5, 3), number, np.uint8)


async def test_requests_at_the_same_time_share_batches(encoder: SmallEncoder, batching: BatchingEncoder) -> None:
    await asyncio.gather(*(batching.images([photo(number)]) for number in range(1, 41)))
    assert encoder.batches == [16, 16, 8]


async def test_a_lonely_request_waits_only_a_moment(encoder: SmallEncoder, batching: BatchingEncoder) -> None:
    await batching.texts(["hat"])
    assert encoder.batches == [1]


async def test_everyone_gets_the_vectors_of_a_direct_call(encoder: SmallEncoder, batching: BatchingEncoder) -> None:
    wanted = [[photo(number + extra) for extra in range(number % 4 + 1)] for number in range(1, 30)]
    texts = [["a" * number, "hat"] for number in range(20)]
    got_images, got_texts = await asyncio.gather(
        asyncio.gather(*(batching.images(images) for images in wanted)),
        asyncio.gather(*(batching.texts(pair) for pair in texts)),
    )
    for images, got in zip(wanted, got_images, strict=True):
        np.testing.assert_array_equal(got[SHARED_SPACE], encoder.encode_images(images)[SHARED_SPACE])
    for pair, got in zip(texts, got_texts, strict=True):
        for space, vectors in encoder.encode_texts(pair).items():
            np.testing.assert_array_equal(got[space], vectors)


async def test_no_batch_is_bigger_than_allowed_and_long_requests_are_split(
    encoder: SmallEncoder, batching: BatchingEncoder
) -> None:
    texts = ["a" * length for length in range(50)]
    long, short = await asyncio.gather(batching.texts(texts), batching.texts(["hat"] * 9))
    assert long[TEXT_SPACE][:, 0].tolist() == list(range(50))
    assert len(short[TEXT_SPACE]) == 9
    assert max(encoder.batches) <= 16
    assert sum(encoder.batches) == 59


async def test_nothing_to_encode_gives_no_rows(batching: BatchingEncoder) -> None:
    assert (await batching.images([]))[SHARED_SPACE].shape == (0, 4)


async def test_the_loop_keeps_ticking_while_one_thread_encodes(
    encoder: SmallEncoder, batching: BatchingEncoder
) -> None:
    encoder.may_end.clear()
    work = asyncio.gather(batching.images([photo(1)]), batching.texts(["hat"]))
    await eventually(encoder.started.is_set)  # in the loop, while the thread waits
    encoder.may_end.set()
    await work
    assert len(encoder.threads) == 1
    assert threading.current_thread().name not in encoder.threads


async def test_requests_during_a_batch_make_up_the_next(encoder: SmallEncoder, batching: BatchingEncoder) -> None:
    encoder.may_end.clear()
    first = asyncio.create_task(batching.images([photo(1)]))
    await asyncio.to_thread(encoder.started.wait)
    others = [asyncio.create_task(batching.images([photo(number)])) for number in range(1, 11)]
    await asyncio.sleep(0)  # each has asked
    encoder.may_end.set()
    await asyncio.gather(first, *others)
    assert encoder.batches == [1, 10]


async def test_what_waits_when_a_batch_is_done_waits_for_no_others(encoder: SmallEncoder) -> None:
    batching = BatchingEncoder(encoder, max_batch=2, max_wait_ms=60_000)
    encoder.seconds = 0.1
    full = asyncio.create_task(batching.images([photo(1), photo(2)]))
    await asyncio.to_thread(encoder.started.wait)
    await asyncio.wait_for(batching.images([photo(3)]), PATIENCE)
    await full
    assert encoder.batches == [2, 1]
    await batching.close()


async def test_texts_that_arrive_while_photos_are_encoded_share_a_batch(
    encoder: SmallEncoder, batching: BatchingEncoder
) -> None:
    encoder.may_end.clear()
    photos = asyncio.create_task(batching.images([photo(1)]))
    await asyncio.to_thread(encoder.started.wait)
    first = asyncio.create_task(batching.texts(["hat"]))
    await asyncio.sleep(0.1)  # longer than it waits for others
    second = asyncio.create_task(batching.texts(["cap"]))
    await asyncio.sleep(0)
    encoder.may_end.set()
    await asyncio.gather(photos, first, second)
    assert encoder.batches == [1, 2]


async def test_one_bad_photo_fails_alone(batching: BatchingEncoder) -> None:
    answers = await asyncio.gather(*(batching.images([photo(n)]) for n in (1, 2, 0, 3)), return_exceptions=True)
    assert [isinstance(answer, ValueError) for answer in answers] == [False, False, True, False]
    assert (await batching.images([photo(4)]))[SHARED_SPACE][0, 0] == 4


async def test_one_who_stops_waiting_takes_nobody_along(encoder: SmallEncoder, batching: BatchingEncoder) -> None:
    encoder.seconds = 0.05
    impatient = asyncio.create_task(batching.images([photo(1)]))
    patient = asyncio.create_task(batching.images([photo(2)]))
    await asyncio.to_thread(encoder.started.wait)
    impatient.cancel()
    assert (await patient)[SHARED_SPACE][0, 0] == 2
    assert encoder.batches == [2]


async def test_closing_finishes_what_was_asked_and_takes_nothing_more(encoder: SmallEncoder) -> None:
    batching = BatchingEncoder(encoder, max_wait_ms=10_000)
    asked = asyncio.create_task(batching.images([photo(1)]))
    await asyncio.sleep(0)
    await asyncio.wait_for(batching.close(), PATIENCE)
    assert (await asked)[SHARED_SPACE].shape == (1, 4)
    with pytest.raises(DefectError):
        await batching.texts(["hat"])


async def test_vectors_that_cannot_be_told_apart_are_an_error_for_everyone_who_waits(
    encoder: SmallEncoder, batching: BatchingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching._images, "_encode", lambda _: None)
    asked = (batching.images([photo(number)]) for number in range(1, 4))
    answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), PATIENCE)
    assert {type(answer) for answer in answers} == {AttributeError}
    monkeypatch.setattr(batching._images, "_encode", encoder.encode_images)
    assert (await batching.images([photo(1)]))[SHARED_SPACE].shape == (1, 4)


class Panic(BaseException):
    """What a library written in Rust raises for its own defect: no Exception."""


async def test_a_library_that_panics_fails_its_request_alone(
    encoder: SmallEncoder, batching: BatchingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode(texts: Sequence[str]) -> Mapping[str, Vectors]:
        if "panic" in texts:
            raise Panic
        return encoder.encode_texts(texts)

    monkeypatch.setattr(batching._texts, "_encode", encode)
    asked = (batching.texts([text]) for text in ("hat", "panic", "cap"))
    answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), PATIENCE)
    assert [isinstance(answer, DefectError) for answer in answers] == [False, True, False]


async def test_whatever_goes_wrong_around_a_batch_is_an_error_for_its_requests_and_the_next_goes_on(
    batching: BatchingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(metrics.EMBEDDINGS, "labels", lambda _: None)
        asked = (batching.images([photo(number)]) for number in range(1, 41))  # three batches
        answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), PATIENCE)
    assert {type(answer) for answer in answers} == {AttributeError}
    assert (await batching.images([photo(1)]))[SHARED_SPACE].shape == (1, 4)
