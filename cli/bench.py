"""`reunite bench`: how fast photos and texts are embedded, how long a search takes, and how a burst of posts goes."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.bench_chat import measure_burst
from cli.bench_search import Latency, measure_search
from cli.errors import UsageError
from cli.places import Places
from cli.settings import Settings


def embed(settings: Settings, *, full_size_clip: bool, photos: int, rounds: int, as_json: bool) -> None:
    """Measure the settings' encoder, and beside it CLIP ViT-B/32 with random weights where that is wanted."""
    from workers import bench  # noqa: PLC0415 - imports torch, which takes seconds
    from workers.encoders import EncoderUnavailableError  # noqa: PLC0415
    from workers.encoders.choose import choose  # noqa: PLC0415

    try:
        encoders = [choose(settings.encoder, None, settings.model, _say, threads=settings.torch_threads).encoder]
    except EncoderUnavailableError as error:
        raise UsageError(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="reunite-bench-") as folder:
        if full_size_clip:
            _say("Creating CLIP ViT-B/32 with random weights …")
            encoders.append(bench.full_size_clip(Path(folder) / "random-clip-vit-b32"))
        speeds = bench.measure(encoders, photos, rounds, _say)
    report: dict[str, Any] = {
        "threads": bench.threads(),
        "photos": photos,
        "rounds": rounds,
        "encoders": [
            {
                "encoder": speed.version,
                "photos_per_second": round(median(speed.photos), 2),
                "texts_per_second": round(median(speed.texts), 2),
            }
            for speed in speeds
        ],
    }
    if full_size_clip:
        own, clip = speeds
        report["times_as_fast_as_clip"] = {
            "photos": _ratio(bench.ratios(own.photos, clip.photos)),
            "texts": _ratio(bench.ratios(own.texts, clip.texts)),
        }
    if as_json:
        print(json.dumps(report))
    else:
        _print_speeds(report)


def search(settings: Settings, where: Places, sizes: Sequence[int], rounds: int, *, as_json: bool) -> None:
    """Measure the exact search in one community with so many open reports, in a scratch database."""
    encoder = "clip" if settings.encoder == "clip" else "concept"
    latencies = asyncio.run(measure_search(where, encoder, sorted(set(sizes)), rounds, _say))
    if as_json:
        print(json.dumps({"spaces_of": encoder, "searches": [_searched(latency) for latency in latencies]}))
        return
    table = Table("open reports", "median ms", "slowest ms", title=f"One search, vectors like {encoder}'s")
    for latency in latencies:
        numbers = _searched(latency)
        table.add_row(str(latency.reports), str(numbers["median_ms"]), str(numbers["slowest_ms"]))
    Console().print(table)


def chat(where: Places, posts: int, *, as_json: bool) -> None:
    """Measure a burst of posts at Discord's pace, with a worker that embeds beside the bot."""
    burst = asyncio.run(measure_burst(where, posts, _say))
    committed = {f"p{share}": round(1000 * burst.percentile(share), 1) for share in (50, 99, 100)}
    report = {
        "posts": posts,
        "committed_ms": committed,
        "taken_up_after_s": round(burst.taken_up_after, 1),
        "answered_after_s": round(burst.answered_after, 1),
        "out_of_order": burst.out_of_order,
        "too_fast_for_discord": burst.too_fast,
    }
    if as_json:
        print(json.dumps(report))
        return
    table = Table("", "", title=f"{posts} photo posts at once", show_header=False)
    for share, milliseconds in zip(("median", "p99", "slowest"), committed.values(), strict=True):
        table.add_row(f"event to commit, {share}", f"{milliseconds} ms")
    table.add_row("all marked 👀 after", f"{report['taken_up_after_s']} s")
    table.add_row("all answered after", f"{report['answered_after_s']} s")
    table.add_row("replies out of order", str(burst.out_of_order))
    table.add_row("requests too fast for Discord", str(burst.too_fast))
    Console().print(table)


def _searched(latency: Latency) -> dict[str, float]:
    in_ms = [1000 * seconds for seconds in latency.seconds]
    return {"reports": latency.reports, "median_ms": round(median(in_ms), 1), "slowest_ms": round(max(in_ms), 1)}


def _ratio(limits: tuple[float, float, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in zip(("least", "median", "most"), limits, strict=True)}


def _print_speeds(report: dict[str, Any]) -> None:
    console = Console()
    table = Table(
        "encoder", "photos per second", "texts per second", title=f"{report['threads']} threads, median of rounds"
    )
    for each in report["encoders"]:
        table.add_row(each["encoder"], str(each["photos_per_second"]), str(each["texts_per_second"]))
    console.print(table)
    for what, ratio in report.get("times_as_fast_as_clip", {}).items():
        console.print(
            f"{what}: {ratio['median']}× as fast as CLIP ViT-B/32 ({ratio['least']}× to {ratio['most']}× by round)"
        )


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
