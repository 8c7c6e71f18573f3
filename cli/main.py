"""The command `reunite`. Each command imports its rooms only when it runs."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError

from cli import logs
from cli.errors import UsageError
from cli.servers import Servers, servers
from cli.settings import Settings
from reunite.entities import PlatformName
from reunite.errors import TellUserError
from reunite.messages import wording

app = typer.Typer(
    name="reunite",
    help="The lost-and-found bot for Discord and Slack communities.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

bench_app = typer.Typer(help="Measure how fast this machine is.", no_args_is_help=True)
app.add_typer(bench_app, name="bench")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


@contextmanager
def _prepared(*, with_redis: bool = True) -> Iterator[tuple[Settings, Servers]]:
    """Read the settings, set up the log, and give the servers. What a person can mend ends in one sentence."""
    with _configured() as settings, servers(settings, with_redis=with_redis) as where:
        yield settings, where


@contextmanager
def _configured() -> Iterator[Settings]:
    """Read the settings and set up the log, without any server."""
    from cli.children import ChildError  # noqa: PLC0415
    from db.migrate import MigrationError  # noqa: PLC0415

    try:
        settings = Settings()
        logs.configure(settings.log_level, as_json=settings.log_json)
        yield settings
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors())
        _fail(f"A setting is not as it should be: {problems}.")
    except (UsageError, ChildError, MigrationError) as error:
        _fail(str(error))
    except ImportError as error:
        _fail(f"A part is not installed ({error.name}): `pip install 'reunite[all]'` brings everything.")
    except TellUserError as error:
        _fail(wording.explain(error))
    except _expected() as error:
        _fail(str(error).strip())


def _expected() -> tuple[type[Exception], ...]:
    """Errors of the surroundings whose own sentence says enough."""
    import psycopg  # noqa: PLC0415
    from redis.exceptions import ConnectionError as RedisConnectionError  # noqa: PLC0415

    from reunite.errors import TryAgainError, UndeliverableError  # noqa: PLC0415

    return (
        psycopg.OperationalError,
        psycopg.errors.InsufficientPrivilege,
        RedisConnectionError,
        TryAgainError,
        UndeliverableError,
    )


def _fail(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)


@app.command()
def demo(port: Annotated[int | None, typer.Option(help="Port of the chat page.")] = None) -> None:
    """Everything from nothing: embedded servers, a worker, and the chat page on this machine.

    Example: reunite demo --port 8700
    """
    from cli import demo as command  # noqa: PLC0415

    with _prepared() as (settings, where):
        asyncio.run(command.demo(settings.model_copy(update={"port": port}) if port else settings, where))


@app.command("try")
def try_(
    found: Annotated[list[str], typer.Option(help="A found post: photo.jpg or photo.jpg::caption. May be repeated.")],
    lost: Annotated[str, typer.Option(help="The lost report, in words.")] = "",
    lost_photo: Annotated[Path | None, typer.Option(help="A photo of the lost thing.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The main job once, through the real queue, worker and database.

    Example: reunite try --found a.jpg --found b.jpg::"by the pool" --lost "black backpack"
    """
    from cli import try_once  # noqa: PLC0415

    with _prepared() as (_, where):
        try_once.run(where, found, lost, lost_photo, as_json=as_json)


@app.command()
def match(
    folder: Annotated[Path, typer.Argument(metavar="SET", help="Folder with gallery.jsonl and queries.jsonl.")],
    out: Annotated[Path, typer.Option(help="File for the predictions, one JSON line a query.")],
) -> None:
    """Rank a labelled set, at most 20 results a query; the answers are never read.

    Example: reunite match sets/dev --out predictions.jsonl
    """
    from cli import match_set  # noqa: PLC0415

    with _prepared() as (_, where):
        match_set.run(where, folder, out)


@app.command()
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
    from cli import evaluate as command  # noqa: PLC0415

    with _prepared() as (_, where):
        wishes = command.Wishes(folds, seeds, sizes or [100], out, plots, as_json, ablation)
        command.run(where, folder, wishes)


@app.command()
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
    from cli import calibrate as command  # noqa: PLC0415

    with _prepared() as (_, where):
        command.run(where, folder, community, plots, from_verdicts=from_verdicts, as_json=as_json)


