"""The main job on Slack, end to end: bot and worker as they are, the unmodified Slack client, the double as Slack."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.doubles.pictures import drawing
from tests.doubles.slack import shown
from tests.doubles.slack_town import SlackTown, slack_town


@pytest.fixture
async def town(database_url: str, redis_url: str) -> AsyncIterator[SlackTown]:
    async with slack_town(database_url, redis_url) as opened:
        yield opened


async def test_a_found_photo_answers_a_loss_and_a_moderator_closes_and_reopens_both(town: SlackTown) -> None:
    find = town.slack.post_photo(town.found, town.ben, drawing("red"), "umbrella by the door")
    await town.reply(town.found, find, "Nobody has reported it missing yet")
    loss = await town.look_for("my red umbrella")

    card = await town.reply(town.lost, loss, "This could be yours.")
    assert "Possible match" in shown(card) or "High confidence" in shown(card)
    assert "red ✓" in shown(card)
    assert "umbrella by the door" in shown(card)
    [picture] = [block for block in card["blocks"] if block["type"] == "image"]
    assert town.slack.api.contents[picture["slack_file"]["id"]].startswith(b"\xff\xd8")
    links = [leaf for group in card["blocks"][0]["elements"] for leaf in group["elements"] if leaf["type"] == "link"]
    assert [link["url"] for link in links] == [
        f"https://doubletown.slack.com/archives/{town.found}/p{find.replace('.', '')}"
    ]

    town.slack.react(town.lost, card["ts"], "white_check_mark", town.moderator)
    for channel, root in ((town.lost, loss), (town.found, find)):
        await town.reply(channel, root, "Returned, confirmed by Mo")
    town.slack.react(town.lost, card["ts"], "white_check_mark", town.moderator, given=False)
    for channel, root in ((town.lost, loss), (town.found, find)):
        await town.reply(channel, root, "open again")


async def test_a_find_is_told_to_whoever_misses_it(town: SlackTown) -> None:
    loss = await town.look_for("a blue cup")
    await town.reply(town.lost, loss, "Nothing has been found yet")
    find = town.slack.post_photo(town.found, town.ben, drawing("blue"))
    card = await town.reply(town.lost, loss, "This could be yours.")
    assert town.ada in shown(card)  # mentioned, so that she hears of it
    await town.reply(town.found, find, "Possible owner found.")


async def test_the_same_event_three_times_is_answered_once(town: SlackTown) -> None:
    find = town.slack.post_photo(town.found, town.ben, drawing("red"))
    posted = town.slack.envelopes[0]
    for _ in range(2):
        await town.slack.tell_again(posted)
    await town.reply(town.found, find, "Nobody has reported it missing yet")
    second = town.slack.post_photo(town.found, town.ben, drawing("green"))
    await town.reply(town.found, second, "Nobody has reported it missing yet")  # by now a second answer would be there
    assert len(town.slack.thread(town.found, find)) == 1


async def test_a_reply_whose_answer_got_lost_is_not_said_twice(town: SlackTown) -> None:
    async def cut(request: web.Request) -> None:
        assert request.transport
        request.transport.abort()

    town.slack.api.before_answer["chat.postMessage"] = cut
    find = town.slack.post_photo(town.found, town.ben, drawing("red"))
    await town.reply(town.found, find, "Nobody has reported it missing yet")
    await town.slack.until(lambda: town.slack.calls_of("conversations.replies"))
    loss = await town.look_for("my red umbrella")
    await town.reply(town.lost, loss, "This could be yours.")
    assert sum("Nobody has reported it missing yet" in shown(each) for each in town.slack.thread(town.found, find)) == 1


async def test_a_members_reaction_closes_nothing(town: SlackTown) -> None:
    find = town.slack.post_photo(town.found, town.ben, drawing("red"))
    await town.reply(town.found, find, "Nobody has reported it missing yet")
    loss = await town.look_for("my red umbrella")
    card = await town.reply(town.lost, loss, "This could be yours.")
    await town.slack.react(town.lost, card["ts"], "white_check_mark", town.ben).acked.wait()
    await town.slack.react(town.lost, card["ts"], "x", town.moderator).acked.wait()
    await town.reply(town.lost, loss, "that post isn't it")
    assert not any("Returned" in shown(each) for each in town.slack.thread(town.lost, loss))
