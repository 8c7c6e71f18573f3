"""`reunite doctor`: checks the setup and says how to fix it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import asdict
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row
from rich.markup import escape

from bot.doctor import Finding, whole_cause
from bot.errors import SetupError
from bot.platforms import PLATFORMS, AdapterConfig, PlatformEntry
from cli import redis_check
from cli.context import run_async
from cli.servers import Servers
from cli.settings import Settings
from cli.status import Status, read_waiting
from cli.tables import Terminal
from db.cancellation import stop
from db.database import MigrationError, reason, remedy_for
from db.keys import KeysError, verify
from db.migrate import pending
from db.store import Store
from reunite.matching.defaults import for_encoder
from reunite.plurals import counted

_SECONDS: Final = 5
"""Seconds in which a server must answer."""
_MORE_DATA: Final = (
    "CREATE TEMPORARY TABLE room ON COMMIT DROP AS SELECT repeat('x', 1000) FROM generate_series(1, 4000)"
)
"""Writes four megabytes."""
_NO_NEW_DATA: Final = {
    psycopg.errors.DiskFull: "Make room on PostgreSQL's disk. Until then, answers wait.",
    psycopg.errors.ReadOnlySqlTransaction: "Connect to the primary, not to a standby.",
}
"""What to do if the database accepts no new data, by its error."""
_UNREACHABLE: Final = {
    "set": "Check REUNITE_DATABASE_URL, and that the server is running; then run `reunite migrate`.",
    "embedded": "Run `reunite migrate`.",
}
_STUCK: Final = (
    "Something may hold a lock there or take all its time: `SELECT * FROM pg_stat_activity` in psql shows it."
)


async def findings(settings: Settings, where: Servers) -> AsyncIterator[Finding]:
    """Check the environment, one thing after the other."""
    yield Finding("Python", ok=True, found=sys.version.split()[0])
    async for finding in _database(settings, where):
        yield finding
    yield await redis_check.look(where)
    for entry in PLATFORMS.values():
        if entry.has_doctor:
            async for finding in platform_findings(entry, getattr(settings, entry.name), where):
                yield finding


async def _database(settings: Settings, where: Servers) -> AsyncIterator[Finding]:
    kind = "set" if settings.database.url else "embedded"
    found = await _in_time("PostgreSQL", _role(where, kind), _UNREACHABLE[kind])
    for finding in found:
        yield finding
    if not found[0].ok:
        return
    [schema] = await _in_time("its schema", _schema(where))
    yield schema
    if not schema.ok:
        return
    for what, check in _OF_A_MIGRATED_ONE.items():
        for finding in await _in_time(what, check(where)):
            yield finding


async def _in_time(what: str, check: Coroutine[Any, Any, list[Finding]], unreachable: str = "") -> list[Finding]:
    """Return what a check of the database finds, or that it fails or takes too long.

    `unreachable` is what to do about either, of a check that connects first.
    """
    task = asyncio.create_task(check)
    try:
        await asyncio.wait({task}, timeout=_SECONDS)
        if task.done():
            return await task
    except (psycopg.Error, MigrationError) as error:
        said = whole_cause(error) if isinstance(error, MigrationError) else reason(error)
        return [Finding(what, ok=False, found=said, remedy=remedy_for(error, unreachable))]
    finally:
        await stop(task)  # the database may not even take a cancellation
    found = f"no answer within {counted(_SECONDS, 'second')}"
    return [Finding(what, ok=False, found=found, remedy=unreachable or _STUCK)]


async def _role(where: Servers, kind: str) -> list[Finding]:
    async with await psycopg.AsyncConnection.connect(where.database_url, row_factory=dict_row) as connection:
        cursor = await connection.execute(
            "SELECT current_setting('server_version') AS version, rolsuper OR rolbypassrls AS strong,"
            " rolname AS role FROM pg_roles WHERE rolname = current_user"
        )
        row = await cursor.fetchone() or {}
    remedy = "Use reunite_app in REUNITE_DATABASE_URL, and the owner in REUNITE_OWNER_DATABASE_URL."
    return [
        Finding("PostgreSQL", ok=True, found=f"{row['version']} ({kind})"),
        Finding("its role", ok=not row["strong"], found=row["role"], remedy=remedy if row["strong"] else ""),
    ]


async def _schema(where: Servers) -> list[Finding]:
    if missing := await pending(where.owner_database_url):
        found = f"{counted(len(missing), 'migration')} missing"
        return [Finding("its schema", ok=False, found=found, remedy="Run `reunite migrate`.")]
    return [Finding("its schema", ok=True, found="up to date")]


async def _running(where: Servers) -> list[Finding]:
    async with Store(where.database_url, connections=1) as store:
        return [*running(await read_waiting(store))]


def running(status: Status) -> Iterator[Finding]:
    """Say which processes are alive, and whether anything waits for one that isn't."""
    listed = ", ".join(f"{number} × {role}" if number > 1 else role for role, number in sorted(status.alive.items()))
    waiting = sum(backlog.number for backlog in status.waiting if not backlog.platform)
    queued = sum(backlog.number for backlog in status.waiting if backlog.platform)
    needed = waiting > 0 and status.lacks_worker
    is_running = True if status.alive else None
    yield Finding(
        "Processes",
        ok=False if needed else is_running,
        found=listed or "none is running",
        remedy="Start a worker with `reunite worker`: reports wait for one." if needed else "",
    )
    yield Finding(
        "Backlog",
        ok=not status.is_late,
        found=f"waiting: {counted(waiting, 'report')}, {counted(queued, 'reply', 'replies')}",
        remedy="Some have waited for more than 5 minutes: run `reunite status`, and read the logs."
        if status.is_late
        else "",
    )


