"""Model checkpoints, for tests that are collected without PyTorch."""

import fcntl
import os
from pathlib import Path

from tests.support.homes import HOME_VARIABLE


def tiny_clip(seed: int) -> Path:
    """Return a folder with a checkpoint that all workers of the run share: to import PyTorch alone takes seconds."""
    folder = Path(os.environ[HOME_VARIABLE]) / f"tiny-clip-{seed}"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            make_tiny_clip(unfinished := folder.with_suffix(".part"), seed)
            unfinished.rename(folder)
    return folder


def make_tiny_clip(folder: Path, seed: int) -> None:
    from tests.doubles import tiny_clip

    tiny_clip.make_tiny_clip(folder, seed)


def make_tiny_siglip(folder: Path, seed: int) -> None:
    from tests.doubles import tiny_clip

    tiny_clip.make_tiny_siglip(folder, seed)


def make_tiny_siglip2(folder: Path, seed: int) -> None:
    from tests.doubles import tiny_clip

    tiny_clip.make_tiny_siglip2(folder, seed)
