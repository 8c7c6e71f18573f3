"""Reads weights from Python packages without importing them: their dependencies may be missing."""

import hashlib
from importlib.util import find_spec
from pathlib import Path


def package_file(package: str, *parts: str) -> Path | None:
    """Return a file of an installed package; None if it doesn't exist."""
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return next((file for folder in folders or () if (file := Path(folder, *parts)).exists()), None)


def read_pinned(path: Path, sha256: str) -> bytes:
    """Read a file of weights and check its hash. Raises ValueError if it differs."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"{path} isn't the expected weights file. Reinstall its package.")
    return content
