"""`reunite doctor`: what is set up, what is not, and what to do about it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.markup import escape

from bot.slack.config import SlackSetupError
from cli.servers import Servers
from cli.services import discord_config, slack_config
from cli.settings import Settings
from db.installations import Installations
from db.migrate import MigrationError, pending
from db.store import Store


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `ok` is None for what is only worth knowing."""

    what: str
    ok: bool | None
    found: str
    remedy: str = ""


async def findings(settings: Settings, where: Servers) -> AsyncIterator[Finding]:
    """Look at the program's surroundings, one after the other."""
    yield Finding("Python", ok=True, found=sys.version.split()[0])
    async for finding in _database(settings, where):
        yield finding
    yield await _redis(where)
    async for finding in _discord(settings):
        yield finding
    async for finding in _slack(settings, where):
        yield finding


async def _database(settings: Settings, where: Servers) -> AsyncIterator[Finding]:
    kind = "set" if settings.database_url else "embedded"
    try:
        async with await psycopg.AsyncConnection.connect(
            where.database_url, connect_timeout=5, row_factory=dict_row
        ) as connection:
            cursor = await connection.execute(
                "SELECT current_setting('server_version') AS version, rolsuper OR rolbypassrls AS strong,"
                " rolname AS role FROM pg_roles WHERE rolname = current_user"
            )
            row: dict[str, Any] = await cursor.fetchone() or {}
    except psycopg.Error as error:
        remedy = "Check REUNITE_DATABASE_URL, and that the server runs; then `reunite migrate`."
        yield Finding("PostgreSQL", ok=False, found=str(error).strip().splitlines()[-1], remedy=remedy)
        return
    yield Finding("PostgreSQL", ok=True, found=f"{row['version']} ({kind})")
    remedy = "Let REUNITE_DATABASE_URL log in as reunite_app, and put the owner into REUNITE_OWNER_DATABASE_URL."
    yield Finding("its role", ok=not row["strong"], found=row["role"], remedy=remedy if row["strong"] else "")
    try:
        missing = await pending(where.owner_database_url)
    except (psycopg.Error, MigrationError) as error:
        yield Finding("its schema", ok=False, found=str(error))
        return
    if missing:
        yield Finding(
            "its schema", ok=False, found=f"{len(missing)} migrations missing", remedy="Run `reunite migrate`."
        )
        return
    yield Finding("its schema", ok=True, found="up to date")
    yield await _encoder(where)


async def _encoder(where: Servers) -> Finding:
    async with await psycopg.AsyncConnection.connect(where.owner_database_url) as connection:
        row = await (await connection.execute("SELECT version FROM model WHERE live")).fetchone()
    return Finding("Encoder", ok=None, found=row[0] if row else "not chosen yet: the first worker does", remedy="")


async def _discord(settings: Settings) -> AsyncIterator[Finding]:
    if settings.discord_token is None:
        yield Finding("Discord", ok=None, found="no token set")
        return
    from bot.discord.checkup import check_up  # noqa: PLC0415 - a Slack community need not install discord.py

    async for each in check_up(discord_config(settings, settings.discord_token)):
        yield Finding(each.what, each.ok, each.found, each.remedy)


async def _slack(settings: Settings, where: Servers) -> AsyncIterator[Finding]:
    given = (
        settings.slack_bot_token,
        settings.slack_app_token,
        settings.slack_signing_secret,
        settings.slack_client_id,
    )
    if not any(given):
        yield Finding("Slack", ok=None, found="no token set")
        return
    from bot.slack.checkup import look  # noqa: PLC0415 - a Discord community need not install Slack's library

    try:
        config = slack_config(settings)
    except SlackSetupError as error:
        yield Finding("Slack", ok=False, found="not set up", remedy=str(error))
        return
    tokens = [config.bot_token] if config.bot_token else await _installed(where)
    if not tokens:
        yield Finding("Slack", ok=None, found="no workspace has installed the app yet")
    for each in await look(config, tokens):
        yield Finding(each.what, ok=not each.remedy, found=each.found, remedy=each.remedy)


async def _installed(where: Servers) -> list[str]:
    """Return the tokens of the workspaces that installed the app; none where the database can't be asked."""
    try:
        async with Store(where.database_url) as store:
            return [each.bot_token for each in await Installations(store).all()]
    except psycopg.Error:  # which was said before
        return []


async def _redis(where: Servers) -> Finding:
    try:
        async with Redis.from_url(where.redis_url, socket_connect_timeout=5) as redis:
            info = await redis.info("server")
    except (RedisError, OSError) as error:
        remedy = "Check REUNITE_REDIS_URL, and that the server runs."
        return Finding("Redis", ok=False, found=str(error), remedy=remedy)
    return Finding("Redis", ok=True, found=str(info["redis_version"]))


def run(settings: Settings, where: Servers, *, as_json: bool) -> bool:
    """Print the findings and tell whether all is well."""

    async def collect() -> list[Finding]:
        return [finding async for finding in findings(settings, where)]

    found = asyncio.run(collect())
    if as_json:
        print(json.dumps([asdict(finding) for finding in found]))
    else:
        _print(found)
    return all(finding.ok is not False for finding in found)


def _print(found: list[Finding]) -> None:
    console = Console()
    for finding in found:
        mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[dim]·[/]"}[finding.ok]
        console.print(f"{mark} {finding.what}: {escape(finding.found)}")
        if finding.remedy:
            console.print(f"  → {escape(finding.remedy)}")
