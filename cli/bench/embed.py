"""`reunite bench embed`: how many photos and texts an encoder embeds per second."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from cli.errors import UsageError
from cli.progress import say
from workers.config import EncoderSettings

if TYPE_CHECKING:
    from workers.bench import Speed


def run(settings: EncoderSettings, *, full_size_clip: bool, photos: int, rounds: int, as_json: bool) -> None:
    """Measure the settings' encoder, optionally against CLIP ViT-B/32 with random weights."""
    from workers import bench, bench_photos  # noqa: PLC0415 - imports torch, which takes seconds
    from workers.encoders import EncoderUnavailableError  # noqa: PLC0415
    from workers.encoders.choose import choose  # noqa: PLC0415

    try:
        chosen = choose(settings.kind, None, settings.model, say, threads=settings.torch_threads)
    except EncoderUnavailableError as error:
        raise UsageError(str(error)) from error
    encoders, kind, model = [chosen.encoder], chosen.kind, settings.model
    with tempfile.TemporaryDirectory(prefix="reunite-bench-") as folder:
        if full_size_clip:
            say("Creating CLIP ViT-B/32 with random weights …")
            kind, model = "clip", str(Path(folder) / "random-clip-vit-b32")
            encoders.append(bench.full_size_clip(Path(model)))
        speeds = bench.measure(encoders, photos, rounds, say)
        posted = bench_photos.measure(kind, model, photos, rounds, say)
    report = {"threads": bench.threads(), "photos": photos, "rounds": rounds, **_summary(speeds)}
    report |= {"whole_way_of": encoders[-1].version, **bench_photos.summary(posted)}
    if as_json:
        print(json.dumps(report))
    else:
        _print(report)


def _summary(speeds: Sequence["Speed"]) -> dict[str, Any]:
    """Return the median speeds, and how many times as fast the first encoder is as the second, if there are two."""
    from workers.bench import ratios  # noqa: PLC0415 - as above

    encoders = [
        {
            "encoder": speed.version,
            "photos_per_second": round(median(speed.photos), 2),
            "texts_per_second": round(median(speed.texts), 2),
        }
        for speed in speeds
    ]
    if len(speeds) == 1:
        return {"encoders": encoders}
    own, clip = speeds
    times = {"photos": _rounded(ratios(own.photos, clip.photos)), "texts": _rounded(ratios(own.texts, clip.texts))}
    return {"encoders": encoders, "times_as_fast_as_clip": times}


def _rounded(limits: tuple[float, float, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in zip(("least", "median", "most"), limits, strict=True)}


def _print(report: dict[str, Any]) -> None:
    console = Console()
    title = f"{report['threads']} threads, median of rounds"
    table = Table("encoder", "photos per second", "texts per second", title=title)
    for speed in report["encoders"]:
        table.add_row(speed["encoder"], str(speed["photos_per_second"]), str(speed["texts_per_second"]))
    console.print(table)
    console.print(
        f"From the bytes of a 12-MP photo to its vector, {report['whole_way_of']}: {report['ratio_to_usual_loop']}× as "
        f"fast as the usual loop, {report['share_of_forward_pass']:.0%} of the network's pass alone, "
        f"cosine at least {report['cosine_min']}"
    )
    for what, ratio in report.get("times_as_fast_as_clip", {}).items():
        console.print(
            f"{what}: {ratio['median']}× as fast as CLIP ViT-B/32 ({ratio['least']}× to {ratio['most']}× by round)"
        )
