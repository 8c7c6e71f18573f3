"""Compares models on communities' decisions; each one searches with its own weights, and with words and places."""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db import scoring_models
from db.embedding_models import EmbeddingModel
from db.session import CommunitySession
from db.store import Store
from reunite.tuning.comparison import EmbeddedReport
from reunite.tuning.model_ranking import DecidedPair, RankedPair, Ranking, rank_pairs, summary

_MAX_PAIRS: Final = 200
"""How many decisions of each community count, newest first."""
_MAX_FOUND: Final = 500
"""How many found reports each lost report is compared with."""


async def compare_models(store: Store, models: Sequence[EmbeddingModel]) -> list[Ranking]:
    """Return how each model ranks the decided pairs of all communities."""
    ranked: list[list[RankedPair]] = [[] for _ in models]
    for community in await store.communities():
        async with store.session(community) as session:
            pairs = await session.model_change.decided_pairs(_MAX_PAIRS)
            found_reports = await _found_reports(session, pairs) if pairs else []
        for ranked_pairs, model in zip(ranked if pairs else (), models, strict=False):
            ranked_pairs.extend(await _ranked(store, community, model, pairs, found_reports))
    return [summary(ranked_pairs) for ranked_pairs in ranked]


async def _found_reports(session: CommunitySession, pairs: Sequence[DecidedPair]) -> list[UUID]:
    newest = await session.model_change.newest_found_reports(_MAX_FOUND)
    return list(dict.fromkeys([*(pair.found for pair in pairs), *newest]))


async def _ranked(
    store: Store, community: UUID, model: EmbeddingModel, pairs: Sequence[DecidedPair], found_reports: Sequence[UUID]
) -> list[RankedPair]:
    weights = await scoring_models.in_use(store, community, model)
    async with store.session(community) as session:
        lost = await _embedded(session, list(dict.fromkeys(pair.lost for pair in pairs)), model)
        found = await _embedded(session, found_reports, model)
    return await asyncio.to_thread(rank_pairs, pairs, lost, found, weights)


async def _embedded(session: CommunitySession, reports: Sequence[UUID], model: EmbeddingModel) -> list[EmbeddedReport]:
    items = await session.candidates.items(reports)
    vectors = await session.model_change.vectors(reports, model.id)
    return [
        EmbeddedReport(items[report], *vectors[report].stacked())
        for report in reports
        if report in items and report in vectors
    ]
