"""The commands around labelled sets: match, evaluate, calibrate."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.context import AsJson, prepared


def match(
    folder: Annotated[Path, typer.Argument(metavar="SET", help="Folder with gallery.jsonl and queries.jsonl.")],
    out: Annotated[Path, typer.Option(help="Write predictions here, one JSON line per query.")],
) -> None:
    """Rank a labelled set, up to 20 results per query. Never reads the answers.

    Example: reunite match sets/dev --out predictions.jsonl
    """
    from cli.tuning import match as command  # noqa: PLC0415

    with prepared() as (_, where):
        command.run(where, folder, out)


def evaluate(  # noqa: PLR0913, PLR0917 - the options of a command
    folder: Annotated[Path, typer.Argument(metavar="SET", help="Folder with gallery.jsonl and queries.jsonl.")],
    folds: Annotated[int, typer.Option(min=2, help="Number of folds to split the things into.")] = 5,
    seeds: Annotated[int, typer.Option(min=1, help="Random draws that leave out half of the things.")] = 20,
    sizes: Annotated[
        list[int] | None, typer.Option(help="Also evaluate with at most this many finds. Repeat for more.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write out-of-fold predictions here.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Write diagrams here (needs the extra `evaluate`).")] = None,
    *,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Also measure what each piece of evidence adds.")
    ] = False,
    independent: Annotated[
        bool, typer.Option("--independent", help="Also check the probabilities by Venn–ABERS (needs `evaluate`).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure the matching on a labelled set by cross-validation, split by thing.

    Example: reunite evaluate sets/dev --ablation --plots curves
    """
    from cli.tuning import evaluate as command  # noqa: PLC0415

    with prepared() as (_, where):
        options = command.Options(folds, seeds, sizes or [100], out, plots, as_json, ablation, independent)
        command.run(where, folder, options)


def calibrate(
    folder: Annotated[Path | None, typer.Argument(metavar="[SET]", help="A labelled set, for all communities.")] = None,
    community: Annotated[UUID | None, typer.Option(help="With --from-verdicts: only this community.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Write diagrams here (needs the extra `evaluate`).")] = None,
    *,
    from_verdicts: Annotated[bool, typer.Option("--from-verdicts", help="Learn from moderators' ✅ and ❌.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit the weights of the evidence and use them from now on.

    Example: reunite calibrate sets/dev --plots curves
    """
    from cli.tuning import calibrate as command  # noqa: PLC0415

    with prepared() as (_, where):
        command.run(where, folder, community, plots, from_verdicts=from_verdicts, as_json=as_json)
