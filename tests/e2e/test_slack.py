"""The main job on Slack, end to end: bot and worker as they are, the unmodified Slack client, the double as Slack."""

from collections.abc import AsyncIterator

import pytest

from tests.doubles.slack import shown
from tests.support.pictures import drawing
from tests.support.slack_world import SlackWorld, slack_world


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[SlackWorld]:
    async with slack_world(database_url, redis_url) as opened:
        yield opened


async def test_a_found_photo_answers_a_lost_report_and_a_moderator_closes_and_reopens_both(world: SlackWorld) -> None:
    found = world.slack.post_photo(world.found, world.ben, drawing("red"), "umbrella by the door")
    await world.reply(world.found, found, "Nobody has reported it missing yet")
    lost = await world.report_lost("my red umbrella")

    card = await world.reply(world.lost, lost, "This could be yours.")
    assert "Possible match" in shown(card) or "High confidence" in shown(card)
    assert "red ✓" in shown(card)
    assert "umbrella by the door" in shown(card)
    gallery = await world.reply(world.lost, lost, "There was only one found item")
    [picture] = [block for reply in (gallery, card) for block in reply["blocks"] if block["type"] == "image"]
    assert world.slack.api.contents[picture["slack_file"]["id"]].startswith(b"\xff\xd8")
    links = [leaf for group in card["blocks"][0]["elements"] for leaf in group["elements"] if leaf["type"] == "link"]
    assert [link["url"] for link in links] == [
        f"https://testville.slack.com/archives/{world.found}/p{found.replace('.', '')}"
    ]

    world.slack.react(world.lost, card["ts"], "white_check_mark", world.moderator)
    for channel, root in ((world.lost, lost), (world.found, found)):
        await world.reply(channel, root, "Returned, confirmed by Mo")
    world.slack.react(world.lost, card["ts"], "white_check_mark", world.moderator, given=False)
    for channel, root in ((world.lost, lost), (world.found, found)):
        await world.reply(channel, root, "open again")
