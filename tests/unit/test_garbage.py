"""When garbage is collected while answers are on their way."""

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from db import garbage
from db.garbage import collecting_later

_NEW = 20_000
"""Many times as many objects as make Python collect."""


class Node:
    """Something that refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was_enabled else gc.disable)()


def many() -> list[list[int]]:
    return [[] for _ in range(_NEW)]


def test_nothing_is_collected_before_the_answer_is_out() -> None:
    with collecting_later():
        node = ref(Node())
        many()
        assert node() is not None
    kept = many()
    assert node() is None
    assert len(kept) == _NEW


def test_of_several_answers_all_are_waited_for() -> None:
    with collecting_later():
        with collecting_later():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_piles_up_meanwhile_is_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "_MOST_NEW_OBJECTS", _NEW // 2)
    with collecting_later():
        with collecting_later():
            node = ref(Node())
        assert node() is not None
        with collecting_later():
            kept = many()
        assert node() is None
        assert len(kept) == _NEW


def test_a_failed_answer_is_not_waited_for() -> None:
    with pytest.raises(ValueError, match="failed"), collecting_later():
        raise ValueError("failed")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with collecting_later():
        pass
    assert not gc.isenabled()
