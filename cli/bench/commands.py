"""The commands of `reunite bench`."""

from typing import Annotated

import typer

from cli.context import AsJson, configured, prepared
from cli.settings import Settings

Rounds = Annotated[int, typer.Option(min=1, help="Rounds to measure; results are medians.")]


def embed(  # noqa: PLR0913 - the command's options
    encoder: Annotated[str | None, typer.Option(help="concept or clip; overrides REUNITE_ENCODER.")] = None,
    model: Annotated[str | None, typer.Option(help="Model folder or name; overrides REUNITE_MODEL.")] = None,
    photos: Annotated[int, typer.Option(min=1, help="Photos, and texts, per round.")] = 16,
    rounds: Rounds = 7,
    *,
    full_size_clip: Annotated[
        bool, typer.Option("--full-size-clip", help="Compare with CLIP ViT-B/32 (random weights).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how many photos and texts an encoder embeds per second.

    Example: reunite bench embed --encoder concept --full-size-clip
    """
    from cli.bench import embed as command  # noqa: PLC0415

    with configured() as settings:
        given = {"encoder": encoder, "model": model}
        changed = Settings.model_validate({**settings.model_dump(), **{k: v for k, v in given.items() if v}})
        command.run(changed, full_size_clip=full_size_clip, photos=photos, rounds=rounds, as_json=as_json)


def search(
    reports: Annotated[list[int], typer.Option(min=1, help="Open reports to search. Repeat for more.")],
    rounds: Rounds = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Measure how long a search takes in one community, with random vectors in a scratch database.

    Example: reunite bench search --reports 1000 --reports 10000
    """
    from cli.bench import search as command  # noqa: PLC0415

    with prepared() as (settings, where):
        command.run(settings, where, reports, rounds, as_json=as_json)


def chat(
    posts: Annotated[int, typer.Option(min=1, help="Photo posts in one burst.")] = 100,
    *,
    as_json: AsJson = False,
) -> None:
    """Measure how fast a burst of posts is committed while a worker embeds, at Discord's pace.

    Example: reunite bench chat --posts 100
    """
    from cli.bench import chat as command  # noqa: PLC0415

    with prepared() as (_, where):
        command.run(where, posts, as_json=as_json)
