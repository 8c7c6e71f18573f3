"""Migrates a database to the newest schema: plain SQL files, in order, each once."""

import asyncio
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import psycopg
import structlog
from psycopg import conninfo, sql

from db.database import IS_MIGRATED, Database, MigrationError, reason, remedy_for

_LOCK: Final = 0x52454E49  # any number, the same everywhere: one migration at a time in a database
_LOCK_SECONDS: Final = 2.0
"""How long a migration waits for a lock: everyone who comes later waits behind it, readers too."""
_PAUSE_SECONDS: Final = 5.0
"""Seconds until the next attempt, in which everyone else can work."""
_PATIENCE_SECONDS: Final = 600.0
"""Seconds in which a migration is attempted."""
_LEAST_POSTGRESQL: Final = 15
_LEAST_PGVECTOR: Final = (0, 7)
_APPLIED: Final = "SELECT name, checksum FROM public.migration"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of SQL; `name` gives the order."""

    name: str
    statements: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.statements.encode()).hexdigest()


@cache
def shipped() -> tuple[Migration, ...]:
    """Return the migrations of the running version, in order: its files may be newer by now."""
    files = (file for file in resources.files("db").joinpath("migrations").iterdir() if file.name.endswith(".sql"))
    return tuple(
        sorted((Migration(file.name, file.read_text("utf-8")) for file in files), key=lambda migration: migration.name)
    )


async def migrate(owner_url: str, app_url: str | None = None) -> list[str]:
    """Apply the missing migrations, as the owner, under an advisory lock; return their names.

    Where `app_url` carries a password, the application's role gets it. Raises MigrationError if an applied file was
    changed, if the database is newer than this version, if others keep it locked, or if the server can't be used.
    """
    async with await _connect(owner_url) as connection:
        await _require_server(connection)
        await _lock(connection)
        applied = await _apply(connection, await _pending(connection))
        await _set_password(connection, app_url)
        return applied


async def pending(url: str) -> list[str]:
    """Return the names of the migrations that the database lacks."""
    async with await _connect(url) as connection:
        return [migration.name for migration in await _pending(connection)]


async def require_migrated(database: Database) -> None:
    """Raise MigrationError unless the database has this version's schema.

    With an older one, searches would miss reports; in a newer one, this version may write what the newer can't read.
    """
    applied = {row["name"]: row["checksum"] for row in await database.rows(_APPLIED)}
    if missing := _missing(applied):
        raise MigrationError(f"The database isn't up to date: it lacks {missing[0].name}. Run `reunite migrate` first.")
    _refuse_others(applied)


async def _connect(owner_url: str) -> psycopg.AsyncConnection:
    try:
        return await psycopg.AsyncConnection.connect(owner_url, autocommit=True)
    except psycopg.OperationalError as error:
        raise not_connected(error) from error


def not_connected(error: psycopg.OperationalError) -> MigrationError:
    """Say that the owner can't connect, and why."""
    return MigrationError(
        f"Couldn't connect to the database as its owner ({reason(error)})."
        f" {remedy_for(error, 'Check REUNITE_OWNER_DATABASE_URL.')}"
    )


async def _require_server(connection: psycopg.AsyncConnection) -> None:
    cursor = await connection.execute(
        "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
    )
    row = await cursor.fetchone()
    if problem := problem_of_server(connection.info.server_version // 10_000, row[0] if row else None):
        raise MigrationError(problem)


def problem_of_server(postgresql: int, pgvector: str | None) -> str | None:
    """Say why a server of this version, with this pgvector or none, can't be used."""
    least = ".".join(map(str, _LEAST_PGVECTOR))
    if postgresql < _LEAST_POSTGRESQL:
        return f"PostgreSQL {postgresql} is too old: Reunite needs {_LEAST_POSTGRESQL} or newer."
    if pgvector is None:
        return f"PostgreSQL's server lacks pgvector. Install pgvector {least} or newer there."
    if tuple(map(int, pgvector.split(".")[:2])) < _LEAST_PGVECTOR:
        return (
            f"pgvector {pgvector} is too old: install {least} or newer on PostgreSQL's server, and run"
            " `ALTER EXTENSION vector UPDATE` if the database has the extension already."
        )
    return None


async def _lock(connection: psycopg.AsyncConnection) -> None:
    """Wait until no other migration of this database runs. The lock is freed with the connection."""
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
    if await cursor.fetchone() != (True,):
        _log.warning("migration_waits", reason="another migration is running")
        await connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])


async def _pending(connection: psycopg.AsyncConnection) -> list[Migration]:
    known = await connection.execute(IS_MIGRATED)
    if (await known.fetchone()) != (True,):
        return list(shipped())
    rows = await (await connection.execute(_APPLIED)).fetchall()
    applied: dict[str, str] = dict(rows)
    _refuse_others(applied)
    return _missing(applied)


def _refuse_others(applied: dict[str, str]) -> None:
    """Raise MigrationError if the database has a migration that this version doesn't have."""
    unknown = max(applied.keys() - {migration.name for migration in shipped()}, default=None)
    if unknown and unknown < shipped()[0].name:
        raise MigrationError(
            f"The database is from before the first release (it has {unknown}) and can't be updated. Give Reunite an"
            " empty database, or for the embedded one a new REUNITE_HOME."
        )
    if unknown:
        raise MigrationError(f"The database is newer than this program (it has {unknown}). Update the program.")


def _missing(applied: dict[str, str]) -> list[Migration]:
    """Return what wasn't applied. Raises MigrationError if an applied file was changed."""
    files = shipped()
    if changed := [file.name for file in files if applied.get(file.name, file.checksum) != file.checksum]:
        raise MigrationError(
            f"{changed[0]} was changed after it was applied. Restore it and put your change in a new migration."
        )
    return [file for file in files if file.name not in applied]


async def _apply(connection: psycopg.AsyncConnection, migrations: list[Migration]) -> list[str]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS public.migration"
        " (name text PRIMARY KEY, checksum text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
    )
    for migration in migrations:
        await _apply_patiently(connection, migration)
    return [migration.name for migration in migrations]


async def _apply_patiently(connection: psycopg.AsyncConnection, migration: Migration) -> None:
    """Apply a migration once nobody else, such as a backup, has locked what it changes."""
    clock = asyncio.get_running_loop()
    until = clock.time() + _PATIENCE_SECONDS
    while True:
        try:
            await _apply_one(connection, migration)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
            if clock.time() > until:
                raise MigrationError(
                    f"{migration.name} can't be applied: another connection, such as a backup, keeps its tables locked."
                    " Nothing of it was changed. Run `reunite migrate` again once that has ended."
                ) from error
        else:
            return
        _log.warning("migration_waits", migration=migration.name, reason="another connection has locked its tables")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _apply_one(connection: psycopg.AsyncConnection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute("SELECT set_config('lock_timeout', %s, true)", [f"{_LOCK_SECONDS}s"])
        await connection.execute(migration.statements.encode())
        await connection.execute(
            "INSERT INTO public.migration (name, checksum) VALUES (%s, %s)", [migration.name, migration.checksum]
        )
        await connection.execute("GRANT SELECT ON public.migration TO reunite_app")


async def _set_password(connection: psycopg.AsyncConnection, app_url: str | None) -> None:
    password = conninfo.conninfo_to_dict(app_url or "").get("password")
    if password and conninfo.conninfo_to_dict(app_url or "").get("user") == "reunite_app":
        await connection.execute(sql.SQL("ALTER ROLE reunite_app PASSWORD {}").format(str(password)))
