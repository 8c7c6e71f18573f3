"""`/lost`, `/found` and shortcuts on Slack: acknowledged at once, then written down or kindly refused."""

import asyncio
from functools import partial

import pytest

from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.language import plural, sentence
from tests.doubles.slack import TEAM, SlackDouble, shown
from tests.doubles.slack_blocks import buttons
from tests.support.slack_adapter import JPEG, World, answer, connected_world, world_on
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def test_lost_with_words_is_acknowledged_confirmed_and_written_down(world: World) -> None:
    used = await world.slack.slash("lost", "black rucksack & laptop", world.ada, world.found)
    response = await answer(used)
    assert response["text"] == sentence("looking_in", channel=f"<#{world.lost}>")
    report = await world.report()
    assert (report.kind, report.text, report.author.name) == ("lost", "black rucksack & laptop", "Ada")
    await world.slack.wait_for_post(world.lost, "black rucksack & laptop")


async def test_found_with_words_makes_a_report_in_the_channel_for_found_items(world: World) -> None:
    used = await world.slack.slash("found", "a green scarf", world.ada, world.lost)
    assert (await answer(used))["text"] == sentence("answering_in", channel=f"<#{world.found}>")
    assert ((await world.report()).kind, (await world.report()).text) == ("found", "a green scarf")
    await world.slack.wait_for_post(world.found, "a green scarf")


@pytest.mark.parametrize("who", ["a guest", "not in the private channel"])
async def test_whoever_cannot_open_the_channel_for_reports_is_answered_where_they_can_read_it(
    world: World, who: str
) -> None:
    slack = world.slack
    if who == "a guest":
        slack.members[world.ada]["is_restricted"] = True
    slack.channels[world.lost] |= {"is_private": who != "a guest", "people": [world.ben]}
    await slack.tell({"type": "channel_rename", "channel": {"id": world.lost, "name": "lost"}}).acked.wait()
    for user, used_in, answered_in in (
        (world.ada, world.general, slack.direct(world.ada)),
        (world.ada, world.found, slack.direct(world.ada)),
        (world.ben, world.general, world.lost),
    ):
        told = (await answer(await slack.slash("lost", f"a hat in {used_in}", user, used_in)))["text"]
        is_direct = answered_in != world.lost
        assert told == sentence("answering_directly" if is_direct else "looking_in", channel=f"<#{answered_in}>")
        assert (await world.reports())[-1].target.channel == answered_in


async def test_commands_report_in_found_though_an_older_channel_is_known_by_its_name_too(database_url: str) -> None:
    async with SlackDouble.running() as slack:
        slack.admin.add_channel("fundbüro")
        async with world_on(slack, database_url) as world:
            used = await slack.slash("found", "a green scarf", world.ada, world.lost)
            assert (await answer(used))["text"] == sentence("answering_in", channel=f"<#{world.found}>")


@pytest.mark.parametrize("words", ["help", "Hilfe", "?", "帮助"])
async def test_help_is_found_in_ones_own_language_and_reports_nothing(world: World, words: str) -> None:
    shown_help = await answer(await world.slack.slash("lost", words, world.ada, world.lost))
    assert "/lost search" in shown_help["text"]
    assert await world.reports() == []


async def test_words_that_begin_like_another_command_are_what_was_lost(world: World) -> None:
    lost = ["link bracelet", "link bracelet of silver", "unlink", "mine detector", "help book", "LINK CODE4U"]
    for words in lost:
        used = await world.slack.slash("lost", words, world.ada, world.lost)
        await eventually(partial(getattr, used, "answers"))
    texts = [report.text for report in await world.reports()]
    assert texts == ["link bracelet", "link bracelet of silver", "mine detector", "help book"]


