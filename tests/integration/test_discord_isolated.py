"""A defect with one guild or message at the start affects no other, and each is tried once."""

from typing import Any

import discord as dpy
import pytest
from structlog.testing import capture_logs

from bot.discord import workspaces
from bot.discord.inbound import Inbound
from reunite.commands import JoinWorkspace
from reunite.entities import Workspace
from reunite.errors import TryAgainError
from reunite.handlers import Handlers
from tests.doubles.discord_shapes import FORUM, MEDIA
from tests.support.discord_adapter import JPEG
from tests.support.discord_away import caught_up, guild, online
from tests.support.waiting import eventually


@pytest.mark.parametrize(("archived", "kind"), [(False, FORUM), (True, FORUM), (True, MEDIA)])
async def test_a_forum_post_from_while_the_bot_was_away_is_taken_though_archived(
    database_url: str, *, archived: bool, kind: int
) -> None:
    async with guild(database_url) as (discord, store):
        ann = discord.admin.join("Ann")
        await discord.admin.delete_channel("found")
        await discord.admin.create_channel("found-items", kind)
        async with caught_up(discord, store):
            pass
        post = await discord.people.post_in_forum("found-items", ann, "a scarf", photos={"a.jpg": JPEG})
        if archived:
            await discord.admin.archive(post)
        async with caught_up(discord, store) as world:
            assert [report["text"] for report in await world.reports()] == ["a scarf"]


async def test_a_guild_that_cannot_be_stored_at_the_start_is_stored_later(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tried = Handlers.join, list[str]()

    async def join(self: Handlers, command: JoinWorkspace) -> Workspace:
        tried.append(command.external_id)
        if len(tried) == 1:
            raise TryAgainError("conflict with another transaction")
        return await real(self, command)

    monkeypatch.setattr(Handlers, "join", join)
    monkeypatch.setattr(workspaces, "_SAVE_EVERY_SECONDS", 0.1)
    async with guild(database_url) as (discord, store):
        ann = discord.admin.join("Ann")
        await discord.people.post("found", ann, "a scarf", {"a.jpg": JPEG})
        async with caught_up(discord, store) as world:
            assert [report["text"] for report in await world.reports()] == ["a scarf"]


async def test_a_message_that_meets_a_defect_is_tried_once_a_start(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tried = Inbound.posted, list[str]()

    async def posted(self: Inbound, message: dpy.Message) -> Any:
        tried.append(message.content)
        if message.content == "a defect":
            raise ValueError("defect")
        return await real(self, message)

    monkeypatch.setattr(Inbound, "posted", posted)
    async with guild(database_url) as (discord, store):
        ann = discord.admin.join("Ann")
        for words in ("a defect", "a scarf"):
            await discord.people.post("found", ann, words, {"a.jpg": JPEG})
        with capture_logs() as logged:
            async with online(discord, store, pause_after_trouble=0.01) as world:
                await eventually(lambda: any(line["event"] == "discord_reconciled" for line in logged))
                assert [report["text"] for report in await world.reports()] == ["a scarf"]
    assert tried == ["a defect", "a scarf"]
    assert [line["event"] for line in logged].count("discord_reconcile_defect") == 1
