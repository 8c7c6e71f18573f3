"""Edits of posts on Slack: of a past post that is read again, and of one that was refused."""

import time
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.slack.inbound import Inbound
from bot.slack.posts import photos_of
from reunite.entities import Member, ReplyTarget, ReportKind
from tests.contract.past_post_cases import past
from tests.contract.stages import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

TS = "100.000001"
FILE = {"id": "F1", "name": "a.jpg", "mimetype": "image/jpeg", "url_private": "https://files.example/a.jpg"}
POST = {"ts": TS, "user": "U1", "text": "an umbrella", "edited": {"ts": "150.000000"}, "files": [FILE]}


async def words(text: str) -> str:
    return text


async def person(user: str) -> Any:
    return SimpleNamespace(member=Member(user, "Ada"))


WORKSPACE: Any = SimpleNamespace(
    team="T1",
    words=words,
    person=person,
    role=lambda _: ReportKind.FOUND,
    target=lambda channel, message: ReplyTarget("slack", "T1", channel, message),
)


def inbound(stage: Stage) -> Inbound:
    def leave(work: Coroutine[Any, Any, None]) -> None:
        work.close()

    others, store = cast("Any", SimpleNamespace(start=leave)), cast("Any", stage.store)
    return Inbound(stage.handlers, others, others, others, store)


async def test_a_post_that_says_what_is_known_stays_unanswered(stage: Stage) -> None:
    await stage.join("T1", "slack")
    photos = (await photos_of(WORKSPACE, POST)).photos
    at = WORKSPACE.target("C1", TS)
    quiet = await stage.found(key=f"C1:{TS}", target=at, photos=photos, **past(stage))
    await inbound(stage).edited(WORKSPACE, "C1", POST)
    assert (await stage.now(quiet)).quiet
    assert len(stage.hints.work) == 1


async def test_a_post_that_was_refused_is_taken(stage: Stage) -> None:
    await stage.join("T1", "slack")
    at = f"{time.time():.6f}"
    await inbound(stage).edited(WORKSPACE, "C1", {**POST, "ts": at})
    assert await stage.handlers.report_at(WORKSPACE.target("C1", at))
