"""`/lost`, `/found` and shortcuts on Slack: acknowledged at once, then written down or kindly refused."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.language import plural, sentence
from tests.doubles.slack import TEAM, Envelope, SlackDouble, shown
from tests.doubles.slack_blocks import buttons
from tests.support.slack_adapter import JPEG, Scene, scene_in, scene_on
from tests.support.waiting import eventually


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def answer(used: Envelope) -> dict[str, Any]:
    """Wait for the only answer to a command; nobody but its user sees it."""
    await eventually(lambda: used.answers)
    [answer] = used.answers
    assert answer["response_type"] == "ephemeral"
    return dict(answer)


async def test_lost_with_words_is_acknowledged_confirmed_and_written_down(scene: Scene) -> None:
    used = await scene.slack.slash("lost", "black rucksack & laptop", scene.ada, scene.found)
    said = await answer(used)
    assert said["text"] == sentence("looking_in", channel=f"<#{scene.lost}>")
    report = await scene.report()
    assert (report.kind, report.text, report.author.name) == ("lost", "black rucksack & laptop", "Ada")
    await scene.slack.wait_for_post(scene.lost, "black rucksack & laptop")


async def test_found_with_words_is_a_find_in_the_channel_for_such(scene: Scene) -> None:
    used = await scene.slack.slash("found", "a green scarf", scene.ada, scene.lost)
    assert (await answer(used))["text"] == sentence("answering_in", channel=f"<#{scene.found}>")
    assert ((await scene.report()).kind, (await scene.report()).text) == ("found", "a green scarf")
    await scene.slack.wait_for_post(scene.found, "a green scarf")


async def test_words_that_begin_like_another_command_are_what_was_lost(scene: Scene) -> None:
    lost = ["link bracelet", "link bracelet of silver", "unlink", "mine detector", "help book", "LINK CODE4U"]
    for words in lost:
        used = await scene.slack.slash("lost", words, scene.ada, scene.lost)
        await eventually(partial(getattr, used, "answers"))
    told = [report.text for report in await scene.reports()]
    assert told == ["link bracelet", "link bracelet of silver", "mine detector", "help book"]


async def test_the_same_command_three_times_is_one_report(scene: Scene) -> None:
    used = await scene.slack.slash("lost", "a hat", scene.ada, scene.lost)
    for _ in range(2):
        await scene.slack.tell_again(used)
    await eventually(lambda: len(used.answers) == 3)
    assert len(await scene.reports()) == 1


async def test_help_says_what_can_be_done_in_the_users_own_language(scene: Scene) -> None:
    uma = scene.slack.add_member("Uma", locale="de-AT")
    used = await scene.slack.slash("lost", "HELP", uma, scene.lost)
    said = (await answer(used))["text"]
    assert said == sentence("slack_help", "de", lost="/lost", found="/found")
    assert said != sentence("slack_help", "en", lost="/lost", found="/found")
    assert await scene.reports() == []


async def test_mine_shows_ones_own_open_reports_with_their_buttons_and_nobody_elses(scene: Scene) -> None:
    for user, words in ((scene.ada, "a hat"), (scene.ben, "a scarf")):
        used = await scene.slack.slash("lost", words, user, scene.lost)
        await eventually(partial(getattr, used, "answers"))
    used = await scene.slack.slash("lost", "mine", scene.ada, scene.lost)
    said = await answer(used)
    assert "a hat" in shown(said)
    assert "a scarf" not in shown(said)
    shown_words = [each["text"]["text"] for each in buttons(said["blocks"])]
    assert shown_words == [sentence(f"button_{each}") for each in ("add_photo", "add_detail", "extend", "withdraw")]
    used = await scene.slack.slash("lost", "mine", scene.admin, scene.lost)
    assert sentence("home_no_reports") in shown(await answer(used))


async def test_mine_fits_into_one_message_however_many_reports_there_are(scene: Scene) -> None:
    for number in range(17):
        used = await scene.slack.slash("lost", f"hat number {number} {'x' * 2000}", scene.ada, scene.lost)
        await eventually(partial(getattr, used, "answers"))
    said = await answer(await scene.slack.slash("lost", "mine", scene.ada, scene.lost))
    assert [f"hat number {number} " in shown(said) for number in (1, 2, 16)] == [False, True, True]
    assert plural("own_more", 2) in shown(said)
    assert len(buttons(said["blocks"])) == 15 * 4


async def test_a_command_that_can_not_be_answered_anywhere_says_so(scene: Scene) -> None:
    scene.slack.channels[scene.lost]["is_member"] = False
    await scene.slack.tell({"type": "channel_left", "channel": scene.lost}).acked.wait()
    elsewhere = scene.slack.add_channel("random", bot_inside=False)
    uma = scene.slack.add_member("Uma", locale="de-DE")
    used = await scene.slack.slash("lost", "a hat", uma, elsewhere)
    assert (await answer(used))["text"] == sentence("invite_me", "de", channel="#lost")
    assert await scene.reports() == []


async def test_a_command_is_answered_even_if_it_could_not_be_written_down(scene: Scene) -> None:
    scene.slack.api.fail_next("users.info", error="internal_error")
    used = await scene.slack.slash("lost", "a hat", scene.ada, scene.lost)
    assert (await answer(used))["text"] == sentence("report_not_taken")


async def test_words_that_are_too_long_are_kindly_refused(scene: Scene) -> None:
    used = await scene.slack.slash("lost", "x" * 5000, scene.ada, scene.lost)
    assert (await answer(used))["text"].startswith("That is longer than I can keep")
    assert await scene.reports() == []


async def test_where_losses_are_private_the_command_reports_to_its_user_alone(scene: Scene) -> None:
    private = Settings(private_reports=True)
    await scene.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=private))
    used = await scene.slack.slash("lost", "my diary", scene.ada, scene.lost)
    assert (await answer(used))["text"] == sentence("looking_privately")
    report = await scene.report()
    assert report.private
    assert report.target.channel == scene.slack.direct(scene.ada)
    await scene.slack.wait_for_post(scene.slack.direct(scene.ada), "my diary")
    assert scene.slack.messages[scene.lost] == []


async def test_a_crowds_commands_are_acknowledged_in_time_while_slack_itself_answers_slowly(database_url: str) -> None:
    async with SlackDouble.running() as slack, scene_on(slack, database_url) as scene:
        slack.api.delays["users.info"] = 3.5  # longer than Slack waits for an acknowledgement
        words = [f"hat number {number}" for number in range(40)]
        used = await asyncio.gather(*(slack.slash("lost", each, scene.ada, scene.lost) for each in words))
        await slack.settle()
        assert all(each.in_time for each in used)
        await eventually(lambda: all(each.answers for each in used))
        assert sorted(report.text for report in await scene.reports()) == sorted(words)


@pytest.mark.parametrize(("callback", "kind"), [("found_this", "found"), ("lost_this", "lost")])
async def test_a_message_becomes_a_report_by_its_menu_once(scene: Scene, callback: str, kind: str) -> None:
    ts = scene.slack.post_photo(scene.general, scene.ada, JPEG, "a hat by the door")
    for times in (1, 2):
        used = await scene.slack.use_message(callback, scene.general, ts, scene.ada)
        await eventually(partial(getattr, used, "answers"))
        assert len(await scene.reports()) == 1, times
    report = await scene.report()
    assert (report.kind, report.text, report.author.id) == (kind, "a hat by the door", scene.ada)
    assert (report.target.channel, report.target.message) == (scene.general, ts)
    assert len(await scene.photos(report)) == 1


async def test_a_moderator_may_report_somebody_elses_message_and_a_member_may_not(scene: Scene) -> None:
    ts = scene.slack.post(scene.general, scene.ada, "found keys at the pool")
    used = await scene.slack.use_message("found_this", scene.general, ts, scene.ben)
    assert (await answer(used))["text"] == sentence("only_own_post")
    assert await scene.reports() == []
    used = await scene.slack.use_message("found_this", scene.general, ts, scene.admin)
    await eventually(lambda: used.answers)
    assert (await scene.report()).author.id == scene.ada


async def test_a_message_that_can_not_be_answered_is_kindly_refused(scene: Scene) -> None:
    strange = scene.slack.add_channel("random", bot_inside=False)
    there = scene.slack.post(strange, scene.ada, "found keys")
    root = scene.slack.post(scene.general, scene.ada, "hello")
    below = scene.slack.post(scene.general, scene.ada, "found keys", thread_ts=root)
    robot = scene.slack.post(scene.general, scene.ben, "found keys", bot_id="B1")
    for channel, ts, said in (
        (strange, there, sentence("invite_me", channel="#lost")),
        (scene.general, below, sentence("not_in_threads")),
        (scene.general, robot, sentence("only_own_post")),
    ):
        used = await scene.slack.use_message("found_this", channel, ts, scene.ada)
        assert (await answer(used))["text"] == said
    assert await scene.reports() == []
