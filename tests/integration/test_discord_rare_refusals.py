"""Refusals of Discord that are rare, and what they say isn't what they seem to say."""

from dataclasses import replace

import pytest

from reunite.errors import TryAgainError
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.discord import BOT_ID
from tests.doubles.discord_shapes import MANAGE_THREADS
from tests.support.discord_adapter import JPEG, World, opened_world, reply
from tests.support.waiting import eventually

world_fixture = pytest.fixture(opened_world, name="world")


async def posted(world: World) -> str:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    return post


@pytest.mark.parametrize("path", ["GET /channels/{}/messages/{}", "POST /channels/{}/messages/{}/threads"])
@pytest.mark.parametrize("status", [403, 404])
async def test_a_request_that_cloudflare_blocks_is_made_again(world: World, path: str, status: int) -> None:
    """It has a code since 2023: discord/discord-api-docs#6473 (read 2026-11-30)."""
    post = await posted(world)
    request = path.format(world.discord.channel("found"), post)
    world.discord.refuse(f"{request}$", status, code=40333, message="internal network error")
    try:
        await world.platform.send(reply("1", world.post_of(post)))
    except TryAgainError:
        await world.platform.send(reply("1", world.post_of(post), maybe_sent=True))
    assert len(world.discord.replies(post)) == 1
    assert len(await world.reports()) == 1


@pytest.mark.parametrize("code", [20022, 110001])
async def test_an_edit_that_is_put_off_is_made_later(world: World, code: int) -> None:
    post = await posted(world)
    answer = reply("1", world.post_of(post))
    sent = await world.platform.send(answer)
    world.discord.refuse("PATCH /channels/.*/messages", 400, code=code, message="Try again later")
    with pytest.raises(TryAgainError, match=str(code)):
        await world.platform.edit(answer, sent)
    await world.platform.edit(answer, sent)


async def test_a_removed_posts_words_leave_a_thread_that_the_bot_may_not_delete_for_want_of_a_second_factor(
    world: World,
) -> None:
    root = replace(world.post_of("0"), message=None)
    post = Outgoing("post", root, Reply("report_post", ((Plain("A red bag."),),), opens_thread=True))
    sent = await world.platform.send(post)
    answer = await world.platform.send(reply("1", world.post_of(sent.message)))
    await world.discord.admin.allow_here("found", MANAGE_THREADS, BOT_ID)
    world.discord.channels[answer.channel]["name"] = "Found: a red bag"
    world.discord.wants_second_factor = True
    await world.platform.remove(post, sent)
    assert "red bag" not in world.discord.channels[answer.channel]["name"]
