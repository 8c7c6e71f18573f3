"""Changed words: the old ones stand nowhere any more, and nothing that was added is lost; by the real worker."""

import asyncio
from typing import Any

import psycopg
import pytest

from reunite import search
from reunite.announce import announce
from reunite.commands import EditReport
from reunite.entities import IncomingPhoto, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.messages.reply import Action
from reunite.my_reports import end
from reunite.ports import Session
from tests.support.databases import WAITING
from tests.support.pictures import drawing
from tests.support.stored_words import tables_with
from tests.support.waiting import eventually
from tests.support.world import ADA, BEN, MODERATOR, World, moderated_world
from workers import process
from workers.embed import embed

pytestmark = pytest.mark.untraced

world_fixture = pytest.fixture(moderated_world, name="world")


async def test_words_that_were_taken_out_stand_nowhere_any_more(world: World, owner_database_url: str) -> None:
    await world.found("f1", "red", "an umbrella, zq4711 on the handle")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my red umbrella zq4711, call zanzibar", place="pool")
    await world.wait_until_idle()
    assert "zanzibar" in "\n".join(world.platform.thread("l1"))
    assert "zanzibar" in "\n".join(line.text() for line in world.log())
    assert await world.handlers.edit(EditReport(target=lost.target, text="my red umbrella"))
    await world.wait_until_idle()
    assert "my red umbrella" in "\n".join(world.platform.thread("l1"))
    assert tables_with(owner_database_url, "zanzibar") == set()
    assert not any("zanzibar" in sent.reply.text() for _, sent in world.platform.messages)
    assert "my red umbrella" in "\n".join(line.text() for line in world.log())
    [card] = [text for text in world.platform.thread("f1") if "my red umbrella" in text]
    assert "zq4711" not in card


async def test_the_reason_on_a_card_follows_the_changed_words(world: World) -> None:
    await world.found("f1", "red", "an umbrella")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my red parasol")
    await world.wait_until_idle()
    [card] = [text for text in world.platform.thread("l1") if "could be yours" in text]
    assert "umbrella ✓" not in card
    await world.handlers.edit(EditReport(target=lost.target, text="my red umbrella"))
    await world.wait_until_idle()
    [card] = [text for text in world.platform.thread("l1") if "could be yours" in text]
    assert "umbrella ✓" in card


async def test_a_moderators_verdict_on_a_match_outlives_changed_words(world: World) -> None:
    found = await world.found("f1", "red", "an umbrella, call zanzibar")
    await world.lost("l1", "my red umbrella", private=True)
    await world.wait_until_idle()
    await world.give_verdict("l1", VerdictKind.REJECT)
    await world.handlers.edit(EditReport(target=found.target, text="an umbrella"))
    await world.wait_until_idle()
    [line] = world.log()
    assert MODERATOR.name in line.text()
    assert "zanzibar" not in line.text()


async def test_nothing_stays_of_a_withdrawn_report_in_any_table(world: World, owner_database_url: str) -> None:
    found = await world.found(
        "f1", "red", "an umbrella with a zebra", proof_question="zebra's eye", place="zebra house"
    )
    await world.wait_until_idle()
    lost = await world.lost("l1", "my red umbrella with a zebra", place="zebra crossing")
    await world.wait_until_idle()
    await world.press("mine", world.button("l1", "mine"), ADA, words="a zebra's tail")
    await world.press("add_detail", lost.id, ADA, words="a zebra's tooth")
    await world.wait_until_idle()
    assert {"report", "outbox"} <= tables_with(owner_database_url, "zebra")  # the claim is encrypted
    await world.press("withdraw", lost.id, ADA)
    await world.press("withdraw", found.id, BEN)
    await world.wait_until_idle()
    assert tables_with(owner_database_url, "zebra") == set()


async def test_a_detail_that_was_added_outlives_a_change_of_the_post(world: World) -> None:
    lost = await world.lost("l1", "my umbrella")
    for _ in range(2):  # told of twice
        await world.press("add_detail", lost.id, ADA, words="with a wooden handle")
    assert not await world.handlers.edit(EditReport(target=lost.target, text="my umbrella"))
    assert await world.handlers.edit(EditReport(target=lost.target, text="my red umbrella"))
    assert (await known(world, lost)).text == "my red umbrella\nwith a wooden handle"


