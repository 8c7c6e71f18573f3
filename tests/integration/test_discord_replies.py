"""Replies in Discord's threads, over real sockets, against the double."""

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from reunite.commands import ReportLost
from reunite.entities import Member
from reunite.errors import PostGoneError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.reply import Person, Plain, Quoted, Reply
from reunite.ports import Outgoing
from tests.doubles.discord_rest_base import Refusal, banned
from tests.doubles.discord_shapes import CREATE_THREADS, SEND_MESSAGES
from tests.support.discord_adapter import JPEG, World, open_world, opened_world, reply, thread_path
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

world_fixture = pytest.fixture(opened_world, name="world")


async def test_the_first_reply_opens_the_thread_and_the_next_ones_go_there(world: World) -> None:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "black\numbrella", {"a.jpg": JPEG})
    first = await world.platform.send(reply("1", world.post_of(post), "One."))
    second = await world.platform.send(reply("2", world.post_of(post), "Two.", picture=JPEG))
    assert first.channel == second.channel == post
    assert world.discord.channels[post]["name"] == "Found: black umbrella"
    assert [world.discord.text(reply) for reply in world.discord.replies(post)] == ["One.", "Two."]
    assert [path for _, path in world.discord.requests].count(thread_path(world.post_of(post))) == 1
    [picture] = world.discord.message(second.message)["attachments"]
    shown = world.discord.message(second.message)["embeds"][0]["thumbnail"]
    assert (shown["url"], shown["description"]) == (picture["url"], sentence("picture_of_match"))


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("opens_another", [True, False])
async def test_replies_go_on_after_a_moderator_has_deleted_their_thread(
    database_url: str, *, opens_another: bool, heard: bool
) -> None:
    async with open_world(database_url) as world:
        post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
        await world.platform.send(reply("1", world.post_of(post), "One."))
        platform: Any = world.platform
        await eventually(lambda: platform._client.get_channel(int(post)))
        await world.discord.people.delete_thread(post)
        if opens_another:
            del world.discord.message(post)["thread"]
        if heard:
            await eventually(lambda: platform._client.get_channel(int(post)) is None)
        sent = await platform.send(reply("2", world.post_of(post), "Two."))
        places = {post, world.discord.channel("found")} if opens_another and not heard else set[str]()
        assert sent.channel in (places or {post if opens_another else world.discord.channel("found")})
        assert world.discord.text(world.discord.message(sent.message)) == "Two."
        assert await platform.send(reply("2", world.post_of(post), "Two.", maybe_sent=True)) == sent


async def test_a_reply_to_a_post_whose_channel_is_deleted_says_that_the_post_is_gone(world: World) -> None:
    gone = replace(world.post_of("123456789012345678"), channel="123456789012345679")
    with pytest.raises(PostGoneError):
        await world.platform.send(reply("1", gone))
    with pytest.raises(UndeliverableError) as caught:  # the moderators' channel says nothing of a post
        await world.platform.send(reply("2", replace(gone, message=None)))
    assert not isinstance(caught.value, PostGoneError)


async def test_a_thread_that_the_cache_does_not_know_is_found(world: World) -> None:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
    world.discord.add_thread(world.discord.channel("found"), post, "opened by somebody else")
    sent = await world.platform.send(reply("1", world.post_of(post)))
    assert sent.channel == post
    assert len(world.discord.replies(post)) == 1


async def test_a_report_by_command_gets_a_post_of_its_own_and_a_thread_named_after_it(world: World) -> None:
    bob = Member(world.discord.admin.join("Bob"), "Bob")
    text = "a *red* my_bag, 1.50 €\n@everyone"
    lines = ((Person("discord", bob), Plain(" is looking for:")), (Quoted(text, UUID(int=1)),))
    root = replace(world.post_of("0", "lost"), message=None)
    sent = await world.platform.send(Outgoing("key", root, Reply("report_post", lines)))
    assert sent.channel == world.discord.channel("lost")
    assert world.discord.pinged(world.discord.message(sent.message)) == set()
    report = ReportLost(source_key="1", target=root.at(sent.message), author=bob, text=text)
    await Handlers(world.store, NoQueue()).report(report)
    await world.platform.send(reply("2", root.at(sent.message)))
    assert world.discord.channels[sent.message]["name"] == "Lost: a *red* my_bag, 1.50 € @everyone"


async def test_only_the_notified_person_is_pinged(world: World) -> None:
    ann, bob = Member(world.discord.admin.join("Ann"), "Ann"), Member(world.discord.admin.join("Bob"), "Bob")
    post = await world.discord.people.post("found", ann.id, "scarf", {"a.jpg": JPEG})
    words = Quoted(f"@everyone @here <@{ann.id}> <@&{world.discord.moderator_role}>", UUID(int=1))
    lines = ((Person("discord", bob, notify=True),), (words,), (Person("discord", ann), Plain(" knows.")))
    sent = await world.platform.send(Outgoing("key", world.post_of(post), Reply("match", lines)))
    message = world.discord.message(sent.message)
    assert world.discord.pinged(message) == {bob.id}
    assert message["allowed_mentions"] == {"parse": [], "users": [int(bob.id)]}
    silent = Outgoing("silent", world.post_of(post), Reply("match", lines), silent=True)
    assert world.discord.pinged(world.discord.message((await world.platform.send(silent)).message)) == set()


