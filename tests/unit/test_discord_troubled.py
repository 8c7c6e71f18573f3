"""Messages on Discord that met trouble are compared again, each with pauses of its own."""

import asyncio
from types import SimpleNamespace

import pytest

from bot.discord import troubled
from bot.discord.troubled import Troubled
from reunite.entities import ReplyTarget
from tests.support.waiting import eventually

ONE, OTHER = ReplyTarget("discord", "1", "7", "8"), ReplyTarget("discord", "2", "9", "10")
KEPT = {"Lock": asyncio.Lock, "create_task": asyncio.create_task}


async def test_trouble_that_comes_during_a_comparison_is_followed_by_another_one() -> None:
    compared: list[ReplyTarget] = []
    may_end = asyncio.Event()

    async def compare(target: ReplyTarget) -> None:
        compared.append(target)
        await may_end.wait()

    again = Troubled(compare, 0.0)
    again.add(ONE)
    await eventually(lambda: compared)
    again.add(ONE)
    assert again.are_in(1)
    may_end.set()
    await eventually(lambda: not again.are_in(1))
    assert compared == [ONE, ONE]


async def test_lasting_trouble_of_a_message_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    lasts, sleep = asyncio.Event(), asyncio.sleep

    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await (lasts.wait() if len(pauses) == 3 else sleep(0))

    async def compare(target: ReplyTarget) -> None:
        if target == ONE:
            raise OSError

    monkeypatch.setattr(troubled, "asyncio", SimpleNamespace(sleep=note, **KEPT))
    again = Troubled(compare, 5.0)
    again.add(ONE)
    await eventually(lambda: pauses == [5.0, 10.0, 20.0])
    again.add(OTHER)
    await eventually(lambda: not again.are_in(2))
    assert pauses[3:] == [5.0]
    await again.stop()
