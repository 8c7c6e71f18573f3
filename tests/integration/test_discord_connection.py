"""Connecting to Discord, over real sockets, against the double."""

import asyncio
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from psycopg import AsyncConnection
from structlog.testing import capture_logs

from bot.discord.app import running
from bot.discord.client import ReuniteClient
from bot.discord.config import DiscordConfig
from bot.errors import SetupError
from db.store import Store
from reunite.handlers import Handlers
from tests.doubles.discord import TOKEN, DiscordDouble
from tests.doubles.discord_rest_base import Refusal, banned
from tests.support.discord_adapter import JPEG, config, open_world
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

LIMITED: dict[str, Any] = {"message": "You are being rate limited.", "global": False}
"""developers/topics/rate-limits, "Exceeding a Rate Limit" (read 2026-11-29)."""


async def test_the_client_is_built_without_touching_the_network() -> None:
    nowhere = DiscordConfig(token=TOKEN, api_base="http://127.0.0.1:1", gateway="ws://127.0.0.1:1")
    assert not ReuniteClient(nowhere).is_ready()


async def test_what_was_begun_is_answered_before_the_bot_goes(database_url: str) -> None:
    async with open_world(database_url) as world:
        used = await world.discord.ui.slash("lost", world.discord.admin.join("Ada"), "general", description="a hat")
        await eventually(lambda: used.state == "deferred" or None)
    assert "I'm searching" in (used.answer or "")


async def test_a_wrong_token_is_explained_in_one_sentence(discord: DiscordDouble, store: Store) -> None:
    with pytest.raises(SetupError, match="REUNITE_DISCORD_TOKEN"):
        async with running(Handlers(store, NoQueue()), store, config(discord, token="wrong")):
            pass


async def test_a_discord_that_is_away_is_explained_in_one_sentence(discord: DiscordDouble, store: Store) -> None:
    away = replace(config(discord), api_base="http://127.0.0.1:1")
    with pytest.raises(SetupError, match="can't be reached"):
        async with running(Handlers(store, NoQueue()), store, away):
            pass


async def test_a_missing_intent_is_explained_in_one_sentence(discord: DiscordDouble, store: Store) -> None:
    discord.gateway.allows_message_content = False
    with pytest.raises(SetupError, match="Message Content Intent"):
        async with running(Handlers(store, NoQueue()), store, config(discord)):
            pass


# developers/topics/opcodes-and-status-codes, "Gateway Close Event Codes" (read 2026-11-26).
@pytest.mark.parametrize(("code", "told"), [(4004, "REUNITE_DISCORD_TOKEN"), (4013, r"for good \(code 4013\)")])
async def test_a_gateway_that_closes_for_good_is_explained_in_one_sentence(
    discord: DiscordDouble, store: Store, code: int, told: str
) -> None:
    discord.gateway.closes_with = [code]
    with pytest.raises(SetupError, match=told):
        async with running(Handlers(store, NoQueue()), store, config(discord)):
            pass


async def test_a_bot_that_has_connected_too_often_stays_away_and_keeps_its_token(database_url: str) -> None:
    """developers/events/gateway, "Identifying" (read 2026-11-29): beyond the limit, Discord resets the bot's token."""
    async with DiscordDouble() as discord, Store(database_url) as store:
        discord.gateway.starts_left = 0
        with pytest.raises(SetupError, match="in 120 minutes"):
            async with running(Handlers(store, NoQueue()), store, config(discord)):
                pass
        assert discord.gateway.identified == 0


async def test_a_session_limit_of_a_moment_is_waited_for(discord: DiscordDouble, store: Store) -> None:
    discord.gateway.closes_with = [4008]  # too fast; discord.py connects again
    async with running(Handlers(store, NoQueue()), store, config(discord)):
        assert discord.gateway.identified == 1


async def test_a_page_instead_of_an_answer_is_explained_in_one_sentence(discord: DiscordDouble, store: Store) -> None:
    discord.refusals.append(banned("GET /users/@me"))
    with pytest.raises(SetupError, match=r"^Discord can't be reached \(it answers 429\): try again later\.$"):
        async with running(Handlers(store, NoQueue()), store, config(discord)):
            pass


