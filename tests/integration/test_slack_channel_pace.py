"""Slack accepts one message a second in a channel: everything arrives, soon and once."""

from dataclasses import replace
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from bot import delivery
from bot.delivery import _pause
from bot.slack.channel_pace import ChannelPace
from reunite.entities import ReplyTarget
from reunite.errors import PutOffError, TryAgainError
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM
from tests.support.slack_adapter import JPEG, World, connected_world
from tests.support.waiting import eventually

ANSWERS = 8


world_fixture = pytest.fixture(connected_world, name="world")


def answer(world: World) -> Outgoing:
    root = world.slack.post(world.found, world.ada, "root")
    reply = Reply("nothing", ((Plain("words"),),))
    return Outgoing(str(uuid4()), ReplyTarget("slack", TEAM, world.found, root), reply, JPEG)


async def test_many_answers_in_one_channel_are_sent_once_each_in_their_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, pauses = world.slack, []

    def pause(attempts: int, after: float | None) -> float:
        pauses.append(_pause(attempts, after))
        return pauses[-1]

    monkeypatch.setattr(delivery, "_pause", pause)
    with capture_logs() as logged:
        used = [await slack.slash("lost", f"hat number {number}", world.ada, world.lost) for number in range(ANSWERS)]
        await eventually(lambda: all(use.answers for use in used))
        await eventually(lambda: all_are_sent(world))
    assert len(slack.messages[world.lost]) == len(slack.calls_of("chat.postMessage")) == ANSWERS
    assert 0 < max(pauses) < 1.5 * ANSWERS  # however slow the machine is, at most half again of the least time
    assert {line["log_level"] for line in logged if line["event"] == "reply_delayed"} == {"info"}


async def all_are_sent(world: World) -> bool:
    [community] = {report.community for report in await world.reports()}
    async with world.store.session(community) as session:
        states = await session._all("SELECT state FROM outbox")
    return [row["state"] for row in states] == ["sent"] * ANSWERS


async def test_a_refused_try_uploads_no_picture_again_and_searches_for_nothing(world: World) -> None:
    outgoing = answer(world)
    world.slack.api.fail_next("chat.postMessage", status=429, error="ratelimited", retry_after=1)
    with pytest.raises(TryAgainError):
        await world.platform.send(outgoing)
    await world.platform.send(replace(outgoing, maybe_sent=True))
    assert len(world.slack.calls_of("files.getUploadURLExternal")) == 1
    assert world.slack.calls_of("conversations.replies") == []


async def test_a_try_whose_end_is_unknown_is_searched_for(world: World) -> None:
    outgoing = answer(world)
    world.slack.api.fail_next("chat.postMessage", status=503)
    with pytest.raises(TryAgainError):
        await world.platform.send(outgoing)
    await world.platform.send(replace(outgoing, maybe_sent=True))
    assert len(world.slack.calls_of("conversations.replies")) == 2  # and for a copy once it's sent again
    assert len(world.slack.calls_of("files.getUploadURLExternal")) == 1


async def test_a_channel_that_is_put_off_holds_up_no_other(world: World) -> None:
    outgoing = answer(world)
    world.slack.api.fail_next("chat.postMessage", status=429, error="ratelimited", retry_after=60)
    with pytest.raises(TryAgainError, match="ratelimited"):
        await world.platform.send(outgoing)
    with pytest.raises(PutOffError) as put_off:
        await world.platform.send(replace(outgoing, key="next"))
    assert 60 < (put_off.value.after or 0) < 63
    elsewhere = ReplyTarget("slack", TEAM, world.general, None)
    await world.platform.send(replace(outgoing, key="elsewhere", target=elsewhere))


async def test_turns_are_given_in_order_a_second_apart() -> None:
    pace, waits = ChannelPace(), []
    for number in range(5):
        try:
            pace.reserve("C1", str(number))
        except PutOffError as put_off:
            waits.append(round(put_off.after or 0, 1))
    assert waits == [2.2, 3.3, 4.4]


def test_first_answers_go_ahead_of_all_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.channel_pace._now", lambda: 1000.0)
    pace, turns = ChannelPace(), {}
    for key in [*map(str, range(300)), "first", "second"]:
        try:
            pace.reserve("C1", key, ahead=not key.isdigit())
            turns[key] = 0.0
        except PutOffError as put_off:
            turns[key] = round(put_off.after or 0, 1)
    assert (turns["first"], turns["second"]) == (0.0, 0.0)
    with pytest.raises(PutOffError) as later:
        pace.reserve("C1", "1")
    assert round(later.value.after or 0, 1) == 3.3


def test_the_platforms_own_pause_is_obeyed_and_spread_and_any_other_is_doubled() -> None:
    for attempts in (1, 5, 50):
        pauses = {_pause(attempts, 30.0) for _ in range(20)}
        assert min(pauses) >= 30
        assert max(pauses) <= 34
        assert len(pauses) > 1
    assert 8 <= _pause(4, None) <= 10
    assert 1 <= _pause(1, 0.0) <= 2
