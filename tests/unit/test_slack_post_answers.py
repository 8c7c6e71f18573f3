"""Answers to posts on Slack that are no reports."""

from collections.abc import Coroutine
from typing import Any

import pytest

from bot.slack.post_answers import PostAnswers
from reunite.entities import ReplyTarget, Settings
from reunite.errors import TellUserError, TryAgainError
from reunite.ports import Outgoing


class _Refusing:
    """Stands for everything that answers need, on a Slack that refuses them, and starts what they do."""

    def __init__(self) -> None:
        self.started = list[Coroutine[Any, Any, None]]()
        self.missed = list[str]()

    async def settings(self, *_: str) -> Settings:
        return Settings()

    async def send(self, outgoing: Outgoing) -> None:
        raise TryAgainError(outgoing.key)

    async def open(self, *_: str, latest: str, **__: str) -> None:
        self.missed.append(latest)

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.started.append(coroutine)


@pytest.mark.parametrize(("ts", "missed"), [(None, "1.000001"), ("7.000000", "7.000001")])
async def test_the_post_itself_is_read_again_if_its_answer_was_refused(
    ts: str | None, missed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: Any = _Refusing()
    monkeypatch.setattr("bot.slack.post_answers.with_retries", lambda call: call())
    answers, post = PostAnswers(parts, parts, parts, parts), ReplyTarget("slack", "T1", "C1", "1.000000")
    answers.explain(post, {"C1:7.000000": TellUserError("photo_in_thread")}, ts=ts)
    with pytest.raises(TryAgainError):
        await parts.started[0]
    assert parts.missed == [missed]
