"""The samples on Discord and Slack, end to end: posted with one press, matched for real, removed with another."""

from reunite.language import sentence
from tests.doubles.discord_shapes import MANAGE_THREADS
from tests.doubles.slack import shown
from tests.support.discord_world import discord_world
from tests.support.slack_world import slack_world
from tests.support.waiting import eventually

OFFER, REMOVE = sentence("home_samples"), sentence("button_remove_samples")


async def test_a_guild_tries_the_samples_and_removes_them(database_url: str, redis_url: str) -> None:
    async with discord_world(database_url, redis_url) as world:
        discord = world.discord
        await world.set_up("Channels and moderators", log=discord.channel("general"))
        setup = await discord.ui.slash("setup", world.manager, "general")
        await world.private_answer(setup)
        panel = setup.responses[-1]["id"]
        posting = await discord.ui.press(panel, OFFER, world.manager)
        assert await world.private_answer(posting) == sentence("note_samples_posted")
        assert await world.press(panel, OFFER, world.manager) == sentence("note_samples_there")

        found = await world.wait_for_reply(discord.channel("found"), sentence("samples_found_words"))
        lost = await world.wait_for_reply(discord.channel("lost"), sentence("samples_lost_words"))
        assert [len(discord.message(post)["attachments"]) for post in (found, lost)] == [1, 1]
        card = await world.wait_for_reply(lost, "This could be yours.")
        line = await world.wait_for_reply(discord.channel("general"), sentence("samples_owner"))
        for thread in (found, lost, discord.channel("general")):
            assert not any(discord.pinged(reply) for reply in discord.replies(thread))
        await discord.people.react(card, "✅", world.moderator)
        for thread in (found, lost):
            await world.wait_for_reply(thread, "Returned")

        assert await world.press(found, REMOVE, world.ada) == sentence("only_moderators_here")
        assert await world.press(found, REMOVE, world.moderator) == sentence("note_samples_removed")
        sent = {found, lost, card, line}
        await eventually(lambda: all(sent.isdisjoint(there) for there in discord.messages.values()))
        await eventually(lambda: not any(discord.replies(thread) for thread in (found, lost)))
        names = [discord.channels[thread]["name"] for thread in (found, lost)]
        assert not [name for name in names if "backpack" in name]

        await discord.admin.permit(discord.bot_role, MANAGE_THREADS)
        again = await discord.ui.press(panel, OFFER, world.manager)
        assert await world.private_answer(again) == sentence("note_samples_posted")
        lost = await world.wait_for_reply(discord.channel("lost"), sentence("samples_lost_words"))
        await world.wait_for_reply(lost, "This could be yours.")
        texts = [await world.press(again.responses[-1]["id"], REMOVE, world.manager) for _ in range(2)]
        assert texts == [sentence("note_samples_removed"), sentence("note_samples_gone")]
        await eventually(lambda: lost not in discord.channels)


async def test_a_workspace_tries_the_samples_and_removes_them(database_url: str, redis_url: str) -> None:
    async with slack_world(database_url, redis_url) as world:
        slack = world.slack
        await world.set_up(log_channel=world.mods)
        home = await slack.ui.open_home(world.moderator)
        for words in ("note_samples_posted", "note_samples_there"):
            await slack.ui.press_in(home, OFFER, world.moderator)
            modal = await slack.ui.modal(world.moderator, sentence(words)[:40])

        found = await slack.wait_for_post(world.found, sentence("samples_found_words"))
        lost = await slack.wait_for_post(world.lost, sentence("samples_lost_words"))
        pictures = [block for post in (found, lost) for block in post["blocks"] if block["type"] == "image"]
        assert [picture["alt_text"] for picture in pictures] == [sentence("picture_of_post")] * 2
        card = await world.reply(world.lost, lost["ts"], "This could be yours.")
        await world.reply(world.found, found["ts"], "High confidence")
        await slack.wait_for_post(world.mods, sentence("samples_owner"))
        assert "'type': 'user'" not in str(slack.messages)
        await slack.react(world.lost, card["ts"], "white_check_mark", world.moderator).acked.wait()
        await world.reply(world.found, found["ts"], "Returned")

        pressed = await slack.press(world.lost, lost["ts"], REMOVE, world.ada)
        await eventually(lambda: pressed.answers)
        assert pressed.answers[0]["text"] == sentence("only_moderators_here")
        await slack.ui.press_in(modal, REMOVE, world.moderator)
        await slack.ui.modal(world.moderator, sentence("note_samples_removed")[:40])
        channels = (world.found, world.lost, world.mods)
        await eventually(lambda: not any(shown(message) for channel in channels for message in slack.messages[channel]))
