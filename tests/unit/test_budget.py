"""What is taken at once never is more than there is, and nobody is passed over."""

import asyncio

import numpy as np

from tests.support.waiting import PATIENCE
from workers.budget import ByteBudget


async def test_never_is_more_taken_than_there_is() -> None:
    budget, taken, most = ByteBudget(100), 0, 0
    chance = np.random.default_rng(1)

    async def take(amount: int) -> None:
        nonlocal taken, most
        async with budget.reserved(amount):
            taken += min(amount, 100)
            most = max(most, taken)
            try:
                await asyncio.sleep(chance.random() / 1000)
            finally:
                taken -= min(amount, 100)

    tasks = [asyncio.create_task(take(int(chance.integers(0, 131)))) for _ in range(300)]
    for task in tasks[::5]:
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert 50 < most <= 100
    assert not budget._reserved
    assert not budget._waiting


async def test_who_came_first_goes_first() -> None:
    budget, order = ByteBudget(10), []

    async def take(name: str, amount: int) -> None:
        async with budget.reserved(amount):
            order.append(name)
            await asyncio.sleep(0)

    await asyncio.gather(take("first", 6), take("large", 10), take("small", 1))
    assert order == ["first", "large", "small"]


async def test_one_that_stops_waiting_makes_way() -> None:
    budget = ByteBudget(10)
    async with budget.reserved(6):
        large = asyncio.create_task(budget._acquire(10))
        small = asyncio.create_task(budget._acquire(4))
        await asyncio.sleep(0)
        large.cancel()
        await asyncio.wait_for(small, PATIENCE)
