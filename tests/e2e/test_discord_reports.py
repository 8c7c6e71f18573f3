"""Reports on Discord by every way there is, end to end: bot and worker as they are, the double as Discord."""

from collections.abc import AsyncIterator

import pytest

from tests.doubles.discord_shapes import FORUM, PRIVATE_THREAD
from tests.support.discord_world import DiscordWorld, at_work, discord_world, guild, online
from tests.support.pictures import drawing
from tests.support.waiting import eventually


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[DiscordWorld]:
    async with discord_world(database_url, redis_url) as world:
        yield world


async def test_lost_without_words_opens_a_form_that_takes_words_photo_place_and_time(world: DiscordWorld) -> None:
    await world.wait_for_reply(await world.post_found("red", "umbrella"), "I'll keep watching")
    opening = await world.discord.ui.slash("lost", world.ada, "general")
    answer = await world.fill_in(
        opening, {"mine.jpg": drawing("red")}, words="my red umbrella", where="library", when="yesterday"
    )
    lost = world.discord.channel("lost")
    assert answer.startswith(f"Got it, I'm searching. I'll reply in <#{lost}>.\nI don't know your time zone")
    post = await world.wait_for_reply(lost, "is looking for", "my red umbrella", "library")
    await world.wait_for_reply(post, "This could be yours.")


async def test_a_private_report_is_for_its_author_and_the_moderators_alone(world: DiscordWorld) -> None:
    await world.set_up("Channels and moderators", log=world.discord.channel("general"))
    found = await world.post_found("red", "umbrella")
    await world.wait_for_reply(found, "I'll keep watching")
    opening = await world.discord.ui.slash("lost", world.ada, "general")
    answer = await world.fill_in(opening, words="my red umbrella", seen="private")
    [thread] = [channel for channel in world.discord.channels.values() if channel["type"] == PRIVATE_THREAD]
    assert f"<#{thread['id']}>" in answer
    assert world.discord.thread_members[thread["id"]] == {world.discord.bot_id, world.ada}
    await world.wait_for_reply(thread["id"], "You're looking for", "my red umbrella")
    await world.wait_for_reply(thread["id"], "This could be yours.")
    await world.wait_for_reply(world.discord.channel("general"), "my red umbrella")
    assert world.discord.replies(world.discord.channel("lost")) == []
    assert not world.has_replied(found, "my red umbrella")
    await world.discord.people.delete_thread(thread["id"])  # with the report's post
    await eventually(lambda: not world.has_replied(world.discord.channel("general"), "my red umbrella") or None)


async def test_a_withdrawn_private_report_leaves_no_threads_name(world: DiscordWorld) -> None:
    await world.fill_in(await world.discord.ui.slash("lost", world.ada, "general"), words="my diary", seen="private")
    [thread] = [channel for channel in world.discord.channels.values() if channel["type"] == PRIVATE_THREAD]
    await world.wait_for_reply(thread["id"], "You're looking for", "my diary")
    assert thread["name"] == "Lost: my diary"
    listed = await world.discord.ui.slash("mine", world.ada, "general")
    await world.private_answer(listed)
    await world.discord.ui.press_and_confirm(listed.responses[-1]["id"], "Withdraw", world.ada)
    await eventually(lambda: "diary" not in thread["name"] or None)


async def test_found_by_command_is_posted_and_compared(world: DiscordWorld) -> None:
    lost = await world.report_lost("a blue cup")
    await world.wait_for_reply(lost, "I'll keep watching")
    photo = ("cup.jpg", drawing("blue"))
    used = await world.discord.ui.slash("found", world.ben, "general", photo, description="a cup", where="kitchen")
    found = world.discord.channel("found")
    assert await world.private_answer(used) == f"Got it. I'll reply in <#{found}>."
    post = await world.wait_for_reply(found, "found:", "a cup", "kitchen")
    await world.wait_for_reply(lost, "This could be yours.", "kitchen")
    await world.wait_for_reply(post, "Possible owner found.", "a blue cup")


async def test_a_message_menu_takes_a_message_that_the_bot_could_not_read(database_url: str, redis_url: str) -> None:
    async with discord_world(database_url, redis_url, message_content=False) as world:
        lost = await world.report_lost("a blue cup")
        await world.wait_for_reply(lost, "I'll keep watching")
        post = await world.discord.people.post("general", world.ben, "whose is this?", {"cup.jpg": drawing("blue")})
        used = await world.discord.ui.menu("Found this", world.ada, post)
        assert await world.private_answer(used) == f"Got it. I'll reply in <#{post}>."
        assert world.discord.people.has_reaction(post, "👀")
        await world.wait_for_reply(post, "Possible owner found.", "a blue cup")
        assert world.discord.channels[post]["name"].startswith("Found: ")
        await world.wait_for_reply(lost, "This could be yours.", "whose is this?")


async def test_a_lost_report_is_made_by_menu_by_its_author_or_a_moderator(world: DiscordWorld) -> None:
    post = await world.discord.people.post("general", world.ada, "I have lost my red umbrella")
    refused = await world.discord.ui.menu("I lost this", world.ben, post)
    assert await world.private_answer(refused) == "Only the person who wrote it or a moderator can do that."
    assert not world.discord.people.has_reaction(post, "👀")
    assert f"<#{post}>" in await world.private_answer(await world.discord.ui.menu("I lost this", world.moderator, post))
    assert await world.private_answer(await world.discord.ui.menu("I lost this", world.ada, post))  # again: nothing new
    await world.wait_for_reply(post, "I'll keep watching")
    assert len(world.discord.replies(post)) == 1


