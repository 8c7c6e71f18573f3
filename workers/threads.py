"""Chooses an encoder's number of threads."""

import os
from pathlib import Path
from typing import Final

_SYSTEM: Final = Path("/sys")
_CPU_MOUNTS_V1: Final = ("cpu", "cpu,cpuacct")
"""Where control groups version 1 mount the CPU controller."""


def use_threads(number: int | None) -> int:
    """Set torch's number of threads, by default at most one per available core, and return it."""
    import torch  # noqa: PLC0415 - an extra, and slow to import

    threads = number or min(torch.get_num_threads(), available_cores())
    torch.set_num_threads(threads)  # applies to threads that are started later too
    return threads


def available_cores(system: Path = _SYSTEM) -> int:
    """Return how many physical cores this process may use, by its affinity and its cgroup's quota.

    More threads would wait for each other at every layer. The usual counts ignore a container's quota: a worker with
    two of sixty-four cores would start sixty-four threads.
    """
    cores = {_siblings(system, cpu) for cpu in os.sched_getaffinity(0)}
    return max(1, min(len(cores), int(_quota(system))))


def _siblings(system: Path, cpu: int) -> str:
    """Return the logical processors that share a core, in the system's notation; only this one if unknown."""
    try:
        return (system / f"devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text("ascii").strip()
    except OSError:
        return str(cpu)


def _quota(system: Path) -> float:
    """Return the cgroup's quota, in processors."""
    root = system / "fs/cgroup"
    candidates = [
        (root / "cpu.max",),
        *((root / v1 / "cpu.cfs_quota_us", root / v1 / "cpu.cfs_period_us") for v1 in _CPU_MOUNTS_V1),
    ]
    return min((quota for files in candidates if (quota := _quota_in(files))), default=float(os.cpu_count() or 1))


def _quota_in(files: tuple[Path, ...]) -> float | None:
    """Read quota and period from the files; None without a quota: "max", or -1 in version 1."""
    try:
        quota, period = (float(number) for file in files for number in file.read_text("ascii").split())
        return quota / period if quota > 0 else None
    except (OSError, ValueError, ZeroDivisionError):
        return None
