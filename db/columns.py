"""Arrays in memory that grow and shrink together."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.vectors import Keys, keys_of


class Columns:
    """Rows of reports, or of their vectors: the column `ids` says whose they are, `keys` is made from it."""

    def __init__(self, **columns: NDArray[Any]) -> None:
        """Begin with these rows."""
        self._columns = {name: column.copy() for name, column in columns.items()} | {"keys": keys_of(columns["ids"])}
        self._count = len(columns["ids"])

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._columns[name][: self._count]

    @property
    def names(self) -> Iterable[str]:
        return self._columns

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return sum(column.nbytes for column in self._columns.values())

    def add(self, **columns: NDArray[Any]) -> None:
        end = self._count + len(columns["ids"])
        if end > len(self._columns["ids"]):
            room = max(end, self._count * 5 // 4)
            self._columns = {name: _grown(column, room) for name, column in self._columns.items()}
        for name, column in (columns | {"keys": keys_of(columns["ids"])}).items():
            self._columns[name][self._count : end] = column
        self._count = end

    def remove(self, keys: Keys) -> None:
        """Remove the rows of reports; the last ones take their places."""
        for place in np.flatnonzero(np.isin(self["keys"], keys))[::-1]:
            self._count -= 1
            for column in self._columns.values():
                column[place] = column[self._count]


def _grown(column: NDArray[Any], room: int) -> NDArray[Any]:
    larger = np.empty((room, *column.shape[1:]), column.dtype)
    larger[: len(column)] = column
    return larger
