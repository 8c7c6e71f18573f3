"""Verdicts that come twice, from two moderators at once, or on a match that a thread must not learn of."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from reunite.entities import Member
from tests.support.services import working
from tests.support.world import MODERATOR, World, world


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        await community.set_up(log_channel="log")
        yield community


def logged(place: World) -> UUID:
    [line] = place.log()
    assert line.match
    return line.match


async def test_a_press_that_comes_twice_counts_once(place: World) -> None:
    await place.lost("l1", "my red diary", private=True)
    find = await place.found("f1", "red")
    await place.quiet()
    for _ in range(2):
        await place.press("confirm", logged(place), MODERATOR, key="one press")
    assert await place.state(find) == "returned"
    await place.press("confirm", logged(place), MODERATOR)
    assert await place.state(find) == "open"


async def test_two_moderators_at_once_do_not_undo_each_other(place: World) -> None:
    await place.lost("l1", "my red diary", private=True)
    find = await place.found("f1", "red")
    await place.quiet()
    both = [place.press("confirm", logged(place), Member(f"mo{n}", "Mo"), is_moderator=True) for n in range(2)]
    await asyncio.gather(*both)
    assert await place.state(find) == "returned"
    await place.press("confirm", logged(place), Member("mo0", "Mo"), is_moderator=True)
    assert await place.state(find) == "returned"


async def test_a_finders_thread_learns_of_no_private_report_when_a_moderator_thinks_again(place: World) -> None:
    loss = await place.lost("l1", "my red diary", private=True)
    await place.found("f1", "red")
    await place.quiet()
    await place.press("confirm", logged(place), MODERATOR)
    await place.press("reject", logged(place), MODERATOR)
    await place.quiet()
    assert place.platform.kinds("f1")[-1] == "reopened"
    assert not any(
        loss.id in outgoing.reply.jumps() for target, outgoing in place.platform.messages if target.message == "f1"
    )
    assert place.platform.kinds("l1")[-1] == "rejected"
