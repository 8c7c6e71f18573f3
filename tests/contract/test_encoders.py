"""The encoders that load in seconds keep the port's promises; the real ones are held to the same in integration."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from reunite.encoder import Encoder
from tests.contract.encoders import PHOTOS, TEXTS, EncoderContract, assert_same, seen
from tests.doubles.colour_encoder import ColourEncoder
from tests.support.checkpoints import make_tiny_clip
from workers.batching import BatchingEncoder
from workers.framing import framed

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-clip")
    make_tiny_clip(folder, 1)
    return folder


@pytest.fixture(scope="module", params=["colours", "clip"])
def make(request: pytest.FixtureRequest, checkpoint: Path) -> Callable[[], Encoder]:
    if request.param == "colours":
        return ColourEncoder
    from workers.encoders.clip import ClipEncoder

    return lambda: ClipEncoder(str(checkpoint))


@pytest.fixture(scope="module")
def encoder(make: Callable[[], Encoder]) -> Encoder:
    return make()


@pytest.fixture(scope="module")
def twin(make: Callable[[], Encoder]) -> Encoder:
    return make()


class TestContract(EncoderContract):
    pass


@pytest.fixture
async def batching(encoder: Encoder) -> AsyncIterator[BatchingEncoder]:
    batching = BatchingEncoder(encoder, max_batch=3, max_wait_ms=20)
    yield batching
    await batching.close()


async def test_batches_give_everyone_the_vectors_of_a_direct_call(encoder: Encoder, batching: BatchingEncoder) -> None:
    photos, texts, *alone = await asyncio.gather(
        batching.images([framed(photo, encoder.framing) for photo in PHOTOS]),
        batching.texts(TEXTS),
        *(batching.texts([text]) for text in TEXTS),
    )
    assert_same(photos, seen(encoder, PHOTOS), 1e-3)
    assert_same(texts, encoder.encode_texts(TEXTS), 1e-3)
    assert_same(texts, {space: np.concatenate([vectors[space] for vectors in alone]) for space in texts}, 1e-3)


async def test_a_batch_of_nothing_is_nothing(encoder: Encoder, batching: BatchingEncoder) -> None:
    for nothing, direct in (
        (await batching.images([]), seen(encoder, [])),
        (await batching.texts([]), encoder.encode_texts([])),
    ):
        assert {space: vectors.shape for space, vectors in nothing.items()} == {
            space: vectors.shape for space, vectors in direct.items()
        }
