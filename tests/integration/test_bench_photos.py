"""The way from a posted photo's bytes to its vector is measured; how fast it is, is for people to read."""

from itertools import accumulate, cycle
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.checkpoints import make_tiny_clip

pytestmark = pytest.mark.encoder


def test_each_round_measures_three_ways_to_the_same_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workers import bench_photos
    from workers.bench import BATCH

    moments = accumulate(cycle([1.0, 4.0, 2.0, 0.5]))  # between rounds, and for each of the three ways
    monkeypatch.setattr(bench_photos, "time", SimpleNamespace(perf_counter=lambda: next(moments)))
    make_tiny_clip(tmp_path / "tiny", seed=1)
    texts: list[str] = []
    [measured] = bench_photos.measure("clip", str(tmp_path / "tiny"), photos=1, rounds=1, progress=texts.append)
    assert (measured.pipeline, measured.baseline, measured.forward_pass) == (1 / 4, 1 / 2, BATCH / 0.5)
    assert measured.cosine_min == pytest.approx(1, abs=0.02)
    assert texts == ["Making photos of 12 megapixels …", "warming up", "from bytes to vector, round 1 of 1"]


def test_the_rounds_median_ratios_and_least_cosine_are_reported() -> None:
    from workers.bench_photos import Round, summary

    rounds = [Round(20, 5, 40, 0.9999), Round(10, 5, 40, 0.9991), Round(30, 5, 40, 1.0)]
    assert summary(rounds) == {
        "ratio_to_usual_loop": 4,
        "share_of_forward_pass": 0.5,
        "cosine_min": 0.9991,
        "whole_way_per_second": 20,
        "usual_loop_per_second": 5,
        "forward_pass_per_second": 40,
    }
