"""Discord's connection comes and goes: what was missed is caught up on, what comes twice is taken once, end to end."""

import asyncio
import signal
from pathlib import Path

import pytest

from reunite.language import sentence
from tests.doubles.discord_shapes import ADD_REACTIONS, CREATE_THREADS, FORUM, SEND_IN_THREADS, SEND_MESSAGES
from tests.support.discord_world import DiscordWorld, at_work, guild, online
from tests.support.dying_process import dying_process
from tests.support.pictures import drawing
from tests.support.waiting import PATIENCE, eventually


async def test_what_happened_while_the_bot_was_away_is_caught_up_on(database_url: str, redis_url: str) -> None:
    async with guild() as world, at_work(world, database_url, redis_url):
        discord = world.discord
        async with online(world, database_url, redis_url):
            await discord.admin.create_channel("found-items", FORUM)
            edited = await world.post_found("red", "umbrella by the door")
            deleted = await world.post_found("green", "a scarf")
            for found in (edited, deleted):
                await world.wait_for_reply(found, "I'll keep watching")
            lost = await world.report_lost("my red umbrella")
            card = await world.wait_for_reply(lost, "This could be yours.")

        missed = await discord.people.post("found", world.ben, "a blue cup", {"blue.jpg": drawing("blue")})
        in_forum = await discord.people.post_in_forum(
            "found-items", world.ben, "Gloves", "", {"y.jpg": drawing("yellow")}
        )
        words = await discord.people.post("found", world.ben, "how do I use this?")
        await discord.people.edit(edited, "umbrella with a wooden handle", tell=False)
        await discord.people.delete(deleted, tell=False)
        await discord.people.react(card, "✅", world.moderator, tell=False)
        await discord.people.react(card, "❌", world.ben, tell=False)

        async with online(world, database_url, redis_url):
            for found in (missed, in_forum):
                await world.wait_until_acknowledged(found)
                await world.wait_for_reply(found, "I'll keep watching")
            await world.wait_until_shown(card, "wooden handle")
            for thread in (lost, edited):
                await world.wait_for_reply(thread, "Returned", world.moderator)
            await world.wait_for_reply(await world.report_lost("my green scarf"), "No clear match yet")
            assert not discord.people.has_reaction(words, "👀")

        await discord.people.unreact(card, "✅", world.moderator, tell=False)
        async with online(world, database_url, redis_url):
            for thread in (lost, edited):
                await world.wait_for_reply(thread, "open again")
            assert len([reply for reply in discord.replies(missed) if "keep watching" in discord.text(reply)]) == 1


async def test_a_verdict_by_button_counts_without_reactions(database_url: str, redis_url: str) -> None:
    async with guild() as world, at_work(world, database_url, redis_url):
        log = world.discord.channel("general")
        async with online(world, database_url, redis_url):
            await world.set_up("Channels and moderators", log=log)
            await world.wait_for_reply(await world.post_found("red", "umbrella"), "I'll keep watching")
            lost = await world.report_lost("my red umbrella")
            line = await world.wait_for_reply(log, "my red umbrella")
            assert "it's returned" in await world.press(line, "✅ It's back", world.moderator)
            await world.wait_for_reply(lost, "Returned")
        async with online(world, database_url, redis_url):
            await world.wait_for_reply(await world.post_found("green", "a scarf"), "I'll keep watching")
            assert not any("open again" in world.discord.text(reply) for reply in world.discord.replies(lost))


async def test_an_event_that_comes_three_times_and_again_at_a_resume_is_one_thread_and_one_answer(
    database_url: str, redis_url: str
) -> None:
    async with guild() as world, at_work(world, database_url, redis_url), online(world, database_url, redis_url):
        found = await world.post_found("red", "umbrella", times=3)
        used = await world.discord.ui.slash("lost", world.ada, "general", description="my red umbrella")
        await world.private_answer(used)
        world.discord.gateway.replays = 10
        await world.discord.gateway.drop()
        await eventually(lambda: world.discord.gateway.resumed or None)
        [lost] = await eventually(lambda: world.discord.replies(world.discord.channel("lost")))
        await eventually(lambda: world.discord.replies(found))
        await world.wait_for_reply(lost["id"], "This could be yours.")
        await settled(world)
        answers = [reply for reply in world.discord.replies(found) if "keep watching" in world.discord.text(reply)]
        assert len(answers) <= 1
        assert len(world.discord.replies(world.discord.channel("lost"))) == 1
        assert len([channel for channel in world.discord.channels.values() if channel["type"] == 11]) == 3
        assert len(used.responses) == 1
        assert (
            len([reply for reply in world.discord.replies(lost["id"]) if "could be yours" in world.discord.text(reply)])
            == 1
        )


async def test_a_session_that_discord_has_forgotten_is_begun_again_and_nothing_is_lost(
    database_url: str, redis_url: str
) -> None:
    async with guild() as world, at_work(world, database_url, redis_url), online(world, database_url, redis_url):
        await world.discord.gateway.forget_session()
        found = await world.discord.people.post(
            "found", world.ben, "umbrella", {"red.jpg": drawing("red")}
        )  # nobody gets a message
        await eventually(lambda: world.discord.gateway.identified == 2 or None)
        await world.wait_until_acknowledged(found)
        await world.wait_for_reply(found, "I'll keep watching")


