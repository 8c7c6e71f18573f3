from pathlib import Path

import numpy as np
import pytest

from reunite.encoder import Vectors
from workers.encoders.kept import kept

MADE: Vectors = np.arange(6, dtype=np.float32).reshape(3, 2)


def unneeded() -> Vectors:
    pytest.fail("they are kept already")


def test_vectors_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "reunite"
    assert kept("phrases", 3, lambda: MADE, folder) is MADE
    np.testing.assert_array_equal(kept("phrases", 3, unneeded, folder), MADE)
    assert [path.name for path in folder.iterdir()] == ["phrases.npy"], "nothing half written is left"


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"no array at all"])
def test_a_damaged_file_is_made_again(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "phrases.npy").write_bytes(content)
    assert kept("phrases", 3, lambda: MADE, tmp_path) is MADE
    np.testing.assert_array_equal(kept("phrases", 3, unneeded, tmp_path), MADE)


@pytest.mark.parametrize("other", [MADE[:2], MADE.astype(np.float64), np.full_like(MADE, np.nan)])
def test_other_vectors_than_expected_are_made_again(tmp_path: Path, other: Vectors) -> None:
    np.save(tmp_path / "phrases.npy", other)
    assert kept("phrases", 3, lambda: MADE, tmp_path) is MADE


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert kept("phrases", 3, lambda: MADE, tmp_path / "file" / "cache") is MADE
    assert kept("phrases", 3, lambda: MADE, tmp_path / "file" / "cache") is MADE
