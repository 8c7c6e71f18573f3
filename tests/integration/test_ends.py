"""How reports end, and what is left of those who want to be forgotten, by the real worker, store and delivery."""

from datetime import timedelta

import psycopg
import pytest

from reunite.commands import Withdraw
from reunite.entities import IncomingPhoto, Member, VerdictKind
from tests.support.pictures import drawing
from tests.support.world import ADA, World, moderated_world

world_fixture = pytest.fixture(moderated_world, name="world")


async def test_a_found_report_whose_photo_was_no_good_is_forgotten_with_its_post(world: World) -> None:
    photos = (IncomingPhoto("none.jpg", data=b"no photo at all"),)
    found = await world.found("f1", photos=photos, place="zebra house", proof_question="a zebra inside")
    await world.wait_until_idle()
    assert await world.handlers.withdraw(Withdraw(target=found.target))
    assert not await world.handlers.withdraw(Withdraw(target=found.target))
    async with world.store.session(world.workspace.community) as session:
        [row] = await session._all("SELECT place, proof_question, author_name FROM report")
    assert set(row.values()) == {""}


async def test_what_no_database_can_keep_is_left_out_wherever_people_write_it(world: World) -> None:
    odd = "a\0b\ud83d"
    photos = (IncomingPhoto(f"{odd}.jpg", data=drawing("red")),)
    author = Member("ada", odd)
    await world.found("f1", photos=photos, text=odd, place=odd, proof_question=odd, author=author)
    lost = await world.lost("l1", "my red umbrella", author=author)
    await world.wait_until_idle()
    await world.press("add_photo", lost.id, author, photos=photos)
    await world.press("add_detail", lost.id, author, words=odd)
    await world.press("mine", world.button("l1", "mine"), author, words=odd, is_moderator=True)
    await world.wait_until_idle()
    exported = await world.handlers.export("web", world.name, author)
    assert {report["text"] for report in exported["reports"]} == {"ab", "my red umbrella\nab"}
    assert [claim["proof"] for claim in exported["claims"]] == ["ab"]


async def test_watching_longer_never_means_shorter(world: World) -> None:
    lost = await world.lost("l1", "my red umbrella")
    await world.set_up(keep_days=1)
    await world.press("extend", lost.id, ADA)
    async with world.store.session(world.workspace.community) as session:
        known = await session.reports.get(lost.id)
    assert known
    assert known.expires_at - lost.expires_at == timedelta()


async def test_a_moderator_who_wants_to_be_forgotten_is_named_nowhere(world: World, owner_database_url: str) -> None:
    moderator = Member("zoe", "Zoe Zander")
    await world.found("f1", "red", "an umbrella")
    await world.lost("l1", "my red umbrella")
    await world.wait_until_idle()
    await world.give_verdict("l1", VerdictKind.CONFIRM, by=moderator, is_moderator=True)
    await world.wait_until_idle()
    await world.press("forget", world.workspace.id, moderator)
    with psycopg.connect(owner_database_url) as connection:
        for table in ("verdict", "outbox"):
            query = f"SELECT 1 FROM {table} AS t WHERE t::text LIKE '%Zander%'"  # noqa: S608 - one of the two above
            assert connection.execute(query.encode()).fetchall() == []
    await world.wait_until_idle()
    shown = [sent.reply for _, sent in world.platform.messages]
    assert "Returned, confirmed by someone." in "\n".join(reply.text() for reply in shown)
    assert not any("zoe" in repr(reply) for reply in shown)
