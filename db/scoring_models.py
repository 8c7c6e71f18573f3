"""Fitted scoring models: communities' own, and the deployment's for all others."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from db.calibrations import INSERT, columns
from db.embedding_models import EmbeddingModel
from db.session import CommunitySession
from db.store import Store
from reunite.matching import defaults
from reunite.matching.weights import FORMAT, ScoringModel


async def in_use(store: Store, community: UUID, live: EmbeddingModel) -> ScoringModel:
    """Return the model that scores a community's matches: the newest fitted one, or the encoder's defaults."""
    async with store.session(community) as session:
        return await in_use_by(session, live)


async def in_use_by(session: CommunitySession, live: EmbeddingModel) -> ScoringModel:
    """Return the same as `in_use`, read in the session's transaction."""
    return await session.calibrations.newest(live.version) or defaults.for_encoder(live.encoder)


async def save_for_all(owner_url: str, version: str, model: ScoringModel, summary: Mapping[str, Any]) -> None:
    """Use these weights for all communities without their own. Only the database's owner may do this."""
    async with await psycopg.AsyncConnection.connect(owner_url) as connection:
        await connection.execute(INSERT, {"community": None, **columns(version, model.to_json(), summary)})


async def is_calibrated(store: Store, version: str) -> bool:
    """Return whether the deployment has fitted weights for an encoder's version."""
    rows = await store.rows(
        "SELECT 1 FROM calibration WHERE community_id IS NULL AND model_version = %s AND parameters -> 'format' = %s",
        version,
        Jsonb(FORMAT),
    )
    return bool(rows)


async def save_first_for_all(store: Store, version: str, model: ScoringModel, summary: Mapping[str, Any]) -> None:
    """Store the first fitted weights of an encoder's version, unless the deployment has some already."""
    await store.rows("SELECT add_first_calibration(%s, %s, %s)", version, Jsonb(model.to_json()), Jsonb(dict(summary)))


async def newest_for_all(owner_url: str, model: str) -> tuple[str, ScoringModel] | None:
    """Return the deployment's newest weights for an encoder's version, or else for any revision of the model.

    They come with the version that they were fitted to. None before any calibration.
    """
    async with await psycopg.AsyncConnection.connect(owner_url, row_factory=dict_row) as connection:
        cursor = await connection.execute("SELECT to_regclass('public.calibration') IS NOT NULL AS there")
        [calibrated] = await cursor.fetchall()
        if not calibrated["there"]:
            return None  # not migrated yet
        cursor = await connection.execute(
            """SELECT model_version, parameters FROM calibration
                WHERE community_id IS NULL AND (parameters -> 'format') = %(format)s
                  AND (model_version = %(model)s OR starts_with(model_version, %(model)s || '@'))
                ORDER BY model_version = %(model)s DESC, seq DESC LIMIT 1""",
            {"model": model, "format": Jsonb(FORMAT)},
        )
        row = await cursor.fetchone()
    return (row["model_version"], ScoringModel.from_json(row["parameters"])) if row else None
