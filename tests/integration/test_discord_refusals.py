"""What Discord refuses, and the other way that is taken then: every answer arrives somewhere."""

import re
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from reunite.entities import Member
from reunite.errors import PostGoneError, TryAgainError
from reunite.language import sentence
from reunite.messages.reply import Person, Plain, Quoted, Reply
from reunite.ports import Outgoing, Sent
from tests.doubles.discord_rest_base import Refusal
from tests.doubles.discord_shapes import (
    ADD_REACTIONS,
    ATTACH_FILES,
    BOT_ID,
    CREATE_THREADS,
    EMBED_LINKS,
    FORUM,
    MEDIA,
    PRIVATE_THREAD,
    SEND_IN_THREADS,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from tests.support.discord_adapter import JPEG, World, open_world, opened_world, reply
from tests.support.waiting import eventually

world_fixture = pytest.fixture(opened_world, name="world")


async def posted(world: World, words: str = "umbrella") -> str:
    post = await world.discord.people.post("found", world.discord.admin.join("Ann"), words, {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    return post


async def test_too_many_threads_answer_in_the_channel_until_there_is_room(world: World) -> None:
    post, found = await posted(world), world.discord.channel("found")
    world.discord.max_threads = 0
    first = await world.platform.send(reply("1", world.post_of(post), "One."))
    assert first.channel == found
    assert world.discord.message(first.message)["message_reference"]["message_id"] == post
    assert await world.platform.send(reply("1", world.post_of(post), "One.", maybe_sent=True)) == first
    world.discord.max_threads = 1
    assert await world.platform.send(reply("1", world.post_of(post), "One.", maybe_sent=True)) == first
    second = await world.platform.send(reply("2", world.post_of(post), "Two."))
    assert second.channel == post
    await world.platform.remove(reply("1", world.post_of(post)), None)
    assert first.message not in world.discord.messages[found]


@pytest.mark.parametrize("code", [160006, 160007])
async def test_each_limit_of_threads_is_one_that_passes(world: World, code: int) -> None:
    post = await posted(world)
    world.discord.refuse(f"POST .*/messages/{post}/threads", 400, code=code, message="Maximum number")
    sent = await world.platform.send(reply("1", world.post_of(post)))
    assert sent.channel == world.discord.channel("found")


async def test_a_thread_that_is_asleep_or_locked_does_not_keep_an_answer_back(world: World) -> None:
    post, found = await posted(world), world.discord.channel("found")
    assert (await world.platform.send(reply("1", world.post_of(post)))).channel == post
    await world.discord.admin.archive(post)
    world.discord.max_threads = 0
    assert (await world.platform.send(reply("2", world.post_of(post)))).channel == found
    world.discord.max_threads = 10
    await world.discord.admin.lock(post)
    assert (await world.platform.send(reply("3", world.post_of(post)))).channel == found


async def test_a_deleted_post_whose_thread_is_locked_is_gone(world: World) -> None:
    post = await posted(world)
    await world.platform.send(reply("1", world.post_of(post)))
    await world.discord.admin.lock(post)
    await world.discord.people.delete(post, tell=False)
    with pytest.raises(PostGoneError):
        await world.platform.send(reply("2", world.post_of(post)))


@pytest.mark.parametrize("tell", [True, False])
async def test_a_thread_that_another_bot_has_opened_is_answered_in(database_url: str, *, tell: bool) -> None:
    async with open_world(database_url) as world:
        post, other = await posted(world), world.discord.admin.join("Threader", bot=True)
        thread = world.discord.add_thread(world.discord.channel("found"), post, "Discussion", by=other)
        if tell:
            await world.discord.gateway.dispatch("THREAD_CREATE", thread)
        assert (await world.platform.send(reply("1", world.post_of(post)))).channel == post
        assert world.discord.channels[post]["name"] == "Discussion"


async def test_an_answer_to_a_locked_forum_post_goes_to_its_author(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    await world.discord.admin.create_channel("found-items", FORUM)
    post = await world.discord.people.post_in_forum("found-items", ann, "Gloves", "", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    await world.discord.admin.lock(post)
    target = replace(world.post_of(post), channel=post)
    await world.platform.send(reply("1", target, "They are Bob's."))
    assert [world.discord.text(message) for message in world.discord.people.direct_messages(ann)] == [
        f"They are Bob's.\n{sentence('moved_to_direct')}"
    ]


@pytest.mark.parametrize("code", [50035, 200001])
async def test_a_thread_whose_name_is_refused_gets_a_neutral_one(world: World, code: int) -> None:
    world.discord.forbidden_words = {"bloody"}
    post = await posted(world, "a bloody good umbrella")
    if code != 50035:
        world.discord.refuse(f"POST .*/messages/{post}/threads", 400, code=code, message="Title was blocked")
    await world.platform.send(reply("1", world.post_of(post)))
    assert world.discord.channels[post]["name"].startswith("Found: photo from")


@pytest.mark.parametrize("code", [200000, 240000])
@pytest.mark.parametrize("place", ["found", "found-items"])
async def test_an_answer_whose_words_are_blocked_goes_to_the_author(world: World, code: int, place: str) -> None:
    ann = world.discord.admin.join("Ann")
    if place == "found":
        post = await world.discord.people.post(place, ann, "gloves", {"a.jpg": JPEG})
    else:
        await world.discord.admin.create_channel(place, FORUM)
        post = await world.discord.people.post_in_forum(place, ann, "Gloves", "", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    target = replace(world.post_of(post), channel=world.discord.channel("found") if place == "found" else post)
    world.discord.refuse(f"POST /channels/{post}/messages", 400, code=code, message="Message was blocked")
    answer = reply("1", target, "They are Bob's.")
    sent = await world.platform.send(answer)
    world.discord.refuse(f"POST /channels/{post}/messages", 400, code=code, message="Message was blocked")
    assert await world.platform.send(replace(answer, maybe_sent=True)) == sent
    await world.platform.edit(reply("1", target, "They are Cid's."), sent)
    [message] = world.discord.people.direct_messages(ann)
    assert message["id"] == sent.message
    assert world.discord.text(message) == f"They are Cid's.\n{sentence('moved_to_direct')}"
    world.discord.takes_no_messages.add(ann)
    world.discord.refuse(f"POST /channels/{post}/messages", 400, code=code, message="Message was blocked")
    quoting = Reply("match", ((Plain("Found: "), Quoted("bloody gloves", UUID(int=1))),))
    sent = await world.platform.send(Outgoing("2", target, quoting))
    assert (sent.channel, world.discord.text(world.discord.message(sent.message))) == (post, "Found: …")


@pytest.mark.parametrize("place", ["log", "conversation"])
async def test_what_belongs_to_no_post_is_sent_without_the_words_that_are_blocked(world: World, place: str) -> None:
    lines = ((Plain("A match."),), (Plain("Found: "), Quoted("bloody gloves", UUID(int=1))))
    people = tuple(world.discord.admin.join(name) for name in ("Ann", "Bob")) if place == "conversation" else ()
    root = replace(world.post_of("0"), message=None)
    world.discord.refuse("POST /channels/.*/messages", 400, code=200000, message="Message was blocked")
    sent = await world.platform.send(Outgoing("1", root, Reply("log", lines), people=people))
    assert world.discord.text(world.discord.message(sent.message)) == "A match.\nFound: …"
    world.discord.refuse("PATCH /channels/.*/messages", 400, code=200000, message="Message was blocked")
    later = ((Plain("Returned."),), *lines[1:])
    await world.platform.edit(Outgoing("1", root, Reply("log", later), people=people), sent)
    assert world.discord.text(world.discord.message(sent.message)) == "Returned.\nFound: …"


def report_post(world: World, author: str) -> Outgoing:
    root = replace(world.post_of("0", "lost"), message=None)
    words = ((Quoted("a red bag", UUID(int=1)),),)
    return Outgoing("post", root, Reply("report_post", words, opens_thread=True), author=author)


async def test_a_report_by_command_whose_words_are_blocked_goes_to_its_author(world: World) -> None:
    lost, bob = world.discord.channel("lost"), world.discord.admin.join("Bob")
    post = report_post(world, bob)
    world.discord.refuse(f"POST /channels/{lost}/messages", 400, code=200000, message="Message was blocked")
    assert (await world.platform.send(post)).channel == world.discord.direct(bob)["id"]
    world.discord.takes_no_messages.add(bob)
    world.discord.refuse(f"POST /channels/{lost}/messages", 400, code=200000, message="Message was blocked")
    sent = await world.platform.send(replace(post, key="other"))
    assert (sent.channel, world.discord.text(world.discord.message(sent.message))) == (lost, "…")


async def test_a_private_thread_that_the_bot_was_removed_from_is_answered_directly(world: World) -> None:
    """docs.discord.com, Threads: only its members may write in one (read 2026-11-30)."""
    ann, lost = world.discord.admin.join("Ann"), world.discord.channel("lost")
    thread = world.discord.add_thread(lost, world.discord.new_id(), "Lost: a diary", PRIVATE_THREAD)["id"]
    answer = reply("1", replace(world.post_of("1"), channel=thread), "Found.", author=ann, private=True)
    assert (await world.platform.send(answer)).channel == thread
    await world.discord.admin.remove_bot_from(thread)
    second = replace(answer, key="2")
    sent = await world.platform.send(second)
    assert await world.platform.send(replace(second, maybe_sent=True)) == sent
    assert [world.discord.text(message) for message in world.discord.people.direct_messages(ann)] == [
        f"Found.\n{sentence('moved_to_direct')}"
    ]


async def test_direct_messages_that_are_opened_too_fast_are_sent_later(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    post = report_post(world, bob)
    await world.discord.admin.forbid("lost", SEND_MESSAGES)
    world.discord.refuse("POST /users/@me/channels", 403, code=40003, message="You are opening them too fast")
    with pytest.raises(TryAgainError, match="40003"):
        await world.platform.send(post)
    assert (await world.platform.send(replace(post, maybe_sent=True))).channel == world.discord.direct(bob)["id"]


def opening(world: World, words: str) -> Outgoing:
    bob = Member(world.discord.admin.join("Bob"), "Bob")
    root = replace(world.post_of("0", "lost-items"), message=None)
    lines = ((Person("discord", bob),), (Quoted(words, UUID(int=1)),))
    return Outgoing("post", root, Reply("report_post", lines))


async def only_a_forum_for_lost_reports(world: World) -> str:
    await world.discord.admin.delete_channel("lost")
    return await world.discord.admin.create_channel("lost-items", FORUM)


async def test_a_forum_post_whose_title_is_refused_gets_a_neutral_one(world: World) -> None:
    await only_a_forum_for_lost_reports(world)
    world.discord.forbidden_words = {"bloody"}
    sent = await world.platform.send(opening(world, "a bloody good umbrella"))
    assert world.discord.channels[sent.channel]["name"].startswith("Lost: photo from")


async def test_a_report_by_command_is_posted_in_a_media_channel_like_in_a_forum(database_url: str) -> None:
    """developers/topics/threads, "Thread-Only Channels" (read 2026-11-29): both take the same requests."""
    async with open_world(database_url) as world:
        await world.discord.admin.delete_channel("lost")
        await world.discord.admin.create_channel("lost-items", MEDIA)
        sent = await world.platform.send(opening(world, "a hat"))
        assert world.discord.channels[sent.channel]["name"] == "Lost: a hat"


async def test_a_forum_post_without_its_first_message_keeps_no_other_back(world: World) -> None:
    await only_a_forum_for_lost_reports(world)
    earlier = await world.platform.send(opening(world, "a hat"))
    await world.discord.people.delete(earlier.message)
    await eventually(lambda: world.discord.messages[earlier.channel] == {})
    retried = replace(opening(world, "an umbrella"), key="another", maybe_sent=True)
    sent = await world.platform.send(retried)
    before = len(world.discord.requests)
    assert await world.platform.send(retried) == sent
    looked_at = [path for _, path in world.discord.requests[before:] if "/messages/" in path]
    assert looked_at == [f"/channels/{sent.channel}/messages/{sent.message}"]  # the latest one comes first


async def test_a_forum_that_requires_a_tag_gets_one_that_is_not_the_moderators(world: World) -> None:
    forum = await only_a_forum_for_lost_reports(world)
    await world.discord.admin.require_tag("lost-items", moderated=True)
    with pytest.raises(TryAgainError):
        await world.platform.send(opening(world, "my bag"))
    used = await world.discord.ui.slash("lost", world.discord.admin.join("Cid"), "general", description="my bag")
    answer = await world.discord.ui.answer(used)
    assert answer == sentence("forum_needs_tag", channel=f"<#{forum}>")
    assert await world.reports() == []
    await world.discord.admin.require_tag("lost-items", moderated=False)

    async def is_sent() -> bool:
        with suppress(TryAgainError):  # until the bot hears of the new tag
            await world.platform.send(opening(world, "my bag"))
            return True
        return False

    await eventually(is_sent)


async def test_a_private_report_is_not_made_public_for_want_of_a_thread(world: World) -> None:
    world.discord.max_threads = 0
    opened = await world.discord.ui.slash("lost", world.discord.admin.join("Bob"), "general")
    await world.discord.ui.opened(opened)
    used = await world.discord.ui.submit(opened, words="my bag", seen="private")
    assert await world.discord.ui.answer(used) == sentence("too_many_threads")
    assert await world.reports() == []


async def test_the_menu_takes_a_report_though_there_is_no_room_for_its_thread(world: World) -> None:
    world.discord.max_threads = 0
    post = await world.discord.people.post("general", world.discord.admin.join("Ann"), "a bag", {"a.jpg": JPEG})
    used = await world.discord.ui.menu("Found this", world.discord.admin.join("Bob"), post)
    assert f"<#{world.discord.channel('general')}>" in await world.discord.ui.answer(used)
    await eventually(world.reports)


async def test_what_waits_for_a_permission_is_sent_once_it_is_granted(world: World) -> None:
    post = await posted(world)
    await world.discord.admin.forbid("found", SEND_IN_THREADS | CREATE_THREADS)
    for _ in range(2):
        with pytest.raises(TryAgainError, match="Missing Permissions"):
            await world.platform.send(reply("1", world.post_of(post)))
    await world.discord.admin.allow("found")
    assert (await world.platform.send(reply("1", world.post_of(post)))).channel == post


async def sent_once_the_bot_has_heard(world: World, outgoing: Outgoing) -> Sent:
    async def sent() -> Sent | None:
        with suppress(TryAgainError):
            return await world.platform.send(outgoing)
        return None

    return await eventually(sent)


async def test_words_and_buttons_do_not_wait_for_the_permission_to_attach_their_picture(world: World) -> None:
    post = await posted(world)
    await world.discord.admin.forbid("found", ATTACH_FILES)
    shown = replace(reply("1", world.post_of(post)), picture=JPEG)

    async def attached_to(message: str) -> list[object]:
        await world.platform.edit(shown, sent)
        return list(world.discord.message(message)["attachments"])

    sent = await sent_once_the_bot_has_heard(world, shown)
    assert not await attached_to(sent.message)
    assert "thumbnail" not in world.discord.message(sent.message)["embeds"][0]
    await world.discord.admin.allow("found")
    assert len(await eventually(lambda: attached_to(sent.message))) == 1


async def test_a_reply_is_plain_words_until_the_bot_may_embed(world: World) -> None:
    """Even one that may have arrived isn't sent again, and a report by command isn't refused."""
    post, bob = await posted(world), world.discord.admin.join("Bob")
    await world.discord.admin.forbid("found", EMBED_LINKS)
    lines = ((Person("discord", Member(bob, "Bob"), notify=True),), (Plain("Is it yours?"),), (Plain("Look."),))
    shown = Outgoing("1", world.post_of(post), Reply("nothing", lines), maybe_sent=True)
    sent = await sent_once_the_bot_has_heard(world, shown)
    world.discord.nonces.clear()
    assert await world.platform.send(shown) == sent
    message = world.discord.message(sent.message)
    assert (message["content"], message["embeds"]) == (f"<@{bob}>\nIs it yours?\nLook.", [])
    used = await world.discord.ui.slash("found", bob, "general", description="a hat")
    assert sentence("permission_embed_links") not in await world.discord.ui.answer(used)
    await world.discord.admin.allow("found")

    async def embedded() -> bool:
        await world.platform.edit(shown, sent)
        return bool(world.discord.message(sent.message)["embeds"])

    await eventually(embedded)
    assert message["content"] == f"<@{bob}>\nIs it yours?"


@pytest.mark.parametrize("takes_messages", [True, False])
async def test_a_late_answer_is_sent_directly_or_said_to_be_late(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, takes_messages: bool
) -> None:
    async with open_world(database_url) as world:
        ann = world.discord.admin.join("Ann")
        if not takes_messages:
            world.discord.takes_no_messages.add(ann)
        monkeypatch.setattr("tests.doubles.discord_rest_interactions.TOKENS_LAST", 0)
        await world.discord.ui.slash("privacy", ann, "general")
        if takes_messages:
            [answer] = await eventually(lambda: world.discord.people.direct_messages(ann))
            assert "reunite.json" in [file["filename"] for file in answer["attachments"]]
            assert not answer["components"], "a private reply's buttons don't name their guild"
        else:
            general = world.discord.channel("general")
            answer = await world.discord.reply(general, sentence("answer_too_late", person=f"<@{ann}>"))
            assert world.discord.pinged(answer) == {ann}


async def test_a_late_list_of_many_reports_is_sent_one_by_one(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    ann = world.discord.admin.join("Ann")
    for number in range(11):
        await world.discord.people.post("found", ann, f"hat {number}", {"a.jpg": JPEG})
    await eventually(world.reports, holds=lambda reports: len(reports) == 11)
    monkeypatch.setattr("tests.doubles.discord_rest_interactions.TOKENS_LAST", 0)
    await world.discord.ui.slash("mine", ann, "general")
    shown = await eventually(lambda: world.discord.people.direct_messages(ann), holds=lambda sent: len(sent) == 11)
    texts = "\n".join(map(world.discord.text, shown)) + "\n"
    assert all(f"hat {number}\n" in texts for number in range(11)), texts


async def test_a_finder_who_cant_be_answered_in_public_gets_a_direct_message(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    await world.discord.admin.forbid("found", SEND_IN_THREADS | CREATE_THREADS | SEND_MESSAGES)
    await world.discord.people.post("found", ann, "a bag", {"a.jpg": JPEG})
    [answer] = await eventually(lambda: world.discord.people.direct_messages(ann))
    assert "Send Messages in Threads" in world.discord.text(answer)


async def test_a_finder_who_takes_no_messages_gets_eyes_though_nothing_can_be_said(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    world.discord.takes_no_messages.add(ann)
    await world.discord.admin.forbid("found", SEND_IN_THREADS | CREATE_THREADS | SEND_MESSAGES)
    post = await world.discord.people.post("found", ann, "a bag", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))


@pytest.mark.parametrize("lacked", [ADD_REACTIONS, VIEW_CHANNEL], ids=["seen", "not seen"])
async def test_what_was_posted_while_a_permission_was_lacking_is_taken_up_once_it_is_granted(
    world: World, lacked: int
) -> None:
    await posted(world, "hat")
    await world.discord.admin.forbid("found", lacked)
    heard = int(lacked == ADD_REACTIONS)  # Discord tells nothing of a channel that the bot can't see
    post = await world.discord.people.post(
        "found", world.discord.admin.join("Bea"), "umbrella", {"a.jpg": JPEG}, times=heard
    )
    await eventually(world.reports, holds=lambda reports: len(reports) == 1 + heard)
    await world.discord.admin.allow("found")
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))
    assert len(await world.reports()) == 2


async def test_what_a_role_forbade_is_allowed_once_the_role_is_deleted(world: World) -> None:
    quiet = await world.discord.admin.create_role("quiet")
    await world.discord.admin.give_role(BOT_ID, quiet)
    await world.discord.admin.forbid("found", ADD_REACTIONS, quiet)
    ann = world.discord.admin.join("Ann")
    with capture_logs() as logs:
        post = await world.discord.people.post("found", ann, "a bag", {"a.jpg": JPEG})
        await eventually(lambda: any(line["event"] == "discord_post_unanswered" for line in logs))
    await world.discord.admin.take_role(BOT_ID, quiet)
    del world.discord.roles[quiet]
    told = {"guild_id": world.discord.guild_id, "role_id": quiet}  # perhaps all that Discord tells
    await world.discord.gateway.dispatch("GUILD_ROLE_DELETE", told)
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))


@pytest.mark.parametrize("new", ["channel", "guild"])
async def test_a_permission_that_a_new_channel_or_guild_lacked_is_noticed_once_it_is_granted(
    world: World, new: str
) -> None:
    await world.discord.admin.delete_channel("found")
    if new == "guild":
        await world.discord.admin.remove_bot()
        await eventually(lambda: world.store.workspace("discord", world.discord.guild_id), holds=lambda it: it is None)
        world.discord.add_channel("found", forbidden=ADD_REACTIONS)
        await world.discord.admin.add_bot()
        await eventually(lambda: world.store.workspace("discord", world.discord.guild_id))
    else:
        await world.discord.admin.create_channel("found", forbidden=ADD_REACTIONS)
    post = await world.discord.people.post("found", world.discord.admin.join("Bea"), "umbrella", {"a.jpg": JPEG})
    await eventually(world.reports)
    await world.discord.admin.allow("found")
    await eventually(lambda: world.discord.people.has_reaction(post, "👀"))


async def test_a_post_whose_acknowledgement_fails_on_the_way_gets_it_later(database_url: str) -> None:
    async with open_world(database_url, pause_after_trouble=0.1) as world:
        world.discord.refuse("PUT .*/reactions/", 0)
        await posted(world)
        assert len(await world.reports()) == 1
        found = world.discord.channel("found")
        assert world.discord.requests.count(("GET", f"/channels/{found}/messages")) <= 1, "only at the start"


async def test_a_post_that_a_compatible_server_cannot_show_is_answered(database_url: str) -> None:
    async with open_world(database_url) as world:
        post = await posted(world)
        world.discord.refusals.append(Refusal(re.compile(f"GET .*/messages/{post}"), 404, {}, page="Not Found"))
        assert (await world.platform.send(reply("1", world.post_of(post)))).channel == post
