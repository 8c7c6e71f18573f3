"""Discord's connection comes and goes: what was missed is caught up on, what comes twice is taken once, end to end."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from reunite.language import sentence
from tests.doubles.discord_shapes import ADD_REACTIONS, CREATE_THREADS, FORUM, SEND_IN_THREADS, SEND_MESSAGES
from tests.doubles.discord_story import Story, at_work, guild, online
from tests.doubles.pictures import drawing
from tests.running import PATIENCE


async def test_what_happened_while_the_bot_was_away_is_caught_up_on(database_url: str, redis_url: str) -> None:
    async with guild() as town, at_work(town, database_url, redis_url):
        discord = town.discord
        async with online(town, database_url, redis_url):
            await discord.create_channel("found-items", FORUM)
            edited = await town.find("red", "umbrella by the door")
            deleted = await town.find("green", "a scarf")
            for find in (edited, deleted):
                await town.says(find, "I'll keep watching")
            loss = await town.look_for("my red umbrella")
            card = await town.says(loss, "This could be yours.")

        missed = await discord.post("found", town.ben, "a blue cup", {"blue.jpg": drawing("blue")})
        in_forum = await discord.post_in_forum("found-items", town.ben, "Gloves", "", {"y.jpg": drawing("yellow")})
        words = await discord.post("found", town.ben, "how do I use this?")
        await discord.edit(edited, "umbrella with a wooden handle", tell=False)
        await discord.delete(deleted, tell=False)
        await discord.react(card, "✅", town.moderator, tell=False)
        await discord.react(card, "❌", town.ben, tell=False)

        async with online(town, database_url, redis_url):
            for find in (missed, in_forum):
                await town.taken_up(find)
                await town.says(find, "I'll keep watching")
            await town.shows(card, "wooden handle")
            for thread in (loss, edited):
                await town.says(thread, "Returned", town.moderator)
            await town.says(await town.look_for("my green scarf"), "Nothing similar")
            assert not discord.has_reaction(words, "👀")

        await discord.unreact(card, "✅", town.moderator, tell=False)
        async with online(town, database_url, redis_url):
            for thread in (loss, edited):
                await town.says(thread, "open again")
            assert len([each for each in discord.replies(missed) if "keep watching" in discord.text(each)]) == 1


async def test_a_verdict_by_button_stands_though_nobody_has_reacted(database_url: str, redis_url: str) -> None:
    async with guild() as town, at_work(town, database_url, redis_url):
        log = town.discord.channel("general")
        async with online(town, database_url, redis_url):
            await town.set_up("Channels and moderators", log=log)
            await town.says(await town.find("red", "umbrella"), "I'll keep watching")
            loss = await town.look_for("my red umbrella")
            line = await town.says(log, "my red umbrella")
            assert "it's returned" in await town.press(line, "✅ It's back", town.moderator)
            await town.says(loss, "Returned")
        async with online(town, database_url, redis_url):
            await town.says(await town.find("green", "a scarf"), "I'll keep watching")
            assert not any("open again" in town.discord.text(each) for each in town.discord.replies(loss))


async def test_an_event_that_comes_three_times_and_again_at_a_resume_is_one_thread_and_one_answer(
    database_url: str, redis_url: str
) -> None:
    async with guild() as town, at_work(town, database_url, redis_url), online(town, database_url, redis_url):
        find = await town.find("red", "umbrella", times=3)
        used = await town.discord.slash("lost", town.ada, "general", description="my red umbrella")
        await town.told(used)
        town.discord.gateway.replays = 10
        await town.discord.gateway.drop()
        await town.discord.until(lambda: town.discord.gateway.resumed or None, PATIENCE)
        [loss] = await town.discord.until(lambda: town.discord.replies(town.discord.channel("lost")), PATIENCE)
        await town.discord.until(lambda: town.discord.replies(find), PATIENCE)
        await town.says(loss["id"], "This could be yours.")
        await settled(town)
        answers = [each for each in town.discord.replies(find) if "keep watching" in town.discord.text(each)]
        assert len(answers) <= 1
        assert len(town.discord.replies(town.discord.channel("lost"))) == 1
        assert len([each for each in town.discord.channels.values() if each["type"] == 11]) == 3
        assert len(used.said) == 1
        assert (
            len([each for each in town.discord.replies(loss["id"]) if "could be yours" in town.discord.text(each)]) == 1
        )


async def test_a_session_that_discord_has_forgotten_is_begun_anew_and_nothing_is_lost(
    database_url: str, redis_url: str
) -> None:
    async with guild() as town, at_work(town, database_url, redis_url), online(town, database_url, redis_url):
        await town.discord.gateway.forget_session()
        find = await town.discord.post("found", town.ben, "umbrella", {"red.jpg": drawing("red")})  # nobody is told
        await town.discord.until(lambda: town.discord.gateway.identified == 2 or None, PATIENCE)
        await town.taken_up(find)
        await town.says(find, "I'll keep watching")


async def test_two_shards_serve_their_guilds_from_one_process(database_url: str, redis_url: str) -> None:
    async with guild(shards=2) as town, at_work(town, database_url, redis_url), online(town, database_url, redis_url):
        assert town.discord.gateway.identified == 2
        await town.says(await town.find("red", "umbrella"), "I'll keep watching")
        assert town.discord.gateway.heartbeats >= 2


async def test_a_thread_that_cant_be_written_to_holds_up_no_other_and_the_channel_is_told_why(
    database_url: str, redis_url: str
) -> None:
    async with guild() as town, at_work(town, database_url, redis_url), online(town, database_url, redis_url):
        discord = town.discord
        await discord.forbid("found", SEND_IN_THREADS | CREATE_THREADS | ADD_REACTIONS)
        post = await discord.post("found", town.ben, "umbrella", {"red.jpg": drawing("red")})
        told = await town.says(
            discord.channel("found"), "I'm missing permissions", "Create Public Threads", "Send Messages in Threads"
        )
        assert "in the channel's settings" in discord.text(discord.find(told))
        loss = await town.look_for("my red umbrella")
        await town.says(loss, "This could be yours.")
        assert discord.replies(post) == []
        assert not discord.has_reaction(post, "👀")
        again = await discord.post("found", town.ben, "scarf", {"green.jpg": drawing("green")})
        await town.says(await town.look_for("my green scarf"), "This could be yours.")
        assert len(discord.replies(discord.channel("found"))) == 1, "said once, not at each post"
        assert not discord.has_reaction(again, "👀")


async def test_a_missing_permission_is_named_to_whoever_needs_it(database_url: str, redis_url: str) -> None:
    async with guild() as town, at_work(town, database_url, redis_url), online(town, database_url, redis_url):
        await town.discord.forbid("lost", SEND_MESSAGES)
        told = await town.told(await town.discord.slash("lost", town.ada, "general", description="a blue cup"))
        assert told.startswith(f"I'm missing permissions in <#{town.discord.channel('lost')}>: Send Messages.")
        panel = await town.discord.slash("setup", town.manager, "general")
        assert ">: Send Messages" in await town.told(panel)
        town.discord.locales[town.ada] = "de"
        told = await town.told(await town.discord.slash("lost", town.ada, "general", description="eine Tasse"))
        assert sentence("permission_send_messages", "de") in told


async def test_a_guild_that_removes_the_bot_is_forgotten(database_url: str, redis_url: str) -> None:
    async with guild() as town, at_work(town, database_url, redis_url), online(town, database_url, redis_url):
        await town.says(await town.find("red", "umbrella"), "I'll keep watching")
        await town.discord.remove_bot()
        await town.discord.add_bot()
        loss = await town.look_for("my red umbrella")
        await town.says(loss, "Nothing has been found yet")


async def settled(town: Story) -> None:
    """Wait for something that comes after all that came before."""
    await town.says(await town.find("green", "a scarf"), "I'll keep watching")


async def test_what_the_invitation_asks_for_is_enough(database_url: str, redis_url: str) -> None:
    async with guild() as town, at_work(town, database_url, redis_url):
        town.discord.roles[town.discord.guild_id]["permissions"] = "0"
        async with online(town, database_url, redis_url):
            await town.set_up("Channels and moderators", log=town.discord.channel("general"))
            find = await town.find("red", "umbrella")
            await town.says(find, "I'll keep watching")
            loss = await town.look_for("my red umbrella")
            card = await town.says(loss, "This could be yours.")
            opening = await town.discord.slash("lost", town.ada, "general")
            assert "Got it" in await town.fill_in(opening, words="a cup", seen="private")
            await town.discord.react(card, "✅", town.discord.owner_id)
            await town.says(find, "Returned")
            await town.discord.until(lambda: town.discord.has_reaction(find, "✅") or None, PATIENCE)
            await town.discord.delete(find)
            await town.discord.until(lambda: card not in town.discord.messages[loss] or None, PATIENCE)


@pytest.mark.slow
async def test_a_worker_killed_between_search_and_reply_leaves_one_thread_and_one_answer(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with guild() as town, online(town, database_url, redis_url):
        async with at_work(town, database_url, redis_url):
            find = await town.find("red", "umbrella", times=3)
            await town.says(find, "I'll keep watching")
        loss = await town.look_for("my red umbrella")
        dying = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.doubles.dying", "worker", "after the matches",
            database_url, redis_url, str(tmp_path / "none"),
        )  # fmt: skip
        assert await asyncio.wait_for(dying.wait(), PATIENCE) == -signal.SIGKILL
        async with at_work(town, database_url, redis_url):
            await town.says(loss, "This could be yours.")
            await settled(town)
        said = [town.discord.text(each) for each in town.discord.replies(loss)]
        assert [("possible match" in each, "This could be yours." in each) for each in said] == [
            (True, False),
            (False, True),
        ]
        told = [town.discord.text(each) for each in town.discord.replies(find)]
        assert ["I'll keep watching" in each for each in told] == [True, False]
        assert "Possible owner found." in told[1]
