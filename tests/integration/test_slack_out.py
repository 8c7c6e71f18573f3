"""What the bot writes on Slack: once, to whom it is meant, changed and taken away again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web

from bot.slack.app import running
from db.store import Store
from reunite.entities import Member, ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.messages.reply import Person, Plain, Quoted, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM, SlackDouble, shown
from tests.support.queues import NoQueue
from tests.support.slack_adapter import JPEG, Scene, config, no_proxy, scene_in
from tests.support.waiting import eventually


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


def reply_in_a_thread(scene: Scene, *, picture: bytes | None = None, maybe_sent: bool = False) -> Outgoing:
    root = scene.slack.post(scene.found, scene.ada, "root")
    lines = ((Person("slack", Member(scene.ada, "Ada"), notify=True),), (Quoted("<!channel> *hi*"),))
    target = ReplyTarget("slack", TEAM, scene.found, root)
    return Outgoing("key-1", target, Reply("nothing", lines), picture, maybe_sent)


async def test_a_reply_goes_to_the_thread_and_pings_only_whom_it_means(scene: Scene) -> None:
    outgoing = reply_in_a_thread(scene)
    sent = await scene.platform.send(outgoing)
    message = scene.slack.message(sent.channel, sent.message)
    assert message
    assert message["thread_ts"] == outgoing.target.message
    assert message["text"] == "Ada\n&lt;!channel&gt; *hi*"
    kinds = [leaf["type"] for group in message["blocks"][0]["elements"] for leaf in group["elements"]]
    assert kinds == ["user", "text"]
    [call] = scene.slack.calls_of("chat.postMessage")
    assert not call["unfurl_links"]
    assert not call["unfurl_media"]


async def test_a_picture_is_uploaded_and_shown_when_slack_is_ready(scene: Scene) -> None:
    sent = await scene.platform.send(reply_in_a_thread(scene, picture=JPEG))
    message = scene.slack.message(sent.channel, sent.message)
    assert message
    file = message["blocks"][-1]["slack_file"]["id"]
    assert scene.slack.files[file]["mimetype"] == "image/jpeg"
    assert scene.slack.api.contents[file] == JPEG


async def test_the_words_arrive_even_if_slack_refuses_the_picture(scene: Scene) -> None:
    scene.slack.api.fail_next("files.getUploadURLExternal", error="storage_limit_reached")
    sent = await scene.platform.send(reply_in_a_thread(scene, picture=JPEG))
    message = scene.slack.message(sent.channel, sent.message)
    assert message
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_reply_that_arrived_before_is_found_and_not_sent_again(scene: Scene, *, in_thread: bool) -> None:
    outgoing = reply_in_a_thread(scene)
    if not in_thread:
        outgoing = replace(outgoing, target=replace(outgoing.target, message=None))
    sent = await scene.platform.send(outgoing)
    for number in range(5):  # more than a page of others, with other keys
        await scene.platform.send(replace(outgoing, key=f"other-{number}"))
    assert await scene.platform.send(replace(outgoing, maybe_sent=True)) == sent
    unsent = replace(outgoing, key="never sent", maybe_sent=True)
    assert await scene.platform.send(unsent) != sent


async def test_a_reply_whose_answer_got_lost_is_there_once(scene: Scene) -> None:
    async def cut(request: web.Request) -> None:
        assert request.transport
        request.transport.abort()

    outgoing = reply_in_a_thread(scene)
    scene.slack.api.before_answer["chat.postMessage"] = cut
    with pytest.raises(TryAgainError, match="reached"):
        await scene.platform.send(outgoing)
    sent = await scene.platform.send(replace(outgoing, maybe_sent=True))
    assert [each["ts"] for each in scene.slack.thread(scene.found, str(outgoing.target.message))] == [sent.message]


async def test_what_slack_will_take_later_is_told_from_what_it_never_will(scene: Scene) -> None:
    outgoing = reply_in_a_thread(scene)
    scene.slack.api.fail_next("chat.postMessage", status=429, error="ratelimited", retry_after=7)
    with pytest.raises(TryAgainError) as later:
        await scene.platform.send(outgoing)
    assert later.value.after == 7
    scene.slack.api.fail_next("chat.postMessage", status=502)
    with pytest.raises(TryAgainError):
        await scene.platform.send(outgoing)
    scene.slack.channels[scene.found]["is_member"] = False
    with pytest.raises(UndeliverableError, match="not_in_channel"):
        await scene.platform.send(outgoing)


async def test_a_reply_that_slack_puts_off_arrives_once_and_not_before_its_time(scene: Scene) -> None:
    scene.slack.api.fail_next("chat.postMessage", status=429, error="ratelimited", retry_after=2)
    used = await scene.slack.slash("lost", "a red hat", scene.ada, scene.lost)
    await eventually(lambda: used.answers)
    await eventually(lambda: scene.slack.calls_of("chat.postMessage"))
    put_off = asyncio.get_running_loop().time()
    await scene.slack.wait_for_post(scene.lost, "a red hat")
    assert asyncio.get_running_loop().time() - put_off > 1.5  # less what passed before we looked
    assert len(scene.slack.calls_of("chat.postMessage")) == 2
    assert len(scene.slack.messages[scene.lost]) == 1


async def test_an_answer_to_a_deleted_post_does_not_go_to_the_whole_channel(scene: Scene) -> None:
    outgoing = reply_in_a_thread(scene)
    scene.slack.delete(scene.found, str(outgoing.target.message))
    with pytest.raises(UndeliverableError, match="gone"):
        await scene.platform.send(outgoing)
    assert scene.slack.messages[scene.found] == []


@pytest.mark.parametrize("token", ["bot_token", "app_token"])
async def test_a_refused_token_is_said_at_once(database_url: str, token: str) -> None:
    async with SlackDouble.running() as slack, Store(database_url) as store:
        with no_proxy(), pytest.raises(TryAgainError, match=r"invalid_auth.*REUNITE_SLACK"):
            async with running(Handlers(store, NoQueue()), store, config(slack, **{token: "wrong"})):
                pass


async def test_a_reply_takes_another_form_where_it_stands(scene: Scene) -> None:
    outgoing = reply_in_a_thread(scene, picture=JPEG)
    sent = await scene.platform.send(outgoing)
    changed = replace(outgoing, reply=Reply("nothing", ((Plain("other words"),),)), picture=None)
    await scene.platform.edit(changed, sent)
    message = scene.slack.message(sent.channel, sent.message)
    assert message
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]
    assert shown(message).strip() == "other words"
    assert await scene.platform.send(replace(outgoing, maybe_sent=True)) == sent  # it is still known by its key


async def test_a_reply_that_is_gone_can_not_be_changed(scene: Scene) -> None:
    outgoing = reply_in_a_thread(scene)
    sent = await scene.platform.send(outgoing)
    scene.slack.delete(sent.channel, sent.message)
    with pytest.raises(UndeliverableError, match="message_not_found"):
        await scene.platform.edit(outgoing, sent)


@pytest.mark.parametrize("known", [True, False])
async def test_a_reply_is_taken_away_and_gone_already_is_fine(scene: Scene, *, known: bool) -> None:
    outgoing = reply_in_a_thread(scene)
    sent = await scene.platform.send(outgoing)
    for _ in range(2):
        await scene.platform.remove(outgoing, sent if known else None)
    assert scene.slack.thread(scene.found, str(outgoing.target.message)) == []


async def test_a_photos_link_is_found_again_as_long_as_its_post_is_there(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    target = ReplyTarget("slack", TEAM, scene.found, ts)
    url = await scene.platform.photo_url(target, "photo.jpg")
    assert url is not None
    assert url.startswith(scene.slack.origin)
    assert await scene.platform.photo_url(target, "another.jpg") is None
    scene.slack.delete(scene.found, ts)
    assert await scene.platform.photo_url(target, "photo.jpg") is None