async def test_vectors_of_old_words_do_not_outlive_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def while_it_is_edited(encoder: Any, wanted: Any) -> Any:
        rows = await embed(encoder, wanted)
        if wanted.text == "a red cup":
            await world.handlers.edit(EditReport(target=lost.target, text="a green cup"))
        return rows

    monkeypatch.setattr(process, "embed", while_it_is_edited)
    lost = await world.lost("l1", "a red cup")
    like = await world.lost("l2", "a green cup")
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        query = "SELECT vector::text FROM embedding WHERE report_id = %(report)s ORDER BY space"
        assert await session._all(query, report=lost.id) == await session._all(query, report=like.id)


async def test_words_that_change_while_a_report_is_embedded_are_in_its_first_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_the_edit_is_left() -> bool:
        async with world.store.session(world.workspace.community) as session:
            return await session.work.unfinished() == 1

    async def while_it_is_edited(encoder: Any, wanted: Any) -> Any:
        if wanted.text == "my umbrella":
            await world.handlers.edit(EditReport(target=lost.target, text="my red umbrella"))
        elif wanted.text == "my red umbrella":  # the edit's own work
            await eventually(only_the_edit_is_left, "the first work didn't end")
        return await embed(encoder, wanted)

    await world.found("f1", "red")
    await world.found("f2", "green")
    await world.wait_until_idle()
    monkeypatch.setattr(process, "embed", while_it_is_edited)
    lost = await world.lost("l1", "my umbrella")
    await world.wait_until_idle()
    assert world.platform.kinds("l1") == ["first_reply", "match"], "it said that nothing fits"
    assert "Looking for: my red umbrella" in world.platform.thread("l1")[0]


async def test_what_comes_while_a_report_ends_is_not_kept(world: World, owner_database_url: str) -> None:
    photo = IncomingPhoto("late.jpg", data=drawing("red"))
    presses: dict[Action, dict[str, Any]] = {
        "add_photo": {"photos": (photo,)},
        "add_detail": {"words": "too late"},
        "extend": {},
        "proof_question": {"words": "too late"},
    }
    for number, (action, fields) in enumerate(presses.items()):
        key = f"k{number}"
        report = await (world.found(key, text="a cup") if action == "proof_question" else world.lost(key, "a cup"))
        await world.wait_until_idle()
        own = BEN if action == "proof_question" else ADA
        async with world.store.session(world.workspace.community) as ending:
            await end(ending, await _of(ending, report))
            pressing = asyncio.create_task(world.press(action, report.id, own, **fields))
            await eventually(lambda: _is_waiting(owner_database_url))
        with pytest.raises(TellUserError, match="ended"):
            await pressing
        now = await known(world, report)
        assert (now.text, now.expires_at) == ("", report.expires_at)
    async with world.store.session(world.workspace.community) as session:
        assert await session._all("SELECT 1 FROM photo UNION ALL SELECT 1 FROM report WHERE proof_question <> ''") == []


def _is_waiting(owner_url: str) -> bool:
    """Tell whether a transaction waits for another one."""
    with psycopg.connect(owner_url) as connection:
        return bool(connection.execute(WAITING).fetchone())


async def known(world: World, report: Report) -> Report:
    async with world.store.session(world.workspace.community) as session:
        return await _of(session, report)


async def _of(session: Session, report: Report) -> Report:
    now = await session.reports.get(report.id)
    assert now
    return now


async def test_a_search_for_old_words_says_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def while_it_is_edited(session: Any, report: Report, *found: Any, **more: Any) -> None:
        if report.text == "my red umbrella zq4711":
            await world.handlers.edit(EditReport(target=report.target, text="my red umbrella"))
        await announce(session, report, *found, **more)

    monkeypatch.setattr(search, "announce", while_it_is_edited)
    await world.found("f1", "red", "an umbrella, zq4711 on the handle")
    await world.wait_until_idle()
    await world.lost("l1", "my red umbrella zq4711")
    await world.wait_until_idle()
    assert "match" in world.platform.kinds("l1")
    assert "zq4711 ✓" not in "\n".join(world.platform.thread("l1"))
