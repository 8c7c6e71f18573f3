"""A multilingual checkpoint (SigLIP 2) reads texts in their own language, as plain transformers does."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reunite.encoder import SHARED_SPACE
from tests.contract.encoders import PHOTOS, seen
from tests.support.checkpoints import make_tiny_siglip2

if TYPE_CHECKING:
    from workers.encoders.clip import ClipEncoder

pytestmark = pytest.mark.encoder

TEXTS = ["Black backpack", "schwarzer Rucksack", "黒い傘 🔑", ""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("siglip2")
    make_tiny_siglip2(folder, 1)
    return folder


@pytest.fixture(scope="module")
def encoder(folder: Path) -> "ClipEncoder":
    from workers.encoders.clip import ClipEncoder

    return ClipEncoder(str(folder), dtype="float32", device="cpu")


def test_texts_and_photos_get_the_vectors_of_plain_transformers(folder: Path, encoder: "ClipEncoder") -> None:
    from tests.doubles import plain_transformers

    for text, mine in zip(TEXTS, encoder.encode_texts(TEXTS)[SHARED_SPACE], strict=True):
        assert np.abs(mine - plain_transformers.text_vector(folder, text)).max() < 1e-3
    [mine] = seen(encoder, PHOTOS[:1])[SHARED_SPACE]
    assert np.abs(mine - plain_transformers.photo_vector(folder, PHOTOS[0])).max() < 1e-3


def test_nothing_is_put_in_english_but_capitals_do_not_count(encoder: "ClipEncoder") -> None:
    german, english, shouted = encoder.encode_texts(["schwarzer Rucksack", "black backpack", "BLACK BACKPACK"])[
        SHARED_SPACE
    ]
    assert np.abs(german - english).max() > 1e-3
    assert np.abs(shouted - english).max() < 1e-6


def test_what_is_not_there_is_left_out(encoder: "ClipEncoder") -> None:
    negated, plain = encoder.encode_texts(["backpack, not black", "backpack"])[SHARED_SPACE]
    assert negated @ plain > encoder.encode_texts(["backpack, black"])[SHARED_SPACE][0] @ plain


def test_the_version_does_not_follow_the_tables_that_are_not_used(encoder: "ClipEncoder", folder: Path) -> None:
    from workers.encoders.clip import PLAIN, TEMPLATES, ClipEncoder

    assert ClipEncoder(str(folder), templates=PLAIN).version == encoder.version
    assert ClipEncoder(str(folder), templates=TEMPLATES).version != encoder.version