async def test_a_bots_message_is_no_report_from_the_menu_either(world: DiscordWorld) -> None:
    robot = world.discord.admin.join("Robot", bot=True)
    post = await world.discord.people.post("general", robot, "beep", {"beep.jpg": drawing("red")})
    assert "one that a person posted" in await world.private_answer(
        await world.discord.ui.menu("Found this", world.ben, post)
    )


async def test_a_forums_post_is_taken_from_the_menu_too(world: DiscordWorld) -> None:
    await world.discord.admin.create_channel("chatter", FORUM)
    post = await world.discord.people.post_in_forum(
        "chatter", world.ben, "Whose cup?", "", {"cup.jpg": drawing("blue")}
    )
    assert f"<#{post}>" in await world.private_answer(await world.discord.ui.menu("Found this", world.ben, post))
    await world.wait_for_reply(post, "I'll keep watching")


async def test_a_forum_post_is_a_found_report_and_answered_in_its_thread(world: DiscordWorld) -> None:
    await world.discord.admin.create_channel("found-items", FORUM)
    lost = await world.report_lost("a blue cup")
    await world.wait_for_reply(lost, "I'll keep watching")
    photos = {"cup.jpg": drawing("blue")}
    post = await world.discord.people.post_in_forum("found-items", world.ben, "A cup", "in the kitchen", photos)
    await world.wait_until_acknowledged(post)
    await world.wait_for_reply(post, "Possible owner found.", "a blue cup")
    card = await world.wait_for_reply(lost, "This could be yours.", "A cup", "in the kitchen")
    link = f"https://discord.com/channels/{world.discord.guild_id}/{post}/{post}"
    assert link in world.discord.text(world.discord.message(card))
    await world.discord.people.rename(post, "A mug")
    await world.wait_until_shown(card, "A mug", "in the kitchen")
    await world.discord.people.delete_thread(post)
    await eventually(lambda: card not in world.discord.messages[lost] or None)


async def test_a_lost_report_by_command_is_a_post_of_a_forum_where_the_community_has_one(world: DiscordWorld) -> None:
    forum = await world.discord.admin.create_channel("my-losses", FORUM)
    await world.set_up("Channels and moderators", lost=forum)
    used = await world.discord.ui.slash("lost", world.ada, "general", description="a blue cup")
    assert f"<#{forum}>" in await world.private_answer(used)

    def opened() -> str | None:
        return next((key for key, channel in world.discord.channels.items() if channel.get("parent_id") == forum), None)

    post = await eventually(opened)
    assert world.discord.channels[post]["name"] == "Lost: a blue cup"
    await world.wait_for_reply(post, "I'll keep watching")
    await world.post_found("blue", "a cup")
    await world.wait_for_reply(post, "This could be yours.")


async def test_a_post_that_was_too_long_is_taken_once_it_is_shorter(world: DiscordWorld) -> None:
    post = await world.discord.people.post("found", world.ben, "x" * 4001, {"red.jpg": drawing("red")})
    await world.wait_for_reply(post, "too long")
    await world.discord.people.edit(post, "an umbrella")
    await world.wait_until_acknowledged(post)
    await world.wait_for_reply(post, "I'll keep watching")


async def test_replies_about_a_deleted_post_are_removed_everywhere(world: DiscordWorld) -> None:
    await world.set_up("Channels and moderators", log=world.discord.channel("general"))
    found_reports = [
        await world.post_found("red", "umbrella by the door"),
        await world.post_found("green", "umbrella in the hall"),
    ]
    for found in found_reports:
        await world.wait_for_reply(found, "I'll keep watching")
    lost = await world.report_lost("my umbrella")
    card = await world.wait_for_reply(lost, "This could be yours.", "umbrella by the door")
    await world.wait_for_reply(lost, "This could be yours.", "umbrella in the hall")
    await world.discord.people.delete(*found_reports)
    await eventually(lambda: card not in world.discord.messages[lost] or None)

    def silent() -> bool | None:
        texts = [world.discord.text(message) for there in world.discord.messages.values() for message in there.values()]
        texts += [channel["name"] for channel in world.discord.channels.values()]
        return None if any("by the door" in text or "in the hall" in text for text in texts) else True

    await eventually(silent)


async def test_a_photo_whose_link_has_expired_is_fetched_again(database_url: str, redis_url: str) -> None:
    async with guild() as world, online(world, database_url, redis_url):
        found = await world.post_found("red", "umbrella")
        world.discord.links_age = 48 * 3600
        async with at_work(world, database_url, redis_url):
            await world.wait_for_reply(found, "I'll keep watching")
            lost = await world.report_lost("my red umbrella")
            await world.wait_for_reply(lost, "This could be yours.", "red ✓")


async def test_a_report_whose_channel_is_closed_goes_on_in_direct_messages(world: DiscordWorld) -> None:
    await world.wait_for_reply(await world.post_found("red", "umbrella"), "I'll keep watching")
    lost = world.discord.channel("lost")
    world.discord.refuse(f"POST /channels/{lost}/messages", 403, code=50013, message="Missing Permissions")
    await world.private_answer(
        await world.discord.ui.slash("lost", world.ada, "general", description="my red umbrella")
    )
    direct = world.discord.direct(world.ada)["id"]
    await world.wait_for_reply(direct, "I can't write in that channel", "my red umbrella")
    card = await world.wait_for_reply(direct, "This could be yours.")
    assert "won't suggest it again" in await world.press(card, "Not mine", world.ada)
