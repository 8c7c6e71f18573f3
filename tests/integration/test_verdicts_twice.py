"""Verdicts that come twice, from two moderators at once, or on a match that a thread must not learn of."""

import asyncio
from uuid import UUID

import pytest

from reunite.entities import Member
from tests.support.world import MODERATOR, World, moderated_world

pytestmark = pytest.mark.untraced

world_fixture = pytest.fixture(moderated_world, name="world")


def logged(world: World) -> UUID:
    [line] = world.log()
    assert line.match
    return line.match


async def test_a_press_that_comes_twice_counts_once(world: World) -> None:
    await world.lost("l1", "my red diary", private=True)
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    for _ in range(2):
        await world.press("confirm", logged(world), MODERATOR, key="one press")
    assert await world.state(found) == "returned"
    await world.press("confirm", logged(world), MODERATOR)
    assert await world.state(found) == "open"


async def test_two_moderators_at_once_do_not_undo_each_other(world: World) -> None:
    await world.lost("l1", "my red diary", private=True)
    found = await world.found("f1", "red")
    await world.wait_until_idle()
    both = [world.press("confirm", logged(world), Member(f"mo{n}", "Mo"), is_moderator=True) for n in range(2)]
    await asyncio.gather(*both)
    assert await world.state(found) == "returned"
    await world.press("confirm", logged(world), Member("mo0", "Mo"), is_moderator=True)
    assert await world.state(found) == "returned"


async def test_a_finders_thread_learns_of_no_private_report_when_a_moderator_thinks_again(world: World) -> None:
    lost = await world.lost("l1", "my red diary", private=True)
    await world.found("f1", "red")
    await world.wait_until_idle()
    await world.press("confirm", logged(world), MODERATOR)
    await world.press("reject", logged(world), MODERATOR)
    await world.wait_until_idle()
    assert world.platform.kinds("f1")[-1] == "reopened"
    assert not any(
        lost.id in outgoing.reply.jumps() for target, outgoing in world.platform.messages if target.message == "f1"
    )
    assert world.platform.kinds("l1")[-1] == "rejected"
