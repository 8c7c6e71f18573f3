"""The commands around labelled sets: match, evaluate, calibrate."""

from pathlib import Path
from typing import Annotated

import typer

from cli.context import AsJson, prepared

Vectors = Annotated[
    Path | None,
    typer.Option(metavar="FILE.npz", help="Take vectors from here: photos, photo_names, texts, text_strings."),
]
As = Annotated[str | None, typer.Option("--as", metavar="MODEL", help="With --vectors: the model that computed them.")]


def match(
    folder: Annotated[Path, typer.Argument(metavar="SET", help="Folder with gallery.jsonl and queries.jsonl.")],
    out: Annotated[Path, typer.Option(help="Write predictions here, one JSON line per query.")],
    vectors: Vectors = None,
    model: As = None,
) -> None:
    """Rank a labelled set, up to 20 results per query.

    It never reads the answers.

    Example: reunite match sets/dev --out predictions.jsonl
    """
    from cli.tuning import match as command
    from cli.vectors import vector_file

    with prepared() as (_, where):
        command.run(where, folder, out, vector_file(vectors, model))


def evaluate(  # noqa: PLR0913, PLR0917 - the options of a command
    folder: Annotated[Path, typer.Argument(metavar="SET", help="Folder with gallery.jsonl and queries.jsonl.")],
    folds: Annotated[int, typer.Option(min=2, help="Number of folds to split the things into.")] = 5,
    seeds: Annotated[int, typer.Option(min=1, help="Random draws that leave out half of the things.")] = 20,
    sizes: Annotated[
        list[int] | None, typer.Option(help="Also evaluate with at most this many found reports. Repeat for more.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the predictions made with all found reports here.")] = None,
    plots: Annotated[Path | None, typer.Option(help="Write diagrams here (needs the extra `evaluate`).")] = None,
    vectors: Vectors = None,
    model: As = None,
    *,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Also measure what each piece of evidence adds.")
    ] = False,
    independent: Annotated[
        bool,
        typer.Option("--independent", help="Also check the probabilities by Venn–ABERS (needs the extra `evaluate`)."),
    ] = False,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Score with the weights that Reunite comes with; fit nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure matching on a labelled set, by cross-validation or with the shipped weights.

    Example: reunite evaluate sets/dev --ablation --plots curves
    """
    from cli.tuning import evaluate as command
    from cli.vectors import vector_file

    with prepared() as (_, where):
        given = vector_file(vectors, model, scores_live=False)
        options = command.Options(
            folds, seeds, sizes or [100], out, plots, as_json, ablation, independent, shipped, given
        )
        command.run(where, folder, options)


def calibrate(  # noqa: PLR0913 - the options of a command
    folder: Annotated[Path | None, typer.Argument(metavar="[SET]", help="A labelled set, for all communities.")] = None,
    community: Annotated[
        str | None, typer.Option(help="With --from-verdicts or --undo: only this community, by id or name.")
    ] = None,
    plots: Annotated[Path | None, typer.Option(help="Write diagrams here (needs the extra `evaluate`).")] = None,
    *,
    open_set: Annotated[
        bool, typer.Option("--open-set", help="Fetch public photos and learn from them, for all communities.")
    ] = False,
    from_verdicts: Annotated[
        bool, typer.Option("--from-verdicts", help="Let communities learn from their feedback now.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Forget what communities have learned.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit the scoring weights, and use them from now on.

    Example: reunite calibrate sets/dev --plots curves
    """
    from cli.tuning import calibrate as command

    with prepared() as (settings, where):
        options = command.Options(folder, community, plots, from_verdicts, open_set, undo)
        command.run(settings, where, options, as_json=as_json)
