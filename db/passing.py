"""Searches that leave nothing behind: the query is a report in a transaction that is always rolled back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from db.database import Database
from db.embeddings import of_photo, of_text
from db.session import CommunitySession
from reunite.commands import NewReport
from reunite.entities import Report
from reunite.errors import TryAgainError
from reunite.ports.query_encoder import Encoded


@asynccontextmanager
async def passing_session(database: Database, community: UUID) -> AsyncIterator[CommunitySession]:
    """Open a transaction that is always rolled back: others see nothing of it, and nothing stays."""
    async with database.transaction(community) as connection, connection.transaction(force_rollback=True):
        yield CommunitySession(connection, community, database.shelf, database.keys)


async def add_query(session: CommunitySession, command: NewReport, now: datetime, encoded: Encoded) -> Report:
    """Store a query as a report with its embeddings, to be searched for as any report; for a passing session.

    Raises TryAgainError where the encoder was changed meanwhile.
    """
    if await session.items.live_model() != encoded.model:
        raise TryAgainError("the encoder was changed")
    report, _ = await session.reports.add(command, now)
    embeddings = [row for text in encoded.texts for row in of_text(text.vectors)]
    for position, photo in enumerate(encoded.photos):
        stored = await session.items.add_query_photo(report.id, position, photo)
        embeddings += of_photo(stored, photo.vectors, 0)
    await session.embeddings.save(report.id, encoded.model, embeddings, text=report.text)
    return report
