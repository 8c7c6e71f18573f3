"""Vectors from a file: found by file name and text, and every mistake named."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.errors import UsageError
from cli.tuning.posts_file import SetPost
from cli.vectors import VectorFile, vector_file
from reunite.encoder import SHARED_SPACE
from reunite.matching.defaults import for_encoder
from workers.precomputed_vectors import VectorFileError, read_vectors

GOOD: dict[str, Any] = {
    "photos": np.array([[3, 4], [0, 2]], np.float16),
    "photo_names": np.array(["a.jpg", "photos/b.jpg"]),
    "texts": np.array([[1, 0], [0, 1], [1, 1]], np.float32),
    "text_strings": np.array(["my keys and a red umbrella", "blue  cup\n", "a wallet"]),
}
BLACK = np.zeros((1, 1, 3), np.uint8)


def npz(folder: Path, **changed: Any) -> Path:
    arrays = {name: array for name, array in {**GOOD, **changed}.items() if array is not None}
    np.savez(folder / "vectors.npz", **arrays)
    return folder / "vectors.npz"


def row(name: str, *photos: str, text: str = "") -> SetPost:
    return SetPost(id=name, photos=tuple(Path(photo) for photo in photos), text=text)


async def test_photos_are_found_by_file_name_and_texts_whatever_their_blanks(tmp_path: Path) -> None:
    vectors = read_vectors(npz(tmp_path), "openai/clip-vit-base-patch16")
    assert vectors.spaces == {SHARED_SPACE: 2}
    assert (await vectors.photo("a.jpg", BLACK))[SHARED_SPACE] == pytest.approx(np.array([[0.6, 0.8]]))
    assert (await vectors.photo("b.jpg", BLACK))[SHARED_SPACE].tolist() == [[0, 1]]
    assert (await vectors.text("blue cup"))[SHARED_SPACE].tolist() == [[0, 1]]


async def test_each_thing_of_a_text_has_a_vector_if_the_file_has_them_all(tmp_path: Path) -> None:
    text = "my keys and a red umbrella"
    assert len((await read_vectors(npz(tmp_path), "m").text(text))[SHARED_SPACE]) == 1
    things = np.array(["my keys", "a red umbrella", "other"])
    assert (await read_vectors(npz(tmp_path, text_strings=things), "m").text(text))[SHARED_SPACE].tolist() == [
        [1, 0],
        [0, 1],
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"texts": None, "text_strings": None}, "no array texts and no array text_strings. It has photos, photo_names"),
        ({"photos": np.ones(4)}, "photos must be rows of numbers, but is 4 of float64"),
        ({"photos": np.array([["x"]])}, "photos must be rows of numbers"),
        ({"photos": np.ones((3, 2))}, "photos has 3 rows, but photo_names has 2"),
        ({"texts": np.ones((3, 5))}, "same dimension, but photos is 2 × 2 and texts is 3 × 5"),
        ({"texts": np.array([[1, 0], [0, np.nan], [1, 1]])}, "Row 1 of the array texts isn't finite"),
        ({"photos": np.array([[1, 0], [0, 0]])}, "Row 1 of the array photos is zero"),
        ({"photo_names": np.array([1, 2])}, "photo_names must be a list of strings, but is 2 of int64"),
        ({"photo_names": np.array(["a.jpg", "x/a.jpg"])}, "photo_names has “a.jpg” twice, with different vectors"),
        ({"text_strings": np.array(["a", None, {}], object)}, "Pickled objects aren't read"),
    ],
)
def test_a_files_error_is_named(tmp_path: Path, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(VectorFileError) as raised:
        read_vectors(npz(tmp_path, **changed), "m")
    assert sentence in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"PK\3\4 and then nothing", b"\x93NUMPY", b"some text"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.npz"
    path.write_bytes(content)
    with pytest.raises(VectorFileError, match=r"isn't an \.npz file"):
        read_vectors(path, "m")
    with pytest.raises(VectorFileError, match="can't be read: No such file"):
        read_vectors(tmp_path / "none.npz", "m")


def test_a_damaged_file_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.npz"
    np.savez_compressed(path, photos=np.random.default_rng(0).random((5, 8)))
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        with suppress(VectorFileError):
            read_vectors(path, "m")


def test_unknown_photos_and_texts_are_named_before_anything_is_posted(tmp_path: Path) -> None:
    file = VectorFile(npz(tmp_path), "m")
    file.check([row("1", "x/a.jpg", text=" a wallet "), row("2", "y/b.jpg"), row("3", "x/a.jpg")])
    with pytest.raises(UsageError, match=r"vectors\.npz: The array photo_names lacks the photo “c\.jpg”\.$"):
        file.check([row("1", "x/a.jpg"), row("2", "x/c.jpg")])
    texts = [row(str(number), text=f"thing {number}") for number in range(5)]
    with pytest.raises(UsageError, match="text_strings lacks 5 texts: “thing 0”, “thing 1”, “thing 2”, …"):
        file.check(texts)
    with pytest.raises(UsageError, match="the same file name"):
        file.check([row("1", "x/a.jpg"), row("2", "y/a.jpg")])


def test_the_options_go_together(tmp_path: Path) -> None:
    assert vector_file(None, None) is None
    for path, model in ((tmp_path / "v.npz", None), (None, "m")):
        with pytest.raises(UsageError, match="--vectors and --as go together"):
            vector_file(path, model)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("openai/clip-vit-large-patch14", "clip"),
        ("google/siglip2-base-patch16-224", "clip"),
        ("concept", "concept"),
        ("concept-3-1a2b", "concept"),
        ("conceptual/clip-vit-base", "clip"),
    ],
)
def test_the_models_name_decides_which_default_weights_apply(tmp_path: Path, name: str, kind: str) -> None:
    assert for_encoder(read_vectors(npz(tmp_path), name).kind) == for_encoder(kind)
