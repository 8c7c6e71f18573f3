"""How reports end, and what is left of those who want to be forgotten, by the real worker, store and delivery."""

from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest

from reunite.commands import Withdraw
from reunite.entities import IncomingPhoto, Member, VerdictKind
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.world import ADA, World, world


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        yield community


async def test_a_found_report_whose_photo_was_no_good_is_forgotten_with_its_post(place: World) -> None:
    photos = (IncomingPhoto("none.jpg", data=b"no photo at all"),)
    find = await place.found("f1", photos=photos, place="zebra house", proof_question="a zebra inside")
    await place.quiet()
    assert await place.handlers.withdraw(Withdraw(target=find.target))
    assert not await place.handlers.withdraw(Withdraw(target=find.target))
    async with place.store.session(place.workspace.community) as session:
        [row] = await session._all("SELECT place, proof_question, author_name FROM report")
    assert set(row.values()) == {""}


async def test_what_no_database_can_keep_is_left_out_wherever_people_write_it(place: World) -> None:
    odd = "a\0b\ud83d"
    photos = (IncomingPhoto(f"{odd}.jpg", data=drawing("red")),)
    author = Member("ada", odd)
    await place.found("f1", photos=photos, text=odd, place=odd, proof_question=odd, author=author)
    loss = await place.lost("l1", "my red umbrella", author=author)
    await place.quiet()
    await place.press("add_photo", loss.id, author, photos=photos)
    await place.press("add_detail", loss.id, author, words=odd)
    await place.press("mine", place.button("l1", "mine"), author, words=odd)
    await place.quiet()
    exported = await place.handlers.export("web", place.name, author)
    assert {report["text"] for report in exported["reports"]} == {"ab", "my red umbrella\nab"}
    assert [claim["proof"] for claim in exported["claims"]] == ["ab"]


async def test_watching_longer_never_means_shorter(place: World) -> None:
    loss = await place.lost("l1", "my red umbrella")
    await place.set_up(keep_days=1)
    await place.press("extend", loss.id, ADA)
    async with place.store.session(place.workspace.community) as session:
        known = await session.reports.get(loss.id)
    assert known
    assert known.expires_at - loss.expires_at == timedelta()


async def test_a_moderator_who_wants_to_be_forgotten_is_named_nowhere(place: World, owner_database_url: str) -> None:
    moderator = Member("zoe", "Zoe Zander")
    await place.found("f1", "red", "an umbrella")
    await place.lost("l1", "my red umbrella")
    await place.quiet()
    await place.give_verdict("l1", VerdictKind.CONFIRM, by=moderator, is_moderator=True)
    await place.quiet()
    await place.press("forget", place.workspace.id, moderator)
    with psycopg.connect(owner_database_url) as connection:
        for table in ("verdict", "outbox"):
            query = f"SELECT 1 FROM {table} AS t WHERE t::text LIKE '%Zander%'"  # noqa: S608 - one of the two above
            assert connection.execute(query.encode()).fetchall() == []
    await place.quiet()
    shown = [sent.reply for _, sent in place.platform.messages]
    assert "Returned, confirmed by someone." in "\n".join(reply.text() for reply in shown)
    assert not any("zoe" in repr(reply) for reply in shown)
