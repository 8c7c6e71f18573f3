"""How many threads an encoder computes with."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_SYSTEM: Final = Path("/sys")


def use_threads(number: int | None) -> int:
    """Let torch compute with so many threads; by itself it takes no more than there are cores. Return how many."""
    import torch  # noqa: PLC0415 - an extra, and slow to import

    threads = number or min(torch.get_num_threads(), available_cores())
    torch.set_num_threads(threads)  # also for threads of the program that compute later
    return threads


def available_cores(system: Path = _SYSTEM) -> int:
    """Return how many physical cores this process may use, by its affinity and its control group's quota.

    More threads than that wait for each other at every layer. A container's quota shows in neither of the system's
    own counts, so that without it a worker with two cores of sixty-four would start sixty-four threads.
    """
    try:
        allowed: Iterable[int] = os.sched_getaffinity(0)
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1
    cores = {_siblings(system, cpu) for cpu in allowed}
    return max(1, min(len(cores), int(_quota(system))))


def _siblings(system: Path, cpu: int) -> str:
    """Return the logical processors that share a core, as the system writes them; alone where that is not known."""
    try:
        return (system / f"devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text("ascii").strip()
    except OSError:
        return str(cpu)


def _quota(system: Path) -> float:
    """Return how many processors' time the control group grants."""
    try:
        granted, period = (system / "fs/cgroup/cpu.max").read_text("ascii").split()
        return float(granted) / float(period)
    except (OSError, ValueError):  # none is set: "max 100000"
        return float(os.cpu_count() or 1)
