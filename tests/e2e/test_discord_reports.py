"""Reports on Discord by every way there is, end to end: bot and worker as they are, the double as Discord."""

from collections.abc import AsyncIterator

import pytest

from tests.doubles.discord_shapes import FORUM, PRIVATE_THREAD
from tests.doubles.discord_story import Story, at_work, guild, online, story
from tests.doubles.pictures import drawing
from tests.running import PATIENCE


@pytest.fixture
async def town(database_url: str, redis_url: str) -> AsyncIterator[Story]:
    async with story(database_url, redis_url) as told:
        yield told


async def test_lost_without_words_opens_a_form_that_takes_words_photo_place_and_time(town: Story) -> None:
    await town.says(await town.find("red", "umbrella"), "I'll keep watching")
    opening = await town.discord.slash("lost", town.ada, "general")
    told = await town.fill_in(
        opening, {"mine.jpg": drawing("red")}, words="my red umbrella", where="library", when="yesterday"
    )
    lost = town.discord.channel("lost")
    assert told == f"Got it, I'm searching. I'll reply in <#{lost}>."
    post = await town.says(lost, "is looking for", "my red umbrella", "library")
    await town.says(post, "This could be yours.")


async def test_a_private_loss_is_for_its_author_and_the_moderators_alone(town: Story) -> None:
    await town.set_up("Channels and moderators", log=town.discord.channel("general"))
    find = await town.find("red", "umbrella")
    await town.says(find, "I'll keep watching")
    opening = await town.discord.slash("lost", town.ada, "general")
    told = await town.fill_in(opening, words="my red umbrella", seen="private")
    [thread] = [each for each in town.discord.channels.values() if each["type"] == PRIVATE_THREAD]
    assert f"<#{thread['id']}>" in told
    assert town.discord.thread_members[thread["id"]] == {town.discord.bot_id, town.ada}
    await town.says(thread["id"], "is looking for", "my red umbrella")
    await town.says(thread["id"], "This could be yours.")
    await town.says(town.discord.channel("general"), "my red umbrella")
    assert town.discord.replies(town.discord.channel("lost")) == []
    assert not town.has_said(find, "my red umbrella")
    await town.discord.delete_thread(thread["id"])  # with the report's post
    await town.discord.until(
        lambda: not town.has_said(town.discord.channel("general"), "my red umbrella") or None, PATIENCE
    )


async def test_a_private_loss_that_is_withdrawn_is_told_of_by_no_threads_name(town: Story) -> None:
    await town.fill_in(await town.discord.slash("lost", town.ada, "general"), words="my diary", seen="private")
    [thread] = [each for each in town.discord.channels.values() if each["type"] == PRIVATE_THREAD]
    await town.says(thread["id"], "is looking for", "my diary")
    assert thread["name"] == "Lost: my diary"
    listed = await town.discord.slash("mine", town.ada, "general")
    await town.told(listed)
    await town.press(listed.said[-1]["id"], "Withdraw", town.ada)
    await town.discord.until(lambda: "diary" not in thread["name"] or None, PATIENCE)


async def test_found_by_command_is_posted_and_compared(town: Story) -> None:
    loss = await town.look_for("a blue cup")
    await town.says(loss, "I'll keep watching")
    photo = ("cup.jpg", drawing("blue"))
    used = await town.discord.slash("found", town.ben, "general", photo, description="a cup", where="kitchen")
    found = town.discord.channel("found")
    assert await town.told(used) == f"Got it. I'll reply in <#{found}>."
    post = await town.says(found, "found:", "a cup", "kitchen")
    await town.says(loss, "This could be yours.", "kitchen")
    await town.says(post, "Possible owner found.", "a blue cup")


async def test_a_message_menu_takes_a_message_that_the_bot_could_not_read(database_url: str, redis_url: str) -> None:
    async with story(database_url, redis_url, message_content=False) as town:
        loss = await town.look_for("a blue cup")
        await town.says(loss, "I'll keep watching")
        post = await town.discord.post("general", town.ben, "whose is this?", {"cup.jpg": drawing("blue")})
        used = await town.discord.menu("Found this", town.ada, post)
        assert await town.told(used) == f"Got it. I'll reply in <#{post}>."
        assert town.discord.has_reaction(post, "👀")
        await town.says(post, "Possible owner found.", "a blue cup")
        assert town.discord.channels[post]["name"].startswith("Found: ")
        await town.says(loss, "This could be yours.", "whose is this?")


async def test_a_loss_is_taken_from_the_menu_for_whoever_wrote_it_or_by_a_moderator(town: Story) -> None:
    post = await town.discord.post("general", town.ada, "I have lost my red umbrella")
    refused = await town.discord.menu("I lost this", town.ben, post)
    assert await town.told(refused) == "Only the person who wrote it or a moderator can do that."
    assert not town.discord.has_reaction(post, "👀")
    assert f"<#{post}>" in await town.told(await town.discord.menu("I lost this", town.moderator, post))
    assert await town.told(await town.discord.menu("I lost this", town.ada, post))  # again: nothing new
    await town.says(post, "I'll keep watching")
    assert len(town.discord.replies(post)) == 1


