"""Pictures changed at random. One that can still be opened is changed further, so changes reach deep into a format."""

import random
from collections.abc import Callable
from typing import Final

_MAX_KEPT: Final = 300
_MAX_BYTES: Final = 200_000
_TELLING: Final = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff")
"""Numbers at the edges of what fields hold."""


class Mutator:
    """Mutates pictures, `bases` first; the same seed and the same kept pictures give the same mutations."""

    def __init__(self, bases: list[bytes], seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._bases = list(bases)
        self._first = len(bases)

    def mutated(self) -> bytes:
        """Return a picture with one to sixteen changes."""
        data = self._chance.choice(self._bases)
        for _ in range(2 ** self._chance.randrange(5)):
            data = self._chance.choice(_CHANGES)(data, self._chance)
        if self._chance.random() < 0.1:
            data = _joined(data, self._chance.choice(self._bases), self._chance)
        return data[:_MAX_BYTES]

    def keep(self, data: bytes) -> None:
        """Mutate this picture too, from now on."""
        if len(self._bases) < self._first + _MAX_KEPT:
            self._bases.append(data)
        else:
            self._bases[self._chance.randrange(self._first, len(self._bases))] = data


def _place(data: bytes, chance: random.Random) -> int:
    """Choose a place; more often near the beginning, where the headers are."""
    within = len(data) if chance.random() < 0.5 else min(len(data), 256)
    return chance.randrange(within + 1)


def _flip(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + bytes(byte ^ (1 << chance.randrange(8)) for byte in data[at : at + 1]) + data[at + 1 :]


def _write(data: bytes, chance: random.Random) -> bytes:
    at, new = _place(data, chance), chance.choice(_TELLING)
    return data[:at] + new + data[at + len(new) :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + chance.randbytes(chance.randrange(1, 9)) + data[at:]


def _delete(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + data[at + chance.randrange(1, 33) :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    part = data[at : at + chance.randrange(1, 257)]
    return data[:at] + part * chance.randrange(2, 9) + data[at:]


def _move(data: bytes, chance: random.Random) -> bytes:
    at, to = sorted((_place(data, chance), _place(data, chance)))
    part = data[at : at + chance.randrange(1, 65)]
    return data[:at] + data[at + len(part) : to] + part + data[max(to, at + len(part)) :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)] if chance.random() < 0.2 else data


def _joined(data: bytes, other: bytes, chance: random.Random) -> bytes:
    return data[: _place(data, chance)] + other[_place(other, chance) :]


_CHANGES: Final[tuple[Callable[[bytes, random.Random], bytes], ...]] = (
    _flip,
    _write,
    _write,
    _insert,
    _delete,
    _repeat,
    _move,
    _cut,
)
