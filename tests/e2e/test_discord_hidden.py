"""What a member hides behind a spoiler on Discord is shown nowhere, end to end."""

from reunite.language import sentence
from tests.support.discord_world import discord_world
from tests.support.pictures import drawing
from tests.support.waiting import eventually


async def test_hidden_photos_and_words_are_compared_but_never_shown(database_url: str, redis_url: str) -> None:
    async with discord_world(database_url, redis_url) as world:
        discord = world.discord
        photos = {"SPOILER_red.jpg": drawing("red")}
        found = await discord.people.post("found", world.ben, "umbrella of ||Erika Mustermann|| at the door", photos)
        await world.wait_until_acknowledged(found)
        await world.wait_for_reply(found, sentence("not_yet_hidden_better_sealed"))
        lost = await world.report_lost("my umbrella", drawing("red"))
        card = discord.message(await world.wait_for_reply(lost, "This could be yours.", "umbrella of … at the door"))
        assert "thumbnail" not in card["embeds"][0]
        assert not card["attachments"]
        assert discord.channels[found]["name"] == "Found: umbrella of … at the door"
        everything = [discord.text(reply) for channel in discord.messages for reply in discord.replies(channel)]
        assert not any("Mustermann" in text for text in everything)


async def test_a_photo_that_is_shown_goes_before_one_that_is_hidden(database_url: str, redis_url: str) -> None:
    async with discord_world(database_url, redis_url) as world:
        discord = world.discord
        photos = {"SPOILER_back.jpg": drawing("red"), "front.jpg": drawing("red")}
        lost = await world.report_lost("my red umbrella")
        await world.wait_for_reply(lost, "I'll keep watching")  # or its gallery would show the photo
        await world.wait_until_acknowledged(await discord.people.post("found", world.ben, "umbrella", photos))
        card = discord.message(await world.wait_for_reply(lost, "This could be yours."))
        assert await eventually(lambda: card["attachments"])
