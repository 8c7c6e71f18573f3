"""Columns of a table in memory: arrays that grow and shrink together."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from db.vectors import ByReport, Keys, keys_of

_FEW: Final = 16
"""Up to this many keys, comparing with each of them is fastest."""


class Columns:
    """Rows of reports or of their vectors. The column `ids` has the report ids, and `keys` is derived from it."""

    def __init__(self, **columns: NDArray[Any]) -> None:
        """Start with these rows."""
        self._columns = {name: column.copy() for name, column in columns.items()} | {"keys": keys_of(columns["ids"])}
        self._count = len(columns["ids"])
        self._by_report: ByReport | None = None

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._columns[name][: self._count]

    def some(self, chosen: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
        """Return the columns of some rows."""
        return {name: self[name][chosen] for name in self._columns}

    def by_report(self) -> ByReport:
        """Return the order of the rows by report, which is kept until they change."""
        if self._by_report is None:
            self._by_report = ByReport.of(self["ids"], self["keys"])
        return self._by_report

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return sum(column.nbytes for column in self._columns.values())

    def add(self, **columns: NDArray[Any]) -> None:
        self._by_report = None
        end = self._count + len(columns["ids"])
        if end > len(self._columns["ids"]):
            room = max(end, self._count * 5 // 4)
            self._columns = {name: _grown(column, room) for name, column in self._columns.items()}
        for name, column in (columns | {"keys": keys_of(columns["ids"])}).items():
            self._columns[name][self._count : end] = column
        self._count = end

    def remove(self, keys: Keys) -> None:
        """Remove the rows of reports; the last rows fill the gaps."""
        for position in np.flatnonzero(among(self["keys"], keys))[::-1]:
            self._by_report = None
            self._count -= 1
            for column in self._columns.values():
                column[position] = column[self._count]


class Rows:
    """Rows from several sources, concatenated only where necessary."""

    def __init__(self, parts: Sequence[Columns | Mapping[str, NDArray[Any]]]) -> None:
        """All parts have the same columns, one of which is `ids`."""
        self._parts = [part for part in parts if len(part["ids"])]

    def __len__(self) -> int:
        return sum(len(part["ids"]) for part in self._parts)

    def __getitem__(self, name: str) -> NDArray[Any]:
        columns = [part[name] for part in self._parts]
        return columns[0] if len(columns) == 1 else np.concatenate(columns)

    def by_report(self) -> ByReport:
        """Return the order of the rows by report."""
        if len(self._parts) == 1 and isinstance(self._parts[0], Columns):
            return self._parts[0].by_report()
        return ByReport.of(self["ids"], self["keys"])

    def at(self, name: str, positions: NDArray[np.intp]) -> NDArray[Any]:
        """Return some rows of a column without concatenating all of it."""
        if len(self._parts) == 1:
            return self._parts[0][name].take(positions, axis=0)
        found = np.empty((len(positions), *self._parts[0][name].shape[1:]), self._parts[0][name].dtype)
        start = 0
        for part in self._parts:
            column = part[name]
            here = (positions >= start) & (positions < start + len(column))
            found[here] = column.take(positions[here] - start, axis=0)
            start += len(column)
        return found


def among(keys: Keys, wanted: Keys) -> NDArray[np.bool_]:
    """Return which of `keys` are wanted. `np.isin` would sort them all, which takes several times as long."""
    found: NDArray[np.bool_] = np.zeros(len(keys), np.bool_)
    if len(wanted) <= _FEW:
        for key in wanted:
            found |= keys == key
    else:
        ordered, has_ending = np.sort(wanted), np.zeros(1 << 16, np.bool_)
        has_ending[wanted.astype(np.uint16)] = True
        found = has_ending[keys.astype(np.uint16)]  # rules most of them out in a sixth of the time
        likely = keys[found]
        found[found] = ordered[np.minimum(np.searchsorted(ordered, likely), len(ordered) - 1)] == likely
    return found


def _grown(column: NDArray[Any], room: int) -> NDArray[Any]:
    larger = np.empty((room, *column.shape[1:]), column.dtype)
    larger[: len(column)] = column
    return larger