@pytest.mark.parametrize("status", [200, 401, 407])
async def test_a_proxys_page_is_explained_in_one_sentence(discord: DiscordDouble, store: Store, status: int) -> None:
    discord.refusals.append(Refusal(re.compile("GET /users/@me"), status, {}, page="The proxy says no."))
    with pytest.raises(SetupError, match=rf"\({status} with a page that isn't Discord's, perhaps a proxy's\)"):
        async with running(Handlers(store, NoQueue()), store, config(discord)):
            pass


@pytest.mark.parametrize("request_", ["GET /users/@me", "GET /gateway/bot"])
async def test_a_limit_of_an_hour_is_explained_in_one_sentence(
    discord: DiscordDouble, store: Store, request_: str
) -> None:
    discord.refuse(request_, 429, **LIMITED, retry_after=3600.0)
    with pytest.raises(SetupError, match=r"^Discord refuses the bot's requests for 60 minutes"):
        async with running(Handlers(store, NoQueue()), store, config(discord)):
            pass


async def test_commands_that_discord_puts_off_are_registered_later_and_keep_nothing_back(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    limits: list[asyncio.Timeout] = []
    is_later = asyncio.Event()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await is_later.wait()

    def timeout(seconds: float | None) -> asyncio.Timeout:
        limits.append(asyncio.timeout(seconds))
        return limits[-1]

    monkeypatch.setattr("bot.discord.client.asyncio", SimpleNamespace(sleep=sleep, timeout=timeout))
    async with DiscordDouble() as discord, Store(database_url) as store:
        discord.refuse("PUT .*/commands", 429, **LIMITED, retry_after=3600.0)
        discord.refuse("PUT .*/commands", 429, **LIMITED, retry_after=60.0)
        async with running(Handlers(store, NoQueue()), store, config(discord)):
            assert discord.commands == []
            post = await discord.people.post("found", discord.admin.join("Ann"), "a hat", {"a.jpg": JPEG})
            await eventually(lambda: discord.people.has_reaction(post, "👀"))
            is_later.set()
            await eventually(lambda: discord.commands)
    assert pauses == [3600, 60]
    assert {limit.when() for limit in limits} == {None}  # only the login is limited, not what may be put off


@pytest.mark.parametrize("status", [403, 400, 503])
async def test_posts_are_taken_though_discord_refuses_the_commands(
    discord: DiscordDouble, store: Store, status: int
) -> None:
    discord.refuse("PUT .*/commands", status, code=50001, message="Missing Access")
    async with running(Handlers(store, NoQueue()), store, config(discord)):
        assert discord.commands == []
        post = await discord.people.post("found", discord.admin.join("Ann"), "a hat", {"a.jpg": JPEG})
        await eventually(lambda: discord.people.has_reaction(post, "👀"))


async def test_a_gateway_that_is_not_found_is_explained_in_one_sentence(discord: DiscordDouble, store: Store) -> None:
    discord.refuse("GET /gateway/bot", 503)
    with pytest.raises(SetupError, match="can't be reached"):
        async with running(Handlers(store, NoQueue()), store, config(discord)):
            pass


async def test_discord_is_asked_for_no_more_than_is_needed(database_url: str) -> None:
    async with open_world(database_url) as world:
        assert world.discord.gateway.intents == 1 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 15
        assert {command["name"] for command in world.discord.commands} == {
            "lost", "found", "sealed", "mine", "privacy", "stats", "setup", "link", "unlink", "help",
            "search", "timezone", "board", "Found this", "I lost this",
        }  # fmt: skip


async def test_the_connection_is_kept_alive(discord: DiscordDouble, store: Store) -> None:
    discord.gateway.heartbeat_interval = 0.1
    async with running(Handlers(store, NoQueue()), store, config(discord)):
        await eventually(lambda: discord.gateway.heartbeats >= 3 or None)
        assert (discord.gateway.identified, discord.gateway.resumed) == (1, 0)


POLL: dict[str, Any] = {
    "question": {"text": "Whose hat?"},
    "answers": [],
    "expiry": None,
    "allow_multiselect": False,
    "layout_type": 1,
}
"""developers/resources/poll, "Poll Object": `expiry` may be null (read 2026-11-28)."""


@pytest.mark.parametrize("is_reply", [False, True])
async def test_a_post_is_taken_at_once_without_what_the_library_cannot_read(
    database_url: str, *, is_reply: bool
) -> None:
    async with open_world(database_url) as world:
        ann, found = world.discord.admin.join("Ann"), world.discord.channel("found")
        more: dict[str, Any] = {"poll": POLL}
        if is_reply:
            asked = world.discord.add_message(found, ann, more)
            about = {"type": 0, "channel_id": found, "message_id": asked["id"], "guild_id": world.discord.guild_id}
            more = {"type": 19, "message_reference": about, "referenced_message": asked}
        post = await world.discord.people.post("found", ann, "a hat", {"a.jpg": JPEG}, **more)
        await eventually(lambda: world.discord.people.has_reaction(post, "👀") or None)
        await world.discord.people.edit(post, "a red hat")
        await eventually(world.report, holds=lambda report: report["text"] == "a red hat")


async def test_an_event_that_the_library_cannot_read_does_not_end_the_bot(database_url: str) -> None:
    async with open_world(database_url) as world:
        ann = world.discord.admin.join("Ann")
        asked = world.discord.add_message(
            world.discord.channel("found"), ann, {"attachments": [{"url": "https://cdn.example"}]}
        )
        with capture_logs() as logs:
            await world.discord.tell_of(asked)
            post = await world.discord.people.post("found", ann, "a hat", {"a.jpg": JPEG})
            await eventually(lambda: world.discord.people.has_reaction(post, "👀") or None)
        [unreadable] = [line for line in logs if line["event"] == "discord_event_unreadable"]
        assert unreadable["during"] == "MESSAGE_CREATE"


async def test_what_could_not_be_taken_while_the_database_was_away_is_taken_later(
    discord: DiscordDouble, store: Store, owner_database_url: str
) -> None:
    impatient = replace(config(discord), pause_after_trouble=0.5)
    async with (
        running(Handlers(store, NoQueue()), store, impatient),
        await AsyncConnection.connect(owner_database_url) as owner,
    ):
        await owner.set_autocommit(True)
        await owner.execute("ALTER TABLE report RENAME TO away")
        post = await discord.people.post("found", discord.admin.join("Ann"), "a hat", {"a.jpg": JPEG})
        await asyncio.sleep(0.2)
        assert not discord.people.has_reaction(post, "👀")
        await owner.execute("ALTER TABLE away RENAME TO report")
        await eventually(lambda: discord.people.has_reaction(post, "👀") or None)


async def test_an_unanswered_reaction_holds_up_the_others_only_for_a_moment(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.internals._REQUEST_SECONDS", 1.0)
    async with open_world(database_url, pause_after_trouble=0.5) as world:
        world.discord.refusals.append(Refusal(re.compile("PUT .*reactions"), 0, {}, hangs=True))
        people, ann = world.discord.people, world.discord.admin.join("Ann")
        posts = [await people.post("found", ann, "a hat", {"a.jpg": JPEG}) for _ in range(2)]
        await eventually(lambda: all(people.has_reaction(post, "👀") for post in posts))


async def test_a_bot_that_goes_in_the_middle_of_a_burst_leaves_the_rest_to_its_next_start(
    discord: DiscordDouble, store: Store
) -> None:
    handlers = Handlers(store, NoQueue())
    ann = discord.admin.join("Ann")
    async with running(handlers, store, config(discord)):
        discord.limits.enforced = True
        posts = [await discord.people.post("found", ann, f"hat {number}", {"a.jpg": JPEG}) for number in range(40)]
        # Whichever comes first: the one that Discord refused as too fast may well be the last.
        await eventually(lambda: any(discord.people.has_reaction(post, "👀") for post in posts) or None)
    assert not all(discord.people.has_reaction(post, "👀") for post in posts), "Discord takes four reactions a second"
    discord.limits.enforced = False
    async with running(handlers, store, config(discord)):
        await eventually(lambda: all(discord.people.has_reaction(post, "👀") for post in posts) or None)
