"""Work in the background gives up in time: no answer of Slack's and no stop of the bot waits for it without end."""

import asyncio
import socket

import pytest
from aiohttp import ClientSession

from bot.slack.background import Background, with_retries
from bot.slack.errors import slack_answers
from reunite.errors import MissingScopeError, TokenRefusedError, TryAgainError
from tests.support.waiting import PATIENCE


async def test_no_more_than_the_patience_is_spent_on_pauses() -> None:
    tries = []

    async def fail() -> None:
        tries.append("again")
        raise TryAgainError("too fast", after=0.03)

    with pytest.raises(TryAgainError):
        await with_retries(fail, patience=0.05)
    assert len(tries) == 2


async def test_the_pauses_grow_so_that_trouble_may_last_as_long_as_the_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    async def fail() -> None:
        raise TryAgainError("an outage")

    monkeypatch.setattr(asyncio, "sleep", note)
    with pytest.raises(TryAgainError):
        await with_retries(fail, patience=300)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("error", [MissingScopeError("im:write"), TokenRefusedError("revoked")])
async def test_errors_that_need_a_person_are_not_retried(error: TryAgainError) -> None:
    tries = []

    async def fail() -> None:
        tries.append("again")
        raise error

    with pytest.raises(type(error)):
        await with_retries(fail)
    assert len(tries) == 1


async def test_a_long_pause_is_not_waited_for() -> None:
    async def fail() -> None:
        raise TryAgainError("too fast", after=3600)

    async with asyncio.timeout(PATIENCE):
        with pytest.raises(TryAgainError):
            await with_retries(fail)


async def test_what_never_reached_slack_may_be_repeated() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # it doesn't listen
        async with ClientSession() as session:
            with pytest.raises(TryAgainError), slack_answers():
                await session.get(f"http://127.0.0.1:{silent.getsockname()[1]}")


async def test_a_stop_waits_for_work_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.background._FINISH_SECONDS", 1.0)
    ended = []

    async def work(waits: asyncio.Event) -> None:
        try:
            await waits.wait()
            ended.append("done")
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    working, soon = Background(), asyncio.Event()
    working.start(work(soon))
    working.start(work(asyncio.Event()))
    asyncio.get_running_loop().call_soon(soon.set)
    async with asyncio.timeout(PATIENCE):
        await working.finish()
    assert ended == ["done", "cancelled"]
