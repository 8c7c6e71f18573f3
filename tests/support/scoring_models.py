"""A community's weights, stored and read in transactions of their own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from db.store import Store
from reunite.matching.weights import ScoringModel


async def newest(store: Store, community: UUID, version: str) -> ScoringModel | None:
    """Return the fitted model for a community: its own, or else the deployment's; None before any fit."""
    async with store.session(community) as session:
        return await session.calibrations.newest(version)


async def save(store: Store, community: UUID, version: str, model: ScoringModel, summary: Mapping[str, Any]) -> None:
    """Use these weights for a community from now on."""
    async with store.session(community) as session:
        await session.calibrations.add(version, model.to_json(), summary)
