"""A post from its command to the thread's answer, by the real worker, store and delivery."""

from functools import partial

import psycopg
import pytest

from reunite.commands import Withdraw
from reunite.entities import MatchState, Member, ReplyTarget, VerdictKind
from reunite.errors import TellUserError
from reunite.matching.evidence import PairKind
from tests.support.stored_words import tables_with
from tests.support.waiting import eventually
from tests.support.world import ADA, World, world_with_a_worker

pytestmark = pytest.mark.untraced

world_fixture = pytest.fixture(world_with_a_worker, name="world")


async def test_a_lost_report_finds_the_open_found_report_and_says_why(world: World) -> None:
    found = await world.found("f1", "red", "umbrella by the door")
    await world.found("f2", "green")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my red umbrella")
    await world.wait_until_idle()

    answer, card, *_ = world.platform.thread("l1")
    assert "likely match" in answer
    assert "red ✓" in card
    async with world.store.session(world.workspace.community) as session:
        best = (await session.matches.of(lost.id))[0]
    assert best.found == found.id
    assert best.label


async def test_each_of_several_things_in_one_report_is_found(world: World) -> None:
    found_reports = {(await world.found(f"f{number}", colour)).id for number, colour in enumerate(("red", "green"))}
    await world.found("f9", "blue")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my red umbrella and a green hat")
    await world.wait_until_idle()
    similarities_of = await world.similarities(lost)
    near = {found for found, similarities in similarities_of.items() if similarities[PairKind.TEXT_PHOTO] > 0.9}
    assert near == found_reports


async def test_a_found_report_is_announced_to_matching_owners(world: World) -> None:
    await world.lost("l1", "a blue cup")
    await world.wait_until_idle()
    assert world.platform.kinds("l1") == ["nothing"]
    await world.found("f1", "blue")
    await world.wait_until_idle()
    assert world.platform.kinds("l1") == ["nothing", "match"]
    assert "Possible owner found" in world.platform.thread("f1")[0]
    assert "a blue cup" in world.platform.thread("f1")[0]


async def test_a_pair_is_announced_once_in_each_thread(world: World) -> None:
    await world.found("f1", "blue")
    lost = await world.lost("l1", "a blue cup")
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        await session.work.add(lost.id)  # a second search
    await world.wait_until_idle()
    assert world.platform.kinds("l1").count("match") == 1
    assert world.platform.kinds("f1").count("match") <= 1


async def test_the_same_event_three_times_is_one_report_and_one_answer(world: World) -> None:
    reports = [await world.found("f1", "red") for _ in range(3)]
    await world.wait_until_idle()
    assert len({report.id for report in reports}) == 1
    assert world.platform.kinds("f1") == ["nothing"]


async def test_a_confirmed_match_closes_both_and_the_undo_reopens_them(world: World) -> None:
    found = await world.found("f1", "red")
    lost = await world.lost("l1", "red cup")
    await world.wait_until_idle()

    result = await world.give_verdict("l1", VerdictKind.CONFIRM)
    await world.wait_until_idle()
    assert result.match.state is MatchState.CONFIRMED
    assert [await world.state(report) for report in (found, lost)] == ["returned", "returned"]
    assert all("confirmed by Mo" in world.platform.thread(root)[-1] for root in ("l1", "f1"))

    await world.give_verdict("l1", VerdictKind.CONFIRM, given=False)
    await world.wait_until_idle()
    assert [await world.state(report) for report in (found, lost)] == ["open", "open"]
    assert all("open again" in world.platform.thread(root)[-1] for root in ("l1", "f1"))
    assert world.platform.kinds("l1").count("match") == 1


async def test_a_second_moderators_confirmation_keeps_a_match(world: World) -> None:
    found = await world.found("f1", "red")
    await world.lost("l1", "red cup")
    await world.wait_until_idle()
    second = Member("mia", "Mia")
    await world.give_verdict("l1", VerdictKind.CONFIRM)
    await world.give_verdict("l1", VerdictKind.CONFIRM, by=second, is_moderator=True)
    await world.give_verdict("l1", VerdictKind.CONFIRM, given=False)
    assert await world.state(found) == "returned"
    await world.give_verdict("l1", VerdictKind.CONFIRM, by=second, given=False)
    assert await world.state(found) == "open"


