"""Vectors that are always the same, kept in a file so that the next start needn't compute them."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from reunite.encoder import Vectors


def kept(name: str, rows: int, make: Callable[[], Vectors], folder: Path | None = None) -> Vectors:
    """Return the vectors kept under this name; where there are none, or not so many, make and keep them.

    A folder that can't be written to costs only time.
    """
    path = (folder or user_cache_path("reunite")) / f"{name}.npy"
    with suppress(OSError, ValueError, EOFError):
        found: Vectors = np.load(path, allow_pickle=False)
        if len(found) == rows and found.dtype == np.float32 and np.isfinite(found).all():
            return found
    made = make()
    with suppress(OSError):
        _write(path, made)
    return made


def _write(path: Path, vectors: Vectors) -> None:
    """Write the file at once: another worker may be reading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            np.save(file, vectors)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
