"""What two people, or one, read where nobody else does: conversations and direct messages on Discord."""

import itertools
from dataclasses import replace
from uuid import UUID

import pytest

from bot.discord.render import nonce
from reunite.commands import ReportLost
from reunite.entities import Member
from reunite.errors import TryAgainError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.reply import Button, Person, Quoted, Reply
from reunite.ports import Outgoing
from tests.doubles.discord_shapes import SEND_MESSAGES
from tests.support.discord_adapter import World, reply, world
from tests.support.queues import NoQueue
from tests.support.waiting import eventually


def keys_that_begin_alike() -> tuple[str, str]:
    """Return two keys whose nonces share their first four digits."""
    seen: dict[str, str] = {}
    for key in map(str, itertools.count()):
        if known := seen.get(nonce(key)[:4]):
            return known, key
        seen[nonce(key)[:4]] = key
    raise AssertionError


async def test_two_conversations_whose_marks_begin_alike_have_threads_of_their_own(database_url: str) -> None:
    async with world(database_url) as here:
        ann, bob, cid, dan = (here.discord.join(name) for name in ("Ann", "Bob", "Cid", "Dan"))
        post, (one, other) = here.post_of("0"), keys_that_begin_alike()
        first = await here.platform.send(reply(one, post, people=(ann, bob)))
        await eventually(lambda: here.discord.channels.get(first.channel))
        second = await here.platform.send(reply(other, post, people=(cid, dan)))
        assert here.discord.thread_members[first.channel] >= {ann, bob}
        assert here.discord.thread_members[first.channel].isdisjoint({cid, dan})
        assert here.discord.thread_members[second.channel] >= {cid, dan}


async def test_a_thread_of_the_same_name_is_taken_only_where_an_earlier_attempt_may_have_opened_it(
    database_url: str,
) -> None:
    async with world(database_url) as here:
        outgoing = reply("key", here.post_of("0"), people=(here.discord.join("Ann"), here.discord.join("Bob")))
        first = await here.platform.send(outgoing)
        assert await here.platform.send(replace(outgoing, maybe_sent=True)) == first
        opened = [each for each in here.discord.requests if each[1].endswith("/threads")]
        await here.platform.send(outgoing)
        assert [each for each in here.discord.requests if each[1].endswith("/threads")] == [*opened, opened[0]]


def post_of_bob(here: World, bob: str, *buttons: Button) -> Outgoing:
    lines = ((Person("discord", Member(bob, "Bob")),), (Quoted("my bag", UUID(int=1)),))
    root = replace(here.post_of("0", "lost"), message=None)
    return Outgoing("post", root, Reply("report_post", lines, buttons=buttons, opens_thread=True), author=bob)


async def test_a_post_that_neither_its_channel_nor_its_author_takes_waits_for_the_permission(database_url: str) -> None:
    async with world(database_url) as here:
        bob = here.discord.join("Bob")
        here.discord.takes_no_messages.add(bob)
        await here.discord.forbid("lost", SEND_MESSAGES)
        with pytest.raises(TryAgainError, match="Missing Permissions"):
            await here.platform.send(post_of_bob(here, bob))
        await here.discord.allow("lost")
        assert (await here.platform.send(post_of_bob(here, bob))).channel == here.discord.channel("lost")


async def test_a_post_in_direct_messages_can_be_emptied(database_url: str) -> None:
    async with world(database_url) as here:
        bob = here.discord.join("Bob")
        await here.discord.forbid("lost", SEND_MESSAGES)
        outgoing = post_of_bob(here, bob)
        sent = await here.platform.send(outgoing)
        await here.platform.edit(replace(outgoing, reply=wording.ended("en")), sent)
        [shown] = here.discord.direct_messages(bob)
        assert here.discord.text(shown) == sentence("ended")


async def test_who_has_left_can_only_withdraw_in_direct_messages(database_url: str) -> None:
    async with world(database_url) as here:
        bob = here.discord.join("Bob")
        await here.discord.forbid("lost", SEND_MESSAGES)
        await here.discord.answer(await here.discord.slash("stats", bob, "general"))
        root = replace(here.post_of("0", "lost"), message=None)
        command = ReportLost(source_key="1", target=root, author=Member(bob, "Bob"), text="my bag")
        report = (await Handlers(here.store, NoQueue()).report(command)).report
        buttons = [Button("extend", report.id, "Keep watching"), Button("withdraw", report.id, "Withdraw")]
        sent = await here.platform.send(post_of_bob(here, bob, *buttons))
        extended = await here.discord.press(sent.message, "Keep watching", bob)
        assert await here.discord.answer(extended) != sentence("left_server")
        here.discord.leave(bob)
        refused = await here.discord.press(sent.message, "Keep watching", bob)
        assert await here.discord.answer(refused) == sentence("left_server")
        await here.discord.answer(await here.discord.press(sent.message, "Withdraw", bob))
        assert (await here.report())["state"] == "withdrawn"
