from pathlib import Path

import numpy as np
import pytest

from reunite.encoder import PHOTO_SPACE, SHARED_SPACE, TEXT_SPACE, Pixels
from workers.encoders.concept import ConceptEncoder, read_pinned

pytestmark = pytest.mark.encoder


@pytest.fixture(scope="module")
def encoder() -> ConceptEncoder:
    return ConceptEncoder()


def noise(height: int, width: int, seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


PHOTOS = [noise(512, 384, 1), noise(30, 500, 2), noise(1, 1, 3), np.zeros((64, 64, 3), np.uint8), noise(300, 512, 5)]
TEXTS = ["black rucksack", "a blue water bottle with stickers, lost near the library on Tuesday", "keys", "", "帽子"]


def test_rows_have_length_one_and_the_dimension_of_their_space(encoder: ConceptEncoder) -> None:
    for encoded, spaces in (
        (encoder.encode_images(PHOTOS), {SHARED_SPACE, PHOTO_SPACE}),
        (encoder.encode_texts(TEXTS), {SHARED_SPACE, TEXT_SPACE}),
    ):
        assert set(encoded) == spaces
        for space, vectors in encoded.items():
            assert vectors.dtype == np.float32
            assert vectors.shape == (5, encoder.spaces[space])
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_nothing_in_nothing_out(encoder: ConceptEncoder) -> None:
    assert encoder.encode_images([])[SHARED_SPACE].shape == (0, 1000)
    assert encoder.encode_texts([])[TEXT_SPACE].shape == (0, 384)


def test_vectors_do_not_depend_on_their_batch(encoder: ConceptEncoder) -> None:
    for together, alone in (
        (encoder.encode_images(PHOTOS), [encoder.encode_images([photo]) for photo in PHOTOS]),
        (encoder.encode_texts(TEXTS), [encoder.encode_texts([text]) for text in TEXTS]),
    ):
        for space, vectors in together.items():
            apart = np.concatenate([encoded[space] for encoded in alone])
            np.testing.assert_allclose((vectors * apart).sum(axis=1), 1, atol=1e-3)


@pytest.mark.parametrize(
    ("space", "said", "same", "other"),
    [
        (SHARED_SPACE, "rucksack", "backpack", "teapot"),
        (SHARED_SPACE, "woolly hat", "beanie", "umbrella"),
        (SHARED_SPACE, "stuffed rabbit", "soft toy", "laptop"),
        (SHARED_SPACE, "my phone, black case", "smartphone", "wallet"),
        (TEXT_SPACE, "rucksack", "backpack", "teapot"),
        (TEXT_SPACE, "found a phone", "smartphone", "umbrella"),
    ],
)
def test_everyday_words_are_near_what_they_mean(
    encoder: ConceptEncoder, space: str, said: str, same: str, other: str
) -> None:
    words, right, wrong = encoder.encode_texts([said, same, other])[space]
    assert words @ right > words @ wrong + 0.1


def test_the_version_names_the_words_and_the_weights(encoder: ConceptEncoder) -> None:
    name, revision, content = encoder.version.split("-")
    assert (name, revision, len(content)) == ("concept", "3", 8)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "weights.pth"
    weights.write_bytes(b"tampered")
    with pytest.raises(ValueError, match="reinstall its package"):
        read_pinned(weights, "0" * 64)
