"""What a process remembers of channels, workspaces and replies doesn't grow as long as it runs."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from bot.latest import Latest
from bot.past_posts import PastPosts
from bot.slack import channel_pace
from bot.slack.channel_pace import ChannelPace
from reunite.language import LANGUAGES, _words_in, words_in

_DAY = 86_400.0
_CHANNELS = [f"C{number}" for number in range(50)]


def test_the_entries_that_were_set_last_are_kept() -> None:
    latest = Latest[str, int](2)
    for number, key in enumerate(("a", "b", "a", "c")):
        latest[key] = number
    assert latest == {"a": 2, "c": 3}


async def test_slacks_pace_forgets_the_channels_in_which_nothing_is_to_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(channel_pace, "_now", lambda: now)
    pace = ChannelPace()
    for channel in _CHANNELS:
        pace.reserve(channel, "sent")
        async with pace.turn(channel, "sent"):
            pass
        pace.reserve(channel, "never tried again")
    pace.hold("C1", "refused", 2 * _DAY)
    now += _DAY
    pace.reserve("another", "next")
    assert set(pace._channels) == {"another", "C1"}


async def test_a_channel_in_which_something_is_being_sent_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(channel_pace, "_now", lambda: now)
    pace = ChannelPace()
    pace.reserve("C1", "slow")
    async with pace.turn("C1", "slow"):
        now += _DAY
        pace.reserve("another", "next")
        assert "C1" in pace._channels


async def test_a_workspace_whose_past_posts_are_read_is_forgotten() -> None:
    class Parts:
        name = "web"

        async def open(self, _: str) -> list[Any]:
            return [SimpleNamespace(workspace=str(uuid4()), id=uuid4(), next_notice="", has_ended=True)]

        async def is_ready(self, _: str) -> bool:
            return True

    parts: Any = Parts()
    past = PastPosts(parts, parts, parts, parts, pause=0)
    for _ in range(20):
        await past._round()
    assert len(past._not_before) <= 1


def test_a_locale_that_is_unknown_is_no_further_language() -> None:
    for number in range(20):
        words_in(f"x{number}-YZ")
    assert _words_in.cache_info().currsize <= len(LANGUAGES)
