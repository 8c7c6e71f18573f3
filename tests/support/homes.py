"""Where a run of the tests keeps its servers: in memory if there's plenty, and nothing of runs that were killed."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

HOME_VARIABLE: Final = "HOME_OF_REUNITE_TESTS"
IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folders in it have names that nobody can guess
ENOUGH_MEMORY: Final = 8 * 2**30
"""Bytes. The servers' data take a fraction; the rest is for the tests themselves."""


def make_home(place: Path) -> Path:
    """Make a folder for this run, and remove those of runs that ended without doing it."""
    for left in place.glob("reunite-tests-*-*"):
        pid = left.name.split("-")[2]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"reunite-tests-{os.getpid()}-", dir=place))
    home.chmod(0o711)  # as root the servers run as another account, which must get through
    return home


def place_for_homes(memory: Path = IN_MEMORY, enough: int = ENOUGH_MEMORY) -> Path:
    """A database is hundreds of files: on a disk, to make and drop one takes PostgreSQL several times as long."""
    with suppress(OSError):
        found = os.statvfs(memory)
        runs_programs = not found.f_flag & os.ST_NOEXEC  # as root the servers may be copied there
        if runs_programs and min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available) >= enough:
            return memory
    return Path(tempfile.gettempdir())
