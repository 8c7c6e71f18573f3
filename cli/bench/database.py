"""The database of `reunite bench search`: filled once, and kept for the next run if it has a name."""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import conninfo, sql

from cli.bench.filling import Filled, Filler, Tenant
from cli.errors import UsageError
from cli.progress import paced
from cli.servers import Servers, as_owner, scratch
from db.migrate import migrate

STORED_COPY: Final = 34_000
"""Bytes of a photo's stored copy: the mean of 503 photos of things."""
_NO_CHECKS: Final = "SET session_replication_role = replica"
"""No triggers or foreign keys: checking what depends on each row takes longer than writing or deleting it."""
_DELETE_ADDED: Final = """WITH added AS (DELETE FROM report WHERE author_id = 'bench' RETURNING id),
  photos AS (DELETE FROM photo WHERE report_id IN (SELECT id FROM added)),
  vectors AS (DELETE FROM embedding WHERE report_id IN (SELECT id FROM added))
DELETE FROM search_change"""
"""What `Filler.add_one` has written; only it notes changes."""


@dataclass(frozen=True)
class Contents:
    """What a database was filled with."""

    encoder: str
    sizes: Sequence[int]
    searched: Sequence[Filled] = ()
    """The communities that are searched, in order."""
    bytes_per_item: float = 0.0

    def as_json(self) -> str:
        searched = [
            [str(filled.tenant.community), str(filled.tenant.workspace), [*map(str, filled.lost)]]
            for filled in self.searched
        ]
        return json.dumps([self.encoder, list(self.sizes), searched, self.bytes_per_item])

    @classmethod
    def from_json(cls, text: str) -> "Contents":
        encoder, sizes, searched, bytes_per_item = json.loads(text)
        communities = [
            Filled(Tenant(UUID(community), UUID(workspace)), [*map(UUID, lost)])
            for community, workspace, lost in searched
        ]
        return cls(encoder, sizes, communities, bytes_per_item)


@asynccontextmanager
async def database(home: Servers, keep: str | None) -> AsyncIterator[Servers]:
    """Yield a database that is deleted at the end, or else one that is kept under a name."""
    if keep is None:
        async with scratch(home) as own:
            yield own
        return
    name = f"reunite_bench_{keep}"
    async with await as_owner(home.owner_database_url) as owner:
        if await _comment(owner, name) is None:  # it's new, or its filling was interrupted
            await owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            await owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    urls = [conninfo.make_conninfo(url, dbname=name) for url in (home.database_url, home.owner_database_url)]
    own = replace(home, database_url=urls[0], owner_database_url=urls[1], queue=name)
    await migrate(own.owner_database_url)
    yield own


async def fill(
    owner: psycopg.AsyncConnection[Any], filler: Filler, contents: Contents, searched: Collection[int], rounds: int
) -> Contents:
    """Fill the database; if it was kept from an earlier run, only delete what that run added during its searches."""
    if text := await _comment(owner, owner.info.dbname):
        kept = Contents.from_json(text)
        if (kept.encoder, [*kept.sizes], len(kept.searched)) != (contents.encoder, [*contents.sizes], len(searched)):
            raise UsageError("The kept database has other communities. Give --keep another name.")
        await owner.execute(_NO_CHECKS)
        await owner.execute(_DELETE_ADDED)
        await owner.execute("VACUUM ANALYZE")
        return kept
    await owner.execute(_NO_CHECKS)
    before = await _bytes(owner)
    communities = []
    with paced("reports") as show:
        for number, size in enumerate(contents.sizes):
            communities.append(await filler.fill(size, rounds if number in searched else 0))
            show(sum(contents.sizes[: number + 1]), sum(contents.sizes))
    await owner.execute("VACUUM ANALYZE")
    bytes_per_item = (await _bytes(owner) - before) / sum(contents.sizes) + STORED_COPY
    result = replace(contents, searched=[communities[number] for number in searched], bytes_per_item=bytes_per_item)
    name = sql.Identifier(owner.info.dbname)
    await owner.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(result.as_json())))
    return result


async def _comment(owner: psycopg.AsyncConnection[Any], database: str) -> str | None:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    row = await (await owner.execute(query, [database])).fetchone()
    return row[0] if row else None


async def _bytes(owner: psycopg.AsyncConnection[Any]) -> int:
    row = await (await owner.execute("SELECT pg_database_size(current_database())")).fetchone()
    return int(row[0]) if row else 0
