"""What happens to one photo delays nothing else of its report, with the real worker (and decoders that tests share)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from db.leases import WorkSession
from reunite.encoder import Vectors, Views
from reunite.entities import IncomingPhoto
from reunite.errors import DefectError
from reunite.matching.evidence import PairKind
from tests.doubles import poison
from tests.doubles.colour_encoder import ColourEncoder
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import World, world_without_a_worker
from workers.decoder.child import Limits
from workers.decoder.pool import Decoders
from workers.decoder.wire import Decoded
from workers.intake import IN_FLIGHT_BYTES, MAX_FAILURES
from workers.photos import decode

pytestmark = pytest.mark.untraced


quiet_place_fixture = pytest.fixture(world_without_a_worker, name="quiet_place")


@pytest.fixture
async def world(quiet_place: World, database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with working(database_url, redis_url, rehint_seconds=0.2):
        yield quiet_place


GOOD = IncomingPhoto("good.jpg", data=drawing("red"))


async def test_photos_with_numbers_at_the_edge_are_searched_and_matched(world: World) -> None:
    found_reports = {
        name: await world.found(name, text="umbrella", photos=(GOOD, IncomingPhoto(name, data=data)))
        for name, data in poison.AT_THE_EDGE.items()
    }
    alone = {
        name: await world.found(f"{name} alone", photos=(IncomingPhoto(name, data=data),))
        for name, data in poison.AT_THE_EDGE.items()
    }
    await world.wait_until_idle()
    lost = await world.lost("l1", "a red umbrella", "red")
    await world.wait_until_idle()
    found = await world.similarities(lost)
    assert found.keys() == {report.id for report in (*found_reports.values(), *alone.values())}
    assert all(set(found[report.id]) == set(PairKind) for report in found_reports.values())
    assert min(found[report.id][PairKind.PHOTO_PHOTO] for report in found_reports.values()) > 0.9


@pytest.mark.slow
async def test_a_photo_at_the_edge_matches_its_like(world: World) -> None:
    for name, data in poison.AT_THE_EDGE.items():
        found = await world.found(f"f {name}", photos=(IncomingPhoto(name, data=data),))
        await world.wait_until_idle()
        lost = await world.lost(f"l {name}", photos=(IncomingPhoto(name, data=data),))
        await world.wait_until_idle()
        assert (await world.similarities(lost))[found.id][PairKind.PHOTO_PHOTO] > 0.99, name


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("bomb.webp", lambda: poison.webp_bomb(8900)),
        ("page.html", lambda: b"<!---->" * 40 + b"x"),
        ("scans.jpg", lambda: poison.many_scans(8000, 20_000)),
    ],
    ids=["bomb", "comments", "scans"],
)
async def test_a_hostile_photo_is_answered_and_the_rest_is_searched(  # noqa: PLR0913, PLR0917 - fixtures
    quiet_place: World,
    database_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    make: Callable[[], bytes],
) -> None:
    monkeypatch.setattr("workers.app.Decoders", lambda **_: Decoders(Limits(cpu_seconds=1)))
    async with working(database_url, redis_url):
        await answered_and_searched(quiet_place, name, make())


async def answered_and_searched(world: World, name: str, data: bytes) -> None:
    await world.found("f1", text="red umbrella", photos=(IncomingPhoto(name, data=data), GOOD))
    await world.found("f2", "green")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my red umbrella", "red")
    await world.wait_until_idle()
    assert name in world.platform.thread("f1")[0]
    best = max((await world.similarities(lost)).values(), key=lambda similarities: similarities[PairKind.PHOTO_PHOTO])
    assert set(best) == set(PairKind)
    assert best[PairKind.PHOTO_PHOTO] > 0.9


async def test_many_large_photos_at_once_take_no_more_memory_than_a_few(
    quiet_place: World, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four posts of ten photos of 24 MB each, which were all fetched before the first was opened."""
    photo, padding = drawing("red"), bytes(2**18)
    size = len(photo) + 96 * len(padding)
    held, most, open_photo = 0, 0, Decoders.decode

    async def serve(request: web.Request) -> web.StreamResponse:
        nonlocal held, most
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        response.content_length = size
        await response.prepare(request)
        for piece in (photo, *[padding] * 96):
            await response.write(piece)
        held += size
        most = max(most, held)
        return response

    async def opened(decoders: Decoders, data: bytes) -> Decoded:
        nonlocal held
        try:
            return await open_photo(decoders, data)
        finally:
            held -= len(data)

    monkeypatch.setattr(Decoders, "decode", opened)
    app = web.Application()
    app.router.add_get("/{name}", serve)
    async with TestServer(app, host="127.0.0.1") as host:
        hosts = frozenset({f"{host.host}:{host.port}"})
        async with working(database_url, redis_url, http_hosts=hosts):
            for post in range(4):
                urls = [f"http://{host.host}:{host.port}/{post}-{number}.jpg" for number in range(10)]
                await quiet_place.found(f"f{post}", photos=tuple(IncomingPhoto(url[-7:], url=url) for url in urls))
            async with asyncio.timeout(300):
                await quiet_place.wait_until_idle()
    assert {tuple(quiet_place.platform.kinds(f"f{post}")) for post in range(4)} == {("nothing",)}
    assert held == 0
    assert size < most <= IN_FLIGHT_BYTES


