"""The fitted weights that apply to a community."""

from collections.abc import Mapping
from typing import Any, Final

from psycopg.types.json import Jsonb

from db.mapping import Row
from db.queries import Queries
from reunite.matching.weights import FORMAT, ScoringModel

INSERT: Final = """INSERT INTO calibration (community_id, model_version, parameters, summary)
  VALUES (%(community)s, %(version)s, %(parameters)s, %(summary)s)"""
_IN_FORCE: Final = """model_version = %(version)s AND parameters -> 'format' = %(format)s
  AND (community_id IS NULL OR seq > coalesce((SELECT max(seq) FROM calibration u
    WHERE u.community_id = current_community() AND u.model_version = %(version)s
      AND u.summary ->> 'source' = 'undone'), 0))"""
"""Rows that apply to a community: the deployment's, and its own if they weren't undone."""


class SqlCalibrations(Queries):
    """Reads and stores fitted scoring models."""

    async def newest(self, version: str) -> ScoringModel | None:
        """Return the community's fitted model, or else the deployment's; None before any fit."""
        row = await self.newest_row(version)
        return ScoringModel.from_json(row["parameters"]) if row else None

    async def newest_row(self, version: str, *, shared: bool = False) -> Row | None:
        """Return the row that applies to the community, or with `shared` to those without weights of their own."""
        return await self._one(
            f"""SELECT seq, community_id, parameters, summary FROM calibration
                WHERE {_IN_FORCE} AND (community_id IS NULL OR NOT %(shared)s)
                ORDER BY community_id IS NULL, seq DESC LIMIT 1""",
            version=version,
            format=Jsonb(FORMAT),
            shared=shared,
        )

    async def add(self, version: str, parameters: Mapping[str, Any], summary: Mapping[str, Any]) -> None:
        """Use these weights for the community from now on."""
        await self._do(INSERT, **columns(version, parameters, summary))


def columns(version: str, parameters: Mapping[str, Any], summary: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": version, "parameters": Jsonb(dict(parameters)), "summary": Jsonb(dict(summary))}
