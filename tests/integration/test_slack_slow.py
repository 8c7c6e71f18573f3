"""Forms open in time however slow Slack is, and words arrive where a picture or a way back is refused."""

from collections.abc import AsyncIterator

import pytest

from reunite.commands import ChangeSettings
from reunite.entities import ReplyTarget, Settings
from reunite.language import sentence
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM
from tests.doubles.slack_scene import JPEG, Scene, scene_in


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def test_a_form_opens_in_time_however_many_groups_moderate(scene: Scene) -> None:
    groups = tuple(scene.slack.add_group(f"helpers-{number}", scene.ben) for number in range(20))
    settings = Settings(moderators=groups)
    await scene.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
    scene.slack.api.delays["usergroups.list"] = 0.3
    await scene.slack.slash("lost", "", scene.ada, scene.lost)
    await scene.slack.modal(scene.ada, sentence("form_lost"))
    assert len(scene.slack.calls_of("usergroups.list")) == 1
    assert len(scene.slack.calls_of("views.open")) == 1


@pytest.mark.parametrize("way", ["command", "shortcut"])
async def test_a_form_opens_though_slack_takes_longer_than_its_trigger_lives(scene: Scene, way: str) -> None:
    scene.slack.api.delays["users.info"] = 3.5
    if way == "command":
        await scene.slack.slash("lost", "", scene.ada, scene.lost)
    else:
        await scene.slack.shortcut("report_lost", scene.ada)
    await scene.slack.modal(scene.ada, "⏳")
    form = await scene.slack.modal(scene.ada, sentence("form_lost"))
    scene.slack.api.delays.clear()
    await scene.slack.submit(form, scene.ada, words="a red hat")
    assert (await scene.until_reported())[0].text == "a red hat"


async def test_an_edit_whose_picture_is_refused_changes_the_words(scene: Scene) -> None:
    root = scene.slack.post(scene.found, scene.ada, "root")
    target = ReplyTarget("slack", TEAM, scene.found, root)
    sent = await scene.platform.send(Outgoing("k", target, Reply("nothing", ((Plain("first"),),))))
    scene.slack.api.fail_next("chat.update", error="invalid_blocks")
    await scene.platform.edit(Outgoing("k", target, Reply("nothing", ((Plain("second"),),)), JPEG), sent)
    message = scene.slack.message(sent.channel, sent.message)
    assert message
    assert message["text"] == "second"
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]


@pytest.mark.parametrize("inside", [True, False])
async def test_an_answer_whose_response_url_is_refused_comes_another_way(scene: Scene, *, inside: bool) -> None:
    scene.slack.response_urls_expired = True
    elsewhere = scene.slack.add_channel("elsewhere", bot_inside=False)
    await scene.slack.slash("lost", "help", scene.ada, scene.general if inside else elsewhere)
    if inside:
        [whisper] = await scene.slack.until(lambda: scene.slack.whispers)
        assert (whisper["channel"], whisper["user"]) == (scene.general, scene.ada)
        assert "/found" in whisper["text"]
    else:
        await scene.slack.until(lambda: scene.slack.messages[scene.slack.direct(scene.ada)])
        assert "/found" in scene.slack.messages[scene.slack.direct(scene.ada)][0]["text"]
