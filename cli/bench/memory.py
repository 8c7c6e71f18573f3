"""Measures the memory of processes."""

import subprocess
from dataclasses import dataclass
from typing import Final

from cli.errors import UsageError

_LISTING: Final = ("ps", "-A", "-o", "pid=,ppid=,rss=")


@dataclass(frozen=True, slots=True)
class Resident:
    """Megabytes of a process, and of the processes that it has started."""

    own: float
    children: float


def resident(pid: int) -> Resident:
    """Measure a process. Raises UsageError without the program `ps`."""
    try:
        listed = subprocess.run(_LISTING, check=True, capture_output=True, text=True).stdout  # noqa: S603 - a constant
    except (OSError, subprocess.CalledProcessError) as error:
        raise UsageError(
            "`reunite bench start` measures memory with the program ps: install it (in Debian's package procps)."
        ) from error
    return of_listing(listed, pid)


def of_listing(listed: str, pid: int) -> Resident:
    """Read what `ps` has listed: process, parent and kilobytes in each line."""
    rows = [[int(number) for number in line.split()] for line in listed.splitlines()]
    kilobytes = {process: size for process, _, size in rows}
    family, generation = set[int](), {pid}
    while generation:
        generation = {process for process, parent, _ in rows if parent in generation} - family
        family |= generation
    return Resident(kilobytes.get(pid, 0) / 1000, sum(kilobytes[process] for process in family) / 1000)
