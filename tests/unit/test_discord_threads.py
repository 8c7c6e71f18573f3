"""Which updates of a thread have changes tried again, and which unknown threads are looked up."""

from contextlib import AbstractContextManager, nullcontext
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord.message_events import MessageEvents
from bot.discord.threads import find_thread
from reunite.errors import TryAgainError


def thread(*, archived: bool = False, locked: bool = False, name: str = "Found: a hat") -> MagicMock:
    state = MagicMock(discord.Thread, id=7, archived=archived, locked=locked)
    state.name, state.guild.id = name, 1
    return state


async def test_only_a_thread_that_opens_has_refused_changes_tried_again() -> None:
    missed = AsyncMock()
    events = MessageEvents(AsyncMock(), missed, AsyncMock())
    for before, after in (
        (thread(), thread(name="Found: a cap")),
        (thread(), thread(archived=True)),
        (thread(locked=True), thread(locked=True, name="Found: a cap")),
        (thread(archived=True, locked=True), thread(archived=True)),
        (thread(archived=True, locked=True), thread(locked=True)),
    ):
        await events.on_thread_update(before, after)
    await events.on_thread_join(thread(archived=True, locked=True))
    missed.change_again_in.assert_not_awaited()
    for closed in (thread(locked=True), thread(archived=True)):
        await events.on_thread_update(closed, thread())
    await events.on_thread_join(thread())
    assert missed.change_again_in.await_count == 3


def message_in_unknown_thread(number: int, *, photos: int, found: object) -> MagicMock:
    message = MagicMock(discord.Message, id=number, message_snapshots=[])
    message.channel = MagicMock(discord.PartialMessageable, id=7)
    file = MagicMock(content_type="image/jpeg", to_dict=lambda: {"filename": "a.jpg", "url": "https://cdn.example"})
    file.flags.value, message.attachments = 0, [file] * photos
    message.guild.fetch_channel = AsyncMock(side_effect=[found])
    return message


@pytest.mark.parametrize(("number", "photos"), [(7, 0), (7, 1), (8, 1)])
async def test_the_unknown_thread_of_a_post_or_of_a_later_photo_is_looked_up(number: int, photos: int) -> None:
    message = message_in_unknown_thread(number, photos=photos, found=thread())
    await find_thread(message)
    message.guild.fetch_channel.assert_awaited_once_with(7)
    assert isinstance(message.channel, discord.Thread)


async def test_an_unknown_thread_is_not_looked_up_for_words_alone() -> None:
    message = message_in_unknown_thread(8, photos=0, found=thread())
    await find_thread(message)
    message.guild.fetch_channel.assert_not_awaited()


def refused(error: type[discord.HTTPException], status: int) -> discord.HTTPException:
    return error(MagicMock(status=status, headers={}), {"code": 50001 if status == 403 else 0, "message": "no"})


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (refused(discord.NotFound, 404), nullcontext()),
        (refused(discord.Forbidden, 403), nullcontext()),
        (refused(discord.DiscordServerError, 503), pytest.raises(TryAgainError)),
    ],
)
async def test_an_unknown_thread_that_is_refused_stays_unknown(
    error: discord.HTTPException, raised: AbstractContextManager[object]
) -> None:
    message = message_in_unknown_thread(7, photos=1, found=error)
    with raised:
        await find_thread(message)
    assert isinstance(message.channel, discord.PartialMessageable)
