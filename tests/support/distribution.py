"""In which order pytest-xdist's workers get the tests."""

import socket
from collections.abc import Callable, Sequence
from itertools import filterfalse
from typing import TypeVar

import pytest

T = TypeVar("T")


def slow_first(
    items: Sequence[T], is_slow: Callable[[T], bool], has_encoder: Callable[[T], bool], workers: int
) -> list[T]:
    """Deal out the slow items, so that each of as many equal parts as there are workers begins with its share.

    The first part has as many items with encoders as fit, and the next one has the rest. `--dist=worksteal` gives each
    worker one such part, and later lets the idle ones take from the ends of the others'.
    """
    slow = sorted(filter(is_slow, items), key=has_encoder, reverse=True)
    quick = sorted(filterfalse(is_slow, items), key=has_encoder, reverse=True)
    of_first = max(sum(map(has_encoder, slow)), len(slow) // workers)
    dealt: list[T] = []
    for worker in range(workers):
        share = slow[:of_first] if worker == 0 else slow[of_first + worker - 1 :: workers - 1]
        size = (len(items) - len(dealt)) // (workers - worker)
        taken = max(size - len(share), 0)
        dealt += [*share, *quick[:taken]]
        quick = quick[taken:]
    return dealt


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the slow tests: one that begins last would keep all the others waiting.

    One worker gets the tests with encoders, as many as fit: to import PyTorch and transformers takes five seconds in
    each.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = slow_first(items, marked("slow"), marked("encoder"), workers)


def marked(name: str) -> Callable[[pytest.Item], bool]:
    return lambda item: item.get_closest_marker(name) is not None


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let pytest-rerunfailures' many small messages go at once: otherwise each test waits 40 ms for a delayed ACK."""
    if hasattr(config, "workerinput") and config.pluginmanager.hasplugin("rerunfailures"):
        config.failures_db.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # type: ignore[attr-defined]
