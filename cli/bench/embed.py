"""`reunite bench embed`: how many photos and texts an encoder embeds per second."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from cli.bench.speeds import keep
from cli.encoder import chosen
from cli.errors import UsageError
from cli.progress import say
from cli.tables import print_table
from workers.config import EncoderSettings

if TYPE_CHECKING:
    from workers.bench import Speed


@dataclass(frozen=True, slots=True)
class Size:
    """How much to measure, and whether with random weights: of the checkpoint `like`, or to compare with."""

    photos: int
    rounds: int
    like: str | None
    full_size_clip: bool


def run(settings: EncoderSettings, size: Size, home: Path, *, as_json: bool) -> None:
    """Measure the settings' encoder, optionally against CLIP ViT-B/32 with random weights; keep the speed in `home`."""
    with tempfile.TemporaryDirectory(prefix="reunite-bench-") as folder:
        report = _measured(settings, size, Path(folder), home)
    if as_json:
        print(json.dumps(report))
    else:
        _print(report)


def _measured(settings: EncoderSettings, size: Size, folder: Path, home: Path) -> dict[str, Any]:
    from workers import bench, bench_photos

    if size.like:
        settings = replace(settings, kind="clip", model=str(_random_like(size.like, folder)))
    own = chosen(settings)
    encoders, kind, model = [own.encoder], own.kind, settings.model
    if size.full_size_clip:
        say("Creating CLIP ViT-B/32 with random weights …")
        kind, model = "clip", str(folder / "random-clip-vit-b32")
        encoders.append(bench.full_size_clip(Path(model)))
    speeds = bench.measure(encoders, size.photos, size.rounds, say)
    posted = bench_photos.measure(kind, model, size.photos, size.rounds, say)
    report = {"threads": bench.threads(), "photos": size.photos, "rounds": size.rounds, **_summary(speeds)}
    speed = {name: value for name, value in report["encoders"][0].items() if name != "encoder"}
    keep(home, _name(size.like, own.kind, own.encoder.version), speed, report["threads"])
    return report | {"whole_way_of": encoders[-1].version, **bench_photos.summary(posted)}


def _random_like(name: str, folder: Path) -> Path:
    from workers import bench
    from workers.encoders.catalogue import find_checkpoint

    checkpoint = find_checkpoint(name)
    if checkpoint is None or not checkpoint.architecture:
        raise UsageError(
            f"{name} isn't a checkpoint of `reunite model list` whose size can be made with random weights."
        )
    say(f"Creating {checkpoint.title} with random weights …")
    return bench.random_like(checkpoint, folder / checkpoint.name.rpartition("/")[2])


def _name(like: str | None, kind: str, version: str) -> str:
    """Return the name under which `reunite model list` looks for the speed."""
    from workers.encoders.catalogue import find_checkpoint

    checkpoint = find_checkpoint(like or kind)
    return checkpoint.name if checkpoint else version.partition("@")[0]


def _summary(speeds: Sequence["Speed"]) -> dict[str, Any]:
    """Return the median speeds, and how many times as fast the first encoder is as the second, if there are two."""
    from workers.bench import ratios

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
    print_table(table)
    console.print(
        f"From the bytes of a 12-MP photo to its vector, {report['whole_way_of']}: "
        f"{report['ratio_to_usual_loop']}× as "
        f"fast as the baseline loop, {report['share_of_forward_pass']:.0%} of the forward pass alone, "
        f"cosine at least {report['cosine_min']}"
    )
    for what, ratio in report.get("times_as_fast_as_clip", {}).items():
        console.print(
            f"{what}: {ratio['median']}× as fast as CLIP ViT-B/32 ({ratio['least']}× to {ratio['most']}× by round)"
        )
