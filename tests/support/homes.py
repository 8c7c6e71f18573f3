"""Where a run of the tests keeps its servers: in memory if there's plenty, and nothing of runs that were killed."""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

import psutil

HOME_VARIABLE: Final = "HOME_OF_REUNITE_TESTS"
IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folders in it have names that nobody can guess
ENOUGH_MEMORY: Final = 8 * 2**30
"""Bytes. The servers' data take a fraction; the rest is for the tests themselves."""
_LOCK: Final = "in-use"
_locked: Final[list[TextIO]] = []
"""This run's locks: the system frees them when it ends, however it does."""


def make_home(place: Path) -> Path:
    """Make a folder for this run, and remove those of runs that ended without doing it."""
    for left in place.glob("reunite-tests-*-*"):
        pid = left.name.split("-")[2]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)) and _lock(left):
            shutil.rmtree(left, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"reunite-tests-{os.getpid()}-", dir=place))
    _lock(home)
    home.chmod(0o711)  # as root the servers run as another account, which must get through
    return home


def _lock(home: Path) -> bool:
    """Lock a home; false if a run has it, perhaps in a container, whose processes have numbers of their own."""
    with suppress(OSError):
        file = (home / _LOCK).open("w")
        _locked.append(file)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def place_for_homes(memory: Path = IN_MEMORY, enough: int = ENOUGH_MEMORY) -> Path:
    """A database is hundreds of files: on a disk, to make and drop one takes PostgreSQL several times as long."""
    with suppress(OSError):
        found = os.statvfs(memory)
        runs_programs = not found.f_flag & os.ST_NOEXEC  # as root the servers may be copied there
        if runs_programs and min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available) >= enough:
            return memory
    return Path(tempfile.gettempdir())
