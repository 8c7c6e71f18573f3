"""The thread of a photo whose host asks for patience says so, once."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from reunite.entities import IncomingPhoto
from reunite.language import sentence
from reunite.messages.keys import FIRST_REPLY
from tests.doubles.photo_host import Host, open_host
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import open_world

pytestmark = pytest.mark.untraced

host_fixture = pytest.fixture(open_host, name="host")


@pytest.mark.parametrize(("seconds", "said"), [("3600", 1), ("100", 0)])
async def test_a_photo_that_takes_longer_is_mentioned_once(
    database_url: str, redis_url: str, host: Host, seconds: str, said: int
) -> None:
    for name in ("a.jpg", "b.jpg"):
        host.responds(f"/{name}", 429, Retry_After=seconds)
    photos = tuple(IncomingPhoto(name, url=host.url(f"/{name}")) for name in ("a.jpg", "b.jpg"))
    async with (
        open_world(database_url, redis_url) as world,
        working(database_url, redis_url, http_hosts=frozenset({host.name}), rehint_seconds=0.2),
    ):

        async def tried(times: int) -> bool:
            async with world.store.session(world.workspace.community) as session:
                return await session._one(f"SELECT FROM work WHERE failures = {times}") is not None

        async def again() -> None:
            async with world.store.session(world.workspace.community) as session:
                await session._do("UPDATE work SET due_at = now()")

        with capture_logs() as logs:
            await world.found("f1", photos=photos)
            await eventually(lambda: tried(1))
            await again()
            await eventually(lambda: tried(2))
        assert {line["reason"] for line in logs if line["event"] == "work_interrupted"} == {"127.0.0.1 answers 429."}
        for name in ("a.jpg", "b.jpg"):
            host.responds(f"/{name}", body=drawing("red"), Content_Type="image/jpeg")
        await again()
        await world.wait_for_reply("f1", "nothing")
        either = {sentence("photo_late", name=name) for name in ("a.jpg", "b.jpg")}  # whichever was refused first
        late = [words for words in world.platform.thread("f1") if words in either]
        assert (len(late), world.platform.kinds("f1")) == (said, ["problem"] * said + ["nothing"])


@pytest.mark.parametrize("status", [401, 503])
async def test_an_hour_without_a_photos_host_is_outlasted(
    database_url: str, redis_url: str, host: Host, status: int
) -> None:
    host.responds("/a.jpg", status)
    async with open_world(database_url, redis_url) as world:

        async def is_put_off() -> bool:
            async with world.store.session(world.workspace.community) as session:
                query = "SELECT FROM work WHERE failures = 5 AND due_at > now() + interval '50 minutes'"
                return await session._one(query) is not None

        async def is_due() -> None:
            async with world.store.session(world.workspace.community) as session:
                await session._do("UPDATE work SET due_at = now()")

        await world.found("f1", photos=(IncomingPhoto("a.jpg", url=host.url("/a.jpg")),))
        async with world.store.session(world.workspace.community) as session:
            await session._do("UPDATE work SET failures = 4, fence = 4")
        async with working(database_url, redis_url, http_hosts=frozenset({host.name}), rehint_seconds=0.2):
            await eventually(is_put_off)
            host.responds("/a.jpg", body=drawing("red"), Content_Type="image/jpeg")
            await is_due()
            await world.wait_for_reply("f1", "nothing")
        assert world.platform.thread("f1")[0] == sentence("photo_late", name="a.jpg")


async def test_the_longest_pause_decides_and_nobody_is_alarmed_meanwhile(
    database_url: str, redis_url: str, host: Host
) -> None:
    host.responds("/a.jpg", 503)
    host.responds("/b.jpg", 503, Retry_After="700")
    photos = tuple(IncomingPhoto(name, url=host.url(f"/{name}")) for name in ("a.jpg", "b.jpg"))
    async with open_world(database_url, redis_url) as world:
        session = world.store.session

        async def is_put_off() -> bool:
            async with session(world.workspace.community) as reading:
                return await reading._one("SELECT FROM work WHERE due_at > now() + interval '10 minutes'") is not None

        await world.found("f1", photos=photos)
        async with session(world.workspace.community) as writing:
            await writing._do("UPDATE workspace SET log_channel = 'log'")
            await writing._do("UPDATE work SET created_at = now() - interval '2 hours'")
            await writing._do("UPDATE report SET created_at = now() - interval '2 hours'")
        late = _late(database_url)
        async with working(database_url, redis_url, http_hosts=frozenset({host.name}), rehint_seconds=0.2):
            await eventually(is_put_off)
            assert (late, _late(database_url)) == ((True, True), (False, False))


def _late(database_url: str) -> tuple[bool, bool]:
    """Whether work is late by the metrics, and posts are by what moderators read."""
    with psycopg.connect(database_url) as connection:
        late = connection.execute("SELECT FROM work_numbers() WHERE oldest < now() - interval '1 hour'").rowcount
        posts = connection.execute("SELECT FROM unanswered_posts('web', %s) WHERE number > 0", [FIRST_REPLY]).rowcount
    return bool(late), bool(posts)


_GROWING = (15, 120, 600, 3600)


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        ({"status": 503}, (2, *_GROWING)),
        ({"status": 503, "Retry_After": "5"}, (5, *_GROWING)),
        ({"status": 503, "Retry_After": "700"}, (700, 700, 700, 700, 3600)),
        # First, the bot is asked for a fresh link.
        ({"status": 404, "Content_Type": "text/html"}, (15, 10, 30, 60, 300)),
    ],
)
async def test_the_pauses_grow_and_are_no_shorter_than_the_host_asks(
    database_url: str, redis_url: str, host: Host, answer: dict[str, Any], pauses: tuple[int, ...]
) -> None:
    host.responds("/a.jpg", **answer)
    async with open_world(database_url, redis_url) as world:
        session = world.store.session

        async def put_off(times: int) -> tuple[datetime, datetime] | None:
            async with session(world.workspace.community) as reading:
                query = "SELECT due_at, now() AS now FROM work WHERE failures = %(times)s AND leased_until IS NULL"
                row = await reading._one(query, times=times)
                return (row["due_at"], row["now"]) if row else None

        await world.found("f1", photos=(IncomingPhoto("a.jpg", url=host.url("/a.jpg")),))
        async with working(database_url, redis_url, http_hosts=frozenset({host.name}), rehint_seconds=0.2):
            for times, pause in enumerate(pauses, start=1):
                due, now = await eventually(partial(put_off, times))
                assert host.asked_at[-1] + timedelta(seconds=pause * 0.5) < due <= now + timedelta(seconds=pause)
                async with session(world.workspace.community) as writing:
                    await writing._do("UPDATE work SET due_at = now()")
