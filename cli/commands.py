"""The everyday commands: running Reunite, its database, and its state."""

from pathlib import Path
from typing import Annotated

import typer

from cli.context import AsJson, configured, prepared, run_async


def demo(port: Annotated[int | None, typer.Option(help="Port for the chat page; PORT= does the same.")] = None) -> None:
    """Start everything on this machine: embedded servers, a worker, a chat page, the HTTP API and the board.

    Example: reunite demo --port 8700
    """
    from cli import demo as command
    from cli.servers import servers

    with configured() as given:
        settings = command.with_ports(given, port)  # before anything is started
        with servers(settings) as where:
            run_async(command.demo(settings, where))


def try_once(
    found: Annotated[list[str], typer.Option(help="A found post: photo.jpg or photo.jpg::caption. Repeat for more.")],
    lost: Annotated[str, typer.Option(help="What was lost, in words.")] = "",
    lost_photo: Annotated[Path | None, typer.Option(help="A photo of the lost thing.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Match one lost report with found photos, through the real queue, worker and database.

    Example: reunite try --found a.jpg --found b.jpg::"by the pool" --lost "black backpack"
    """
    from cli import try_once as command

    with prepared() as (_, where):
        command.run(where, found, lost, lost_photo, as_json=as_json)


def run(
    services: Annotated[
        list[str], typer.Argument(help="discord, slack, webhook, web, api or board; several if you like.")
    ],
) -> None:
    """Run the migrations, a worker and the services you name, until stopped.

    Processes that end are restarted. Each can also run by itself: see `worker`, `bot`, `api` and `board`.

    Example: REUNITE_DISCORD_TOKEN=… reunite run discord
    """
    from cli import run as command

    with prepared() as (_, where):
        run_async(command.run(where, services))


def worker(
    vectors: Annotated[Path | None, typer.Option(hidden=True)] = None,  # `match` and `evaluate` start one with these
    version: Annotated[str, typer.Option("--as", hidden=True)] = "",
    *,
    reembed: Annotated[
        bool, typer.Option("--reembed", help="If an update has changed the encoder, embed everything again first.")
    ] = False,
) -> None:
    """Embed photos and text and look for matches, until stopped.

    Example: REUNITE_ENCODER=clip reunite worker
    """
    from cli import services

    with prepared() as (settings, where):
        run_async(services.worker(settings, where, vectors, version, reembed=reembed))


def bot(platform: Annotated[str, typer.Argument(help="discord, slack, web (the chat page) or webhook.")]) -> None:
    """Run the bot for one platform, until stopped.

    Example: REUNITE_DISCORD_TOKEN=… reunite bot discord
    """
    from cli import services

    with prepared() as (settings, where):
        run_async(services.bot(settings, where, platform))


def api() -> None:
    """Serve the HTTP API, until stopped.

    `reunite token create` creates the tokens that it needs.

    Example: REUNITE_API_PORT=8710 reunite api
    """
    from cli import services

    with prepared() as (settings, where):
        run_async(services.api(settings, where))


def board() -> None:
    """Serve the moderators' board, until stopped.

    The bots send moderators the links that open it.

    Example: REUNITE_BOARD_URL=https://board.example.org reunite board
    """
    from cli import services

    with prepared() as (settings, where):
        run_async(services.board(settings, where))


def migrate() -> None:
    """Update the database to the latest schema.

    Needs REUNITE_OWNER_DATABASE_URL or the embedded server.

    Example: reunite migrate
    """
    from db import migrate as command
    from db.keys import check

    with prepared(with_redis=False) as (_, where):
        applied = run_async(command.migrate(where.owner_database_url, where.database_url))
        run_async(check(where.owner_database_url, where.keys))
        for name in applied:
            print(f"Applied {name}.")
        print("The schema is up to date.")


def reembed(
    *,
    switch: Annotated[bool, typer.Option("--switch", help="Then search with the new encoder.")] = False,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Delete the embeddings of all other encoders; needs --switch.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Embed all stored photos and text with the configured encoder, and compare it with the live one.

    Bots and workers keep running: the new encoder runs at the lowest priority, while no posts are waiting. After an
    interruption, run the same command again. Without --switch, searches stay as they are.

    Example: REUNITE_MODEL=google/siglip2-base-patch16-224 reunite reembed

    Example: REUNITE_MODEL=google/siglip2-base-patch16-224 reunite reembed --switch
    """
    from cli import reembed as command

    with prepared(with_redis=False) as (settings, where):
        result = run_async(command.run(settings, where, command.Options(switch=switch, drop_old=drop_old)))
        (command.print_json if as_json else command.show)(result)


def backup(file: Annotated[Path, typer.Argument(help="Where to write the backup.")]) -> None:
    """Write everything, photos included, into one file.

    Bots and workers may keep running.

    Example: reunite backup reunite-2026-11-26.dump
    """
    from cli import backup as command

    with prepared(with_redis=False) as (_, where):
        command.backup(where.owner_database_url, file)
        print(f"Backed up to {file} ({file.stat().st_size / 2**20:.1f} MB). It contains members' messages and photos.")
        print("It doesn't contain the keys: back them up too, somewhere else (docs/operations.md#keys).")


def restore(file: Annotated[Path, typer.Argument(help="A file that `reunite backup` wrote.")]) -> None:
    """Fill an empty database from a backup, and update it to the latest schema.

    Example: REUNITE_OWNER_DATABASE_URL=postgresql://owner:…@host/new reunite restore reunite-2026-11-26.dump
    """
    from cli import backup as command
    from db.keys import check
    from db.migrate import migrate as update

    with prepared(with_redis=False) as (_, where):
        command.restore(where.owner_database_url, file)
        run_async(check(where.owner_database_url, where.keys))
        run_async(update(where.owner_database_url, where.database_url))
        print("Restored.")
        print("Start the bots and workers.")


def status(*, as_json: AsJson = False) -> None:
    """Show processes, the backlog, failures and each community's numbers on one screen.

    Example: reunite status --json
    """
    from cli import status as command

    with prepared(with_redis=False) as (_, where):
        if not run_async(command.run(where, as_json=as_json)):
            raise typer.Exit(1)


def communities(*, as_json: AsJson = False) -> None:
    """List the communities with their workspaces and numbers.

    Example: reunite communities
    """
    from cli import status as command

    with prepared(with_redis=False) as (_, where):
        run_async(command.list_communities(where.database_url, as_json=as_json))


def doctor(*, as_json: AsJson = False) -> None:
    """Check the setup and say how to fix what's wrong.

    Example: reunite doctor --json
    """
    from cli import doctor as command

    with prepared() as (settings, where):
        if not command.run(settings, where, as_json=as_json):
            raise typer.Exit(1)