async def test_whoever_asks_for_help_gets_it_and_makes_no_report(world: World) -> None:
    asked = [("lost", "help me"), ("lost", "?"), ("found", "HILFE!"), ("lost", "助けて"), ("lost", "ayúdame")]
    for command, words in asked:
        used = await world.slack.slash(command, words, world.ada, world.lost)
        assert "/lost search" in str(await answer(used))
    described = [("lost", "help me find my black backpack"), ("found", "search and rescue vest")]
    for command, words in described:
        await answer(await world.slack.slash(command, words, world.ada, world.lost))
    assert [(report.kind, report.text) for report in await world.reports()] == described


async def test_what_slack_or_the_home_tab_has_is_no_report(world: World) -> None:
    home, moderators = sentence("home_has_it"), sentence("only_moderators_here")
    for user, words, text in (
        (world.ada, "privacy", home),
        (world.ada, "setup", moderators),
        (world.ada, "STATS", moderators),
        (world.admin, "setup", home),
        (world.admin, "stats", home),
        (world.ada, "timezone", "time zone of your Slack profile"),
        (world.ada, "timezone Berlin", "time zone of your Slack profile"),
    ):
        assert text in (await answer(await world.slack.slash("lost", words, user, world.found)))["text"], words
    assert await world.reports() == []


async def test_the_same_command_three_times_is_one_report(world: World) -> None:
    used = await world.slack.slash("lost", "a hat", world.ada, world.lost)
    for _ in range(2):
        await world.slack.tell_again(used)
    await eventually(lambda: len(used.answers) == 3)
    assert len(await world.reports()) == 1


async def test_help_says_what_can_be_done_in_the_users_own_language(world: World) -> None:
    uma = world.slack.admin.add_member("Uma", locale="de-AT")
    used = await world.slack.slash("lost", "HELP", uma, world.lost)
    response = (await answer(used))["text"]
    assert sentence("help_mine_in_home", "de", mine="/lost meine") in response
    assert await world.reports() == []


async def test_mine_shows_ones_own_open_reports_with_their_buttons_and_nobody_elses(world: World) -> None:
    for user, words in ((world.ada, "a hat"), (world.ben, "a scarf")):
        used = await world.slack.slash("lost", words, user, world.lost)
        await eventually(partial(getattr, used, "answers"))
    used = await world.slack.slash("lost", "mine", world.ada, world.lost)
    response = await answer(used)
    assert "a hat" in shown(response)
    assert "a scarf" not in shown(response)
    shown_words = [button["text"]["text"] for button in buttons(response["blocks"])]
    assert shown_words == [sentence(f"button_{action}") for action in ("add_photo", "add_detail", "extend", "withdraw")]
    used = await world.slack.slash("lost", "mine", world.admin, world.lost)
    assert sentence("home_no_reports") in shown(await answer(used))


async def test_mine_fits_into_a_few_messages_with_any_number_of_reports(world: World) -> None:
    for number in range(17):
        used = await world.slack.slash("lost", f"hat number {number} {'x' * 2000}", world.ada, world.lost)
        await eventually(partial(getattr, used, "answers"))
    used = await world.slack.slash("lost", "mine", world.ada, world.lost)
    await eventually(lambda: plural("own_more", 2) in "".join(map(shown, used.answers)))
    answers = "".join(map(shown, used.answers))
    assert [f"hat number {number} " in answers for number in (1, 2, 16)] == [False, True, True]
    assert sum(len(buttons(response["blocks"])) for response in used.answers) == 15 * 4
    assert len(used.answers) <= 3


async def test_a_command_that_can_not_be_answered_anywhere_says_so(world: World) -> None:
    world.slack.channels[world.lost]["is_member"] = False
    await world.slack.tell({"type": "channel_left", "channel": world.lost}).acked.wait()
    elsewhere = world.slack.admin.add_channel("random", bot_inside=False)
    uma = world.slack.admin.add_member("Uma", locale="de-DE")
    used = await world.slack.slash("lost", "a hat", uma, elsewhere)
    assert (await answer(used))["text"] == sentence("invite_me_lost", "de")
    assert await world.reports() == []


