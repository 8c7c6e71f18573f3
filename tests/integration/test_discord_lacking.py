"""What the bot lacks in a guild, and what people read about it, over real sockets, against the double."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.delivery import Delivery
from db import refused_changes
from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.handlers import Handlers
from reunite.language import sentence
from tests.doubles.discord_shapes import CREATE_PRIVATE_THREADS, MANAGE_GUILD, SEND_MESSAGES, VIEW_CHANNEL
from tests.support.discord_adapter import JPEG, World, invited, open_world, opened_world, shown_match
from tests.support.queues import NoQueue
from tests.support.services import background
from tests.support.waiting import eventually

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


async def test_a_timeout_is_called_one_and_no_permission_is_asked_for(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    await world.discord.admin.time_out(until=datetime.now(UTC) + timedelta(hours=1))
    await world.discord.people.post("found", ann, "a bag", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.direct_messages(ann))
    [told] = world.discord.people.direct_messages(ann)
    assert world.discord.text(told) == sentence("in_timeout", bot="Reunite")
    shown = await panel(world)
    assert sentence("in_timeout", bot="Reunite") in shown
    assert sentence("permission_send_messages") not in shown


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


@pytest.mark.parametrize("channel", ["lost", "general"])
async def test_a_quote_out_of_reach_is_given_up_and_removed_once_the_bot_has_access_again(
    world: World, channel: str
) -> None:
    """`general` is the moderators' channel here."""
    general = world.discord.channel("general")
    settings = ChangeSettings(
        platform="discord", workspace=world.discord.guild_id, settings=Settings(log_channel=general)
    )
    await Handlers(world.store, NoQueue()).set_up(settings)
    card, _, _ = await shown_match(world)
    place = world.discord.message(card)["channel_id"]
    if channel == "general":
        moved = world.discord.messages[place].pop(card)
        place = general
        world.discord.messages[place][card] = moved | {"channel_id": place}

    async def has_failed() -> bool:
        async with world.store.session(await world.community()) as session:
            row = await session._one("SELECT 1 FROM outbox WHERE state = 'failed' AND task = 'remove'")
        return row is not None

    await world.discord.admin.forbid(channel, VIEW_CHANNEL)
    world.discord.refuse(f"DELETE /channels/{place}/messages/{card}", 403, code=50001, message="Missing Access")
    async with background(Delivery(world.store, world.platform).run()):
        async with world.store.session(await world.community()) as session:
            await session._do(
                "UPDATE outbox SET task = 'remove', state = 'queued', due_at = now(), sent_channel = %(place)s,"
                " tried_again = 1",
                place=place,
            )
        await eventually(has_failed)
        await world.discord.admin.allow(channel)
        await eventually(lambda: card not in world.discord.messages[place])


async def refused_removal(world: World) -> str:
    """Have Discord refuse the removal of a card in a locked thread, and return the card."""
    card, _, _ = await shown_match(world)
    async with world.store.session(await world.community()) as session:
        await session._do(
            "UPDATE outbox SET task = 'remove', state = 'failed', due_at = now() - interval '1 hour', tried_again = 9,"
            " problem = 'Discord doesn''t allow it: Thread is locked (160005)'"
        )
    return card


async def test_a_refused_removal_is_tried_again_once_its_thread_is_unlocked(world: World) -> None:
    card = await refused_removal(world)
    thread = world.discord.message(card)["channel_id"]
    async with background(Delivery(world.store, world.platform).run()):
        await world.discord.admin.lock(thread)
        await world.discord.admin.lock(thread, locked=False)
        await eventually(lambda: card not in world.discord.messages[thread])


async def test_a_refused_removal_is_tried_again_without_a_sign_that_the_bot_has_access(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_changes, "_FIRST_PAUSE", timedelta(milliseconds=10))
    async with open_world(database_url) as world:
        card = await refused_removal(world)
        async with background(Delivery(world.store, world.platform).run()):
            place = world.discord.message(card)["channel_id"]
            await eventually(lambda: card not in world.discord.messages[place])
