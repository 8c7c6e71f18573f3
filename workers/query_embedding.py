"""Embeds queries on behalf of processes without an encoder."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog

from db.cancellation import stop, wait_until_set
from db.embedding_models import EmbeddingModel
from db.embedding_requests import PATIENCE_SECONDS, EmbeddingRequest, EmbeddingRequests, encoded_json, problem_json
from db.repeating import repeat
from db.trouble import TEMPORARY
from reunite.encoder import SHARED_SPACE
from reunite.errors import TellUserError
from reunite.ports.query_encoder import Encoded, EncodedPhoto, EncodedText
from workers.batching import BatchingEncoder
from workers.decoder.pool import Decoders
from workers.embed import checked

PARALLEL: Final = 4
"""Requests answered in parallel; few, because reports need the encoder too."""
LEASE_SECONDS: Final = 8.0
"""Seconds after which another worker may answer an unanswered request."""
_POLL_SECONDS: Final = 1.0
"""Seconds between checks without a signal, which find requests whose worker was killed."""
_RETRIED: Final = (*TEMPORARY, OSError)
"""Includes a shortage on this machine, such as no process for a decoder; an asker waits only briefly anyway."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class QueryEmbedder:
    """Answers requests for embeddings with one encoder."""

    requests: EmbeddingRequests
    encoder: BatchingEncoder
    model: EmbeddingModel
    decoders: Decoders
    lease: float = LEASE_SECONDS

    async def run(self) -> None:
        """Answer until cancelled."""
        await repeat(self._answer_signalled, _POLL_SECONDS, "embedding_requests")

    async def _answer_signalled(self) -> None:
        async with self.requests.signals() as signal:
            await self._answer_all(signal)

    async def _answer_all(self, signal: asyncio.Event) -> None:
        answering: dict[UUID, asyncio.Task[None]] = {}
        try:
            while True:
                signal.clear()  # before reading, so that a later request wakes us again
                while len(answering) < PARALLEL and (request := await self.requests.take(seconds=self.lease)):
                    if request.id in answering:  # its lease expired meanwhile, and is renewed
                        continue
                    task = answering[request.id] = asyncio.create_task(self._answer(request))
                    task.add_done_callback(partial(answering.pop, request.id))
                    task.add_done_callback(lambda _: signal.set())  # another may be waiting for its place
                await wait_until_set(signal, _POLL_SECONDS)
        finally:
            await asyncio.shield(stop(*answering.values()))  # continues even if we are cancelled again

    async def _answer(self, request: EmbeddingRequest) -> None:
        """Answer a request. Where that fails, it's retried when its lease expires."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):  # after that, nobody waits for the answer
                await self.requests.answer(request, await self._answer_to(request))
        except _RETRIED as error:
            _log.warning("embedding_request_delayed", request=str(request.id), error=type(error).__name__)
        except Exception:  # noqa: BLE001 - nobody awaits this
            _log.exception("embedding_request_defect", request=str(request.id))

    async def _answer_to(self, request: EmbeddingRequest) -> dict[str, Any]:
        try:
            return encoded_json(await self._encoded(request))
        except TellUserError as error:
            return problem_json(error)
        except _RETRIED:
            raise
        except Exception:  # noqa: BLE001 - one request's defect must not stop the worker
            _log.exception("embedding_request_defect", request=str(request.id))
            return problem_json(TellUserError("photo_unusable" if request.photos else "went_wrong", name="photo"))

    async def _encoded(self, request: EmbeddingRequest) -> Encoded:
        texts, photos = await asyncio.gather(
            asyncio.gather(*(self._text(text) for text in request.texts)),
            asyncio.gather(*(self._photo(photo) for photo in request.photos)),
        )
        return Encoded(self.model.id, tuple(texts), tuple(photos))

    async def _text(self, text: str) -> EncodedText:
        return EncodedText(checked(await self.encoder.text(text)))

    async def _photo(self, photo: bytes) -> EncodedPhoto:
        decoded = await self.decoders.decode(photo)
        vectors = checked(await self.encoder.photo("", decoded.views))
        return EncodedPhoto(vectors, decoded.colours, tuple(self.encoder.things(vectors[SHARED_SPACE])[0]))
