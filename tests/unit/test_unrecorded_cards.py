"""Reactions to a card that isn't recorded yet are compared once it is: on every platform by the same code."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.unrecorded_cards import UnrecordedCards
from reunite.entities import ReplyTarget
from tests.support.waiting import eventually

TARGET = ReplyTarget("slack", "T1", "C1", "1.2")
CARD: Any = object()


class _Handlers:
    """Knows so many cards at each look, or fails."""

    def __init__(self, *looks: int | Exception) -> None:
        self.looks = list(looks)

    async def known_cards(self, platform: str, workspace: str, *, message: str) -> list[Any]:
        assert (platform, workspace, message) == ("slack", "T1", "1.2")
        look = self.looks.pop(0)
        if isinstance(look, Exception):
            raise look
        return [CARD] * look


class _Compared:
    def __init__(self, unrecorded: UnrecordedCards) -> None:
        self.unrecorded, self.cards, self.was_waiting = unrecorded, list[Any](), list[bool]()

    async def __call__(self, card: Any) -> None:
        self.cards.append(card)
        self.was_waiting.append(TARGET in self.unrecorded)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.unrecorded_cards._PAUSES_IN_SECONDS", (0, 0, 0))


def begun(*looks: int | Exception) -> tuple[Any, UnrecordedCards, _Compared]:
    handlers: Any = _Handlers(*looks)
    unrecorded = UnrecordedCards(handlers)
    return handlers, unrecorded, _Compared(unrecorded)


async def test_a_card_is_compared_once_as_soon_as_it_is_recorded() -> None:
    handlers, unrecorded, compared = begun(0, 1, 1)
    for _ in range(2):
        unrecorded.compare_once_recorded(TARGET, compared)
    assert TARGET in unrecorded
    await eventually(lambda: compared.cards)
    assert (compared.cards, handlers.looks) == ([CARD], [1])


async def test_reactions_during_the_comparison_are_taken_by_themselves() -> None:
    _, unrecorded, compared = begun(1)
    unrecorded.compare_once_recorded(TARGET, compared)
    await eventually(lambda: compared.cards)
    assert compared.was_waiting == [False]


async def test_a_look_that_fails_is_logged_and_repeated() -> None:
    _, unrecorded, compared = begun(OSError("down"), 1)
    with capture_logs() as log:
        unrecorded.compare_once_recorded(TARGET, compared)
        await eventually(lambda: compared.cards)
    assert [(entry["event"], entry["platform"]) for entry in log] == [("reactions_compare_failed", "slack")]


async def test_a_message_that_never_becomes_a_card_is_given_up() -> None:
    handlers, unrecorded, compared = begun(0, 0, 0)
    unrecorded.compare_once_recorded(TARGET, compared)
    await eventually(lambda: TARGET not in unrecorded)
    assert (compared.cards, handlers.looks) == ([], [])


async def test_now_means_at_once_and_says_whether_there_was_a_card() -> None:
    _, unrecorded, compared = begun(0, 1)
    assert [await unrecorded.compare_now(TARGET, compared) for _ in range(2)] == [False, True]
    assert compared.cards == [CARD]


async def test_stopping_leaves_the_rest_to_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.unrecorded_cards._PAUSES_IN_SECONDS", (60,))
    _, unrecorded, compared = begun()
    unrecorded.compare_once_recorded(TARGET, compared)
    await asyncio.sleep(0)
    await unrecorded.stop()
    assert TARGET not in unrecorded
    assert compared.cards == []
