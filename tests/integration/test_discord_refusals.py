"""What Discord refuses, and the other way that is taken then: every answer arrives somewhere."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest

from reunite.entities import Member
from reunite.errors import TryAgainError
from reunite.language import sentence
from reunite.messages.reply import Person, Quoted, Reply
from reunite.ports import Outgoing
from tests.doubles.discord_shapes import (
    ADD_REACTIONS,
    CREATE_THREADS,
    FORUM,
    SEND_IN_THREADS,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from tests.support.discord_adapter import JPEG, World, reply, world
from tests.support.waiting import eventually


async def posted(here: World, words: str = "umbrella") -> str:
    post = await here.discord.post("found", here.discord.join("Ann"), words, {"a.jpg": JPEG})
    await eventually(lambda: here.discord.has_reaction(post, "👀"))
    return post


async def test_too_many_threads_answer_in_the_channel_until_there_is_room(database_url: str) -> None:
    async with world(database_url) as here:
        post, found = await posted(here), here.discord.channel("found")
        here.discord.most_threads = 0
        first = await here.platform.send(reply("1", here.post_of(post), "One."))
        assert first.channel == found
        assert here.discord.find(first.message)["message_reference"]["message_id"] == post
        assert await here.platform.send(reply("1", here.post_of(post), "One.", maybe_sent=True)) == first
        here.discord.most_threads = 1
        assert await here.platform.send(reply("1", here.post_of(post), "One.", maybe_sent=True)) == first
        second = await here.platform.send(reply("2", here.post_of(post), "Two."))
        assert second.channel == post
        await here.platform.remove(reply("1", here.post_of(post)), None)
        assert first.message not in here.discord.messages[found]


@pytest.mark.parametrize("code", [160006, 160007])
async def test_each_limit_of_threads_is_one_that_passes(database_url: str, code: int) -> None:
    async with world(database_url) as here:
        post = await posted(here)
        here.discord.refuse(f"POST .*/messages/{post}/threads", 400, code=code, message="Maximum number")
        sent = await here.platform.send(reply("1", here.post_of(post)))
        assert sent.channel == here.discord.channel("found")


async def test_a_thread_that_is_asleep_or_locked_does_not_keep_an_answer_back(database_url: str) -> None:
    async with world(database_url) as here:
        post, found = await posted(here), here.discord.channel("found")
        assert (await here.platform.send(reply("1", here.post_of(post)))).channel == post
        await here.discord.archive(post)
        here.discord.most_threads = 0
        assert (await here.platform.send(reply("2", here.post_of(post)))).channel == found
        here.discord.most_threads = 10
        await here.discord.lock(post)
        assert (await here.platform.send(reply("3", here.post_of(post)))).channel == found


async def test_an_answer_to_a_locked_forum_post_goes_to_its_author(database_url: str) -> None:
    async with world(database_url) as here:
        ann = here.discord.join("Ann")
        await here.discord.create_channel("found-items", FORUM)
        post = await here.discord.post_in_forum("found-items", ann, "Gloves", "", {"a.jpg": JPEG})
        await eventually(lambda: here.discord.has_reaction(post, "👀"))
        await here.discord.lock(post)
        target = replace(here.post_of(post), channel=post)
        await here.platform.send(reply("1", target, "They are Bob's."))
        assert [here.discord.text(message) for message in here.discord.direct_messages(ann)] == ["They are Bob's."]


@pytest.mark.parametrize("code", [50035, 200001])
async def test_a_thread_whose_name_is_refused_gets_a_neutral_one(database_url: str, code: int) -> None:
    async with world(database_url) as here:
        here.discord.forbidden_words = {"bloody"}
        post = await posted(here, "a bloody good umbrella")
        if code != 50035:
            here.discord.refuse(f"POST .*/messages/{post}/threads", 400, code=code, message="Title was blocked")
        await here.platform.send(reply("1", here.post_of(post)))
        assert here.discord.channels[post]["name"].startswith("Found: photo from")


def opening(here: World, words: str) -> Outgoing:
    bob = Member(here.discord.join("Bob"), "Bob")
    root = replace(here.post_of("0", "lost-items"), message=None)
    lines = ((Person("discord", bob),), (Quoted(words, UUID(int=1)),))
    return Outgoing("post", root, Reply("report_post", lines))


async def only_a_forum_for_losses(here: World) -> str:
    await here.discord.delete_channel("lost")
    return await here.discord.create_channel("lost-items", FORUM)


async def test_a_forum_post_whose_title_is_refused_gets_a_neutral_one(database_url: str) -> None:
    async with world(database_url) as here:
        await only_a_forum_for_losses(here)
        here.discord.forbidden_words = {"bloody"}
        sent = await here.platform.send(opening(here, "a bloody good umbrella"))
        assert here.discord.channels[sent.channel]["name"].startswith("Lost: photo from")


async def test_a_forum_that_requires_a_tag_gets_one_that_is_not_the_moderators(database_url: str) -> None:
    async with world(database_url) as here:
        forum = await only_a_forum_for_losses(here)
        await here.discord.require_tag("lost-items", moderated=True)
        with pytest.raises(TryAgainError):
            await here.platform.send(opening(here, "my bag"))
        used = await here.discord.slash("lost", here.discord.join("Cid"), "general", description="my bag")
        told = await here.discord.answer(used)
        assert told == sentence("forum_needs_tag", channel=f"<#{forum}>")
        assert await here.reports() == []
        await here.discord.require_tag("lost-items", moderated=False)

        async def is_sent() -> bool:
            with suppress(TryAgainError):  # until the bot hears of the new tag
                await here.platform.send(opening(here, "my bag"))
                return True
            return False

        await eventually(is_sent)


async def test_a_private_report_is_not_made_public_for_want_of_a_thread(database_url: str) -> None:
    async with world(database_url) as here:
        here.discord.most_threads = 0
        opened = await here.discord.slash("lost", here.discord.join("Bob"), "general")
        await here.discord.opened(opened)
        used = await here.discord.submit(opened, words="my bag", seen="private")
        assert await here.discord.answer(used) == sentence("too_many_threads")
        assert await here.reports() == []


async def test_the_menu_takes_a_report_though_there_is_no_room_for_its_thread(database_url: str) -> None:
    async with world(database_url) as here:
        here.discord.most_threads = 0
        post = await here.discord.post("general", here.discord.join("Ann"), "a bag", {"a.jpg": JPEG})
        used = await here.discord.menu("Found this", here.discord.join("Bob"), post)
        assert f"<#{here.discord.channel('general')}>" in await here.discord.answer(used)
        await eventually(here.reports)


async def test_what_waits_for_a_permission_is_sent_once_it_is_granted(database_url: str) -> None:
    async with world(database_url) as here:
        post = await posted(here)
        await here.discord.forbid("found", SEND_IN_THREADS | CREATE_THREADS)
        for _ in range(2):
            with pytest.raises(TryAgainError, match="Missing Permissions"):
                await here.platform.send(reply("1", here.post_of(post)))
        await here.discord.allow("found")
        assert (await here.platform.send(reply("1", here.post_of(post)))).channel == post


@pytest.mark.parametrize("takes_messages", [True, False])
async def test_a_late_answer_is_sent_directly_or_said_to_be_late(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, takes_messages: bool
) -> None:
    async with world(database_url) as here:
        ann = here.discord.join("Ann")
        if not takes_messages:
            here.discord.takes_no_messages.add(ann)
        monkeypatch.setattr("tests.doubles.discord_rest_interactions.TOKENS_LAST", 0)
        await here.discord.slash("privacy", ann, "general")
        if takes_messages:
            [told] = await eventually(lambda: here.discord.direct_messages(ann))
            assert "reunite.json" in [file["filename"] for file in told["attachments"]]
            assert not told["components"], "a private reply's buttons don't name their guild"
        else:
            general = here.discord.channel("general")
            told = await here.discord.reply(general, sentence("answer_too_late", person=f"<@{ann}>"))
            assert here.discord.pinged(told) == {ann}


async def test_a_finder_who_cant_be_answered_in_public_gets_a_direct_message(database_url: str) -> None:
    async with world(database_url) as here:
        ann = here.discord.join("Ann")
        await here.discord.forbid("found", SEND_IN_THREADS | CREATE_THREADS | SEND_MESSAGES)
        await here.discord.post("found", ann, "a bag", {"a.jpg": JPEG})
        [told] = await eventually(lambda: here.discord.direct_messages(ann))
        assert "Send Messages in Threads" in here.discord.text(told)


@pytest.mark.parametrize("lacked", [ADD_REACTIONS, VIEW_CHANNEL], ids=["seen", "not seen"])
async def test_what_was_posted_while_a_permission_was_lacking_is_taken_up_once_it_is_granted(
    database_url: str, lacked: int
) -> None:
    async with world(database_url) as here:
        await posted(here, "hat")
        await here.discord.forbid("found", lacked)
        heard = int(lacked == ADD_REACTIONS)  # Discord tells nothing of a channel that the bot can't see
        post = await here.discord.post("found", here.discord.join("Bea"), "umbrella", {"a.jpg": JPEG}, times=heard)
        await eventually(here.reports, holds=lambda reports: len(reports) == 1 + heard)
        await here.discord.allow("found")
        await eventually(lambda: here.discord.has_reaction(post, "👀"))
        assert len(await here.reports()) == 2


@pytest.mark.parametrize("new", ["channel", "guild"])
async def test_a_permission_that_a_new_channel_or_guild_lacked_is_noticed_once_it_is_granted(
    database_url: str, new: str
) -> None:
    async with world(database_url) as here:
        await here.discord.delete_channel("found")
        if new == "guild":
            await here.discord.remove_bot()
            await eventually(
                lambda: here.store.workspace("discord", here.discord.guild_id), holds=lambda it: it is None
            )
            here.discord.add_channel("found", forbidden=ADD_REACTIONS)
            await here.discord.add_bot()
            await eventually(lambda: here.store.workspace("discord", here.discord.guild_id))
        else:
            await here.discord.create_channel("found", forbidden=ADD_REACTIONS)
        post = await here.discord.post("found", here.discord.join("Bea"), "umbrella", {"a.jpg": JPEG})
        await eventually(here.reports)
        await here.discord.allow("found")
        await eventually(lambda: here.discord.has_reaction(post, "👀"))


async def test_a_post_whose_acknowledgement_fails_on_the_way_gets_it_later(database_url: str) -> None:
    async with world(database_url, pause_after_trouble=0.1) as here:
        here.discord.refuse("PUT .*/reactions/", 0)
        await posted(here)
        assert len(await here.reports()) == 1
