"""A post from its command to the thread's answer, by the real worker, store and delivery."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import sql
from redis.asyncio import Redis

from reunite.commands import Withdraw
from reunite.entities import IncomingPhoto, MatchState, Member, ReplyTarget, VerdictKind
from reunite.errors import TellUserError
from reunite.expiry import expire
from reunite.matching.evidence import PairKind
from reunite.messages import wording
from reunite.messages.keys import ReplyKey
from tests.support.pictures import drawing
from tests.support.services import working
from tests.support.waiting import eventually
from tests.support.world import ADA, World, world


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        yield community


async def test_a_lost_report_finds_the_open_found_report_and_says_why(place: World) -> None:
    find = await place.found("f1", "red", "umbrella by the door")
    await place.found("f2", "green")
    await place.quiet()
    loss = await place.lost("l1", "my red umbrella")
    await place.quiet()

    answer, card, *_ = place.platform.thread("l1")
    assert "likely match" in answer
    assert "red ✓" in card
    async with place.store.session(place.workspace.community) as session:
        best = (await session.matches.of(loss.id))[0]
    assert best.found == find.id
    assert best.label


async def test_each_of_several_things_in_one_report_is_found(place: World) -> None:
    finds = {(await place.found(f"f{number}", colour)).id for number, colour in enumerate(("red", "green"))}
    await place.found("f9", "blue")
    await place.quiet()
    loss = await place.lost("l1", "my red umbrella and a green hat")
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        report = await session.reports.get(loss.id)
        assert report
        found = {
            candidate.item.report: candidate.similarities
            for candidate in (await session.candidates.search(report, 10)).candidates
        }
    near = {find for find, similarities in found.items() if similarities[PairKind.TEXT_PHOTO] > 0.9}
    assert near == finds


async def test_a_found_report_is_announced_to_matching_owners(place: World) -> None:
    await place.lost("l1", "a blue cup")
    await place.quiet()
    assert place.platform.kinds("l1") == ["nothing"]
    await place.found("f1", "blue")
    await place.quiet()
    assert place.platform.kinds("l1") == ["nothing", "match"]
    assert "Possible owner found" in place.platform.thread("f1")[0]
    assert "a blue cup" in place.platform.thread("f1")[0]


async def test_a_pair_is_announced_once_in_each_thread(place: World) -> None:
    await place.found("f1", "blue")
    loss = await place.lost("l1", "a blue cup")
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        await session.work.add(loss.id)  # a second search
    await place.quiet()
    assert place.platform.kinds("l1").count("match") == 1
    assert place.platform.kinds("f1").count("match") <= 1


async def test_the_same_event_three_times_is_one_report_and_one_answer(place: World) -> None:
    reports = [await place.found("f1", "red") for _ in range(3)]
    await place.quiet()
    assert len({report.id for report in reports}) == 1
    assert place.platform.kinds("f1") == ["nothing"]


async def test_a_confirmed_match_closes_both_and_the_undo_reopens_them(place: World) -> None:
    find = await place.found("f1", "red")
    loss = await place.lost("l1", "red cup")
    await place.quiet()

    result = await place.give_verdict("l1", VerdictKind.CONFIRM)
    await place.quiet()
    assert result.match.state is MatchState.CONFIRMED
    assert [await place.state(report) for report in (find, loss)] == ["returned", "returned"]
    assert all("confirmed by Mo" in place.platform.thread(root)[-1] for root in ("l1", "f1"))

    await place.give_verdict("l1", VerdictKind.CONFIRM, given=False)
    await place.quiet()
    assert [await place.state(report) for report in (find, loss)] == ["open", "open"]
    assert all("open again" in place.platform.thread(root)[-1] for root in ("l1", "f1"))
    assert place.platform.kinds("l1").count("match") == 1


async def test_a_second_moderators_confirmation_keeps_a_match(place: World) -> None:
    find = await place.found("f1", "red")
    await place.lost("l1", "red cup")
    await place.quiet()
    second = Member("mia", "Mia")
    await place.give_verdict("l1", VerdictKind.CONFIRM)
    await place.give_verdict("l1", VerdictKind.CONFIRM, by=second, is_moderator=True)
    await place.give_verdict("l1", VerdictKind.CONFIRM, given=False)
    assert await place.state(find) == "returned"
    await place.give_verdict("l1", VerdictKind.CONFIRM, by=second, given=False)
    assert await place.state(find) == "open"


async def test_a_refused_pair_never_comes_back_until_the_refusal_is_taken_back(place: World) -> None:
    await place.found("f1", "red")
    loss = await place.lost("l1", "red cup")
    await place.quiet()
    await place.give_verdict("l1", VerdictKind.REJECT)
    async with place.store.session(place.workspace.community) as session:
        report = await session.reports.get(loss.id)
        assert report
        assert (await session.candidates.search(report, 10)).candidates == ()
    await place.give_verdict("l1", VerdictKind.REJECT, given=False)
    async with place.store.session(place.workspace.community) as session:
        assert len((await session.candidates.search(report, 10)).candidates) == 1
    await place.quiet()
    assert place.platform.kinds("l1").count("match") == 1


async def test_a_member_may_not_give_verdicts_and_nothing_is_recorded(place: World) -> None:
    find = await place.found("f1", "red")
    await place.lost("l1", "red cup")
    await place.quiet()
    with pytest.raises(TellUserError, match="only_moderators"):
        await place.give_verdict("l1", VerdictKind.CONFIRM, by=ADA)
    assert await place.state(find) == "open"


async def test_a_reopened_report_learns_of_what_came_in_meanwhile(place: World) -> None:
    await place.found("f1", "red")
    await place.lost("l1", "red cup")
    await place.quiet()
    await place.give_verdict("l1", VerdictKind.CONFIRM)
    await place.found("f2", "red", "red cup")
    await place.quiet()
    assert "match" not in place.platform.kinds("f2")
    await place.give_verdict("l1", VerdictKind.CONFIRM, given=False)
    await place.quiet()
    assert place.platform.kinds("l1").count("match") == 2


async def test_a_withdrawn_report_leaves_no_words_in_the_database(place: World, owner_database_url: str) -> None:
    await place.found("f1", "red", "found under the old oak")
    await place.lost("l1", "red cup, a present from my zither teacher", place="at the zoo")
    await place.quiet()
    target = ReplyTarget("web", place.workspace.external_id, "lost", "l1")
    assert await place.handlers.withdraw(Withdraw(target=target))
    assert not await place.handlers.withdraw(Withdraw(target=target))
    assert "zither" not in await dump(owner_database_url)
    assert "zoo" not in await dump(owner_database_url)
    assert "old oak" in await dump(owner_database_url)


async def test_a_report_ends_with_its_time_and_leaves_no_words(place: World, owner_database_url: str) -> None:
    find = await place.found("f1", "red", "found under the old oak")
    loss = await place.lost("l1", "red cup, a present from my zither teacher")
    other = await place.lost("l2", "green hat of a yodeller")
    await place.quiet()
    await place.give_verdict("l1", VerdictKind.CONFIRM)
    async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:
        await owner.execute("UPDATE report SET expires_at = now() - interval '1 second'")
    await eventually(lambda: is_gone(owner_database_url, "zither", "old oak", "yodeller"))
    await place.quiet()
    assert [await place.state(report) for report in (find, loss, other)] == ["expired", "expired", "expired"]
    assert place.platform.kinds("l2") == ["nothing", "expired"]
    assert place.platform.kinds("l1")[-1] == "returned"


async def is_gone(url: str, *words: str) -> bool:
    """Tell whether none of the words is in any table."""
    rows = await dump(url)
    return not any(word in rows for word in words)


async def dump(url: str) -> str:
    """All rows of all tables, as text."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        names = await (
            await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).fetchall()
        rows = [
            await (
                await connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(name)))
            ).fetchall()
            for (name,) in names
            if name != "migration"
        ]
    return str(rows)


