"""The commands around a community's history: import, backfill, export."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.context import AsJson, prepared, run_async
from cli.escaping import escaped_lines
from cli.tokens import Community


def import_list(
    source: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE.csv", help="A folder of photos, or a list with one thing per row.")
    ],
    community: Community = None,
    kind: Annotated[
        Literal["found", "lost"], typer.Option(help="Kind of the photos, and of rows without one.")
    ] = "found",
    name: Annotated[str, typer.Option("--list", help="Name of the list, if another uses the same ids.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Import a list of things that a community already has.

    Needs a running worker.

    From a folder, each photo becomes a report. A CSV file has a column text or photos (files in its folder, separated
    by semicolons) and optionally id, kind, place, happened_at, sealed, private, category and state (closed rows are
    skipped). Nothing is imported twice: after an interruption, run the same command again.

    Example: reunite import shelf/ --community "Music festival"

    Example: reunite import list.csv --kind lost
    """
    from cli import logs
    from cli.history import importing, listing
    from cli.progress import say
    from reunite.entities import ReportKind

    with prepared() as (settings, where):
        logs.configure(
            settings.log.level or "warning", as_json=settings.log.json
        )  # a line per report would hide the progress
        listed = listing.read(source, ReportKind(kind), name)
        if listed.ignored:
            say(f"Ignored columns: {', '.join(listed.ignored)}.")
        if listed.is_guessed:
            say(f"{source} isn't in UTF-8 and was read as Windows-1252. If letters come out wrong, save it as UTF-8.")
        result = run_async(importing.run(where, community, listed))
        print(json.dumps(importing.as_json(result)) if as_json else escaped_lines("\n".join(importing.summary(result))))


def backfill(  # noqa: PLR0913 - the command's options
    platform: Annotated[Literal["discord", "slack"], typer.Argument(help="discord or slack.")],
    community: Community = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="Name or id of a channel for reports; repeat for several. Default: all.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The first day. Default: as far back as reports are kept."
        ),
    ] = None,
    *,
    reply: Annotated[bool, typer.Option("--reply", help="Answer in the old threads too.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop reading.")] = False,
    as_json: AsJson = False,
) -> None:
    """Turn past posts in the channels for found and lost things into reports.

    Needs a running bot and worker.

    The bot reads within its platform's limits and otherwise works as usual. Past posts can be found and match later
    reports, but nothing is written in their threads unless you add --reply. No post is taken in twice: after an
    interruption, the bot continues where it stopped, and the same command shows the progress again.

    Example: reunite backfill slack --since 2026-10-01
    """
    from cli import logs
    from cli.history import backfilling
    from reunite.plurals import counted

    selection = backfilling.Selection(
        platform, community, tuple(channel or ()), backfilling.start_of_day(since), answers=reply
    )
    with prepared() as (settings, where):
        logs.configure(settings.log.level or "warning", as_json=settings.log.json)
        if stop:
            print(f"Stopped reading {counted(run_async(backfilling.stop(where, selection)), 'channel')}.")
            return
        found = run_async(backfilling.run(where, selection))
        print(
            json.dumps(backfilling.as_json(found)) if as_json else escaped_lines("\n".join(backfilling.summary(found)))
        )


def export(
    out: Annotated[Path, typer.Option(metavar="DIR|FILE.zip", help="Where to write; must not exist yet.")],
    community: Community = None,
    *,
    sealed: Annotated[bool, typer.Option("--sealed", help="Include sealed and private reports.")] = False,
) -> None:
    """Write a community's reports into a CSV file, with their photos, for its moderators.

    Example: reunite export --community "Music festival" --out festival.zip
    """
    from cli.history import exporting
    from cli.progress import say
    from reunite.plurals import counted

    with prepared(with_redis=False) as (_, where):
        written = run_async(exporting.run(where, community, out, sealed=sealed))
        print(f"Exported {counted(written.reports, 'report')} with {counted(written.photos, 'photo')} to {out}.")
        say("It contains members' names, messages and photos. Delete it when you no longer need it.")
        if sealed:
            say("Sealed and private reports are included: show it to moderators only.")
        elif written.left_out:
            say(f"Left out: {written.left_out} sealed or private. `--sealed` includes them, for moderators only.")
