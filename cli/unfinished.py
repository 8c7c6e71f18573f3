"""Files and folders that get their name when they're complete."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cli.errors import UsageError

_END: Final = ".reunite.part"
"""The end of an unfinished one's name: nobody else's ends like this."""
_ABANDONED_SECONDS: Final = 24 * 3600.0


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """Yield where to write what becomes `target` if no error is raised. Raises UsageError if that can't be written.

    It lies in a folder of its own that only its owner may read: another command, or the program of a killed one, may
    still be writing to the same target.
    """
    if target.exists():
        raise UsageError(f"{target} already exists. Choose another name, or move it.")
    _clear_up(target.parent)
    try:
        folder = Path(tempfile.mkdtemp(_END, f"{target.name}.", target.parent))
    except OSError as error:
        raise UsageError(f"{target} can't be written ({error.strerror}).") from error
    try:
        yield folder / target.name
        (folder / target.name).rename(target)
    except (ConnectionError, TimeoutError):  # a server's, not the disk's
        raise
    except OSError as error:
        raise UsageError(f"{target} can't be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_up(parent: Path) -> None:
    """Delete what killed commands have left in a folder, and nobody has written to for a day."""
    for left in parent.glob(f"*{_END}"):
        with suppress(OSError):  # another command may have deleted it, or it isn't ours
            newest = max(path.stat().st_mtime for path in (left, *left.rglob("*")))
            if time.time() - newest > _ABANDONED_SECONDS:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
