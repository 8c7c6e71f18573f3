"""What two people, or one, read where nobody else does: conversations and direct messages on Discord."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bot.discord.render import nonce
from reunite.commands import ChangeSettings, Look, ReportFound, ReportLost
from reunite.entities import Label, Match, Member, ReportState, Settings
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.reply import Button, Person, Plain, Quoted, Reply
from reunite.ports import Outgoing, ScoredPair, Sent
from tests.doubles.discord import Interaction
from tests.doubles.discord_shapes import PRIVATE_THREAD, SEND_MESSAGES
from tests.support.discord_adapter import World, open_world, opened_world, reply
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

world_fixture = pytest.fixture(opened_world, name="world")


def keys_that_begin_alike() -> tuple[str, str]:
    """Return two keys whose nonces share their first four digits."""
    seen: dict[str, str] = {}
    for key in map(str, itertools.count()):
        if known := seen.get(nonce(key)[:4]):
            return known, key
        seen[nonce(key)[:4]] = key
    raise AssertionError


async def test_two_conversations_whose_marks_begin_alike_have_threads_of_their_own(world: World) -> None:
    ann, bob, cid, dan = (world.discord.admin.join(name) for name in ("Ann", "Bob", "Cid", "Dan"))
    post, (one, other) = world.post_of("0"), keys_that_begin_alike()
    first = await world.platform.send(reply(one, post, people=(ann, bob)))
    await eventually(lambda: world.discord.channels.get(first.channel))
    second = await world.platform.send(reply(other, post, people=(cid, dan)))
    assert world.discord.channels[first.channel]["name"].startswith("Handover: Ann, Bob #")
    assert world.discord.thread_members[first.channel] >= {ann, bob}
    assert world.discord.thread_members[first.channel].isdisjoint({cid, dan})
    assert world.discord.thread_members[second.channel] >= {cid, dan}


async def test_a_conversation_of_people_whose_names_are_refused_gets_a_neutral_name(world: World) -> None:
    world.discord.forbidden_words = {"bloody"}
    people = (world.discord.admin.join("Ann"), world.discord.admin.join("Bloody Mary"))
    outgoing = reply("key", world.post_of("0"), people=people)
    first = await world.platform.send(outgoing)
    assert world.discord.channels[first.channel]["name"] == f"Handover #{nonce('key')[:8]}"
    assert world.discord.thread_members[first.channel] >= {*people}
    assert await world.platform.send(replace(outgoing, maybe_sent=True)) == first


async def test_a_thread_of_the_same_name_is_taken_only_where_an_earlier_attempt_may_have_opened_it(
    world: World,
) -> None:
    outgoing = reply(
        "key", world.post_of("0"), people=(world.discord.admin.join("Ann"), world.discord.admin.join("Bob"))
    )
    first = await world.platform.send(outgoing)
    assert await world.platform.send(replace(outgoing, maybe_sent=True)) == first
    opened = [request for request in world.discord.requests if request[1].endswith("/threads")]
    await world.platform.send(outgoing)
    assert [request for request in world.discord.requests if request[1].endswith("/threads")] == [
        *opened,
        opened[0],
    ]


def post_of_bob(world: World, bob: str, *buttons: Button) -> Outgoing:
    lines = ((Person("discord", Member(bob, "Bob")),), (Quoted("my bag", UUID(int=1)),))
    root = replace(world.post_of("0", "lost"), message=None)
    return Outgoing("post", root, Reply("report_post", lines, buttons=buttons, opens_thread=True), author=bob)


async def test_a_post_that_neither_its_channel_nor_its_author_takes_waits_for_the_permission(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    world.discord.takes_no_messages.add(bob)
    await world.discord.admin.forbid("lost", SEND_MESSAGES)
    with pytest.raises(TryAgainError, match="Missing Permissions"):
        await world.platform.send(post_of_bob(world, bob))
    await world.discord.admin.allow("lost")
    assert (await world.platform.send(post_of_bob(world, bob))).channel == world.discord.channel("lost")


async def sent_to_bob(world: World, bob: str) -> tuple[Outgoing, Sent]:
    """Return a post that went to direct messages, because its channel doesn't take it."""
    await world.discord.admin.forbid("lost", SEND_MESSAGES)
    outgoing = post_of_bob(world, bob)
    return outgoing, await world.platform.send(outgoing)


