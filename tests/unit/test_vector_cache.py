from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from reunite.encoder import Vectors
from workers.encoders.vector_cache import cache_name, cached

MADE: Vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)


def unneeded() -> Vectors:
    pytest.fail("they are kept already")


def test_vectors_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "reunite"
    assert cached("phrases", (3, 2), lambda: MADE, folder) is MADE
    np.testing.assert_array_equal(cached("phrases", (3, 2), unneeded, folder), MADE)
    assert [path.name for path in folder.iterdir()] == ["phrases.npy"], "nothing half written is left"


def file(array: Vectors, save: Callable[..., None] = np.save) -> bytes:
    content = BytesIO()
    save(content, array)
    return content.getvalue()


BROKEN = [
    b"",
    b"\x93NUMPY",
    b"no array at all",
    file(MADE)[:-1],
    file(MADE).replace(b"(3, 2), }", b"(3, {}),}"),
    file(MADE).replace(b"(3, 2), }", b"(3, 2),  "),
    file(MADE).replace(b"(3, 2), }         ", b"(3, 9999999999), }"),
    file(MADE, np.savez),
    file(MADE, np.savez)[:-9],
]


@pytest.mark.parametrize("content", BROKEN)
def test_a_damaged_file_is_made_again(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "phrases.npy").write_bytes(content)
    assert cached("phrases", (3, 2), lambda: MADE, tmp_path) is MADE
    np.testing.assert_array_equal(cached("phrases", (3, 2), unneeded, tmp_path), MADE)


OTHERS = [
    MADE[:2],
    MADE[:, :1],
    MADE[:, 0],
    MADE.reshape(3, 2, 1),
    np.float32(1),
    MADE.astype(np.float64),
    np.full_like(MADE, np.nan),
    np.full_like(MADE, np.inf),
    np.zeros_like(MADE),
    MADE * 2,
]


@pytest.mark.parametrize("other", OTHERS)
def test_other_vectors_than_expected_are_made_again(tmp_path: Path, other: Vectors) -> None:
    np.save(tmp_path / "phrases.npy", other)
    assert cached("phrases", (3, 2), lambda: MADE, tmp_path) is MADE


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert cached("phrases", (3, 2), lambda: MADE, tmp_path / "file" / "cache") is MADE
    assert cached("phrases", (3, 2), lambda: MADE, tmp_path / "file" / "cache") is MADE


def test_the_name_changes_with_each_phrase_their_order_and_the_codes_revision() -> None:
    names = [
        cache_name(revision, phrases)
        for revision, phrases in [
            ("1", ["a", "b"]),
            ("1", ["b", "a"]),
            ("1", ["a", "c"]),
            ("1", ["ab"]),
            ("2", ["a", "b"]),
        ]
    ]
    assert len(set(names)) == len(names)
    assert cache_name("1", ("a", "b")) == names[0]
