"""Which of a thread's updates matter, and how a thread shows the kind of its report."""

from datetime import UTC, datetime
from unittest.mock import AsyncMock, MagicMock

import discord

from bot.discord.events import MessageEvents
from bot.discord.render import thread_name
from bot.discord.threads import Threads
from reunite.entities import ReportKind


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
    refused = discord.Forbidden(MagicMock(status=403), {"code": 50013, "message": "Missing Permissions"})
    shown.edit = AsyncMock(side_effect=[refused, None])
    await Threads(MagicMock(), MagicMock(), workspaces).show_kind(shown, post, ReportKind.LOST)
    assert [next(iter(each.kwargs)) for each in shown.edit.await_args_list] == ["applied_tags", "name"]
