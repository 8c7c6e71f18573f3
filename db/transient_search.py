"""Searches that leave nothing behind: the query is a report in a transaction that is always rolled back."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from db import scoring_models
from db.database import Database
from db.embeddings import of_photo, of_text
from db.items import Item
from db.session import CommunitySession
from db.store import Store
from reunite.commands import NewReport
from reunite.entities import Report
from reunite.errors import TryAgainError
from reunite.matching.scoring import ScoredCandidate, score
from reunite.ports.query_encoder import Encoded


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Scored candidates, most probable first; `searched` is how many reports took part.

    Only if `calibrated` are the scores probabilities.
    """

    candidates: Sequence[ScoredCandidate]
    items: Mapping[UUID, Item]
    searched: int
    calibrated: bool


async def run_query(  # noqa: PLR0913 - what a search is made of
    store: Store, community: UUID, query: NewReport, encoded: Encoded, limit: int, *, hidden: bool
) -> QueryResult:
    """Score the open reports for a query, which is a report until the transaction is rolled back.

    With `hidden`, sealed and private reports take part. Raises TryAgainError if no encoder has been chosen yet, or if
    it was changed meanwhile.
    """
    live = await store.embedding_models.live()
    if live is None:
        raise TryAgainError("no worker has chosen an encoder yet")
    model = await scoring_models.in_use(store, community, live)
    async with transient_session(store, community) as session:
        report = await add_query(session, query, datetime.now(UTC), encoded)
        found = await session.candidates.search(report, limit, sealed=hidden, private=hidden)
        best = score(found, model, limit=limit)
        items = await session.items.of([candidate.report for candidate in best])
    return QueryResult(best, items, found.open_count, model.calibrated)


@asynccontextmanager
async def transient_session(database: Database, community: UUID) -> AsyncIterator[CommunitySession]:
    """Open a transaction that is always rolled back, so nothing of it is visible to others or remains."""
    async with database.transaction(community) as connection, connection.transaction(force_rollback=True):
        yield CommunitySession(connection, community, database.index_cache, database.keys)


async def add_query(session: CommunitySession, command: NewReport, now: datetime, encoded: Encoded) -> Report:
    """Store a query as a report with embeddings, so that it's searched like any report; for a transient session.

    Raises TryAgainError if the encoder was changed meanwhile.
    """
    if await session.model_change.live_model() != encoded.model:
        raise TryAgainError("the encoder was changed")
    report, _ = await session.reports.add(command, now)
    embeddings = [row for text in encoded.texts for row in of_text(text.vectors)]
    for position, photo in enumerate(encoded.photos):
        stored = await session.items.add_query_photo(report.id, position, photo)
        embeddings += of_photo(stored, photo.vectors, 0)
    await session.embeddings.save(report.id, encoded.model, embeddings, text=report.text)
    return report
