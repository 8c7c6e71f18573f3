"""`reunite keys`: the encryption keys."""

import typer

from cli.context import prepared, run_async

app = typer.Typer(
    help="Create, rotate or reset the encryption keys.",
    epilog="Example: reunite keys new",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.command("new")
def new() -> None:
    """Print a new key for REUNITE_KEYS, which replaces the key file.

    Example: reunite keys new
    """
    from db.keys import new_key

    print(new_key())


@app.command("rotate")
def rotate() -> None:
    """Encrypt everything again with the newest key.

    Needs REUNITE_OWNER_DATABASE_URL or the embedded server.

    A key file gets a new key first and keeps the previous one; running bots notice it. With REUNITE_KEYS, put the new
    key first, restart the bots, and remove the old key afterwards.

    Example: reunite keys rotate
    """
    from db import rotation

    with prepared(with_redis=False) as (_, where):
        done = run_async(rotation.rotate(where.owner_database_url, where.keys))
        print(f"Encrypted again: {done.kept}.")


@app.command("reset")
def reset() -> None:
    """Delete data that can't be read because its key is lost: claims' answers, secret details, Slack tokens.

    Workspaces whose token is deleted have to install the app again.

    Example: reunite keys reset
    """
    from db import keys, rotation

    with prepared(with_redis=False) as (_, where):
        done = run_async(rotation.reset(where.owner_database_url, where.keys))
        run_async(keys.check(where.owner_database_url, where.keys))
        print(f"Deleted: {done.lost}. Kept: {done.kept}.")
