"""What the bot lacks in a guild, and what people read about it, over real sockets, against the double."""

from typing import Any

import pytest

from reunite.language import sentence
from tests.doubles.discord_shapes import CREATE_PRIVATE_THREADS, MANAGE_GUILD, SEND_MESSAGES
from tests.integration.test_discord_greeting import invited
from tests.support.discord_adapter import World, open_world, opened_world

world_fixture = pytest.fixture(opened_world, name="world")

UNREAD = "I can't see photos in posts here."


async def panel(world: World) -> str:
    """Return what `/setup` shows."""
    manager = world.discord.admin.join("Max")
    world.discord.members[manager]["roles"].append(world.discord.add_role("managers", MANAGE_GUILD))
    return await world.discord.ui.answer(await world.discord.ui.slash("setup", manager, "general"))


async def test_the_setup_names_what_commands_and_private_reports_need(world: World) -> None:
    await world.discord.admin.forbid("found", SEND_MESSAGES)
    await world.discord.admin.forbid("lost", CREATE_PRIVATE_THREADS)
    shown = await panel(world)
    for channel, name in (("found", "send_messages"), ("lost", "create_private_threads")):
        lacking = {"channel": f"<#{world.discord.channel(channel)}>", "permissions": sentence(f"permission_{name}")}
        assert sentence("permissions_missing", **lacking, bot="Reunite") in shown


async def test_channels_that_lack_the_same_are_named_together(world: World) -> None:
    for channel in ("found", "lost"):
        await world.discord.admin.forbid(channel, SEND_MESSAGES)
    both = ", ".join(f"<#{world.discord.channel(name)}>" for name in ("found", "lost"))
    slots = {"channel": both, "permissions": sentence("permission_send_messages"), "bot": "Reunite"}
    assert sentence("permissions_missing", **slots) in await panel(world)


@pytest.mark.parametrize("settings", [{}, {"message_content": False}], ids=["with the intent", "without"])
async def test_where_the_bot_sees_no_photos_in_posts_it_says_what_to_do(
    database_url: str, settings: dict[str, Any]
) -> None:
    async with open_world(database_url, **settings) as world:
        ann = world.discord.admin.join("Ann")
        assert (UNREAD in await panel(world)) is bool(settings)
        helped = await world.discord.ui.answer(await world.discord.ui.slash("help", ann, "general"))
        assert (UNREAD in helped) is bool(settings)
        await invited(world, ann, is_told=False)
        greeting = await world.discord.reply(world.discord.channel("found"), "Try it now")
        assert (UNREAD in world.discord.text(greeting)) is bool(settings)
