"""Migrates a database to the newest schema: plain SQL files, in order, each once."""

import hashlib
from dataclasses import dataclass
from importlib import resources

import psycopg
from psycopg import conninfo, sql

_LOCK = 0x52454E49  # any number, the same everywhere: one migration at a time in a database


class MigrationError(Exception):
    """The database's schema doesn't fit the files."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of SQL; `name` gives the order."""

    name: str
    statements: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.statements.encode()).hexdigest()


def shipped() -> list[Migration]:
    """Return the migrations of this version, in order."""
    files = (file for file in resources.files("db").joinpath("migrations").iterdir() if file.name.endswith(".sql"))
    return sorted(
        (Migration(file.name, file.read_text("utf-8")) for file in files), key=lambda migration: migration.name
    )


async def migrate(owner_url: str, app_url: str | None = None) -> list[str]:
    """Apply the missing migrations, as the owner, under an advisory lock; return their names.

    Where `app_url` carries a password, the application's role gets it. Raises MigrationError if an applied file was
    changed, or if the database is newer than this version.
    """
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # freed with the connection
        applied = await _apply(connection, await _pending(connection))
        await _set_password(connection, app_url)
        return applied


async def pending(url: str) -> list[str]:
    """Return the names of the migrations that the database lacks."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        return [migration.name for migration in await _pending(connection)]


async def _pending(connection: psycopg.AsyncConnection) -> list[Migration]:
    known = await connection.execute("SELECT to_regclass('public.migration') IS NOT NULL")
    if (await known.fetchone()) != (True,):
        return shipped()
    rows = await (await connection.execute("SELECT name, checksum FROM public.migration")).fetchall()
    applied: dict[str, str] = dict(rows)
    files = {migration.name: migration for migration in shipped()}
    if newer := sorted(applied.keys() - files.keys()):
        msg = f"The database is newer than this program (it has {newer[-1]}). Update the program."
        raise MigrationError(msg)
    if changed := sorted(name for name, checksum in applied.items() if files[name].checksum != checksum):
        msg = f"{changed[0]} was changed after it was applied. Restore it and put your change in a new migration."
        raise MigrationError(msg)
    return [migration for name, migration in files.items() if name not in applied]


async def _apply(connection: psycopg.AsyncConnection, migrations: list[Migration]) -> list[str]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS public.migration"
        " (name text PRIMARY KEY, checksum text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
    )
    for migration in migrations:
        async with connection.transaction():
            await connection.execute(migration.statements.encode())
            await connection.execute(
                "INSERT INTO public.migration (name, checksum) VALUES (%s, %s)", [migration.name, migration.checksum]
            )
            await connection.execute("GRANT SELECT ON public.migration TO reunite_app")
    return [migration.name for migration in migrations]


async def _set_password(connection: psycopg.AsyncConnection, app_url: str | None) -> None:
    password = conninfo.conninfo_to_dict(app_url or "").get("password")
    if password and conninfo.conninfo_to_dict(app_url or "").get("user") == "reunite_app":
        await connection.execute(sql.SQL("ALTER ROLE reunite_app PASSWORD {}").format(str(password)))
