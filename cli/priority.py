"""Lets a process give way to others."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

WORKERS_NICENESS: Final = 10
"""On a shared machine a bot that has to reply comes before a worker's encoder, which uses every core."""
_GROUP: Final = Path("/proc/self/autogroup")


def give_way(niceness: int = WORKERS_NICENESS, group: Path = _GROUP) -> None:
    """Lower this process's priority, and its session's if it leads one: Linux compares sessions before processes."""
    os.nice(niceness)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # not on every system
            group.write_text(str(niceness), "ascii")
