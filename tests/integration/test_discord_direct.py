"""What two people, or one, read where nobody else does: conversations and direct messages on Discord."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.discord.render import nonce
from reunite.commands import ChangeSettings, Look, ReportFound, ReportLost
from reunite.entities import Label, Match, Member, ReportState, Settings
from reunite.errors import TryAgainError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.reply import Button, Person, Plain, Quoted, Reply
from reunite.ports import Outgoing, ScoredPair
from tests.doubles.discord import Interaction
from tests.doubles.discord_shapes import PRIVATE_THREAD, SEND_MESSAGES
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
        assert here.discord.channels[first.channel]["name"].startswith("Handover: Ann, Bob #")
        assert here.discord.thread_members[first.channel] >= {ann, bob}
        assert here.discord.thread_members[first.channel].isdisjoint({cid, dan})
        assert here.discord.thread_members[second.channel] >= {cid, dan}


async def test_a_conversation_of_people_whose_names_are_refused_gets_a_neutral_name(database_url: str) -> None:
    async with world(database_url) as here:
        here.discord.forbidden_words = {"bloody"}
        people = (here.discord.join("Ann"), here.discord.join("Bloody Mary"))
        outgoing = reply("key", here.post_of("0"), people=people)
        first = await here.platform.send(outgoing)
        assert here.discord.channels[first.channel]["name"] == f"Handover #{nonce('key')[:8]}"
        assert here.discord.thread_members[first.channel] >= {*people}
        assert await here.platform.send(replace(outgoing, maybe_sent=True)) == first


async def test_a_thread_of_the_same_name_is_taken_only_where_an_earlier_attempt_may_have_opened_it(
    database_url: str,
) -> None:
    async with world(database_url) as here:
        outgoing = reply("key", here.post_of("0"), people=(here.discord.join("Ann"), here.discord.join("Bob")))
        first = await here.platform.send(outgoing)
        assert await here.platform.send(replace(outgoing, maybe_sent=True)) == first
        opened = [request for request in here.discord.requests if request[1].endswith("/threads")]
        await here.platform.send(outgoing)
        assert [request for request in here.discord.requests if request[1].endswith("/threads")] == [*opened, opened[0]]


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


async def test_a_private_look_opens_one_thread_and_only_for_a_claim_that_can_be_taken(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found(*_: object) -> Reply:
        buttons = [Button("look_mine", match.id, f"{number} is mine") for number, match in enumerate(matches)]
        return Reply("note", ((Plain("Two umbrellas."),),), buttons=tuple(buttons))

    monkeypatch.setattr("bot.looks.answer_of", found)
    async with world(database_url) as here:
        bob, handlers = here.discord.join("Bob"), Handlers(here.store, NoQueue())
        private = ChangeSettings(
            platform="discord", workspace=here.discord.guild_id, settings=Settings(private_reports=True)
        )
        matches = await looked_at(here, handlers, bob)
        await handlers.set_up(private)
        page = (await shown_to(here, await here.discord.slash("search", bob, "general", words="umbrella"))).said[-1]

        async def claim(label: str, proof: str) -> str:
            opening = await here.discord.press(page["id"], label, bob)
            await here.discord.opened(opening)
            return await here.discord.answer(await here.discord.submit(opening, words=proof))

        assert await claim("0 is mine", " ") == sentence("claim_empty")
        assert threads(here) == []
        for label in ("0 is mine", "1 is mine"):
            assert await claim(label, "a scratch inside") == sentence("note_look_filed")
        assert len(threads(here)) == 1


async def shown_to(here: World, used: Interaction) -> Interaction:
    await here.discord.answer(used)
    return used


def threads(here: World) -> list[str]:
    return [channel["id"] for channel in here.discord.channels.values() if channel["type"] == PRIVATE_THREAD]


async def looked_at(here: World, handlers: Handlers, member: str) -> list[Match]:
    """Store two finds and a member's look that matches both, as the workers would."""
    author, now = Member(here.discord.join("Ann"), "Ann"), datetime.now(UTC)
    await here.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    target = replace(here.post_of("0"), message=None)  # with one, the bot would find that no such post is there
    finds = [
        (await handlers.report(ReportFound(source_key=key, target=target, author=author, text=key))).report
        for key in ("11", "12")
    ]
    look = await handlers.look(
        Look(source_key="look", target=target, author=Member(member, "Bob"), text="umbrella", posted_at=now)
    )
    async with here.store.session(await here.community()) as session:
        for find in finds:
            await session.reports.set_state(find.id, ReportState.OPEN)
        return [await session.matches.save(ScoredPair(look, find.id, 0.9, Label.HIGH, (), {})) for find in finds]
