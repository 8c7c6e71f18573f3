"""Archived and restricted channels: the bot notices, and the reporter is answered elsewhere."""

from collections.abc import AsyncIterator

import pytest

from tests.doubles.slack import shown
from tests.doubles.slack_scene import Scene, scene_in


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def test_an_archived_channel_takes_no_reports_until_it_is_back(scene: Scene) -> None:
    await scene.slack.archive(scene.lost).acked.wait()
    used = await scene.slack.slash("lost", "a red hat", scene.ada, "C0ELSEWHERE")
    await scene.slack.until(lambda: used.answers)
    assert "invite me" in used.answers[0]["text"]
    assert await scene.reports() == []
    await scene.slack.archive(scene.lost, archived=False).acked.wait()
    await scene.slack.slash("lost", "a red hat", scene.ada, scene.general)
    await scene.slack.wait_for_post(scene.lost, "a red hat")


@pytest.mark.parametrize(
    "refusal",
    [
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    ],
)
async def test_a_report_whose_post_is_refused_goes_to_its_author(scene: Scene, refusal: str) -> None:
    slack = scene.slack
    slack.restrictions[scene.lost] = refusal
    await slack.slash("lost", "a red hat", scene.ada, scene.lost)
    direct = slack.direct(scene.ada)
    post = await slack.wait_for_post(direct, "a red hat")
    assert "I'll reply to you here" in shown(post)
    report = await scene.until(scene.report, lambda report: report.target.message)
    assert (report.target.channel, report.target.message) == (direct, post["ts"])
    assert slack.messages[scene.lost] == []
