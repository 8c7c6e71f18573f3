"""Changed words: the old ones stand nowhere any more, and nothing that was added is lost; by the real worker."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from reunite import search
from reunite.announce import announce
from reunite.commands import EditReport
from reunite.entities import IncomingPhoto, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.messages.reply import Action
from reunite.my_reports import end
from reunite.ports import Session
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import ADA, BEN, MODERATOR, World, world
from workers import process
from workers.embed import embed


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        yield community


def rows_with(owner_url: str, word: str) -> list[str]:
    """Return the tables in which a word stands anywhere."""
    with psycopg.connect(owner_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        query = sql.SQL("SELECT 1 FROM {table} AS t WHERE t::text ILIKE %s LIMIT 1")
        return [
            table
            for (table,) in tables
            if connection.execute(query.format(table=sql.Identifier(table)), [f"%{word}%"]).fetchone()
        ]


async def test_words_that_were_taken_out_stand_nowhere_any_more(place: World, owner_database_url: str) -> None:
    await place.found("f1", "red", "an umbrella, zq4711 on the handle")
    await place.quiet()
    loss = await place.lost("l1", "my red umbrella zq4711, call zanzibar", place="pool")
    await place.quiet()
    assert "zanzibar" in "\n".join(place.platform.thread("l1"))
    assert "zanzibar" in "\n".join(line.text() for line in place.log())
    assert await place.handlers.edit(EditReport(target=loss.target, text="my red umbrella"))
    await place.quiet()
    assert "my red umbrella" in "\n".join(place.platform.thread("l1"))
    assert rows_with(owner_database_url, "zanzibar") == []
    assert not any("zanzibar" in sent.reply.text() for _, sent in place.platform.messages)
    assert "my red umbrella" in "\n".join(line.text() for line in place.log())
    [card] = [text for text in place.platform.thread("f1") if "my red umbrella" in text]
    assert "zq4711" not in card


async def test_the_reason_on_a_card_follows_the_changed_words(place: World) -> None:
    await place.found("f1", "red", "an umbrella")
    await place.quiet()
    loss = await place.lost("l1", "my red parasol")
    await place.quiet()
    [card] = [text for text in place.platform.thread("l1") if "could be yours" in text]
    assert "umbrella ✓" not in card
    await place.handlers.edit(EditReport(target=loss.target, text="my red umbrella"))
    await place.quiet()
    [card] = [text for text in place.platform.thread("l1") if "could be yours" in text]
    assert "umbrella ✓" in card


async def test_a_moderators_verdict_on_a_match_outlives_changed_words(place: World) -> None:
    find = await place.found("f1", "red", "an umbrella, call zanzibar")
    await place.lost("l1", "my red umbrella", private=True)
    await place.quiet()
    await place.give_verdict("l1", VerdictKind.REJECT)
    await place.handlers.edit(EditReport(target=find.target, text="an umbrella"))
    await place.quiet()
    [line] = place.log()
    assert MODERATOR.name in line.text()
    assert "zanzibar" not in line.text()


async def test_nothing_stays_of_a_withdrawn_report_in_any_table(place: World, owner_database_url: str) -> None:
    find = await place.found("f1", "red", "an umbrella with a zebra", proof_question="zebra's eye", place="zebra house")
    await place.quiet()
    loss = await place.lost("l1", "my red umbrella with a zebra", place="zebra crossing")
    await place.quiet()
    await place.press("mine", place.button("l1", "mine"), ADA, words="a zebra's tail")
    await place.press("add_detail", loss.id, ADA, words="a zebra's tooth")
    await place.quiet()
    assert {"report", "outbox"} <= set(rows_with(owner_database_url, "zebra"))  # the claim is encrypted
    await place.press("withdraw", loss.id, ADA)
    await place.press("withdraw", find.id, BEN)
    await place.quiet()
    assert rows_with(owner_database_url, "zebra") == []


async def test_a_detail_that_was_added_outlives_a_change_of_the_post(place: World) -> None:
    loss = await place.lost("l1", "my umbrella")
    for _ in range(2):  # told of twice
        await place.press("add_detail", loss.id, ADA, words="with a wooden handle")
    assert not await place.handlers.edit(EditReport(target=loss.target, text="my umbrella"))
    assert await place.handlers.edit(EditReport(target=loss.target, text="my red umbrella"))
    assert (await known(place, loss)).text == "my red umbrella\nwith a wooden handle"


async def test_vectors_of_old_words_do_not_outlive_them(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def while_it_is_edited(encoder: Any, wanted: Any) -> Any:
        rows = await embed(encoder, wanted)
        if wanted.text == "a red cup":
            await place.handlers.edit(EditReport(target=loss.target, text="a green cup"))
        return rows

    monkeypatch.setattr(process, "embed", while_it_is_edited)
    loss = await place.lost("l1", "a red cup")
    like = await place.lost("l2", "a green cup")
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        query = "SELECT vector::text FROM embedding WHERE report_id = %(report)s ORDER BY space"
        assert await session._all(query, report=loss.id) == await session._all(query, report=like.id)


async def test_what_comes_while_a_report_ends_is_not_kept(place: World, owner_database_url: str) -> None:
    photo = IncomingPhoto("late.jpg", data=drawing("red"))
    presses: dict[Action, dict[str, Any]] = {
        "add_photo": {"photos": (photo,)},
        "add_detail": {"words": "too late"},
        "extend": {},
        "proof_question": {"words": "too late"},
    }
    for number, (action, fields) in enumerate(presses.items()):
        key = f"k{number}"
        report = await (place.found(key, text="a cup") if action == "proof_question" else place.lost(key, "a cup"))
        await place.quiet()
        own = BEN if action == "proof_question" else ADA
        async with place.store.session(place.workspace.community) as ending:
            await end(ending, await _of(ending, report))
            pressing = asyncio.create_task(place.press(action, report.id, own, **fields))
            await eventually(lambda: _is_waiting(owner_database_url))
        with pytest.raises(TellUserError, match="nothing_here"):
            await pressing
        now = await known(place, report)
        assert (now.text, now.expires_at) == ("", report.expires_at)
    async with place.store.session(place.workspace.community) as session:
        assert await session._all("SELECT 1 FROM photo UNION ALL SELECT 1 FROM report WHERE proof_question <> ''") == []


def _is_waiting(owner_url: str) -> bool:
    """Tell whether a transaction waits for another one."""
    with psycopg.connect(owner_url) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone())


async def known(place: World, report: Report) -> Report:
    async with place.store.session(place.workspace.community) as session:
        return await _of(session, report)


async def _of(session: Session, report: Report) -> Report:
    now = await session.reports.get(report.id)
    assert now
    return now


async def test_a_search_for_old_words_says_nothing(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def while_it_is_edited(session: Any, report: Report, *found: Any, **more: Any) -> None:
        if report.text == "my red umbrella zq4711":
            await place.handlers.edit(EditReport(target=report.target, text="my red umbrella"))
        await announce(session, report, *found, **more)

    monkeypatch.setattr(search, "announce", while_it_is_edited)
    await place.found("f1", "red", "an umbrella, zq4711 on the handle")
    await place.quiet()
    await place.lost("l1", "my red umbrella zq4711")
    await place.quiet()
    assert "match" in place.platform.kinds("l1")
    assert "zq4711 ✓" not in "\n".join(place.platform.thread("l1"))
