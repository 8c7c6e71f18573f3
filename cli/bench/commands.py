"""The commands of `reunite bench`."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from cli.context import AsJson, configured, prepared

app = typer.Typer(
    help="Measure how fast this machine is.",
    epilog="Example: reunite bench embed",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Rounds = Annotated[int, typer.Option(min=1, help="Rounds to measure; results are medians.")]


@app.command("embed")
def embed(  # noqa: PLR0913 - the command's options
    encoder: Annotated[str | None, typer.Option(help="concept or clip; overrides REUNITE_ENCODER.")] = None,
    model: Annotated[str | None, typer.Option(help="Model folder or name; overrides REUNITE_MODEL.")] = None,
    photos: Annotated[int, typer.Option(min=1, help="Photos and texts per round.")] = 16,
    rounds: Rounds = 7,
    like: Annotated[
        str | None,
        typer.Option(
            help="Measure random weights of a checkpoint's size instead, by its alias in `reunite model list`."
        ),
    ] = None,
    *,
    full_size_clip: Annotated[
        bool, typer.Option("--full-size-clip", help="Compare with CLIP ViT-B/32 (random weights).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how many photos and texts an encoder embeds per second. `reunite model list` shows the result.

    Example: reunite bench embed --encoder concept --full-size-clip

    Example: reunite bench embed --like siglip2
    """
    from cli.bench import embed as command

    with configured() as settings:
        given: dict[str, Any] = {"kind": encoder, "model": model}
        changed = replace(settings.encoder, **{name: value for name, value in given.items() if value})
        size = command.Size(photos, rounds, like, full_size_clip=full_size_clip)
        command.run(changed, size, settings.embedded.home, as_json=as_json)


@app.command("search")
def search(  # noqa: PLR0913 - the command's options
    reports: Annotated[
        list[int] | None, typer.Option(min=2, help="Open reports of a community to search in. Repeat for more.")
    ] = None,
    items: Annotated[int | None, typer.Option(min=2, help="Open reports in all, instead of --reports.")] = None,
    communities: Annotated[
        int, typer.Option(min=1, help="Communities that --items are spread over: few large, many small.")
    ] = 1,
    rounds: Annotated[int, typer.Option(min=1, help="Searches in each community.")] = 100,
    keep: Annotated[
        str | None, typer.Option(help="Keep the database under this name, and use it again the next time.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Measure how long a search takes and what it finds, with synthetic vectors like CLIP's in a scratch database.

    Example: reunite bench search --items 20000 --communities 20
    """
    from cli.bench import search as command
    from cli.errors import UsageError

    with prepared() as (settings, where):
        if (items is None) == (not reports):
            raise UsageError("Give either --reports or --items.")
        sizes = command.zipf(items, communities) if items else sorted(set(reports or ()))
        searched = command.to_search(sizes) if items else range(len(sizes))
        command.run(settings, where, keep, command.Plan(sizes, searched, rounds), as_json=as_json)


@app.command("chat")
def chat(
    posts: Annotated[int, typer.Option(min=1, help="Photo posts, and uses of /lost, in one burst.")] = 100,
    workers: Annotated[
        list[int] | None, typer.Option(min=1, help="How many workers; repeat to compare several numbers.")
    ] = None,
    *,
    busy: Annotated[bool, typer.Option("--busy", help="Keep all cores busy meanwhile.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how fast posts are committed and answered while workers embed, at Discord's pace.

    Example: reunite bench chat --posts 50 --workers 1 --workers 2 --busy
    """
    from cli.bench import chat as command

    with prepared() as (settings, where):
        plan = command.Plan(posts, workers or [1], busy=busy)
        command.run(where, settings.encoder, plan, as_json=as_json)


@app.command("start")
def start(
    rounds: Annotated[int, typer.Option(min=1, help="Starts to measure; results are medians.")] = 3,
    photos: Annotated[int, typer.Option(min=1, help="Photos of 12 megapixels posted in each round.")] = 8,
    *,
    full_size_clip: Annotated[
        bool, typer.Option("--full-size-clip", help="Start the worker with CLIP ViT-B/32 (random weights).")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Start the demo as well, twice, in a folder of its own.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how soon worker and bot are ready, and how much memory they use after their first photos.

    Example: reunite bench start --full-size-clip --demo
    """
    from cli.bench import start as command

    with prepared() as (_, where):
        plan = command.Plan(rounds, photos, full_size_clip=full_size_clip, demo=demo)
        command.run(where, plan, as_json=as_json)