async def test_a_photo_that_cannot_be_stored_is_answered_and_the_rest_is_searched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = WorkSession.store_photo

    async def breaks(session: WorkSession, photo: UUID, copy: bytes, *rest: Any) -> bool:
        if decode(copy).shape[1] == 64:
            await session._do("SELECT 1e-300::float8::real")
        return await store(session, photo, copy, *rest)

    monkeypatch.setattr(WorkSession, "store_photo", breaks)
    await world.found("f1", text="red umbrella", photos=(IncomingPhoto("bad.png", data=poison.flat((0, 0, 0))), GOOD))
    await searched_with_the_rest(world)


class OneSided(ColourEncoder):
    """Fails, or finds no numbers, for black photos and for words of dragons."""

    def __init__(self, *, with_numbers: bool) -> None:
        self._with_numbers = with_numbers

    def encode_images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        return self._spoilt(super().encode_images(images), [not image.any() for image in images])

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        return self._spoilt(super().encode_texts(texts), ["dragon" in text for text in texts])

    def _spoilt(self, vectors: Mapping[str, Vectors], which: Sequence[bool]) -> Mapping[str, Vectors]:
        if any(which) and not self._with_numbers:
            raise DefectError("no such photo")
        return {space: np.where(np.array(which)[:, None], np.float32(np.nan), rows) for space, rows in vectors.items()}


@pytest.fixture(params=[True, False], ids=["no numbers", "an error"])
async def spoilt(
    request: pytest.FixtureRequest,
    quiet_place: World,
    database_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    encoder = OneSided(with_numbers=request.param)
    monkeypatch.setattr("tests.support.services.ColourEncoder", lambda: encoder)
    async with working(database_url, redis_url, rehint_seconds=0.2):
        yield quiet_place


async def test_a_photo_that_cannot_be_embedded_is_answered_and_the_rest_is_searched(spoilt: World) -> None:
    photos = (IncomingPhoto("bad.png", data=poison.flat((0, 0, 0))), GOOD)
    await spoilt.found("f1", text="red umbrella", photos=photos)
    await searched_with_the_rest(spoilt)


async def test_words_that_cannot_be_embedded_keep_no_photo_back(spoilt: World) -> None:
    await spoilt.found("f1", text="red dragon", photos=(GOOD,))
    lost = await spoilt.lost("l1", "red cup", "red")
    await eventually(lambda: "match" in spoilt.platform.kinds("l1"))
    await at_the_last_try(spoilt)
    await spoilt.wait_for_reply("f1", "problem")
    [found] = (await spoilt.similarities(lost)).values()
    assert PairKind.PHOTO_PHOTO in found
    assert PairKind.TEXT_TEXT not in found


async def searched_with_the_rest(world: World) -> None:
    """The rest is matched at once, while the photo is tried again; in the end that one is answered."""
    lost = await world.lost("l1", "my red umbrella", "red")
    await eventually(lambda: "match" in world.platform.kinds("l1"))
    assert "problem" not in world.platform.kinds("f1")
    await at_the_last_try(world)
    await world.wait_for_reply("f1", "problem")
    assert "bad.png" in next(words for words in world.platform.thread("f1") if ".png" in words)
    [found] = (await world.similarities(lost)).values()
    assert set(found) == set(PairKind)
    async with world.store.session(world.workspace.community) as session:
        states = await session._all(
            "SELECT p.state FROM photo p JOIN report r ON r.id = p.report_id WHERE r.kind = 'found'"
        )
        assert sorted(row["state"] for row in states) == ["failed", "stored"]

    async def finished() -> bool:
        async with world.store.session(world.workspace.community) as session:
            return not await session.work.unfinished()

    await eventually(finished)


async def at_the_last_try(world: World) -> None:
    """Let the work that is still due be tried for the last time, now."""

    async def handed_back() -> int:
        async with world.store.session(world.workspace.community) as session:
            return await session._do(
                "UPDATE work SET failures = %(n)s, fence = %(n)s, due_at = now(), hinted_at = NULL"
                " WHERE state = 'due' AND failures > 0 AND leased_until IS NULL",
                n=MAX_FAILURES - 1,
            )

    await eventually(handed_back)