async def test_a_command_is_answered_even_if_it_could_not_be_written_down(world: World) -> None:
    world.slack.api.fail_next("users.info", error="internal_error")
    used = await world.slack.slash("lost", "a hat", world.ada, world.lost)
    assert (await answer(used))["text"] == sentence("busy")


async def test_words_that_are_too_long_are_politely_refused(world: World) -> None:
    used = await world.slack.slash("lost", "x" * 5000, world.ada, world.lost)
    assert (await answer(used))["text"].startswith("That's too long")
    assert await world.reports() == []


async def test_with_private_reports_the_command_answers_only_its_user(world: World) -> None:
    private = Settings(private_reports=True)
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=private))
    used = await world.slack.slash("lost", "my diary", world.ada, world.lost)
    assert (await answer(used))["text"] == sentence("looking_privately")
    report = await world.report()
    assert report.private
    assert report.target.channel == world.slack.direct(world.ada)
    post = await world.slack.wait_for_post(world.slack.direct(world.ada), "my diary")
    assert post["text"].startswith(sentence("looking_yourself"))
    assert world.slack.messages[world.lost] == []


async def test_a_crowds_commands_are_acknowledged_in_time_while_slack_itself_answers_slowly(database_url: str) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack, world_on(slack, database_url) as world:
        slack.api.delays["users.info"] = 11  # longer than Slack waits for an acknowledgement
        words = [f"hat number {number}" for number in range(40)]
        used = await asyncio.gather(*(slack.slash("lost", word, world.ada, world.lost) for word in words))
        await slack.settle()
        assert all(use.in_time for use in used)
        await eventually(lambda: all(use.answers for use in used))
        assert sorted(report.text for report in await world.reports()) == sorted(words)


@pytest.mark.parametrize(("callback", "kind"), [("found_this", "found"), ("lost_this", "lost")])
async def test_a_message_becomes_a_report_by_its_menu_once(world: World, callback: str, kind: str) -> None:
    ts = world.slack.post_photo(world.general, world.ada, JPEG, "a hat by the door")
    for times in (1, 2):
        used = await world.slack.ui.use_message(callback, world.general, ts, world.ada)
        await eventually(partial(getattr, used, "answers"))
        assert len(await world.reports()) == 1, times
    report = await world.report()
    assert (report.kind, report.text, report.author.id) == (kind, "a hat by the door", world.ada)
    assert (report.target.channel, report.target.message) == (world.general, ts)
    assert len(await world.photos(report)) == 1
    other = {"found_this": "lost_this", "lost_this": "found_this"}[callback]
    used = await world.slack.ui.use_message(other, world.general, ts, world.ada)
    await eventually(partial(getattr, used, "answers"))
    assert (await world.report()).kind == "lost", "that a lost thing is found turns nothing: it may be back"


async def test_a_moderator_may_report_somebody_elses_message_and_a_member_may_not(world: World) -> None:
    ts = world.slack.post(world.general, world.ada, "found keys at the pool")
    used = await world.slack.ui.use_message("found_this", world.general, ts, world.ben)
    assert (await answer(used))["text"] == sentence("only_own_post")
    assert await world.reports() == []
    used = await world.slack.ui.use_message("found_this", world.general, ts, world.admin)
    await eventually(lambda: used.answers)
    assert (await world.report()).author.id == world.ada


async def test_a_message_that_can_not_be_answered_is_politely_refused(world: World) -> None:
    strange = world.slack.admin.add_channel("random", bot_inside=False)
    there = world.slack.post(strange, world.ada, "found keys")
    root = world.slack.post(world.general, world.ada, "hello")
    below = world.slack.post(world.general, world.ada, "found keys", thread_ts=root)
    robot = world.slack.post(world.general, world.ben, "found keys", bot_id="B1")
    for channel, ts, text in (
        (strange, there, sentence("invite_me_found")),
        (world.general, below, sentence("not_in_threads")),
        (world.general, robot, sentence("not_this_message")),
    ):
        used = await world.slack.ui.use_message("found_this", channel, ts, world.ada)
        assert (await answer(used))["text"] == text
    assert await world.reports() == []