async def test_two_shards_serve_their_guilds_from_one_process(database_url: str, redis_url: str) -> None:
    async with (
        guild(shards=2) as world,
        at_work(world, database_url, redis_url),
        online(world, database_url, redis_url),
    ):
        assert world.discord.gateway.identified == 2
        await world.wait_for_reply(await world.post_found("red", "umbrella"), "I'll keep watching")
        assert world.discord.gateway.heartbeats >= 2


async def test_a_thread_that_cant_be_written_to_holds_up_no_other_and_the_channel_is_told_why(
    database_url: str, redis_url: str
) -> None:
    async with guild() as world, at_work(world, database_url, redis_url), online(world, database_url, redis_url):
        discord = world.discord
        await discord.admin.forbid("found", SEND_IN_THREADS | CREATE_THREADS | ADD_REACTIONS)
        post = await discord.people.post("found", world.ben, "umbrella", {"red.jpg": drawing("red")})
        answer = await world.wait_for_reply(
            discord.channel("found"), "I'm missing permissions", "Create Public Threads", "Send Messages in Threads"
        )
        assert "in the channel's settings" in discord.text(discord.message(answer))
        lost = await world.report_lost("my red umbrella")
        await world.wait_for_reply(lost, "This could be yours.")
        assert discord.replies(post) == []
        assert not discord.people.has_reaction(post, "👀")
        again = await discord.people.post("found", world.ben, "scarf", {"green.jpg": drawing("green")})
        await world.wait_for_reply(await world.report_lost("my green scarf"), "This could be yours.")
        assert len(discord.replies(discord.channel("found"))) == 1, "said once, not at each post"
        assert not discord.people.has_reaction(again, "👀")


async def test_a_missing_permission_is_named_to_the_person_who_needs_it(database_url: str, redis_url: str) -> None:
    async with guild() as world, at_work(world, database_url, redis_url), online(world, database_url, redis_url):
        await world.discord.admin.forbid("lost", SEND_MESSAGES)
        answer = await world.private_answer(
            await world.discord.ui.slash("lost", world.ada, "general", description="a blue cup")
        )
        assert answer.startswith(f"I'm missing permissions in <#{world.discord.channel('lost')}>: Send Messages.")
        panel = await world.discord.ui.slash("setup", world.manager, "general")
        assert ">: Send Messages" in await world.private_answer(panel)
        world.discord.locales[world.ada] = "de"
        answer = await world.private_answer(
            await world.discord.ui.slash("lost", world.ada, "general", description="eine Tasse")
        )
        assert sentence("permission_send_messages", "de") in answer


async def test_a_guild_that_removes_the_bot_is_forgotten(database_url: str, redis_url: str) -> None:
    async with guild() as world, at_work(world, database_url, redis_url), online(world, database_url, redis_url):
        await world.wait_for_reply(await world.post_found("red", "umbrella"), "I'll keep watching")
        await world.discord.admin.remove_bot()
        await world.discord.admin.add_bot()
        lost = await world.report_lost("my red umbrella")
        await world.wait_for_reply(lost, "There was nothing to compare it with yet")


async def settled(world: DiscordWorld) -> None:
    """Wait for something that comes after all that came before."""
    await world.wait_for_reply(await world.post_found("green", "a scarf"), "I'll keep watching")


async def test_what_the_invitation_asks_for_is_enough(database_url: str, redis_url: str) -> None:
    async with guild() as world, at_work(world, database_url, redis_url):
        world.discord.roles[world.discord.guild_id]["permissions"] = "0"
        async with online(world, database_url, redis_url):
            await world.set_up("Channels and moderators", log=world.discord.channel("general"))
            found = await world.post_found("red", "umbrella")
            await world.wait_for_reply(found, "I'll keep watching")
            lost = await world.report_lost("my red umbrella")
            card = await world.wait_for_reply(lost, "This could be yours.")
            opening = await world.discord.ui.slash("lost", world.ada, "general")
            assert "Got it" in await world.fill_in(opening, words="a cup", seen="private")
            await world.discord.people.react(card, "✅", world.discord.owner_id)
            await world.wait_for_reply(found, "Returned")
            await eventually(lambda: world.discord.people.has_reaction(found, "✅") or None)
            await world.discord.people.delete(found)
            await eventually(lambda: card not in world.discord.messages[lost] or None)


@pytest.mark.slow
async def test_a_worker_killed_between_search_and_reply_leaves_one_thread_and_one_answer(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with guild() as world, online(world, database_url, redis_url):
        async with at_work(world, database_url, redis_url):
            found = await world.post_found("red", "umbrella", times=3)
            await world.wait_for_reply(found, "I'll keep watching")
        lost = await world.report_lost("my red umbrella")
        async with dying_process("worker", "after the matches", database_url, redis_url, tmp_path / "none") as dying:
            assert await asyncio.wait_for(dying.wait(), PATIENCE) == -signal.SIGKILL
        async with at_work(world, database_url, redis_url):
            await world.wait_for_reply(lost, "This could be yours.")
            await settled(world)
        texts = [world.discord.text(reply) for reply in world.discord.replies(lost)]
        assert [("Looking for" in text, "This could be yours." in text) for text in texts] == [
            (True, False),
            (False, True),
        ]
        texts = [world.discord.text(reply) for reply in world.discord.replies(found)]
        assert ["I'll keep watching" in reply for reply in texts] == [True, False]
        assert "Possible owner found." in texts[1]
