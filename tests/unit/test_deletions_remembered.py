"""Deletions that a bot hears of while it reads past posts."""

from types import SimpleNamespace
from typing import Any

from bot.discord.inbound import Inbound
from bot.slack.inbound import Inbound as SlackInbound
from reunite.entities import ReplyTarget


async def test_discords_deletions_are_remembered() -> None:
    others: Any = SimpleNamespace(get_guild=lambda _: None)
    inbound = Inbound(others, others, others, others, others)
    await inbound.deleted(1, 2, 3)
    assert [inbound.is_deleted(key) for key in ("2", "3")] == [False, True]


async def test_slacks_deletions_are_remembered() -> None:
    async def withdraw(_: object) -> None: ...

    others: Any = SimpleNamespace(withdraw=withdraw, target=lambda *_: ReplyTarget("slack", "T1", "C1", "1"))
    inbound = SlackInbound(others, others, others, others, others)
    await inbound.deleted(others, "C1", "1.5")
    assert [inbound.is_deleted(key) for key in ("C1:1.4", "C1:1.5")] == [False, True]
