"""Vectors that another model has computed, read from a file and looked up by file name and text."""

import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tokenize import TokenError
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reunite.encoder import SHARED_SPACE, WHOLE, EncoderKind, Framing, Vectors, Views
from reunite.text.parts import parts
from workers.encoders.catalogue import kind_of

PHOTOS, PHOTO_NAMES, TEXTS, TEXT_STRINGS = _ARRAYS = ("photos", "photo_names", "texts", "text_strings")
_MAX_DIMENSIONS: Final = 16_000
"""The limit of a vector column in the database."""
_MAX_NAMED: Final = 3
_MAX_QUOTED: Final = 60
_UNREADABLE: Final = (
    ValueError, EOFError, AttributeError, TypeError, RuntimeError, SyntaxError, TokenError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What numpy raises for a file that it can't read."""


class VectorFileError(Exception):
    """The file can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class PrecomputedVectors:
    """Vectors of photos and texts in one space. Embeds reports like a `BatchingEncoder`.

    `version` is the name of the model that computed them.
    """

    version: str
    photos: Mapping[str, Vectors]
    texts: Mapping[str, Vectors]
    dimension: int

    @property
    def kind(self) -> EncoderKind:
        """The kind that a worker with this model would record."""
        return kind_of(self.version)

    @property
    def spaces(self) -> Mapping[str, int]:
        return {SHARED_SPACE: self.dimension}

    @property
    def framing(self) -> Framing:
        return WHOLE

    async def photo(self, name: str, views: Views) -> Mapping[str, Vectors]:  # noqa: ARG002 - the name is enough
        """Return the vector of the photo with this file name."""
        return {SHARED_SPACE: self.photos[name][None]}

    async def text(self, text: str) -> Mapping[str, Vectors]:
        """Return a vector for each thing in a text if the file has all of them, otherwise one for the whole text."""
        return {SHARED_SPACE: np.stack([self.texts[key] for key in self._keys(text)])}

    def things(self, photos: Vectors) -> Sequence[tuple[str, ...]]:
        """Name nothing: the file only has vectors."""
        return [()] * len(photos)

    async def close(self) -> None:
        """Do nothing: no resources are held."""

    def check(self, photo_names: Sequence[str], texts: Collection[str]) -> None:
        """Raise VectorFileError if a photo or text has no vector."""
        missing = sorted(set(photo_names) - self.photos.keys())
        if missing:
            raise VectorFileError(f"The array photo_names lacks {_named('photo', missing)}.")
        if missing := sorted(text for text in texts if text and not self._keys(text)):
            raise VectorFileError(f"The array text_strings lacks {_named('text', missing)}.")

    def _keys(self, text: str) -> list[str]:
        """Return the keys of a text's vectors; none if the file lacks it."""
        things, whole = [_key(thing) for thing in parts(text)], _key(text)
        if things and all(thing in self.texts for thing in things):
            return things
        return [whole] if whole in self.texts else []


def read_vectors(path: Path, version: str) -> PrecomputedVectors:
    """Read an .npz file with the arrays photos, photo_names, texts and text_strings. Raises VectorFileError."""
    arrays = _read(path)
    if missing := [name for name in _ARRAYS if name not in arrays]:
        has = ", ".join(arrays) or "no array at all"
        raise VectorFileError(f"{path} has no array {' and no array '.join(missing)}. It has {has}.")
    photos, texts = (_rows(name, arrays[name]) for name in (PHOTOS, TEXTS))
    photo_names = [PurePosixPath(name).name for name in _strings(PHOTO_NAMES, arrays[PHOTO_NAMES])]
    strings = [_key(text) for text in _strings(TEXT_STRINGS, arrays[TEXT_STRINGS])]
    widths = {array.shape[1] for array in (photos, texts) if len(array)}
    if len(widths) != 1:
        raise VectorFileError(
            f"Photos and texts need the same dimension, but photos is {_shape(photos)} and texts is {_shape(texts)}."
        )
    return PrecomputedVectors(
        version,
        _by_name((PHOTOS, PHOTO_NAMES), photos, photo_names),
        _by_name((TEXTS, TEXT_STRINGS), texts, strings),
        widths.pop(),
    )


def _read(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except OSError as error:
        raise VectorFileError(f"{path} can't be read: {error.strerror or error}.") from error
    except _UNREADABLE as error:
        raise VectorFileError(
            f"{path} isn't an .npz file with arrays of numbers and strings ({error}). Pickled objects aren't read."
        ) from error


def _rows(name: str, array: NDArray[Any]) -> Vectors:
    """Scale rows to length 1. Raises VectorFileError unless all rows are finite numbers and not zero."""
    if array.ndim != 2 or array.dtype.kind not in "fiu":  # noqa: PLR2004 - rows and columns
        raise VectorFileError(f"The array {name} must be rows of numbers, but is {_shape(array)} of {array.dtype}.")
    if len(array) and not 0 < array.shape[1] <= _MAX_DIMENSIONS:
        raise VectorFileError(f"The array {name} has {array.shape[1]} columns; 1 to {_MAX_DIMENSIONS} are possible.")
    numbers = array.astype(np.float64)
    lengths = np.linalg.norm(numbers, axis=1)
    for problem, flags in (("isn't finite", ~np.isfinite(lengths)), ("is zero", lengths == 0)):
        if flags.any():
            raise VectorFileError(f"Row {int(flags.argmax())} of the array {name} {problem}.")
    rows: Vectors = (numbers / lengths[:, None]).astype(np.float32)
    return rows


def _strings(name: str, array: NDArray[Any]) -> list[str]:
    if array.ndim != 1 or (array.size and array.dtype.kind != "U"):
        raise VectorFileError(f"The array {name} must be a list of strings, but is {_shape(array)} of {array.dtype}.")
    return [str(value) for value in array]


def _by_name(arrays: tuple[str, str], rows: Vectors, names: Sequence[str]) -> dict[str, Vectors]:
    """Return rows by name. Raises VectorFileError if the counts differ, or if a name has two different rows."""
    if len(rows) != len(names):
        raise VectorFileError(f"{arrays[0]} has {len(rows)} rows, but {arrays[1]} has {len(names)}.")
    found: dict[str, Vectors] = {}
    for name, row in zip(names, rows, strict=True):
        if not np.array_equal(found.setdefault(name, row), row):
            raise VectorFileError(f"The array {arrays[1]} has {_quoted(name)} twice, with different vectors.")
    return found


def _key(text: str) -> str:
    """Normalise a text's white space, which chats may change, to use it as a key."""
    return " ".join(text.split())


def _shape(array: NDArray[Any]) -> str:
    return " × ".join(map(str, array.shape)) or "a single value"


def _named(what: str, missing: Sequence[str]) -> str:
    named = ", ".join(map(_quoted, missing[:_MAX_NAMED]))
    if len(missing) == 1:
        return f"the {what} {named}"
    more = ", …" if len(missing) > _MAX_NAMED else ""
    return f"{len(missing)} {what}s: {named}{more}"


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= _MAX_QUOTED else text[: _MAX_QUOTED - 1] + '…'}”"
