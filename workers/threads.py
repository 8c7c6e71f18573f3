"""How many threads an encoder uses."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_SYSTEM: Final = Path("/sys")


def use_threads(number: int | None) -> int:
    """Set the number of torch's threads, by default at most one per available core, and return it."""
    import torch  # noqa: PLC0415 - an extra, and slow to import

    threads = number or min(torch.get_num_threads(), available_cores())
    torch.set_num_threads(threads)  # applies to threads that are started later too
    return threads


def available_cores(system: Path = _SYSTEM) -> int:
    """Return how many physical cores this process may use, by its affinity and its cgroup's quota.

    With more threads than that, they wait for each other at every layer. The system's own counts ignore a container's
    quota: a worker with two of sixty-four cores would start sixty-four threads.
    """
    try:
        allowed: Iterable[int] = os.sched_getaffinity(0)
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1
    cores = {_siblings(system, cpu) for cpu in allowed}
    return max(1, min(len(cores), int(_quota(system))))


def _siblings(system: Path, cpu: int) -> str:
    """Return the logical processors that share a core, in the system's notation; only this one if that is unknown."""
    try:
        return (system / f"devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text("ascii").strip()
    except OSError:
        return str(cpu)


def _quota(system: Path) -> float:
    """Return the cgroup's quota, in processors."""
    try:
        granted, period = (system / "fs/cgroup/cpu.max").read_text("ascii").split()
        return float(granted) / float(period)
    except (OSError, ValueError):  # no quota: "max 100000"
        return float(os.cpu_count() or 1)