async def _disk(where: Servers) -> list[Finding]:
    """Say whether the database accepts new data: what needs no more room works even on a full disk.

    The data is taken back: a commit would wait for a standby that must confirm it.
    """
    try:
        async with (
            await psycopg.AsyncConnection.connect(where.owner_database_url) as connection,
            connection.transaction(force_rollback=True),
        ):
            await connection.execute(_MORE_DATA)
    except psycopg.Error as error:
        remedy = next((words for kind, words in _NO_NEW_DATA.items() if isinstance(error, kind)), "")
        return [Finding("its disk", ok=False, found=reason(error), remedy=remedy)]
    return [Finding("its disk", ok=True, found="accepts new data")]


async def _keys(where: Servers) -> list[Finding]:
    try:
        if not await verify(where.database_url, where.keys):
            return [Finding("its keys", ok=None, found="not set yet: the first start sets them")]
    except KeysError as error:
        return [Finding("its keys", ok=False, found="can't be used", remedy=str(error))]
    return [Finding("its keys", ok=True, found=str(where.keys.file or "REUNITE_KEYS"))]


async def _encoder(where: Servers) -> list[Finding]:
    async with await psycopg.AsyncConnection.connect(where.owner_database_url, row_factory=dict_row) as connection:
        cursor = await connection.execute(
            "SELECT encoder, version, calibration_problem AS problem, (SELECT summary ->> 'source' FROM calibration c"
            " WHERE c.community_id IS NULL AND c.model_version = version ORDER BY seq DESC LIMIT 1) AS source"
            " FROM embedding_model WHERE live"
        )
        row = await cursor.fetchone()
    if row is None:
        return [Finding("Encoder", ok=None, found="not chosen yet: the first worker chooses it")]
    weights = _weights(row["encoder"], row["source"], row["problem"])
    return [Finding("Encoder", ok=None, found=row["version"]), weights]


def _weights(encoder: str, source: str | None, problem: str | None) -> Finding:
    """Say where the weights of the live encoder come from."""
    if source:
        return Finding("its weights", ok=True, found=f"calibrated ({source})")
    if for_encoder(encoder).calibrated:
        return Finding("its weights", ok=True, found="calibrated, as shipped")
    remedy = "A worker's next start tries again, or run `reunite calibrate --open-set`." if problem else ""
    return Finding(
        "its weights", ok=None, found=f"not calibrated{f': {problem}' if problem else ' yet'}", remedy=remedy
    )


_OF_A_MIGRATED_ONE: Final = {"its disk": _disk, "its keys": _keys, "Encoder": _encoder, "Processes": _running}
"""The checks that need the schema, by the first thing that each looks at."""


async def platform_findings(entry: PlatformEntry, config: AdapterConfig, where: Servers) -> AsyncIterator[Finding]:
    """Check a platform, if it is set up."""
    if not config.is_set:
        yield Finding(entry.title, ok=None, found=f"not set up ({entry.guide} says how)")
        return
    try:
        config.check()
        check = entry.check()
    except SetupError as error:
        yield Finding(entry.title, ok=False, found="settings missing or wrong", remedy=str(error))
        return
    except ImportError as error:
        remedy = f"pip install 'reunite[{entry.extra}]', or `make install` in a checkout"
        yield Finding(entry.title, ok=False, found=f"the package {error.name} is missing", remedy=remedy)
        return
    async for finding in check(config, where.connections):
        yield finding


def run(settings: Settings, where: Servers, *, as_json: bool) -> bool:
    """Print the findings; return whether none is bad."""

    async def collect() -> list[Finding]:
        return [finding async for finding in findings(settings, where)]

    found = run_async(collect())
    if as_json:
        print(json.dumps([asdict(finding) for finding in found]))
    else:
        _print(found)
    return all(finding.ok is not False for finding in found)


def _print(found: list[Finding]) -> None:
    console = Terminal(soft_wrap=True)
    for finding in found:
        mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[dim]·[/]"}[finding.ok]
        console.print(f"{mark} {finding.what}: {escape(finding.found)}")
        if finding.remedy:
            console.print(f"  → {escape(finding.remedy)}")