async def test_a_bad_photo_is_explained_and_the_rest_of_the_report_is_kept(place: World) -> None:
    good = IncomingPhoto("cup.jpg", data=drawing("red"))
    bad = IncomingPhoto("notes.pdf", data=b"%PDF-1.7 and so on")
    find = await place.found("f1", photos=(bad, good))
    await place.lost("l1", "red cup")
    await place.quiet()
    assert "notes.pdf" in place.platform.thread("f1")[0]
    assert await place.state(find) == "open"
    assert "match" in place.platform.kinds("l1")


async def test_a_found_report_of_which_nothing_can_be_read_is_answered_and_closed(place: World) -> None:
    find = await place.found("f1", photos=(IncomingPhoto("notes.pdf", data=b"%PDF-1.7 and so on"),))
    await place.quiet()
    assert place.platform.kinds("f1") == ["problem"]
    assert await place.state(find) == "withdrawn"


async def test_an_upload_is_kept_only_as_its_stored_copy(place: World) -> None:
    find = await place.found("f1", "red")
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        [photo] = await session.photos.of(find.id)
        copy, upload = await session.photos.stored_copy(photo.id), await session.photos.upload(photo.id)
    assert upload is None
    assert copy
    assert b"Camera maker" in drawing("red")
    assert b"Camera maker" not in copy


