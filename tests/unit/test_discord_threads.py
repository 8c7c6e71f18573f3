"""Which of a thread's updates matter, which unknown threads are looked up, and how one shows its report's kind."""

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord.message_events import MessageEvents
from bot.discord.render import thread_name
from bot.discord.threads import Threads, find_thread
from reunite.entities import ReportKind
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


def tag(name: str) -> MagicMock:
    state = MagicMock(discord.ForumTag)
    state.name = name
    return state


async def test_only_other_tags_of_a_kind_tell_it() -> None:
    inbound = AsyncMock()
    events = MessageEvents(inbound, AsyncMock(), AsyncMock())
    lost, urgent, before, after = tag("Lost"), tag("urgent"), thread(), thread()
    for tags, tags_now, times in (([lost], [lost, urgent], 0), ([urgent], [urgent, lost], 1)):
        before.applied_tags, after.applied_tags = tags, tags_now
        await events.on_thread_update(before, after)
        assert inbound.tagged.await_count == times, tags


async def test_a_thread_is_renamed_even_if_its_tag_is_refused() -> None:
    post, workspaces = MagicMock(content="", attachments=[], created_at=datetime(2026, 11, 30, tzinfo=UTC)), MagicMock()
    workspaces.language.return_value = "en"
    shown = thread(name=thread_name(ReportKind.FOUND, "", post.created_at))
    shown.parent = MagicMock(discord.ForumChannel, available_tags=[tag("Lost")])
    shown.applied_tags, shown.owner_id = [tag("Found")], shown.guild.me.id
    no_right = discord.Forbidden(MagicMock(status=403), {"code": 50013, "message": "Missing Permissions"})
    shown.edit = AsyncMock(side_effect=[no_right, None])
    await Threads(MagicMock(), MagicMock(), workspaces).show_kind(shown, post, ReportKind.LOST)
    assert [next(iter(each.kwargs)) for each in shown.edit.await_args_list] == ["applied_tags", "name"]


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
