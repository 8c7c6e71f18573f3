"""Requests to embed: a process without an encoder asks a worker, through a table."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
import psycopg
import structlog
from psycopg.types.json import Jsonb

from db.database import Database
from db.signals import signals
from reunite.encoder import Vectors
from reunite.errors import TellUserError, TryAgainError
from reunite.ports.query_encoder import Encoded, EncodedPhoto, EncodedText

PATIENCE_SECONDS: Final = 20.0
_LIFETIME: Final = timedelta(minutes=2)
"""The age at which a request is deleted, answered or not."""
_FIRST_POLL, _MAX_POLL, _BACKOFF = 0.01, 0.2, 1.5
"""Seconds before the first poll for an answer, and at most between two polls; each pause is longer than the last."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """Texts and photos for a worker to embed."""

    id: UUID
    community: UUID
    texts: Sequence[str]
    photos: Sequence[bytes]


class EmbeddingRequests:
    """`reunite.ports.query_encoder.QueryEncoder`, and the worker's side of it."""

    def __init__(self, database: Database, *, patience: float = PATIENCE_SECONDS) -> None:
        self._database = database
        self._patience = patience

    async def encode(self, community: UUID, texts: Sequence[str] = (), photos: Sequence[bytes] = ()) -> Encoded:
        """Ask a worker and wait for the answer. Raises TellUserError and TryAgainError."""
        request = await self._add(community, texts, photos)
        try:
            async with asyncio.timeout(self._patience):
                return _read(await self._answer(community, request))
        except TimeoutError as error:
            raise TryAgainError("no worker has answered; check that one is running", after=self._patience) from error
        finally:
            await self._delete(community, request)

    async def _add(self, community: UUID, texts: Sequence[str], photos: Sequence[bytes]) -> UUID:
        added = "INSERT INTO embedding_request (community_id, texts, photos) VALUES (%s, %s, %b::bytea[]) RETURNING id"
        [row] = await self._database.rows_in(community, added, community, list(texts), list(photos))
        return UUID(str(row["id"]))

    async def _answer(self, community: UUID, request: UUID) -> Mapping[str, Any]:
        pause = _FIRST_POLL
        while True:
            await asyncio.sleep(pause)
            pause = min(pause * _BACKOFF, _MAX_POLL)
            query = "SELECT answer FROM embedding_request WHERE id = %s"
            rows = await self._database.rows_in(community, query, request)
            if not rows:
                raise TryAgainError("the request for embeddings was deleted")
            if rows[0]["answer"]:
                answer: Mapping[str, Any] = rows[0]["answer"]
                return answer

    async def _delete(self, community: UUID, request: UUID) -> None:
        """Delete a request. A failure hides no other error: a worker deletes old requests anyway."""
        try:
            await self._database.rows_in(community, "DELETE FROM embedding_request WHERE id = %s", request)
        except (TryAgainError, psycopg.Error, OSError) as error:
            _log.warning("embedding_request_left", request=str(request), error=type(error).__name__)

    # The worker's side

    def signals(self) -> AbstractAsyncContextManager[asyncio.Event]:
        """Yield an event that is set at each request."""
        return signals(self._database.url, "reunite_embedding")

    async def take(self, *, seconds: float) -> EmbeddingRequest | None:
        """Lease the oldest request that no worker has leased; after `seconds` the lease expires."""
        taken = await self._database.rows(
            "SELECT * FROM take_embedding_request(%s, %s)", timedelta(seconds=seconds), _LIFETIME
        )
        if not taken:
            return None
        [row] = taken
        async with self._database.transaction(row["community_id"]) as connection:
            cursor = await connection.execute(
                "SELECT texts, photos FROM embedding_request WHERE id = %s AND answer IS NULL", [row["id"]], binary=True
            )
            asked = await cursor.fetchone()
        return EmbeddingRequest(row["id"], row["community_id"], asked["texts"], asked["photos"]) if asked else None

    async def answer(self, request: EmbeddingRequest, answer: Mapping[str, Any]) -> None:
        """Store an answer from `encoded_json` or `problem_json`, unless another worker was faster."""
        update = "UPDATE embedding_request SET answer = %s, photos = '{}' WHERE id = %s AND answer IS NULL"
        await self._database.rows_in(request.community, update, Jsonb(dict(answer)), request.id)


def encoded_json(encoded: Encoded) -> dict[str, Any]:
    return {
        "model": encoded.model,
        "texts": [_lists(text.vectors) for text in encoded.texts],
        "photos": [
            {"vectors": _lists(photo.vectors), "colours": list(photo.colours), "shows": list(photo.shows)}
            for photo in encoded.photos
        ],
    }


def problem_json(error: TellUserError) -> dict[str, Any]:
    return {"problem": error.key, "params": error.params}


def _lists(vectors: Mapping[str, Vectors]) -> dict[str, Any]:
    return {space: array.tolist() for space, array in vectors.items()}


def _read(answer: Mapping[str, Any]) -> Encoded:
    if "problem" in answer:
        raise TellUserError(answer["problem"], **answer["params"])
    return Encoded(
        answer["model"],
        tuple(EncodedText(_arrays(text)) for text in answer["texts"]),
        tuple(
            EncodedPhoto(_arrays(photo["vectors"]), tuple(photo["colours"]), tuple(photo["shows"]))
            for photo in answer["photos"]
        ),
    )


def _arrays(lists: Mapping[str, Any]) -> dict[str, Vectors]:
    return {space: np.array(rows, np.float32) for space, rows in lists.items()}
