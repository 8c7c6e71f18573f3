"""A burst of posts at the pace that Discord allows, end to end: every one committed, acknowledged and answered."""

from tests.doubles.discord_story import at_work, guild, online
from tests.doubles.pictures import drawing
from tests.running import PATIENCE

POSTS = 12
_COLOURS = ("red", "green", "blue", "yellow")


async def test_a_burst_is_taken_and_answered_at_the_pace_that_discord_allows(database_url: str, redis_url: str) -> None:
    async with guild() as town, at_work(town, database_url, redis_url), online(town, database_url, redis_url):
        town.discord.limits.enforced = True
        finds = []
        for number in range(POSTS):
            colour = _COLOURS[number % len(_COLOURS)]
            photos = {f"{number}.jpg": drawing(colour)}
            finds.append(await town.discord.post("found", town.ben, f"{colour} thing {number}", photos))
        for find in finds:
            await town.discord.until(lambda: town.discord.has_reaction(find, "👀"), 2 * PATIENCE)  # noqa: B023
        for find in finds:
            await town.says(find, "I'll keep watching")
            assert len(town.discord.replies(find)) == 1
        loss = await town.look_for("my red thing")
        await town.says(loss, "This could be yours.")
        said = [town.discord.text(each) for each in town.discord.replies(loss)]
        assert "possible match" in said[0], "in order within a thread"
        assert len(town.discord.limits.refused) <= 3, "a limit is learned from its headers, not by running into it"
