"""The commands around labelled sets: match, evaluate, calibrate."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.context import AsJson, prepared


def match(
    folder: Annotated[Path, typer.Argument(metavar="SET", help="Folder with gallery.jsonl and queries.jsonl.")],
    out: Annotated[Path, typer.Option(help="File for the predictions, one JSON line a query.")],
) -> None:
    """Rank a labelled set, at most 20 results a query; the answers are never read.

    Example: reunite match sets/dev --out predictions.jsonl
    """
    from cli.tuning import match as command  # noqa: PLC0415

    with prepared() as (_, where):
        command.run(where, folder, out)


def evaluate(  # noqa: PLR0913, PLR0917 - the options of a command
    folder: Annotated[Path, typer.Argument(metavar="SET", help="Folder with gallery.jsonl and queries.jsonl.")],
    folds: Annotated[int, typer.Option(min=2, help="Parts of the things; each is scored by the others.")] = 5,
    seeds: Annotated[int, typer.Option(min=1, help="Draws of taking half of the things out.")] = 20,
    sizes: Annotated[list[int] | None, typer.Option(help="Also with so many finds at most. May be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="File for the out-of-fold predictions.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Folder for diagrams (needs the extra `evaluate`).")] = None,
    *,
    ablation: Annotated[bool, typer.Option("--ablation", help="Also: what each piece of evidence brings.")] = False,
    as_json: AsJson = False,
) -> None:
    """How good the matching is on a labelled set: fit on four fifths of the things, score the fifth, five times.

    Example: reunite evaluate sets/dev --ablation --plots curves
    """
    from cli.tuning import evaluate as command  # noqa: PLC0415

    with prepared() as (_, where):
        options = command.Options(folds, seeds, sizes or [100], out, plots, as_json, ablation)
        command.run(where, folder, options)


def calibrate(
    folder: Annotated[Path | None, typer.Argument(metavar="[SET]", help="A labelled set, for all communities.")] = None,
    community: Annotated[UUID | None, typer.Option(help="With --from-verdicts: only this community.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Folder for diagrams (needs the extra `evaluate`).")] = None,
    *,
    from_verdicts: Annotated[bool, typer.Option("--from-verdicts", help="Learn from moderators' ✅ and ❌.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit what each piece of evidence is worth, and score by it from now on.

    Example: reunite calibrate sets/dev --plots curves
    """
    from cli.tuning import calibrate as command  # noqa: PLC0415

    with prepared() as (_, where):
        command.run(where, folder, community, plots, from_verdicts=from_verdicts, as_json=as_json)