async def test_an_emptied_redis_loses_nothing(database_url: str, redis_url: str) -> None:
    async with world(database_url, redis_url) as place, Redis.from_url(redis_url) as redis:
        await place.found("f1", "red")
        await place.lost("l1", "red cup")
        assert await redis.dbsize()
        await redis.flushdb()
        async with working(database_url, redis_url, quiet_seconds=1):
            await place.quiet()
    assert "match" in place.platform.kinds("l1")


async def test_a_thread_that_cannot_be_written_to_holds_up_no_other(place: World) -> None:
    place.platform.closed.add("f1")
    place.platform.failing["f2"] = 2
    await place.found("f1", "red")
    await place.found("f2", "green")
    await place.found("f3", "blue")
    await place.quiet()
    assert place.platform.kinds("f1") == []
    assert place.platform.kinds("f2") == ["nothing"]
    assert place.platform.kinds("f3") == ["nothing"]


async def test_a_reply_deleted_while_it_was_leased_disturbs_no_delivery(place: World) -> None:
    await place.found("f1", "red")
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        report = await session.reports.at(ReplyTarget("web", place.workspace.external_id, "found", "f1"))
        assert report
        await session.outbox.post(report.id, ReplyKey("later"), wording.problem("our_fault", "en", report.id))
        seq = (await session._one("SELECT seq FROM outbox WHERE key = 'later'") or {})["seq"]
        assert await session.outbox.outgoing(seq)
        await session.deletion.purge(report.id, wording.ended("en"))
        assert await session.outbox.outgoing(seq) is None
    await place.lost("l1", "a blue cup")
    await place.quiet()
    assert place.platform.kinds("l1") == ["nothing"]


async def test_a_withdrawal_while_a_worker_is_at_the_report_wins(place: World, owner_database_url: str) -> None:
    for number in range(20):
        await place.lost(f"l{number}", f"red cup of zither player {number}", "red")
        assert await place.handlers.withdraw(
            Withdraw(target=ReplyTarget("web", place.workspace.external_id, "lost", f"l{number}"))
        )
    await place.quiet()
    assert "zither" not in await dump(owner_database_url)


async def test_a_second_look_at_an_expired_report_leaves_its_notice(place: World) -> None:
    place.platform.failing["l1"] = 1
    loss = await place.lost("l1", "red cup")
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        await expire(session, loss.id, loss.expires_at)
        await expire(session, loss.id, loss.expires_at)
    await place.quiet()
    assert place.platform.kinds("l1") == ["nothing", "expired"]


async def test_a_confirmation_taken_back_reopens_no_report_that_another_one_keeps(place: World) -> None:
    find = await place.found("f1", "red")
    await place.lost("l1", "red cup")
    await place.lost("l2", "red cup")
    await place.quiet()
    for root in ("l1", "l2"):
        await place.give_verdict(root, VerdictKind.CONFIRM)
    await place.give_verdict("l2", VerdictKind.CONFIRM, given=False)
    await place.quiet()
    assert await place.state(find) == "returned"
    assert "open again" not in place.platform.thread("f1")[-1]
    assert "open again" in place.platform.thread("l2")[-1]


async def test_temporary_trouble_is_outlasted(place: World) -> None:
    place.platform.failing["f1"] = 3
    await place.found("f1", "red")
    await place.quiet()
    assert place.platform.kinds("f1") == ["nothing"]
