"""Which of a thread's updates have changes tried again that Discord refused while it was closed."""

from unittest.mock import AsyncMock, MagicMock

import discord

from bot.discord.events import MessageEvents


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
