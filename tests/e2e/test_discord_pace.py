"""A burst of posts at the pace that Discord allows, end to end: every one committed, acknowledged and answered."""

from tests.support.discord_world import at_work, guild, online
from tests.support.pictures import drawing
from tests.support.waiting import PATIENCE, eventually

POSTS = 12
_COLOURS = ("red", "green", "blue", "yellow")


async def test_a_burst_is_taken_and_answered_at_the_pace_that_discord_allows(database_url: str, redis_url: str) -> None:
    async with guild() as world, at_work(world, database_url, redis_url), online(world, database_url, redis_url):
        world.discord.limits.enforced = True
        found_reports = []
        for number in range(POSTS):
            colour = _COLOURS[number % len(_COLOURS)]
            photos = {f"{number}.jpg": drawing(colour)}
            found_reports.append(
                await world.discord.people.post("found", world.ben, f"{colour} thing {number}", photos)
            )
        for found in found_reports:
            await eventually(lambda: world.discord.people.has_reaction(found, "👀"), within=2 * PATIENCE)  # noqa: B023
        for found in found_reports:
            await world.wait_for_reply(found, "I'll keep watching")
            assert len(world.discord.replies(found)) == 1
        lost = await world.report_lost("my red thing")
        await world.wait_for_reply(lost, "This could be yours.")
        texts = [world.discord.text(reply) for reply in world.discord.replies(lost)]
        assert "possible match" in texts[0], "in order within a thread"
        assert world.discord.limits.refused == []
