"""Reactions on Slack: what fails for one card, or waits for it, holds up nothing else."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack.reconcile import Cards
from bot.slack.verdicts import At, Verdicts
from reunite.errors import TryAgainError

_CARDS = [SimpleNamespace(sent=SimpleNamespace(channel="C1", message=ts)) for ts in ("1", "2", "3")]


class _Slack:
    """A workspace whose cards can be compared, except some; a message without a match takes a moment."""

    team, bot_user = "T1", "B1"

    def __init__(self, **failures: Exception) -> None:
        self.failures, self.compared, self.looks = failures, list[str](), 0
        self.lost = set[At]()

    def missed(self, _: str) -> set[At]:
        lost, self.lost = self.lost, set()
        return lost

    async def known_cards(self, *_: object, message: str = "") -> list[Any]:
        return [] if message else _CARDS

    async def compare(self, _: object, at: At) -> None:
        if error := self.failures.get(f"at_{at[1]}"):
            raise error
        self.compared.append(at[1])

    async def person(self, _: str) -> Any:
        return SimpleNamespace(member=None, is_moderator=True)

    def target(self, *_: str) -> None:
        return None

    async def give_verdict(self, _: object) -> None:
        self.looks += 1
        await asyncio.sleep(0)


async def test_a_card_that_fails_for_good_holds_up_no_other() -> None:
    slack: Any = _Slack(at_2=KeyError("messages"))
    cards = Cards(slack, slack)
    await cards.note_pending(slack)
    await cards.compare_pending(slack)
    assert slack.compared == ["3", "1"]


async def test_a_card_with_a_missed_reaction_is_compared_alone_until_that_succeeds() -> None:
    slack: Any = _Slack(at_7=TryAgainError("Slack refuses to say who someone is"))
    cards = Cards(slack, slack)
    slack.lost = {("C1", "7")}
    with pytest.raises(TryAgainError):
        await cards.compare_pending(slack)
    slack.failures.clear()
    slack.lost = {("C1", "7")}
    await cards.compare_pending(slack)
    assert slack.compared == ["7"]


@pytest.mark.parametrize("error", [TryAgainError("later"), OSError()])
async def test_temporary_trouble_leaves_a_card_for_the_next_time(error: Exception) -> None:
    slack: Any = _Slack(at_2=error)
    cards = Cards(slack, slack)
    await cards.note_pending(slack)
    with pytest.raises(TryAgainError):
        await cards.compare_pending(slack)
    slack.failures.clear()
    await cards.compare_pending(slack)
    assert slack.compared == ["3", "2", "1"]


async def test_a_card_that_slack_does_not_show_for_now_comes_after_the_others() -> None:
    answer = SimpleNamespace(data={"error": "internal_error"}, status_code=200, headers={})
    slack: Any = _Slack(at_3=SlackApiError("failed", answer))  # type: ignore[no-untyped-call] # slack_sdk has no type here
    cards = Cards(slack, slack)
    await cards.note_pending(slack)
    assert isinstance(await cards.compare_pending(slack), TryAgainError)
    slack.failures.clear()
    assert await cards.compare_pending(slack) is None
    assert slack.compared == ["2", "1", "3"]


def test_few_messages_with_missed_reactions_are_remembered_and_none_of_a_workspace_that_left() -> None:
    slack: Any = _Slack()
    other: Any = SimpleNamespace(team="T2")
    verdicts = Verdicts(slack, slack)
    for number in range(5000):
        verdicts.note_missed(slack, {"item": {"type": "message", "channel": "C1", "ts": str(number)}})
    verdicts.note_missed(other, {"item": {"type": "message", "channel": "C2", "ts": "1"}})
    verdicts.keep({"T2"})
    assert verdicts.missed("T1") == set()
    for number in range(5000):
        verdicts.note_missed(slack, {"item": {"type": "message", "channel": "C1", "ts": str(number)}})
    kept = verdicts.missed("T1")
    assert ("C1", "4999") in kept
    assert len(kept) <= 1000
    assert verdicts.missed("T1") == set()


async def test_only_the_first_reaction_to_a_message_that_is_no_card_yet_waits_for_one() -> None:
    slack: Any = _Slack()
    verdicts = Verdicts(slack, slack)
    item = {"type": "message", "channel": "C1", "ts": "1"}
    event = {"type": "reaction_added", "item": item, "item_user": "B1", "user": "U1", "reaction": "x"}
    await asyncio.gather(*(verdicts.reaction(slack, event) for _ in range(5)))
    await verdicts.stop()
    assert slack.looks == 1
