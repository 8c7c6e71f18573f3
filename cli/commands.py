"""The everyday commands: demo, try, worker, bot, migrate, reembed, doctor."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.context import AsJson, prepared
from cli.errors import UsageError
from reunite.entities import PlatformName


def demo(port: Annotated[int | None, typer.Option(help="Port of the chat page.")] = None) -> None:
    """Everything from nothing: embedded servers, a worker, and the chat page on this machine.

    Example: reunite demo --port 8700
    """
    from cli import demo as command  # noqa: PLC0415

    with prepared() as (settings, where):
        asyncio.run(command.demo(settings.model_copy(update={"port": port}) if port else settings, where))


def try_once(
    found: Annotated[list[str], typer.Option(help="A found post: photo.jpg or photo.jpg::caption. May be repeated.")],
    lost: Annotated[str, typer.Option(help="The lost report, in words.")] = "",
    lost_photo: Annotated[Path | None, typer.Option(help="A photo of the lost thing.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The main job once, through the real queue, worker and database.

    Example: reunite try --found a.jpg --found b.jpg::"by the pool" --lost "black backpack"
    """
    from cli import try_once as command  # noqa: PLC0415

    with prepared() as (_, where):
        command.run(where, found, lost, lost_photo, as_json=as_json)


def worker() -> None:
    """Embed photos and words and look for matches, until stopped.

    Example: REUNITE_ENCODER=clip reunite worker
    """
    from cli import services  # noqa: PLC0415

    with prepared() as (settings, where):
        asyncio.run(services.worker(settings, where))


def bot(platform: Annotated[str, typer.Argument(help="discord, slack or web (the chat page).")]) -> None:
    """Run the bot of one platform, until stopped.

    Example: REUNITE_DISCORD_TOKEN=… reunite bot discord
    """
    from cli import services  # noqa: PLC0415

    with prepared() as (settings, where):
        names: dict[str, PlatformName] = {"discord": "discord", "slack": "slack", "web": "web"}
        if platform not in names:
            msg = f"There is no bot for {platform!r}: say discord, slack or web."
            raise UsageError(msg)
        asyncio.run(services.bot(settings, where, names[platform]))


def migrate() -> None:
    """Bring the database to the newest schema. Needs REUNITE_OWNER_DATABASE_URL, or the embedded server.

    Example: reunite migrate
    """
    from db import migrate as command  # noqa: PLC0415

    with prepared(with_redis=False) as (_, where):
        applied = asyncio.run(command.migrate(where.owner_database_url, where.database_url))
        print(f"Applied {', '.join(applied)}." if applied else "The schema is up to date.")


def reembed() -> None:
    """Embed every stored copy and text with the encoder of the settings, and search with it from then on.

    Stop the workers first. The other models' vectors stay. Example: REUNITE_ENCODER=clip reunite reembed
    """
    from cli import services  # noqa: PLC0415

    with prepared(with_redis=False) as (settings, where):
        asyncio.run(services.reembed(settings, where))


def doctor(*, as_json: AsJson = False) -> None:
    """Say what is set up, what is not, and what to do about it.

    Example: reunite doctor --json
    """
    from cli import doctor as command  # noqa: PLC0415

    with prepared() as (settings, where):
        if not command.run(settings, where, as_json=as_json):
            raise typer.Exit(1)
