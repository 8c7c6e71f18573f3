"""The benchmark's commands run; what they measure is for people to read."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from cli.bench import chat
from tests.support.checkpoints import tiny_clip
from tests.support.processes import reunite_here

pytestmark = pytest.mark.slow


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search for as many rounds as the test asks for, and not on until a second is over."""
    monkeypatch.setattr("cli.bench.search._LEAST_SECONDS", 0.0)


def bench(environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(reunite_here(environment, "bench", *arguments, "--json"))
    return report


@pytest.mark.usefixtures("brief")
def test_searches_among_so_many_reports_are_measured(environment: dict[str, str]) -> None:
    sizes = ("--reports", "60", "--reports", "20", "--rounds", "2")
    report = bench({**environment, "REUNITE_ENCODER": "concept"}, "search", *sizes)
    assert [search["open"] for search in report["searches"]] == [20, 60]
    assert all(0 < search["p50_ms"] <= search["p95_ms"] for search in report["searches"])


def test_searches_in_communities_of_unequal_sizes_are_measured(environment: dict[str, str]) -> None:
    sizes = ("--items", "100", "--communities", "4", "--rounds", "2")
    report = bench({**environment, "REUNITE_ENCODER": "clip"}, "search", *sizes)
    assert list(report) == ["items", "communities", "searches", "inserts_per_second", "bytes_per_item", "build_seconds"]
    assert (report["items"], report["communities"]) == (100, 4)
    for search in report["searches"]:
        assert list(search) == ["open", "p50_ms", "p95_ms", "recall_10", "recall_50"]
        assert search["recall_10"] == search["recall_50"] == 1, "all of few reports are measured"
    assert [search["open"] for search in report["searches"]] == [12, 48]
    assert report["inserts_per_second"] > 0
    assert report["bytes_per_item"] > 34_000


@pytest.mark.usefixtures("brief")
def test_a_database_is_kept_for_the_next_searches(environment: dict[str, str]) -> None:
    def measured() -> float:
        options = ("--reports", "30", "--rounds", "2", "--keep", "thirty")
        report = bench({**environment, "REUNITE_ENCODER": "clip"}, "search", *options)
        assert [search["recall_50"] for search in report["searches"]] == [1], "what was added before is gone"
        return float(report["bytes_per_item"])

    try:
        assert measured() == measured()
    finally:
        with psycopg.connect(environment["REUNITE_OWNER_DATABASE_URL"], autocommit=True) as owner:
            owner.execute("DROP DATABASE IF EXISTS reunite_bench_thirty WITH (FORCE)")


@pytest.mark.encoder
def test_a_burst_of_posts_is_measured_at_discords_pace(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    busy: list[str] = []

    @asynccontextmanager
    async def noted() -> AsyncIterator[None]:  # tests/unit/test_bench_chat.py has the cores busy
        busy.append("begins")
        yield
        busy.append("ends")

    monkeypatch.setattr(chat, "busy_cores", noted)
    tiny = {"REUNITE_ENCODER": "clip", "REUNITE_MODEL": str(tiny_clip(seed=1))}
    report = bench({**environment, **tiny}, "chat", "--posts", "2", "--busy")
    assert report["posts"] == 2
    assert report["busy"]
    assert busy == ["begins", "ends"]
    assert report["forward_pass_per_second"] > 0
    [measured] = report["runs"]
    assert measured["workers"] == 1
    assert 0 < measured["answer_ms"]["p50"] <= measured["answer_ms"]["p95"]
    assert 0 < measured["committed_ms"]["p50"] <= measured["committed_ms"]["p100"]
    assert 0 < measured["lost_ms"]["p50"] <= measured["lost_ms"]["p100"]
    assert measured["taken_up_after_s"] >= 0.2, "Discord takes one reaction in 250 ms"
    assert 0 < measured["drained_after_s"] <= measured["answered_after_s"]
    assert measured["drained_to_forward_pass"] > 0
    assert measured["out_of_order"] == 0


def test_a_start_of_worker_and_bot_is_measured(environment: dict[str, str]) -> None:
    report = bench({**environment, "REUNITE_ENCODER": "concept"}, "start", "--photos", "1", "--rounds", "1")
    assert report["rounds"] == 1
    assert report["bot_ready_s"] > 0
    assert report["worker_ready_s"] > 0
    assert 20 < report["bot_mb"] < report["worker_mb"], "only the worker has an encoder"
    assert report["decoders_mb"] > 10, "a decoder has opened the photo"
    assert report["help_to_python"] > 0
    assert "demo_ready_s" not in report
