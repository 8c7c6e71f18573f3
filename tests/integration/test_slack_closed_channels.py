"""Archived and restricted channels: the bot notices, and the reporter is answered elsewhere."""

from collections.abc import AsyncIterator

import pytest

from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Plain, Reply
from tests.doubles.slack import shown
from tests.support.slack_adapter import JPEG, World, world_in
from tests.support.waiting import eventually


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_in(database_url) as opened:
        yield opened


async def test_an_archived_channel_takes_no_reports_until_it_is_back(world: World) -> None:
    await world.slack.admin.archive(world.lost).acked.wait()
    used = await world.slack.slash("lost", "a red hat", world.ada, "C0ELSEWHERE")
    await eventually(lambda: used.answers)
    assert "invite me" in used.answers[0]["text"]
    assert await world.reports() == []
    await world.slack.admin.archive(world.lost, archived=False).acked.wait()
    await world.slack.slash("lost", "a red hat", world.ada, world.general)
    await world.slack.wait_for_post(world.lost, "a red hat")


@pytest.mark.parametrize(
    "refusal",
    [
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    ],
)
async def test_a_report_whose_post_is_refused_goes_to_its_author(world: World, refusal: str) -> None:
    slack = world.slack
    slack.restrictions[world.lost] = refusal
    await slack.slash("lost", "a red hat", world.ada, world.lost)
    direct = slack.direct(world.ada)
    post = await slack.wait_for_post(direct, "a red hat")
    assert "I'll reply to you here" in shown(post)
    report = await eventually(world.report, holds=lambda report: report.target.message)
    assert (report.target.channel, report.target.message) == (direct, post["ts"])
    assert slack.messages[world.lost] == []


async def test_a_reply_in_an_archived_channel_is_given_up_and_the_next_ones_arrive_once_it_is_back(
    world: World,
) -> None:
    slack = world.slack
    post = slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.wait_until_acknowledged(world.found, post)
    report = await world.report()

    async def say(words: str) -> None:
        async with world.store.session(report.community) as session:
            await session.outbox.post(report.id, ReplyKey(words), Reply("note", ((Plain(words),),)))

    async def problems() -> list[str]:
        async with world.store.transaction(report.community) as connection:
            rows = await connection.execute("SELECT problem FROM outbox WHERE state = 'failed'")
            return [row["problem"] for row in await rows.fetchall()]

    await slack.admin.archive(world.found).acked.wait()
    await say("first")
    assert await eventually(problems) == ["Slack answers is_archived"]
    await slack.admin.archive(world.found, archived=False).acked.wait()
    await say("second")
    await slack.wait_for_reply(world.found, post, "second")
    assert len(slack.thread(world.found, post)) == 1
