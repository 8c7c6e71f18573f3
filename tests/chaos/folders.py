"""A folder for servers of one run."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def folder() -> Iterator[Path]:
    """Make a home for embedded servers, deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="reunite-chaos-") as made:
        Path(made).chmod(0o711)  # as root the servers run as another account
        yield Path(made) / "home"
