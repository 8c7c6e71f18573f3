"""On each platform, a message in the moderators' channel says when answers take too long, and when that's over."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import psycopg
import pytest

from bot.slowness import SlownessWatch
from db.monitoring import Monitoring
from db.slowness import Slowness
from reunite.edits import search_again
from reunite.entities import PlatformName, ReplyTarget
from reunite.errors import TryAgainError
from reunite.handlers import Handlers
from reunite.language import plural, sentence
from reunite.messages import keys, wording
from reunite.ports import Outgoing, Sent
from tests.contract.harness import Harness
from tests.support.queues import NoQueue

LIMIT = timedelta(minutes=10)


@dataclass
class Watched:
    """The watch over a platform, by a clock that tests move; a new one each time, as after a restart."""

    harness: Harness
    sent: list[Sent] = field(default_factory=list)
    fails: bool = False

    @property
    def name(self) -> PlatformName:
        return self.harness.name

    async def send(self, outgoing: Outgoing) -> Sent:
        if self.fails:
            raise TryAgainError("the platform is away")
        sent = await self.harness.platform.send(outgoing)
        if sent not in self.sent:
            self.sent.append(sent)
        return sent

    async def look(self, minutes: float) -> None:
        store, now = self.harness.store, datetime.now(UTC) + timedelta(minutes=minutes)
        platform: Any = self
        watch = SlownessWatch(platform, Handlers(store, NoQueue()), store, LIMIT, now=lambda: now)
        await watch.check()

    async def notices(self) -> list[str]:
        return [str(await self.harness.screen.words(message)) for message in self.sent]


async def posted(harness: Harness, *, log: bool = True) -> ReplyTarget:
    await harness.admin.set_up(log=log)
    return await harness.people.post_photo("found", harness.join("Ann"), "an umbrella")


async def answer(harness: Harness) -> None:
    """Answer all posts, as a worker would."""
    for report in await harness.reports():
        async with harness.store.session(report.community) as session:
            await session.outbox.post(report.id, keys.first_reply(report.id), wording.nothing(report, 0))
            await session.reports.mark_first_reply(report.id)
            await session._do("UPDATE work SET state = 'done'")


async def test_moderators_are_notified_once_of_slow_answers_and_once_of_their_end(harness: Harness) -> None:
    await posted(harness)
    watched = Watched(harness)
    await watched.look(9)
    assert watched.sent == []
    for minutes in (12.5, 13, 300):
        await watched.look(minutes)
    [text] = await watched.notices()
    assert "12 minutes" in text
    for words in (plural("slow_waiting", 1), sentence("slow_no_worker"), sentence("slow_nothing_lost")):
        assert words in text
    assert "pings" in harness.lacks or harness.screen.pinged(watched.sent[0]) == set()
    await answer(harness)
    await watched.look(301)
    assert len(watched.sent) == 1, "an answer that isn't sent yet isn't seen"
    await harness.deliver()
    for minutes in (302, 303):
        await watched.look(minutes)
    assert [words.replace("**", "") for words in (await watched.notices())[1:]] == ["👍 Answers are back to normal."]
    await harness.people.post_photo("found", harness.join("Ann"), "a cup")
    await watched.look(320)  # within the pause
    await watched.look(340)
    assert len(watched.sent) == 3


async def test_a_bot_that_is_killed_while_it_tells_doesnt_tell_twice(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await posted(harness)
    watched = Watched(harness)
    with monkeypatch.context() as killed:
        killed.setattr(Slowness, "note", _away)
        with pytest.raises(psycopg.OperationalError):
            await watched.look(20)
    await watched.look(21)
    await watched.look(22)
    assert len(watched.sent) == 1


async def _away(*_: object) -> None:
    raise psycopg.OperationalError


async def test_a_notice_that_cant_be_posted_now_is_posted_later(harness: Harness) -> None:
    await posted(harness)
    watched = Watched(harness, fails=True)
    await watched.look(20)
    watched.fails = False
    await watched.look(21)
    assert "21 minutes" in (await watched.notices())[0]


async def test_a_past_post_waits_since_its_edit_ended_the_quiet(harness: Harness) -> None:
    await posted(harness)
    [report] = await harness.reports()
    watched = Watched(harness)
    async with harness.store.session(report.community) as session:
        await session._do("UPDATE work SET state = 'done'")
        await session._do("UPDATE report SET quiet = true, created_at = now() - interval '3 days'")
        for _ in range(2):
            await search_again(session, report)
    await watched.look(9)
    assert watched.sent == [], "its work isn't old"
    [waiting] = await Slowness(harness.store).workspaces(harness.name)
    assert waiting.unanswered.number == 1
    await answer(harness)
    await watched.look(9)
    assert watched.sent == [], "its answer isn't old"
    await watched.look(12)
    assert "12 minutes" in (await watched.notices())[0]


async def test_trouble_in_one_workspace_doesnt_silence_the_others(harness: Harness) -> None:
    await posted(harness)
    watched, slowness = Watched(harness), Slowness(harness.store)
    [workspace] = await slowness.workspaces(harness.name)
    broken = replace(workspace, external_id="gone")
    with patch.object(Slowness, "workspaces", return_value=[broken, workspace]):
        await watched.look(20)
    assert len(watched.sent) == 1


async def test_a_running_worker_isnt_called_missing(harness: Harness) -> None:
    await posted(harness)
    await Monitoring(harness.store).beat(uuid4(), "worker", "host", 1, "0")
    watched = Watched(harness)
    await watched.look(20)
    assert sentence("slow_no_worker") not in (await watched.notices())[0]


async def test_nobody_is_notified_without_a_moderator_channel(harness: Harness) -> None:
    if harness.name == "web":
        pytest.skip("the page always has a channel for moderators")
    await posted(harness, log=False)
    watched = Watched(harness)
    await watched.look(20)
    assert watched.sent == []