async def test_a_reply_that_may_have_been_sent_is_looked_for_first(world: World) -> None:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
    await world.platform.send(reply("earlier", world.post_of(post), "The same words."))
    sent = await world.platform.send(reply("key", world.post_of(post), "The same words."))
    world.discord.nonces.clear()  # Discord remembers them for a few minutes only
    await world.platform.send(reply("later", world.post_of(post), "The same words."))
    assert await world.platform.send(reply("key", world.post_of(post), "The same words.", maybe_sent=True)) == sent
    assert len(world.discord.replies(post)) == 3
    unsent = await world.platform.send(reply("new", world.post_of(post), "The same words.", maybe_sent=True))
    assert unsent != sent
    assert len(world.discord.replies(post)) == 4


async def test_an_answer_that_was_lost_on_the_way_does_not_make_a_second_message(world: World) -> None:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
    world.discord.refuse(rf"POST /channels/{post}/messages", 502, after=True)
    await world.platform.send(reply("key", world.post_of(post)))
    assert len(world.discord.replies(post)) == 1


async def test_a_long_rate_limit_is_for_later(world: World) -> None:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
    world.discord.refuse(r"POST .*/messages$", 429, message="slow", retry_after=99.0, **{"global": False})
    with pytest.raises(TryAgainError) as caught:
        await world.platform.send(reply("key", world.post_of(post)))
    assert caught.value.after == 99.0


async def test_an_address_that_is_banned_for_a_while_waits_as_long_as_it_is_told(world: World) -> None:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
    world.discord.refusals.append(banned(r"POST .*/messages$"))
    with pytest.raises(TryAgainError) as caught:
        await world.platform.send(reply("key", world.post_of(post)))
    assert caught.value.after == 2400.0


async def test_what_is_gone_or_forbidden_is_undeliverable(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    gone = await world.discord.people.post("found", ann, "umbrella", {"a.jpg": JPEG})
    await world.discord.people.delete(gone)
    with pytest.raises(UndeliverableError, match="gone"):
        await world.platform.send(reply("1", world.post_of(gone)))
    with pytest.raises(UndeliverableError, match="gone"):
        await world.platform.acknowledge(world.post_of(gone))
    with pytest.raises(UndeliverableError, match="gone"):
        await world.platform.send(reply("2", replace(world.post_of(gone), channel="12345")))
    await world.discord.admin.forbid("lost", SEND_MESSAGES | CREATE_THREADS)
    post = await world.discord.people.post("lost", ann, "bag", {"a.jpg": JPEG})
    with pytest.raises(TryAgainError, match="Missing Permissions"):  # a moderator may grant them
        await world.platform.send(reply("3", world.post_of(post, "lost")))


@pytest.mark.parametrize(("status", "code"), [(401, 0), (403, "blocked"), (404, 0)])
async def test_a_refusal_without_a_code_of_discords_is_for_later(world: World, status: int, code: object) -> None:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
    world.discord.refuse(rf"POST /channels/{post}/messages$", status, code=code, message="Not Found")
    with pytest.raises(TryAgainError):
        await world.platform.send(reply("key", world.post_of(post)))
    sent = await world.platform.send(reply("key", world.post_of(post)))
    world.discord.refuse(f"DELETE /channels/{post}/messages/", status, code=code, message="Not Found")
    with pytest.raises(TryAgainError):
        await world.platform.remove(reply("key", world.post_of(post)), sent)
    await world.platform.remove(reply("key", world.post_of(post)), sent)
    assert world.discord.replies(post) == []


@pytest.mark.parametrize("status", [200, 400, 401, 407])
async def test_a_proxys_page_loses_no_reply_and_deletes_nothing(world: World, status: int) -> None:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), "umbrella", {"a.jpg": JPEG})
    page = Refusal(re.compile("(POST|DELETE) .*messages"), status, {}, page="The proxy says no.")
    world.discord.refusals.append(page)
    with pytest.raises(TryAgainError):
        await world.platform.send(reply("1", world.post_of(post)))
    sent = await world.platform.send(reply("1", world.post_of(post), maybe_sent=True))
    world.discord.refusals.append(page)
    with pytest.raises(TryAgainError):
        await world.platform.remove(reply("1", world.post_of(post)), sent)
    await world.platform.remove(reply("1", world.post_of(post)), sent)
    assert world.discord.replies(post) == []