@app.command()
def worker() -> None:
    """Embed photos and words and look for matches, until stopped.

    Example: REUNITE_ENCODER=clip reunite worker
    """
    from cli import services  # noqa: PLC0415

    with _prepared() as (settings, where):
        asyncio.run(services.worker(settings, where))


@app.command()
def bot(platform: Annotated[str, typer.Argument(help="discord, slack or web (the chat page).")]) -> None:
    """Run the bot of one platform, until stopped.

    Example: REUNITE_DISCORD_TOKEN=… reunite bot discord
    """
    from cli import services  # noqa: PLC0415

    with _prepared() as (settings, where):
        names: dict[str, PlatformName] = {"discord": "discord", "slack": "slack", "web": "web"}
        if platform not in names:
            msg = f"There is no bot for {platform!r}: say discord, slack or web."
            raise UsageError(msg)
        asyncio.run(services.bot(settings, where, names[platform]))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Needs REUNITE_OWNER_DATABASE_URL, or the embedded server.

    Example: reunite migrate
    """
    from db import migrate as command  # noqa: PLC0415

    with _prepared(with_redis=False) as (_, where):
        applied = asyncio.run(command.migrate(where.owner_database_url, where.database_url))
        print(f"Applied {', '.join(applied)}." if applied else "The schema is up to date.")


@app.command()
def reembed() -> None:
    """Embed every stored copy and text with the encoder of the settings, and search with it from then on.

    Stop the workers first. The other models' vectors stay. Example: REUNITE_ENCODER=clip reunite reembed
    """
    from cli import services  # noqa: PLC0415

    with _prepared(with_redis=False) as (settings, where):
        asyncio.run(services.reembed(settings, where))


@app.command()
def doctor(*, as_json: AsJson = False) -> None:
    """Say what is set up, what is not, and what to do about it.

    Example: reunite doctor --json
    """
    from cli import doctor as command  # noqa: PLC0415

    with _prepared() as (settings, where):
        if not command.run(settings, where, as_json=as_json):
            raise typer.Exit(1)


Rounds = Annotated[int, typer.Option(min=1, help="Rounds to measure; the figures are medians.")]


@bench_app.command("embed")
def bench_embed(  # noqa: PLR0913 - the command's options
    encoder: Annotated[str | None, typer.Option(help="concept or clip, instead of REUNITE_ENCODER.")] = None,
    model: Annotated[str | None, typer.Option(help="A model's folder or name, instead of REUNITE_MODEL.")] = None,
    photos: Annotated[int, typer.Option(min=1, help="Photos, and as many texts, a round.")] = 16,
    rounds: Rounds = 7,
    *,
    full_size_clip: Annotated[
        bool, typer.Option("--full-size-clip", help="Compare with CLIP ViT-B/32 (random weights), in turns.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Photos and texts a second of an encoder, as a worker would embed them.

    Example: reunite bench embed --encoder concept --full-size-clip
    """
    from cli import bench  # noqa: PLC0415

    with _configured() as settings:
        given = {"encoder": encoder, "model": model}
        changed = Settings.model_validate({**settings.model_dump(), **{k: v for k, v in given.items() if v}})
        bench.embed(changed, full_size_clip=full_size_clip, photos=photos, rounds=rounds, as_json=as_json)


@bench_app.command("search")
def bench_search(
    reports: Annotated[list[int], typer.Option(min=1, help="Open reports to search. May be repeated.")],
    rounds: Rounds = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """How long a search takes in one community, with random vectors in a scratch database.

    Example: reunite bench search --reports 1000 --reports 10000
    """
    from cli import bench  # noqa: PLC0415

    with _prepared() as (settings, where):
        bench.search(settings, where, reports, rounds, as_json=as_json)


@bench_app.command("chat")
def bench_chat(
    posts: Annotated[int, typer.Option(min=1, help="Photo posts in one burst.")] = 100,
    *,
    as_json: AsJson = False,
) -> None:
    """How soon a burst of posts is committed while a worker embeds, at Discord's pace (from a checkout).

    Example: reunite bench chat --posts 100
    """
    from cli import bench  # noqa: PLC0415

    with _prepared() as (_, where):
        bench.chat(where, posts, as_json=as_json)


if __name__ == "__main__":
    app()