async def test_a_bots_message_is_no_report_from_the_menu_either(town: Story) -> None:
    robot = town.discord.join("Robot", bot=True)
    post = await town.discord.post("general", robot, "beep", {"beep.jpg": drawing("red")})
    assert "one that a person posted" in await town.told(await town.discord.menu("Found this", town.ben, post))


async def test_a_forums_post_is_taken_from_the_menu_too(town: Story) -> None:
    await town.discord.create_channel("chatter", FORUM)
    post = await town.discord.post_in_forum("chatter", town.ben, "Whose cup?", "", {"cup.jpg": drawing("blue")})
    assert f"<#{post}>" in await town.told(await town.discord.menu("Found this", town.ben, post))
    await town.says(post, "I'll keep watching")


async def test_a_forums_post_is_a_find_and_answered_in_it(town: Story) -> None:
    await town.discord.create_channel("found-items", FORUM)
    loss = await town.look_for("a blue cup")
    await town.says(loss, "I'll keep watching")
    photos = {"cup.jpg": drawing("blue")}
    post = await town.discord.post_in_forum("found-items", town.ben, "A cup", "in the kitchen", photos)
    await town.taken_up(post)
    await town.says(post, "Possible owner found.", "a blue cup")
    card = await town.says(loss, "This could be yours.", "A cup", "in the kitchen")
    link = f"https://discord.com/channels/{town.discord.guild_id}/{post}/{post}"
    assert link in town.discord.text(town.discord.find(card))
    await town.discord.rename(post, "A mug")
    await town.shows(card, "A mug", "in the kitchen")
    await town.discord.delete_thread(post)
    await town.discord.until(lambda: card not in town.discord.messages[loss] or None, PATIENCE)


async def test_a_loss_by_command_is_a_post_of_a_forum_where_the_community_has_one(town: Story) -> None:
    forum = await town.discord.create_channel("my-losses", FORUM)
    await town.set_up("Channels and moderators", lost=forum)
    used = await town.discord.slash("lost", town.ada, "general", description="a blue cup")
    assert f"<#{forum}>" in await town.told(used)

    def opened() -> str | None:
        return next((key for key, each in town.discord.channels.items() if each.get("parent_id") == forum), None)

    post = await town.discord.until(opened, PATIENCE)
    assert town.discord.channels[post]["name"] == "Lost: a blue cup"
    await town.says(post, "I'll keep watching")
    await town.find("blue", "a cup")
    await town.says(post, "This could be yours.")


async def test_changed_words_are_searched_for_and_shown_wherever_they_are_quoted(town: Story) -> None:
    find = await town.find("red", "umbrella by the door")
    await town.says(find, "I'll keep watching")
    loss = await town.look_for("my red umbrella")
    card = await town.says(loss, "This could be yours.", "umbrella by the door")
    await town.discord.edit(find, "umbrella with a wooden handle")
    shown = await town.shows(card, "umbrella with a wooden handle")
    assert "by the door" not in town.discord.text(shown)
    assert town.discord.pinged(shown) == set()


async def test_a_post_that_was_too_long_is_taken_once_it_is_shorter(town: Story) -> None:
    post = await town.discord.post("found", town.ben, "x" * 4001, {"red.jpg": drawing("red")})
    await town.says(post, "too long")
    await town.discord.edit(post, "an umbrella")
    await town.taken_up(post)
    await town.says(post, "I'll keep watching")


async def test_what_was_said_of_a_deleted_post_is_gone_everywhere(town: Story) -> None:
    await town.set_up("Channels and moderators", log=town.discord.channel("general"))
    finds = [await town.find("red", "umbrella by the door"), await town.find("red", "umbrella in the hall")]
    for find in finds:
        await town.says(find, "I'll keep watching")
    loss = await town.look_for("my red umbrella")
    card = await town.says(loss, "This could be yours.", "umbrella by the door")
    await town.says(loss, "This could be yours.", "umbrella in the hall")
    await town.discord.delete(*finds)
    await town.discord.until(lambda: card not in town.discord.messages[loss] or None, PATIENCE)

    def silent() -> bool | None:
        said = [town.discord.text(each) for there in town.discord.messages.values() for each in there.values()]
        said += [each["name"] for each in town.discord.channels.values()]
        return None if any("by the door" in each or "in the hall" in each for each in said) else True

    await town.discord.until(silent, PATIENCE)


async def test_a_photo_whose_link_has_expired_is_fetched_anew(database_url: str, redis_url: str) -> None:
    async with guild() as town, online(town, database_url, redis_url):
        find = await town.find("red", "umbrella")
        town.discord.links_age = 48 * 3600
        async with at_work(town, database_url, redis_url):
            await town.says(find, "I'll keep watching")
            loss = await town.look_for("my red umbrella")
            await town.says(loss, "This could be yours.", "red ✓")
