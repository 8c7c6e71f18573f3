"""Model checkpoints, for tests that are collected without PyTorch."""

from pathlib import Path


def make_tiny_clip(folder: Path, seed: int) -> None:
    from tests.doubles import tiny_clip

    tiny_clip.make_tiny_clip(folder, seed)


def make_tiny_siglip(folder: Path, seed: int) -> None:
    from tests.doubles import tiny_clip

    tiny_clip.make_tiny_siglip(folder, seed)


def make_tiny_siglip2(folder: Path, seed: int) -> None:
    from tests.doubles import tiny_clip

    tiny_clip.make_tiny_siglip2(folder, seed)
