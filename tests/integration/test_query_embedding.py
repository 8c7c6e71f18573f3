"""A worker embeds what another process asks for, through PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest

from db.cancellation import stop
from db.database import Database
from db.embedding_requests import PATIENCE_SECONDS, EmbeddingRequest, EmbeddingRequests
from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.entities import Workspace
from reunite.errors import TryAgainError
from tests.doubles.colour_encoder import ColourEncoder, only_umbrellas
from tests.support.keys import KEYS
from tests.support.pictures import drawing
from tests.support.services import background
from tests.support.waiting import eventually
from workers import query_embedding
from workers.batching import BatchingEncoder
from workers.decoder.pool import Decoders
from workers.decoder.wire import Decoded
from workers.query_embedding import LEASE_SECONDS, PARALLEL, QueryEmbedder

pytestmark = pytest.mark.untraced


class TroubledDecoders(Decoders):
    """Decoders that fail at one photo as long as it's in trouble, and wait at all others until it was tried."""

    def __init__(self, photo: bytes, error: Exception) -> None:
        """Fail at `photo` with `error`."""
        super().__init__()
        self.photo = photo
        self.error: Exception | None = error
        self.tried = asyncio.Event()
        self.others = 0

    async def decode(self, data: bytes) -> Decoded:
        if data == self.photo:
            self.tried.set()
            if self.error:
                raise self.error
        else:
            self.others += 1
            await self.tried.wait()
            await asyncio.sleep(0.05)
        return await super().decode(data)


class SilentDecoders(Decoders):
    """Decoders that never answer about as many photos as a worker takes up at once."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = PARALLEL

    async def decode(self, data: bytes) -> Decoded:
        if self.silent:
            self.silent -= 1
            await asyncio.Event().wait()
        return await super().decode(data)


class WatchedRequests(EmbeddingRequests):
    """Remembers who looked for requests."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.looks: list[asyncio.Task[object] | None] = []

    async def take(self, *, seconds: float) -> EmbeddingRequest | None:
        self.looks.append(asyncio.current_task())
        return await super().take(seconds=seconds)


@asynccontextmanager
async def answering(
    url: str,
    decoders: Callable[[], Decoders] = Decoders,
    lease: float = 0.2,
    asked: Callable[[Store], EmbeddingRequests] = EmbeddingRequests,
) -> AsyncIterator[tuple[EmbeddingRequests, Workspace]]:
    async with Store(url, keys=KEYS) as store, decoders() as opened:
        workspace = await store.join(JoinWorkspace("web", "here", "here"))
        model = await store.embedding_models.register("clip", "colours-1", ColourEncoder.spaces)
        encoder = BatchingEncoder(ColourEncoder())
        requests = asked(store)
        async with background(QueryEmbedder(requests, encoder, model, opened, lease).run()):
            yield requests, workspace
        await encoder.close()


async def test_a_querys_photo_says_what_it_shows(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ColourEncoder, "things", only_umbrellas)
    async with answering(database_url) as (requests, place):
        encoded = await requests.encode(place.community, ["a red cup and a blue hat"], [drawing("red")])
    assert [photo.shows for photo in encoded.photos] == [("umbrella",)]
    assert [len(text.vectors["shared"]) for text in encoded.texts] == [2]


@pytest.mark.parametrize("error", [OSError("no process"), TryAgainError("no memory")])
async def test_a_request_in_trouble_is_tried_again_and_disturbs_no_other(database_url: str, error: Exception) -> None:
    decoders = TroubledDecoders(drawing("red"), error)
    async with answering(database_url, lambda: decoders, lease=5) as (requests, place):
        other = asyncio.create_task(requests.encode(place.community, photos=[drawing("blue")]))
        troubled = asyncio.create_task(requests.encode(place.community, photos=[drawing("red")]))
        assert len((await other).photos) == 1
        assert decoders.others == 1, "it was interrupted"
        decoders.error = None
        assert len((await troubled).photos) == 1


async def test_a_request_that_cant_be_deleted_hides_neither_the_answer_nor_the_error(
    database_url: str, owner_database_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:
        await owner.execute("REVOKE DELETE ON embedding_request FROM reunite_app")
    async with answering(database_url) as (requests, place):
        assert len((await requests.encode(place.community, ["a red cup"])).texts) == 1
    async with Store(database_url, keys=KEYS) as store:
        with pytest.raises(TryAgainError, match="no worker has answered"):
            await EmbeddingRequests(store, patience=0.05).encode(place.community, ["a red cup"])


async def test_the_request_of_a_killed_worker_is_taken_by_another(database_url: str) -> None:
    async with Store(database_url, keys=KEYS) as store:
        workspace = await store.join(JoinWorkspace("web", "here", "here"))
        requests = EmbeddingRequests(store)
        asked = asyncio.create_task(requests.encode(workspace.community, ["a red cup"]))
        await eventually(lambda: requests.take(seconds=0.2))
        async with answering(database_url):
            assert len((await asked).texts) == 1
    assert 2 * LEASE_SECONDS < PATIENCE_SECONDS, "a request outlives the one who asked"


async def test_an_idle_worker_asks_for_one_request_at_a_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_embedding, "_POLL_SECONDS", 0.01)
    async with answering(database_url, asked=WatchedRequests) as (requests, place):
        assert isinstance(requests, WatchedRequests)
        await eventually(lambda: len(requests.looks) > 2 * PARALLEL)
        assert len(set(requests.looks)) == 1
        everyone = (requests.encode(place.community, [f"a red cup, {number}"]) for number in range(2 * PARALLEL))
        assert len(await asyncio.gather(*everyone)) == 2 * PARALLEL


async def test_photos_that_no_decoder_answers_keep_no_place(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_embedding, "PATIENCE_SECONDS", 1.0)
    decoders = SilentDecoders()
    async with answering(database_url, lambda: decoders, lease=60) as (requests, place):
        silent = [
            asyncio.create_task(requests.encode(place.community, photos=[drawing("red")])) for _ in range(PARALLEL)
        ]
        await eventually(lambda: not decoders.silent)
        assert len((await requests.encode(place.community, ["a red cup"])).texts) == 1
        await stop(*silent)


async def test_a_worker_takes_a_request_that_it_is_answering_no_second_time(database_url: str) -> None:
    decoders = SilentDecoders()
    async with answering(database_url, lambda: decoders, lease=0.05) as (requests, place):
        silent = asyncio.create_task(requests.encode(place.community, photos=[drawing("red")]))
        await eventually(lambda: decoders.silent < PARALLEL)
        for number in range(2 * PARALLEL):
            assert len((await requests.encode(place.community, [f"a red cup, {number}"])).texts) == 1
            await asyncio.sleep(0.1)  # its lease expires
        assert decoders.silent == PARALLEL - 1
        await stop(silent)
