"""Side by side, or alone."""

import asyncio

from tests.support.waiting import PATIENCE
from workers.slots import Slots


async def test_a_turn_alone_has_no_others_and_two_have_each_other() -> None:
    slots = Slots(3)
    running: set[int] = set()
    beside: dict[int, int] = {}

    async def work(name: int, *, alone: bool) -> None:
        async with slots.slot(alone=alone):
            running.add(name)
            for _ in range(3):
                beside[name] = max(beside.get(name, 0), len(running))
                await asyncio.sleep(0)
            running.discard(name)

    await asyncio.wait_for(asyncio.gather(*(work(n, alone=n % 4 == 0) for n in range(20))), PATIENCE)
    assert {beside[n] for n in range(0, 20, 4)} == {1}
    assert max(beside.values()) == 3
