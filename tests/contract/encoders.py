"""What every encoder has to keep, as tests to inherit: a subclass's module gives the fixtures `encoder` and `twin`."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from reunite.encoder import PHOTO_SPACE, SHARED_SPACE, TEXT_SPACE, Encoder, Pixels, Vectors
from workers.framing import framed

TEXTS = ["black rucksack", "red bottle with stickers, lost near the library on Tuesday", "", "ключи 🔑", "blue " * 300]
ODD_TEXTS = [
    "black umbrella", "schwarzer Regenschirm", "parapluie noir, œuvré", "paraguas negro ¿?", "чёрный зонт",
    "ßẞſ ǅ", "μαύρη ομπρέλα", "黑色雨伞", "黒い傘です。", "검은 우산", "ร่มสีดำ", "काला छाता", "כובע אדום", "قبعة حمراء",
    "Şemsiye İĞ", " ", "\n\t\r\n", "...", "\N{BILLED CAP}👩‍👩‍👧‍👦🏳️‍🌈", "e\u0301\u0301\u0301",
    "\u202eright to left\u202c", "\u200b", "\ufeff", "\x00\x01\x7f", "\ufffd\uffff\U0010ffff",
    "<|endoftext|> [CLS] </s>", "{} {0} %s $x", "<b>@everyone</b>",
    "a" * 5000, "🔑" * 500, "1" * 99,
]  # fmt: skip


def noise(height: int, width: int, seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


PHOTOS = [noise(512, 384, 1), noise(30, 500, 2), noise(1, 1, 3), np.zeros((64, 64, 3), np.uint8), noise(3, 512, 5)]


def seen(encoder: Encoder, photos: Sequence[Pixels]) -> Mapping[str, Vectors]:
    """Embed photos by the views that the encoder wants."""
    return encoder.encode_images([framed(photo, encoder.framing) for photo in photos])


def assert_same(some: Mapping[str, Vectors], others: Mapping[str, Vectors], atol: float) -> None:
    """Two rows of length 1 are the same where their cosine is 1."""
    assert some.keys() == others.keys()
    for space, vectors in some.items():
        np.testing.assert_allclose((vectors * others[space]).sum(axis=1), 1, atol=atol)


def assert_rows(encoder: Encoder, encoded: Mapping[str, Vectors], spaces: set[str], rows: int) -> None:
    assert set(encoded) == spaces & set(encoder.spaces)
    for space, vectors in encoded.items():
        assert vectors.dtype == np.dtype(np.float32)
        assert vectors.shape == (rows, encoder.spaces[space])
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


class EncoderContract:
    """Inherit it in a test module."""

    def test_it_says_which_spaces_it_has_and_what_it_is(self, encoder: Encoder) -> None:
        assert {SHARED_SPACE} <= set(encoder.spaces) <= {SHARED_SPACE, PHOTO_SPACE, TEXT_SPACE}
        assert min(encoder.spaces.values()) > 1
        assert encoder.version.strip()

    def test_rows_have_length_one_and_the_dimension_of_their_space(self, encoder: Encoder) -> None:
        assert_rows(encoder, seen(encoder, PHOTOS), {SHARED_SPACE, PHOTO_SPACE}, len(PHOTOS))
        assert_rows(encoder, encoder.encode_texts(TEXTS), {SHARED_SPACE, TEXT_SPACE}, len(TEXTS))

    def test_nothing_in_nothing_out(self, encoder: Encoder) -> None:
        assert_rows(encoder, seen(encoder, []), {SHARED_SPACE, PHOTO_SPACE}, 0)
        assert_rows(encoder, encoder.encode_texts([]), {SHARED_SPACE, TEXT_SPACE}, 0)

    def test_vectors_do_not_depend_on_their_batch_or_its_order(self, encoder: Encoder) -> None:
        for together, backwards, alone in (
            (
                seen(encoder, PHOTOS),
                seen(encoder, PHOTOS[::-1]),
                [seen(encoder, [photo]) for photo in PHOTOS],
            ),
            (
                encoder.encode_texts(TEXTS),
                encoder.encode_texts(TEXTS[::-1]),
                [encoder.encode_texts([text]) for text in TEXTS],
            ),
        ):
            assert_same(together, {space: vectors[::-1] for space, vectors in backwards.items()}, 1e-3)
            assert_same(
                together, {space: np.concatenate([vectors[space] for vectors in alone]) for space in together}, 1e-3
            )

    def test_equal_versions_give_equal_vectors(self, encoder: Encoder, twin: Encoder) -> None:
        assert (twin.version, dict(twin.spaces)) == (encoder.version, dict(encoder.spaces))
        assert_same(seen(encoder, PHOTOS), seen(twin, PHOTOS), 1e-5)
        assert_same(encoder.encode_texts(TEXTS), twin.encode_texts(TEXTS), 1e-5)

    def test_any_text_has_a_vector(self, encoder: Encoder) -> None:
        assert_rows(encoder, encoder.encode_texts(ODD_TEXTS), {SHARED_SPACE, TEXT_SPACE}, len(ODD_TEXTS))

    @pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 512), (512, 1), (2, 3), (3, 3), (512, 512)])
    def test_a_photo_of_any_shape_has_a_vector(self, encoder: Encoder, height: int, width: int) -> None:
        photos = [np.full((height, width, 3), grey, np.uint8) for grey in (0, 255)]
        assert_rows(encoder, seen(encoder, photos), {SHARED_SPACE, PHOTO_SPACE}, len(photos))
