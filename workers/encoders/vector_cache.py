"""Caches vectors that never change in a file, so that the next start needn't compute them."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
from platformdirs import user_cache_path

from reunite.encoder import Vectors

_NORM_TOLERANCE: Final = 1e-3


def cached(name: str, shape: tuple[int, int], make: Callable[[], Vectors], folder: Path | None = None) -> Vectors:
    """Return the unit vectors cached under a name; make and cache them if there are none of this shape.

    If the folder isn't writable, they are made at each start.
    """
    path = (folder or user_cache_path("reunite")) / f"{name}.npy"
    with suppress(Exception):  # on damaged files NumPy raises TokenError, BadZipFile, TypeError, …
        found: Vectors = np.load(path, allow_pickle=False)
        if _is_whole(found, shape):
            return found
    made = make()
    with suppress(OSError):
        _write(path, made)
    return made


def cache_name(revision: str, texts: Sequence[str]) -> str:
    """Return a name that changes with the texts that are embedded, and with the code that embeds them."""
    return f"phrases-{revision}-{hashlib.sha256(repr(list(texts)).encode()).hexdigest()[:16]}"


def _is_whole(vectors: Vectors, shape: tuple[int, int]) -> bool:
    if vectors.dtype != np.float32 or vectors.shape != shape:
        return False
    return bool(np.allclose(np.linalg.norm(vectors, axis=1), 1, rtol=0, atol=_NORM_TOLERANCE))  # false for NaN too


def _write(path: Path, vectors: Vectors) -> None:
    """Write the file atomically: another worker may be reading it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            np.save(file, vectors)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
