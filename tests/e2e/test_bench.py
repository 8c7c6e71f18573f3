"""The benchmark's commands run; what they measure is for people to read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.embedded import Urls
from tests.support.checkpoints import make_tiny_clip

pytestmark = pytest.mark.slow


def bench(*arguments: str, **environment: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "cli.main", "bench", *arguments, "--json"]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_an_encoder_is_measured_beside_clip_of_full_size(tmp_path: Path) -> None:
    make_tiny_clip(tmp_path / "tiny", seed=1)
    sizes = ["--photos", "2", "--rounds", "1"]
    own = ["--encoder", "clip", "--model", str(tmp_path / "tiny")]
    report = bench("embed", *own, *sizes, "--full-size-clip", REUNITE_TORCH_THREADS="1")
    tiny, full = report["encoders"]
    assert tiny["encoder"].startswith("tiny@")
    assert "vit-b32" in full["encoder"]
    assert report["threads"] == 1
    assert tiny["photos_per_second"] > full["photos_per_second"] > 0
    assert tiny["texts_per_second"] > full["texts_per_second"] > 0
    assert report["times_as_fast_as_clip"]["photos"]["least"] > 1


@pytest.mark.parametrize("encoder", ["clip", "concept"])
def test_searches_among_so_many_reports_are_measured(servers: Urls, encoder: str) -> None:
    report = bench(
        "search",
        *("--reports", "30", "--reports", "10", "--rounds", "2"),
        REUNITE_ENCODER=encoder,
        REUNITE_DATABASE_URL=servers.database_url,
        REUNITE_OWNER_DATABASE_URL=servers.owner_database_url,
        REUNITE_REDIS_URL=servers.redis_url,
    )
    assert [search["reports"] for search in report["searches"]] == [10, 30]
    assert all(0 < search["median_ms"] <= search["slowest_ms"] for search in report["searches"])