async def test_a_refused_pair_never_comes_back_until_the_refusal_is_taken_back(world: World) -> None:
    await world.found("f1", "red")
    lost = await world.lost("l1", "red cup")
    await world.wait_until_idle()
    await world.give_verdict("l1", VerdictKind.REJECT)
    async with world.store.session(world.workspace.community) as session:
        report = await session.reports.get(lost.id)
        assert report
        assert (await session.candidates.search(report, 10)).candidates == ()
    await world.give_verdict("l1", VerdictKind.REJECT, given=False)
    async with world.store.session(world.workspace.community) as session:
        assert len((await session.candidates.search(report, 10)).candidates) == 1
    await world.wait_until_idle()
    assert world.platform.kinds("l1").count("match") == 1


async def test_a_member_may_not_give_verdicts_and_nothing_is_recorded(world: World) -> None:
    found = await world.found("f1", "red")
    await world.lost("l1", "red cup")
    await world.wait_until_idle()
    with pytest.raises(TellUserError, match="only_moderators"):
        await world.give_verdict("l1", VerdictKind.CONFIRM, by=ADA)
    assert await world.state(found) == "open"


async def test_a_reopened_report_learns_of_what_came_in_meanwhile(world: World) -> None:
    await world.found("f1", "red")
    await world.lost("l1", "red cup")
    await world.wait_until_idle()
    await world.give_verdict("l1", VerdictKind.CONFIRM)
    await world.found("f2", "red", "red cup")
    await world.wait_until_idle()
    assert "match" not in world.platform.kinds("f2")
    await world.give_verdict("l1", VerdictKind.CONFIRM, given=False)
    await world.wait_until_idle()
    assert world.platform.kinds("l1").count("match") == 2


async def test_a_withdrawn_report_leaves_no_words_in_the_database(world: World, owner_database_url: str) -> None:
    await world.found("f1", "red", "found under the old oak")
    await world.lost("l1", "red cup, a present from my zither teacher", place="at the zoo")
    await world.wait_until_idle()
    target = ReplyTarget("web", world.workspace.external_id, "lost", "l1")
    assert await world.handlers.withdraw(Withdraw(target=target))
    assert not await world.handlers.withdraw(Withdraw(target=target))
    assert not tables_with(owner_database_url, "zither")
    assert not tables_with(owner_database_url, "zoo")
    assert tables_with(owner_database_url, "old oak")


async def test_a_report_ends_with_its_time_and_leaves_no_words(world: World, owner_database_url: str) -> None:
    other = await world.lost("l2", "green hat of a yodeller")
    await world.wait_until_idle()  # or it might get a gallery
    found = await world.found("f1", "red", "found under the old oak")
    lost = await world.lost("l1", "red cup, a present from my zither teacher")
    await world.wait_until_idle()
    await world.give_verdict("l1", VerdictKind.CONFIRM)
    async with await psycopg.AsyncConnection.connect(owner_database_url, autocommit=True) as owner:
        await owner.execute("UPDATE report SET expires_at = now() - interval '1 second'")
    for words in ("zither", "old oak", "yodeller"):
        await eventually(partial(tables_with, owner_database_url, words), holds=lambda found: not found)
    await world.wait_until_idle()
    assert [await world.state(report) for report in (found, lost, other)] == ["expired", "expired", "expired"]
    assert world.platform.kinds("l2") == ["nothing", "expired"]
    assert world.platform.kinds("l1")[-1] == "returned"


async def test_a_confirmation_taken_back_reopens_no_report_that_another_one_keeps(world: World) -> None:
    found = await world.found("f1", "red")
    await world.lost("l1", "red cup")
    await world.lost("l2", "red cup")
    await world.wait_until_idle()
    for root in ("l1", "l2"):
        await world.give_verdict(root, VerdictKind.CONFIRM)
    await world.give_verdict("l2", VerdictKind.CONFIRM, given=False)
    await world.wait_until_idle()
    assert await world.state(found) == "returned"
    assert "open again" not in world.platform.thread("f1")[-1]
    assert "open again" in world.platform.thread("l2")[-1]
