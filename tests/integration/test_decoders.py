"""Photos are opened apart: whatever one does to its decoder, the worker, its memory and other photos are unharmed."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import TypeVar

import psutil
import pytest
from PIL import ExifTags, Image

from reunite import rules
from reunite.encoder import Framing
from reunite.errors import TellUserError
from reunite.matching import colours
from tests.doubles import poison
from tests.support.kept_decoders import decoders_kept, kept_decoders
from tests.support.photo_files import saved
from tests.support.pictures import drawing
from tests.support.waiting import PATIENCE, eventually
from workers import photos
from workers.budget import ByteBudget
from workers.decoder.child import Decoder, DecoderDiedError, Limits
from workers.decoder.pool import AT_ONCE, Decoders

pytestmark = pytest.mark.untraced

T = TypeVar("T")
PATIENT = Limits(cpu_seconds=60, clock_seconds=120)
SLOW = poison.webp_bomb(5500)
"""It takes a second, and most of the memory that there is for all."""


@pytest.fixture
async def decoders() -> AsyncIterator[Decoders]:
    async with Decoders(PATIENT) as pool:
        yield pool


def family() -> list[psutil.Process]:
    others = kept_decoders()
    children = [child for child in psutil.Process().children() if child.pid not in others]
    return [child for child in children if "workers.decoder" in child.cmdline()]


async def busy() -> psutil.Process:
    """Wait until a decoder is at work, and return it."""

    def working() -> psutil.Process | None:
        return next((process for process in family() if process.memory_info().rss > 150 * 2**20), None)

    return await eventually(working)


async def refused(opening: Awaitable[T]) -> str:
    with pytest.raises(TellUserError) as raised:
        await opening
    return raised.value.key


async def test_what_comes_out_is_what_the_photo_is(decoders: Decoders) -> None:
    for data in (drawing("red"), *poison.AT_THE_EDGE.values()):
        decoded, copy = await decoders.decode(data), photos.make_stored_copy(data)
        assert decoded.jpeg == copy.jpeg
        assert (decoded.views[0] == copy.pixels).all()
        assert decoded.colours == colours.of_photo(copy.pixels)
    assert len(family()) == 1


async def test_a_photo_too_dark_for_colours_comes_without_them(decoders: Decoders) -> None:
    dark = Image.new("RGB", (320, 240), (23, 5, 5))
    dark.paste((65, 65, 65), (0, 0, 100, 240))
    decoded = await decoders.decode(saved(dark, "PNG"))
    assert decoded.colours == colours.UNSEEN


async def test_unusable_photos_are_explained(decoders: Decoders) -> None:
    unusable = {
        "empty": (b"", "photo_unreadable"),
        "pdf": (b"%PDF-1.7", "photo_not_an_image"),
        "comments": (b"<!---->" * 40 + b"x", "photo_not_an_image"),
        "page": (b"<!---->" * 40 + b"<html>", "photo_is_web_page"),
        "large": (b"\0" * (rules.MAX_PHOTO_BYTES + 1), "photo_too_large"),
        "bomb": (poison.webp_bomb(8900), "photo_too_many_pixels"),
        "lying": (poison.lying_png(100, 8000), "photo_unreadable"),
        "lying of many pixels": (poison.lying_png(100, 9500), "photo_too_many_pixels"),
    }
    for name, (data, key) in unusable.items():
        assert await refused(decoders.decode(data)) == key, name
        assert (await decoders.decode(drawing("red"))).views.shape == (1, 240, 240, 3), name


async def test_a_jpeg_that_is_decoded_at_a_fraction_may_have_more_pixels(decoders: Decoders) -> None:
    decoded = await decoders.decode(poison.saved(Image.new("RGB", (16_000, 12_500), (200, 30, 40)), "JPEG"))
    assert decoded.views.shape == (1, 391, 500, 3)
    assert not decoded.is_partial


async def test_views_take_no_more_memory_than_was_asked_for() -> None:
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    framing = Framing(260, 260, shares=(0.9, 0.6))
    async with Decoders(PATIENT, framing=framing) as decoders:
        for size in ((2449, 2449), (1000, 5990), (2590, 9200), (7000, 3400)):
            photo = poison.saved(Image.new("RGB", size, (200, 30, 40)), "JPEG", exif=turned)
            assert (await decoders.decode(photo)).views.shape == (2, 260, 260, 3)
    assert not family()


async def test_a_header_that_lies_does_no_harm(decoders: Decoders) -> None:
    for side, says in ((3000, 20), (100, 7000), (100, 9500)):
        with suppress(TellUserError):
            await decoders.decode(poison.lying_avif(side, says))
        assert (await decoders.decode(drawing("red"))).views.shape == (1, 240, 240, 3), (side, says)


async def test_a_photo_that_takes_too_long_is_ended_and_holds_up_no_other() -> None:
    async with Decoders(Limits(cpu_seconds=1, clock_seconds=120)) as decoders:
        await asyncio.gather(*(decoders.decode(drawing("red")) for _ in range(AT_ONCE)))  # both are warm
        following = decoders._idle[-1]
        held = psutil.Process(following.pid)
        held.suspend()  # so that its time passes only once the other has answered
        forever = asyncio.create_task(refused(decoders.decode(poison.many_scans(8000, 20_000))))
        await eventually(lambda: following not in decoders._idle)
        assert (await decoders.decode(drawing("red"))).views.shape == (1, 240, 240, 3)
        assert not forever.done()
        held.resume()
        assert await forever == "photo_unusable"
        assert (await decoders.decode(drawing("red"))).views.shape == (1, 240, 240, 3)


async def test_a_decoder_that_says_nothing_is_ended() -> None:
    async with Decoders(Limits(cpu_seconds=60, clock_seconds=1)) as decoders:
        assert await refused(decoders.decode(poison.many_scans(8000, 20_000))) == "photo_unusable"
    assert not family()


async def test_big_photos_together_take_no_more_memory_than_one_may(decoders: Decoders) -> None:
    opening = asyncio.gather(*(decoders.decode(poison.webp_bomb(side)) for side in (5500, 4000, 4000, 5500)))
    most = 0
    while not opening.done():
        most = max(most, sum(process.memory_info().rss for process in family()))
        await asyncio.sleep(0.01)
    assert {decoded.views.shape for decoded in await opening} == {(1, 512, 512, 3)}
    assert 300 * 2**20 < most < photos.MAX_DECODED_BYTES + AT_ONCE * 100 * 2**20


async def test_a_photo_whose_decoder_was_killed_is_tried_once_more(decoders: Decoders) -> None:
    opening = asyncio.create_task(decoders.decode(SLOW))
    (await busy()).kill()
    assert (await opening).views.shape == (1, 512, 512, 3)


async def test_a_photo_that_kills_twice_is_refused_and_its_neighbour_is_not(decoders: Decoders) -> None:
    opening = asyncio.create_task(refused(decoders.decode(SLOW)))
    first = await busy()
    first.kill()
    neighbours = asyncio.gather(*(decoders.decode(drawing("red")) for _ in range(5)))
    await eventually(lambda: not first.is_running())
    (await busy()).kill()
    assert await opening == "photo_unusable"
    assert {decoded.views.shape for decoded in await neighbours} == {(1, 240, 240, 3)}


async def test_a_photo_that_nobody_waits_for_any_more_is_let_go(decoders: Decoders) -> None:
    opening = asyncio.create_task(decoders.decode(SLOW))
    await busy()
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    assert not family()
    assert (await decoders.decode(drawing("red"))).views.shape == (1, 240, 240, 3)


async def test_a_decoder_knows_nothing_of_the_worker(decoders: Decoders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_DISCORD_TOKEN", "canary")
    monkeypatch.setenv("DATABASE_PASSWORD", "canary")
    await decoders.decode(drawing("red"))
    [decoder] = family()
    assert "canary" not in str(decoder.environ())
    assert not decoder.net_connections()
    assert decoder.open_files() == []
    assert not any("torch" in mapped.path for mapped in decoder.memory_maps())
    limits = {name: decoder.rlimit(getattr(psutil, name)) for name in ("RLIMIT_FSIZE", "RLIMIT_CORE")}
    assert set(limits.values()) == {(0, 0)}


async def test_a_decoder_ends_with_its_worker() -> None:
    program = (
        "import asyncio, sys\n"
        "from tests.support.pictures import drawing\n"
        "from workers.decoder.pool import Decoders\n"
        "async def main():\n"
        "    decoders = Decoders()\n"
        "    await decoders.decode(drawing('red'))\n"
        "    print(decoders._idle[-1].pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    assert worker.stdout
    decoder = psutil.Process(int(await worker.stdout.readline()))
    worker.kill()
    await worker.wait()
    await eventually(lambda: not decoder.is_running() or decoder.status() == psutil.STATUS_ZOMBIE)


async def test_a_decoder_that_says_more_than_is_read_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = "import sys; sys.stdout.buffer.write(bytes(2**18)); sys.stdout.flush(); sys.stdin.buffer.read()"

    async def started(_: Decoder) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(sys.executable, "-c", flood, stdin=pipe, stdout=pipe)

    monkeypatch.setattr(Decoder, "_started", started)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(DecoderDiedError):
            await Decoder(PATIENT).decode(bytes(2**20), ByteBudget(1).reserved)


async def test_the_next_test_goes_on_with_a_decoder_that_is_idle_and_alive() -> None:
    async def used() -> int | None:
        async with Decoders() as pool:
            await pool.decode(drawing("red"))
            return pool._idle[-1].pid

    with decoders_kept():
        first = await used()
        assert await used() == first
        killed = psutil.Process(first)
        killed.kill()
        killed.wait()
        assert await used() != first