async def test_an_edited_post_in_direct_messages_still_says_why_it_is_there(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    outgoing, sent = await sent_to_bob(world, bob)
    requoted = outgoing.reply.requoted(UUID(int=1), "my bag", "my red bag")
    place = replace(outgoing.target, channel=sent.channel, message=sent.message)
    await world.platform.edit(replace(outgoing, target=place, reply=requoted), sent)
    [shown] = world.discord.people.direct_messages(bob)
    assert sentence("moved_to_direct") in world.discord.text(shown)
    assert "my red bag" in world.discord.text(shown)


async def test_a_post_in_direct_messages_can_be_emptied(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    outgoing, sent = await sent_to_bob(world, bob)
    await world.platform.edit(replace(outgoing, reply=wording.ended("en")), sent)
    [shown] = world.discord.people.direct_messages(bob)
    assert world.discord.text(shown) == sentence("ended")


async def test_what_is_for_all_is_not_sent_to_one_person(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    await world.discord.admin.forbid("lost", SEND_MESSAGES)
    outgoing = post_of_bob(world, bob)
    sent = await world.platform.send(outgoing)
    place = replace(outgoing.target, channel=sent.channel)
    digest = Outgoing("digest", place, Reply("note", ((Plain("news"),),)), for_all=True)
    with pytest.raises(UndeliverableError, match="one person"):
        await world.platform.send(digest)
    assert len(world.discord.people.direct_messages(bob)) == 1


async def test_who_has_left_can_only_withdraw_in_direct_messages(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    await world.discord.admin.forbid("lost", SEND_MESSAGES)
    await world.discord.ui.answer(await world.discord.ui.slash("stats", bob, "general"))
    root = replace(world.post_of("0", "lost"), message=None)
    command = ReportLost(source_key="1", target=root, author=Member(bob, "Bob"), text="my bag")
    report = (await Handlers(world.store, NoQueue()).report(command)).report
    buttons = [Button("extend", report.id, "Keep watching"), Button("withdraw", report.id, "Withdraw")]
    sent = await world.platform.send(post_of_bob(world, bob, *buttons))
    extended = await world.discord.ui.press(sent.message, "Keep watching", bob)
    assert await world.discord.ui.answer(extended) != sentence("left_server")
    world.discord.admin.leave(bob)
    refused = await world.discord.ui.press(sent.message, "Keep watching", bob)
    assert await world.discord.ui.answer(refused) == sentence("left_server")
    await world.discord.ui.press_and_confirm(sent.message, "Withdraw", bob)
    assert (await world.report())["state"] == "withdrawn"


async def test_a_private_look_opens_one_thread_and_only_for_a_claim_that_can_be_taken(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found(*_: object) -> Reply:
        buttons = [Button("look_mine", match.id, f"{number} is mine") for number, match in enumerate(matches)]
        return Reply("note", ((Plain("Two umbrellas."),),), buttons=tuple(buttons))

    monkeypatch.setattr("bot.looks.answer_of", found)
    async with open_world(database_url) as world:
        bob, handlers = world.discord.admin.join("Bob"), Handlers(world.store, NoQueue())
        private = ChangeSettings(
            platform="discord", workspace=world.discord.guild_id, settings=Settings(private_reports=True)
        )
        matches = await looked_at(world, handlers, bob)
        await handlers.set_up(private)
        page = (
            await shown_to(world, await world.discord.ui.slash("search", bob, "general", words="umbrella"))
        ).responses[-1]

        async def claim(label: str, proof: str) -> str:
            opening = await world.discord.ui.press(page["id"], label, bob)
            await world.discord.ui.opened(opening)
            return await world.discord.ui.answer(await world.discord.ui.submit(opening, words=proof))

        assert await claim("0 is mine", " ") == sentence("claim_empty")
        assert threads(world) == []
        for label in ("0 is mine", "1 is mine"):
            assert await claim(label, "a scratch inside") == sentence("note_look_filed")
        assert len(threads(world)) == 1


async def shown_to(world: World, used: Interaction) -> Interaction:
    await world.discord.ui.answer(used)
    return used


def threads(world: World) -> list[str]:
    return [channel["id"] for channel in world.discord.channels.values() if channel["type"] == PRIVATE_THREAD]


async def looked_at(world: World, handlers: Handlers, member: str) -> list[Match]:
    """Store two found reports and a member's look that matches both, as the workers would."""
    author, now = Member(world.discord.admin.join("Ann"), "Ann"), datetime.now(UTC)
    await world.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    target = replace(world.post_of("0"), message=None)  # with one, the bot would find that no such post is there
    found_reports = [
        (await handlers.report(ReportFound(source_key=key, target=target, author=author, text=key))).report
        for key in ("11", "12")
    ]
    look = await handlers.look(
        Look(source_key="look", target=target, author=Member(member, "Bob"), text="umbrella", posted_at=now)
    )
    async with world.store.session(await world.community()) as session:
        for found in found_reports:
            await session.reports.set_state(found.id, ReportState.OPEN)
        pairs = [ScoredPair(look, found.id, 0.9, Label.HIGH, (), {}) for found in found_reports]
        return list(await session.matches.save(pairs))


async def test_only_who_writes_directly_is_told_where_to_post_once_and_in_their_language(world: World) -> None:
    people, ann, bob = world.discord.people, world.discord.admin.join("Ann"), world.discord.admin.join("Bob")
    world.discord.locales[bob] = "de"
    await world.discord.ui.answer(await world.discord.ui.slash("stats", bob, "general"))
    in_a_server = world.discord.add_message(world.discord.channel("general"), ann, {"content": "hi"})
    unknown_guild = {"guild_id": world.discord.new_id()}  # its own event comes later, or it has just removed the bot
    await world.discord.gateway.dispatch("MESSAGE_CREATE", world.discord.public(in_a_server) | unknown_guild)
    await people.write_directly(ann, "hi", times=2)
    await people.write_directly(bob, "a red bag")
    _, answer = await eventually(lambda: people.direct_messages(bob), holds=lambda said: len(said) > 1)
    assert "Poste es" in world.discord.text(answer)
    assert "/verloren" in world.discord.text(answer)
    assert world.discord.replies(world.discord.channel("general")) == []
    assert len(people.direct_messages(ann)) == len(["hi", "its answer"])
