"""Tokens of the HTTP API: each opens one community. Only their hashes are stored."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

import psycopg

from db import mapping
from db.database import Database

Scope = Literal["read", "write", "moderate"]
"""`read`: search and see what everyone may see; `write`: post; `moderate`: see sealed and private reports too."""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
PREFIX: Final = "reunite_"
"""How every token begins, so that scanners for leaked secrets find it."""
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class TokenInUse:
    """A valid token and what it gives access to. `workspace` is the external id of the API's workspace."""

    id: UUID
    community: UUID
    workspace_id: UUID
    workspace: str
    name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token as an operator sees it: without the secret, which only its holder knows."""

    id: UUID
    name: str
    scopes: Sequence[Scope]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class ApiTokens:
    """The tokens of a deployment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, secret: str) -> TokenInUse | None:
        """Return what a token gives access to; None if it isn't valid."""
        rows = await self._database.rows("SELECT * FROM use_api_token(%s)", _hash(secret))
        if not rows:
            return None
        [row] = rows
        return mapping.entity(TokenInUse, row, community=row["community_id"], scopes=frozenset(row["scopes"]))

    async def create(self, community: UUID, name: str, scopes: Sequence[Scope], expires_at: datetime | None) -> str:
        """Make a token and return its secret, which can't be read again."""
        secret = PREFIX + secrets.token_urlsafe(_BYTES)
        async with self._database.transaction(community) as connection:
            workspace = await _workspace(connection, community)
            await connection.execute(
                """INSERT INTO api_token (community_id, workspace_id, name, hash, scopes, expires_at)
                   VALUES (%s, %s, %s, %s, %s, %s)""",
                [community, workspace, name, _hash(secret), list(scopes), expires_at],
            )
        return secret

    async def workspace(self, community: UUID) -> str:
        """Return the external id of the API's workspace in a community; make it if there's none."""
        async with self._database.transaction(community) as connection:
            workspace = await _workspace(connection, community)
            cursor = await connection.execute("SELECT external_id FROM workspace WHERE id = %s", [workspace])
            [row] = await cursor.fetchall()
            return str(row["external_id"])

    async def of(self, community: UUID) -> list[TokenInfo]:
        query = "SELECT id, name, scopes, created_at, expires_at, used_at FROM api_token ORDER BY created_at"
        return [TokenInfo(**row) for row in await self._database.rows_in(community, query)]

    async def renew(self, community: UUID, token: UUID) -> str | None:
        """Give a token another secret, and return it: what was posted with the old one is still its own.

        None if the community has none with this id.
        """
        secret = PREFIX + secrets.token_urlsafe(_BYTES)
        query = "UPDATE api_token SET hash = %s WHERE id = %s RETURNING id"
        return secret if await self._database.rows_in(community, query, _hash(secret), token) else None

    async def revoke(self, community: UUID, token: UUID) -> bool:
        """Delete a token; false if the community has none with this id."""
        return bool(await self._database.rows_in(community, "DELETE FROM api_token WHERE id = %s RETURNING id", token))


async def _workspace(connection: psycopg.AsyncConnection[Any], community: UUID) -> UUID:
    """Return the API's workspace in a community; make it for the first token.

    It gets a moderator channel because sealed reports need one; tokens with the scope `moderate` take its place.
    """
    await connection.execute("SELECT 1 FROM community WHERE id = %s FOR NO KEY UPDATE", [community])
    cursor = await connection.execute("SELECT id FROM workspace WHERE platform = 'api' ORDER BY id LIMIT 1")
    if existing := await cursor.fetchone():
        return UUID(str(existing["id"]))
    cursor = await connection.execute(
        """INSERT INTO workspace (community_id, platform, external_id, name, log_channel, language)
           SELECT id, 'api', gen_random_uuid()::text, 'API', 'moderators',
             coalesce((SELECT language FROM workspace ORDER BY id LIMIT 1), language)
           FROM community WHERE id = %s RETURNING id""",
        [community],
    )
    [row] = await cursor.fetchall()
    return UUID(str(row["id"]))


def _hash(secret: str) -> str:
    """Hash a secret. It's long and random, so nothing slower than SHA-256 is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
