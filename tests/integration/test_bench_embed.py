"""`reunite bench embed` compares an encoder with another; how fast both are, is for people to read."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.bench.speeds import speeds
from tests.support.checkpoints import make_tiny_clip, tiny_clip
from tests.support.processes import reunite_here

if TYPE_CHECKING:
    from workers.encoders.clip import ClipEncoder

pytestmark = pytest.mark.encoder


def another_tiny_clip(folder: Path) -> "ClipEncoder":
    """Stand in for CLIP of full size, which takes half a minute; test_catalogue.py builds it without weights."""
    from workers.encoders.clip import ClipEncoder

    make_tiny_clip(folder, seed=2)
    return ClipEncoder(str(folder))


def test_an_encoder_is_measured_next_to_clip_of_full_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.bench.full_size_clip", another_tiny_clip)
    sizes = ["--photos", "1", "--rounds", "1"]
    own = ["--encoder", "clip", "--model", str(tiny_clip(seed=1))]
    environment = {**os.environ, "REUNITE_TORCH_THREADS": "1", "REUNITE_HOME": str(tmp_path / "home")}
    report = json.loads(reunite_here(environment, "bench", "embed", *own, *sizes, "--full-size-clip", "--json"))
    tiny, full = report["encoders"]
    assert tiny["encoder"].startswith("tiny-clip-1@")
    assert "vit-b32" in full["encoder"]
    assert report["threads"] == 1
    assert min(speed[f"{what}_per_second"] for speed in (tiny, full) for what in ("photos", "texts")) > 0
    assert report["times_as_fast_as_clip"]["photos"]["least"] > 0
    assert report["whole_way_of"] == full["encoder"]
    assert report["ratio_to_usual_loop"] > 0
    assert speeds(tmp_path / "home")["tiny-clip-1"]["photos_per_second"] == tiny["photos_per_second"]
