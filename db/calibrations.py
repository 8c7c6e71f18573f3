"""The fitted weights that apply to a community."""

from typing import Final

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from db.queries import Connection, Queries
from reunite.matching.weights import FORMAT, ScoringModel

_IN_FORCE: Final = """model_version = %(version)s AND parameters -> 'format' = %(format)s
  AND (community_id IS NULL OR seq > coalesce((SELECT max(seq) FROM calibration u
    WHERE u.community_id = current_community() AND u.model_version = %(version)s
      AND u.summary ->> 'source' = 'undone'), 0))"""
"""Rows that apply to a community: the deployment's, and its own if they weren't undone."""


class SqlCalibrations(Queries):
    """Reads fitted scoring models."""

    async def newest(self, version: str) -> ScoringModel | None:
        """Return the community's fitted model, or else the deployment's; None before any fit."""
        row = await newest_row(self._connection, version)
        return ScoringModel.from_json(row["parameters"]) if row else None


async def newest_row(connection: Connection, version: str, *, shared: bool = False) -> DictRow | None:
    """Return the row that applies to a community, or with `shared` to those without weights of their own."""
    cursor = await connection.execute(
        f"""SELECT seq, community_id, parameters, summary FROM calibration
            WHERE {_IN_FORCE} AND (community_id IS NULL OR NOT %(shared)s)
            ORDER BY community_id IS NULL, seq DESC LIMIT 1""",
        {"version": version, "format": Jsonb(FORMAT), "shared": shared},
    )
    return await cursor.fetchone()
