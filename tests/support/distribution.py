"""In which order pytest-xdist's workers get the tests."""

import socket
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

T = TypeVar("T")


def slow_first(items: Sequence[T], is_slow: Callable[[T], bool], workers: int) -> list[T]:
    """Deal out the slow items, so that each of as many equal parts as there are workers begins with its share.

    `--dist=worksteal` gives each worker one such part, and later lets the idle ones take from the ends of the others'.
    """
    slow = [item for item in items if is_slow(item)]
    quick = [item for item in items if not is_slow(item)]
    dealt: list[T] = []
    for worker in range(workers):
        share = slow[worker::workers]
        size = (len(items) - len(dealt)) // (workers - worker)
        taken = max(size - len(share), 0)
        dealt += [*share, *quick[:taken]]
        quick = quick[taken:]
    return dealt


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the slow tests: one that begins last would keep all the others waiting.

    One worker gets the quick tests with encoders: to import PyTorch and transformers takes seconds in each.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items.sort(key=lambda item: item.get_closest_marker("encoder") is None)
    items[:] = slow_first(items, lambda item: item.get_closest_marker("slow") is not None, workers)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let pytest-rerunfailures' many small messages go at once: otherwise each test waits 40 ms for a delayed ACK."""
    if hasattr(config, "workerinput") and config.pluginmanager.hasplugin("rerunfailures"):
        config.failures_db.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # type: ignore[attr-defined]
