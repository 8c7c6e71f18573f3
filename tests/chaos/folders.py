"""Folders for servers of one run, and a small disk of their own that can be filled."""

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MEGABYTES: Final = 1024
_FILLER: Final = "filler"
_PIECE: Final = 64 * 1024


@contextmanager
def folder() -> Iterator[Path]:
    """Make a home for embedded servers, deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="reunite-chaos-") as made:
        Path(made).chmod(0o711)  # as root the servers run as another account
        yield Path(made) / "home"


@contextmanager
def small_disk(home: Path) -> Iterator[bool]:
    """Let the home be on a disk of its own; yields whether that was possible: only root may mount one."""
    home.mkdir(mode=0o711)
    mount, unmount = ("mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m,mode=0711", "tmpfs"), ("umount", "--lazy")
    is_mounted = _succeeds(*mount, str(home))
    try:
        yield is_mounted
    finally:
        if is_mounted:
            _succeeds(*unmount, str(home))


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


@contextmanager
def full(home: Path) -> Iterator[None]:
    """Leave no room on the home's disk; every write fails with ENOSPC."""
    filler = home / _FILLER
    with filler.open("wb", buffering=0) as file:
        try:
            free = os.statvfs(home)
            os.posix_fallocate(file.fileno(), 0, max(free.f_bavail * free.f_frsize - _PIECE, 1))
            while True:
                file.seek(0, os.SEEK_END)
                file.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    try:
        yield
    finally:
        filler.unlink()
