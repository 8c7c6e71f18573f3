"""Who is greeted on Discord when the bot is invited, over real sockets, against the double."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from psycopg import OperationalError

from bot.discord import greeting
from bot.discord.app import running
from bot.discord.workspaces import Workspaces
from db.store import Store
from reunite.commands import JoinWorkspace
from reunite.handlers import Handlers
from reunite.welcome import WelcomeHandlers
from tests.doubles.discord import BOT_ID, DiscordDouble
from tests.doubles.discord_shapes import VIEW_AUDIT_LOG
from tests.support.discord_adapter import World, config, invited, open_world, opened_world
from tests.support.keys import KEYS
from tests.support.queues import NoQueue
from tests.support.rounds import Rounds
from tests.support.waiting import eventually

world_fixture = pytest.fixture(opened_world, name="world")


TRY = "Try it now"


def texts_in(world: World, channel: str) -> list[str]:
    return [world.discord.text(reply) for reply in world.discord.replies(channel)]


async def test_the_person_who_added_the_bot_is_greeted_directly(world: World) -> None:
    max_ = world.discord.admin.join("Max")
    await invited(world, max_)
    direct = world.discord.direct(max_)["id"]
    await eventually(lambda: texts_in(world, direct))
    [said] = texts_in(world, direct)
    assert "You've invited me to The library." in said.replace("*", "")
    assert TRY in said
    assert texts_in(world, world.discord.channel("found")) == []


async def test_where_they_take_no_messages_the_channel_is_greeted(world: World) -> None:
    max_ = world.discord.admin.join("Max")
    world.discord.takes_no_messages.add(max_)
    await invited(world, max_)
    await world.discord.reply(world.discord.channel("found"), TRY)


async def test_without_the_audit_log_the_channel_is_greeted(world: World) -> None:
    max_ = world.discord.admin.join("Max")
    await invited(world, max_, is_told=False)
    await world.discord.reply(world.discord.channel("found"), TRY)
    assert texts_in(world, world.discord.direct(max_)["id"]) == []
    assert not [path for _, path in world.discord.requests if "audit-logs" in path]


async def test_a_guild_that_adds_the_bot_during_its_outage_is_greeted_afterwards(world: World) -> None:
    await world.discord.admin.remove_bot()
    await world.discord.admin.go_out()
    await world.discord.admin.add_bot()
    await world.discord.admin.come_back()
    await world.discord.reply(world.discord.channel("found"), TRY)


async def test_where_the_connection_breaks_the_channel_is_greeted(world: World) -> None:
    for _ in range(2):  # aiohttp asks once more by itself
        world.discord.refuse("GET .*audit-logs", 0)
    await invited(world, world.discord.admin.join("Max"))
    await world.discord.reply(world.discord.channel("found"), TRY)


async def test_a_community_is_greeted_in_the_language_that_it_has_on_discord(world: World) -> None:
    world.discord.preferred_locale = "es-419"
    await invited(world, world.discord.admin.join("Max"), is_told=False)
    await world.discord.reply(world.discord.channel("found"), "Pruébalo")
    workspace = await world.store.workspace("discord", world.discord.guild_id)
    assert workspace
    async with world.store.session(workspace.community) as session:
        assert (await session.workspaces.settings(workspace.id)).language == "es"


@pytest.mark.parametrize("after", [False, True], ids=["before it is sent", "after it was sent"])
async def test_a_greeting_that_breaks_off_comes_later_and_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    monkeypatch.setattr(greeting, "_PAUSES_IN_SECONDS", (0.2, 0.2))
    noted = Rounds()
    monkeypatch.setattr(WelcomeHandlers, "note_greeting", noted.counting(WelcomeHandlers.note_greeting))
    async with open_world(database_url) as world:
        found = world.discord.channel("found")
        world.discord.refuse(f"POST /channels/{found}/messages", 0, after=after)
        await invited(world, world.discord.admin.join("Max"), is_told=False)
        await eventually(lambda: noted.ended)  # it counts as sent, so nothing more is tried
        [said] = texts_in(world, found)
        assert TRY in said
        assert not world.discord.refusals


async def test_a_community_that_joins_while_the_database_is_away_is_greeted_later(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greeting, "_PAUSES_IN_SECONDS", (0.1,) * 5)
    async with open_world(database_url) as world:
        max_, join, failures = world.discord.admin.join("Max"), Handlers.join, iter(range(3))

        async def join_later(handlers: Handlers, command: JoinWorkspace) -> None:
            if next(failures, None) is not None:
                raise OperationalError("the database is away")
            await join(handlers, command)

        monkeypatch.setattr(Handlers, "join", join_later)
        await invited(world, max_)
        direct = world.discord.direct(max_)["id"]
        await eventually(lambda: texts_in(world, direct))
        assert len(texts_in(world, direct)) == 1


async def test_a_guild_that_removes_the_bot_at_once_is_not_joined_again(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    join, joining, may_join = Handlers.join, asyncio.Event(), asyncio.Event()
    begun, ended, left, lock, locks = [0], Rounds(), Rounds(), Workspaces.lock, list[asyncio.Lock]()
    await eventually(world.community)

    async def join_slowly(handlers: Handlers, command: JoinWorkspace) -> None:
        begun[0] += 1
        joining.set()
        await may_join.wait()
        await join(handlers, command)

    def asked(workspaces: Workspaces, snowflake: int) -> asyncio.Lock:
        locks.append(lock(workspaces, snowflake))
        return locks[-1]

    monkeypatch.setattr(Handlers, "join", ended.counting(join_slowly))
    await invited(world, world.discord.admin.join("Max"))
    await joining.wait()
    monkeypatch.setattr(Workspaces, "lock", asked)
    monkeypatch.setattr(Handlers, "leave", left.counting(Handlers.leave))
    await world.discord.admin.remove_bot()
    await eventually(lambda: left.ended or any(lock._waiters for lock in locks))  # the removal waits for its turn
    may_join.set()
    await eventually(lambda: left.ended and ended.ended == begun[0])
    assert await world.store.workspace("discord", world.discord.guild_id) is None


@asynccontextmanager
async def running_bot(discord: DiscordDouble, database_url: str) -> AsyncIterator[World]:
    """Run the bot, new or again, until the block ends."""
    async with (
        Store(database_url, keys=KEYS) as store,
        running(Handlers(store, NoQueue()), store, config(discord)) as platform,
    ):
        yield World(discord, store, platform)


async def test_a_greeting_that_is_late_survives_a_restart_and_comes_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greeting, "_BETWEEN_SECONDS", 0)
    async with DiscordDouble() as discord:
        found = discord.channel("found")
        async with running_bot(discord, database_url) as world:
            discord.refuse(f"POST /channels/{found}/messages", 0)
            await invited(world, discord.admin.join("Max"), is_told=False)
            await eventually(lambda: not discord.refusals)
        assert texts_in(world, found) == []
        for _ in range(2):
            async with running_bot(discord, database_url) as world:
                await discord.reply(found, TRY)
                await asyncio.sleep(0.5)
        assert len(texts_in(world, found)) == 1


async def test_a_greeting_whose_arrival_could_not_be_noted_comes_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(greeting, "_BETWEEN_SECONDS", 0)
    async with DiscordDouble() as discord:
        found = discord.channel("found")
        with monkeypatch.context() as patch:
            patch.setattr(WelcomeHandlers, "note_greeting", lost)
            async with running_bot(discord, database_url) as world:
                await invited(world, discord.admin.join("Max"), is_told=False)
                await discord.reply(found, TRY)
        async with running_bot(discord, database_url) as world:
            await eventually(lambda: is_greeted(world))
        assert len(texts_in(world, found)) == 1


async def is_greeted(world: World) -> bool:
    rows = await world.store.rows("SELECT greeted_at FROM enter_workspace('discord', %s)", world.discord.guild_id)
    return bool(rows and rows[0]["greeted_at"])


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_guild_that_has_joined_while_the_bot_was_down_is_greeted_at_the_start_if_it_is_new(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, is_new: bool
) -> None:
    monkeypatch.setattr(greeting, "_BETWEEN_SECONDS", 0)
    async with DiscordDouble() as discord:
        if is_new:
            discord.admin.joined()
        for _ in range(2):
            async with running_bot(discord, database_url) as world:
                await (eventually(lambda: is_greeted(world)) if is_new else eventually(world.community))
                await asyncio.sleep(0.5)
        assert len(texts_in(world, discord.channel("found"))) == is_new


async def test_where_the_inviter_takes_no_messages_after_a_restart_the_channel_is_greeted(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greeting, "_BETWEEN_SECONDS", 0)
    async with DiscordDouble() as discord:
        max_, found = await break_off_directly(discord, database_url), discord.channel("found")
        discord.takes_no_messages.add(max_)
        async with running_bot(discord, database_url) as world:
            await eventually(lambda: is_greeted(world))
        assert (texts_in(world, discord.direct(max_)["id"]), len(texts_in(world, found))) == ([], 1)


async def test_a_direct_greeting_after_a_restart_says_where_the_bot_was_invited(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(greeting, "_BETWEEN_SECONDS", 0)
    async with DiscordDouble() as discord:
        max_ = await break_off_directly(discord, database_url)
        async with running_bot(discord, database_url) as world:
            await eventually(lambda: is_greeted(world))
        [said] = texts_in(world, discord.direct(max_)["id"])
        assert "You've invited me to The library." in said.replace("*", "")


async def break_off_directly(discord: DiscordDouble, database_url: str) -> str:
    """Let a direct greeting break off, then take the audit log away; return who invited the bot."""
    max_ = discord.admin.join("Max")
    async with running_bot(discord, database_url) as world:
        discord.refuse(f"POST /channels/{discord.direct(max_)['id']}/messages", 0)
        await invited(world, max_)
        await eventually(lambda: not discord.refusals)
    discord.roles[discord.bot_role]["permissions"] = str(discord.may_anywhere(BOT_ID) & ~VIEW_AUDIT_LOG)
    return max_
