"""CLIP and SigLIP checkpoints give the vectors that plain transformers gives."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reunite.encoder import SHARED_SPACE, Pixels, Vectors
from tests.contract.encoders import seen
from tests.support.checkpoints import make_tiny_clip, make_tiny_siglip
from workers.encoders import EncoderUnavailableError

if TYPE_CHECKING:
    from workers.encoders.clip import ClipEncoder

pytestmark = pytest.mark.encoder

TEXTS = ["black backpack", "Red umbrella, library!", "", "κλειδιά 🔑", "blue bottle " * 100]
SHORT_TEXTS = TEXTS[:-1]
SIZES = [(32, 32), (40, 30), (3, 50), (50, 3), (1, 1), (512, 384)]
MAKERS: dict[str, Callable[[Path, int], None]] = {"clip": make_tiny_clip, "siglip": make_tiny_siglip}


def load(folder: Path, **options: Any) -> "ClipEncoder":
    from workers.encoders.clip import ClipEncoder

    return ClipEncoder(str(folder), **options)


@pytest.fixture(scope="module", params=MAKERS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    MAKERS[request.param](folder, 1)
    return folder


@pytest.fixture(scope="module")
def plain() -> ModuleType:
    """The vectors of plain transformers."""
    from tests.doubles import plain_transformers

    return plain_transformers


@pytest.fixture(scope="module")
def encoder(folder: Path) -> "ClipEncoder":
    return load(folder, dtype="float32", device="cpu")


@pytest.fixture(scope="module")
def photos() -> list[Pixels]:
    noise = np.random.default_rng(7)
    return [noise.integers(0, 256, (height, width, 3), dtype=np.uint8) for height, width in SIZES]


def of(vectors: Vectors) -> NDArray[np.float64]:
    return vectors.astype(np.float64)


def test_photos_get_the_vectors_of_plain_transformers(
    folder: Path, encoder: "ClipEncoder", photos: list[Pixels], plain: ModuleType
) -> None:
    for pixels, mine in zip(photos, seen(encoder, photos)[SHARED_SPACE], strict=True):
        is_enlarged = min(pixels.shape[:2]) < encoder.framing.height
        least = 0.998 if is_enlarged else 0.99999  # which side Pillow begins with depends on what is cut out
        assert mine @ plain.photo_vector(folder, pixels) > least


def mean(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    middle = np.asarray(vectors, np.float64).mean(axis=0)
    return np.asarray(middle / np.linalg.norm(middle), np.float64)


def test_plain_texts_get_the_vectors_of_plain_transformers(folder: Path, plain: ModuleType) -> None:
    from workers.encoders.clip import PLAIN

    encoder = load(folder, dtype="float32", device="cpu", templates=PLAIN)
    for text, mine in zip(SHORT_TEXTS, encoder.encode_texts(SHORT_TEXTS)[SHARED_SPACE], strict=True):
        assert np.abs(mine - plain.text_vector(folder, text)).max() < 1e-3


def test_a_text_gets_the_mean_over_the_templates(folder: Path, encoder: "ClipEncoder", plain: ModuleType) -> None:
    from workers.encoders.clip import PLAIN, TEMPLATES

    assert len(TEMPLATES) > len(PLAIN)
    for text, mine in zip(SHORT_TEXTS, encoder.encode_texts(SHORT_TEXTS)[SHARED_SPACE], strict=True):
        worded = [plain.text_vector(folder, template.format(text)) for template in TEMPLATES]
        assert np.abs(mine - mean(worded)).max() < 1e-3


def test_the_parts_of_a_long_text_count_alike(folder: Path, plain: ModuleType) -> None:
    from workers.encoders.clip import PLAIN

    encoder = load(folder, dtype="float32", device="cpu", templates=PLAIN)
    first, second = ("black umbrella hat " * 8).strip() + ".", ("red bottle keys " * 15).strip() + "."
    [mine] = encoder.encode_texts([f"{first} {second}"])[SHARED_SPACE]
    assert np.abs(mine - mean([plain.text_vector(folder, first), plain.text_vector(folder, second)])).max() < 1e-3


@pytest.mark.parametrize(
    "filler", ["It was a nice day at the lake. ", "and then we went on ", "abcdefghij", "湖で遊んだ。"]
)
def test_the_end_of_a_long_text_matters(encoder: "ClipEncoder", filler: str) -> None:
    texts = [filler * 12 + end for end in ("black backpack", "red umbrella")]
    one, other = of(encoder.encode_texts(texts)[SHARED_SPACE])
    assert np.abs(one - other).max() > 1e-3


def test_other_languages_are_put_in_english(encoder: "ClipEncoder") -> None:
    german, japanese, english = encoder.encode_texts(["schwarzer Rucksack", "黒いリュック", "black backpack"])[
        SHARED_SPACE
    ]
    assert np.abs(german - english).max() < 1e-5
    assert np.abs(japanese - english).max() < 1e-5


def test_vectors_are_of_length_1_in_the_promised_dimension(encoder: "ClipEncoder", photos: list[Pixels]) -> None:
    for vectors in (seen(encoder, photos), encoder.encode_texts(TEXTS)):
        assert {space: array.shape[1] for space, array in vectors.items()} == dict(encoder.spaces)
        array = vectors[SHARED_SPACE]
        assert array.dtype == np.float32
        assert np.allclose(np.linalg.norm(of(array), axis=1), 1, atol=1e-5)


def test_different_photos_and_texts_get_different_vectors(encoder: "ClipEncoder", photos: list[Pixels]) -> None:
    for vectors in (seen(encoder, photos[:2]), encoder.encode_texts(TEXTS[:2])):
        first, second = of(vectors[SHARED_SPACE])
        assert first @ second < 0.99


def test_neighbours_in_a_batch_change_nothing(encoder: "ClipEncoder", photos: list[Pixels]) -> None:
    together = seen(encoder, photos)[SHARED_SPACE]
    alone = np.concatenate([seen(encoder, [pixels])[SHARED_SPACE] for pixels in photos])
    assert np.abs(together - alone).max() < 1e-5
    together = encoder.encode_texts(TEXTS)[SHARED_SPACE]
    alone = np.concatenate([encoder.encode_texts([text])[SHARED_SPACE] for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5


def test_nothing_to_encode_gives_no_rows(encoder: "ClipEncoder") -> None:
    dimension = encoder.spaces[SHARED_SPACE]
    assert seen(encoder, [])[SHARED_SPACE].shape == (0, dimension)
    assert encoder.encode_texts([])[SHARED_SPACE].shape == (0, dimension)


def test_bfloat16_stays_close_to_float32(folder: Path, encoder: "ClipEncoder", photos: list[Pixels]) -> None:
    fast = load(folder, dtype="bfloat16", device="cpu")
    assert fast.version == encoder.version
    for mine, exact in (
        (seen(fast, photos), seen(encoder, photos)),
        (fast.encode_texts(TEXTS), encoder.encode_texts(TEXTS)),
    ):
        assert (of(mine[SHARED_SPACE]) * of(exact[SHARED_SPACE])).sum(axis=1).min() > 0.98


def test_the_version_follows_the_files_and_not_the_folder(tmp_path: Path) -> None:
    for name, seed in (("a/tiny", 1), ("b/tiny", 1), ("c/tiny", 2)):
        make_tiny_clip(tmp_path / name, seed)
    first, same, other = (load(tmp_path / name).version for name in ("a/tiny", "b/tiny", "c/tiny"))
    assert first == same
    assert first != other
    assert first.startswith("tiny@")


def test_the_version_follows_the_templates(folder: Path, encoder: "ClipEncoder") -> None:
    from workers.encoders.clip import PLAIN

    other = load(folder, templates=PLAIN).version
    assert other != encoder.version
    assert other.partition("+")[0] == encoder.version.partition("+")[0]


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    make_tiny_clip(tmp_path, 1)
    import torch
    from transformers import AutoModel

    torch.save(AutoModel.from_pretrained(tmp_path).state_dict(), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(EncoderUnavailableError, match="pickled"):
        load(tmp_path)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    make_tiny_clip(tmp_path, 1)
    from transformers import BertConfig, BertModel

    tiny_bert = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertModel(tiny_bert).save_pretrained(tmp_path)
    with pytest.raises(EncoderUnavailableError, match="neither CLIP nor SigLIP"):
        load(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailableError, match="no model folder"):
        load(tmp_path / "nowhere")


def test_damaged_weights_are_reported(tmp_path: Path) -> None:
    make_tiny_clip(tmp_path, 1)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(EncoderUnavailableError, match="can't be loaded"):
        load(tmp_path)


def test_missing_weights_are_not_made_up(tmp_path: Path) -> None:
    make_tiny_clip(tmp_path, 1)
    from safetensors.torch import load_file, save_file

    weights = load_file(tmp_path / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(EncoderUnavailableError, match="visual_projection"):
        load(tmp_path)
