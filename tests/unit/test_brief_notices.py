"""A notice that fails, whatever the reason, is logged and makes room for the next one."""

import asyncio
from types import SimpleNamespace
from typing import Any

from structlog.testing import capture_logs

from bot.discord.brief_notices import BriefNotices
from reunite.entities import ReplyTarget
from tests.support.waiting import eventually

TARGET = ReplyTarget("discord", "1", "2", "3")


def member(number: int) -> Any:
    return SimpleNamespace(id=number, mention=f"<@{number}>", guild=SimpleNamespace(id=1))


async def test_a_notice_that_fails_for_an_unknown_reason_is_logged_and_holds_up_no_other() -> None:
    tried: list[str] = []

    async def send(words: str, **_: Any) -> None:
        tried.append(words)
        raise KeyError("shape")

    client: Any = SimpleNamespace(get_partial_messageable=lambda *_, **__: SimpleNamespace(send=send))
    notices = BriefNotices(client)
    with capture_logs() as logs:
        notices.send(TARGET, member(4), "not you")
        await eventually(lambda: logs)
        await asyncio.sleep(0)
        notices.send(TARGET, member(5), "nor you")
        await eventually(lambda: len(logs) == 2)
    assert [log["event"] for log in logs] == ["discord_notice_defect"] * 2
    assert tried == ["<@4> not you", "<@5> nor you"]
    await notices.stop()
