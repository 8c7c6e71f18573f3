"""What the bot writes on Slack: once, to whom it is meant, changed and taken away again."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.slack.app import running
from bot.slack.manifest import command_names
from db.store import Store
from reunite.entities import Member, ReplyTarget
from reunite.errors import PostGoneError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.reply import Button, Jump, Person, Plain, Quoted, Reply
from reunite.ports import Outgoing, Sent
from tests.doubles.slack import BOT_USER, TEAM, SlackDouble, shown
from tests.doubles.slack_blocks import buttons
from tests.support.pictures import drawing
from tests.support.queues import NoQueue
from tests.support.slack_adapter import JPEG, World, config, connected_world, no_proxy
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


def reply_in_a_thread(world: World, *, picture: bytes | None = None) -> Outgoing:
    root = world.slack.post(world.found, world.ada, "root")
    lines = ((Person("slack", Member(world.ada, "Ada"), notify=True),), (Quoted("<!channel> *hi*", UUID(int=1)),))
    target = ReplyTarget("slack", TEAM, world.found, root)
    return Outgoing("key-1", target, Reply("nothing", lines), picture)


async def test_a_reply_goes_to_the_thread_and_pings_only_the_people_it_mentions(world: World) -> None:
    outgoing = reply_in_a_thread(world)
    sent = await world.platform.send(outgoing)
    message = world.slack.message(sent.channel, sent.message)
    assert message
    assert message["thread_ts"] == outgoing.target.message
    assert message["text"] == "Ada\n&lt;!channel&gt; *hi*"
    kinds = [leaf["type"] for group in message["blocks"][0]["elements"] for leaf in group["elements"]]
    assert kinds == ["user", "text"]
    [call] = world.slack.calls_of("chat.postMessage")
    assert not call["unfurl_links"]
    assert not call["unfurl_media"]


def texts(*said: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": words} for words in said if words]


@pytest.mark.parametrize(
    ("picture", "refusals"),
    [
        (None, ["msg_blocks_too_long"]),
        (JPEG, ["invalid_blocks", "msg_blocks_too_long"]),
        (None, ["invalid_blocks_format", "invalid_blocks"]),
    ],
    ids=["links", "a picture", "buttons"],
)
async def test_a_reply_whose_blocks_slack_refuses_still_mentions_people_and_says_where_to_act(
    world: World, picture: bytes | None, refusals: list[str]
) -> None:
    outgoing = reply_in_a_thread(world, picture=picture)
    outgoing = replace(outgoing, reply=replace(outgoing.reply, buttons=(Button("mine", UUID(int=1), "Mine"),)))
    has_buttons = "msg_blocks_too_long" in refusals
    elsewhere = "" if has_buttons else "\n" + sentence("buttons_refused", command=command_names("en"))
    said = [{"type": "user", "user_id": world.ada}, *texts("\n", "<!channel> *hi*", elsewhere)]
    with capture_logs() as logs:
        for refusal in refusals:
            world.slack.api.fail_next("chat.postMessage", error=refusal)
        sent = await world.platform.send(outgoing)
        for _ in range(2):
            message = world.slack.message(sent.channel, sent.message) or {}
            assert message["blocks"][0]["elements"][0]["elements"] == said
            assert [button["text"]["text"] for button in buttons(message["blocks"])] == ["Mine"] * has_buttons
            for refusal in refusals:
                world.slack.api.fail_next("chat.update", error=refusal)
            await world.platform.edit(outgoing, sent)
    logged = [line["event"] for line in logs if str(line["event"]).endswith("_refused")]
    assert len(logged) == len(set(logged)) == len(refusals)
    assert len(world.slack.thread(sent.channel, str(outgoing.target.message))) == 1


async def test_a_picture_is_uploaded_and_shown_when_slack_is_ready(world: World) -> None:
    sent = await world.platform.send(reply_in_a_thread(world, picture=JPEG))
    message = world.slack.message(sent.channel, sent.message)
    assert message
    file = message["blocks"][-1]["slack_file"]["id"]
    assert world.slack.files[file]["mimetype"] == "image/jpeg"
    assert world.slack.api.contents[file] == JPEG


async def test_a_picture_is_deleted_with_its_message_or_once_that_shows_another(world: World) -> None:
    outgoing = reply_in_a_thread(world, picture=JPEG)
    sent = await world.platform.send(outgoing)
    other = await world.platform.send(replace(outgoing, key="key-2"))
    assert len(world.slack.files) == 2
    await world.platform.edit(replace(outgoing, picture=drawing("blue")), sent)
    shown = [picture_of(world, at) for at in (sent, other)]
    assert set(shown) == set(world.slack.files)
    await world.platform.remove(outgoing, sent)
    assert set(world.slack.files) == {shown[1]}
    world.slack.api.fail_next("files.delete", error="cant_delete_file")  # that holds up nothing
    await world.platform.remove(replace(outgoing, key="key-2"), other)
    assert world.slack.message(other.channel, other.message) is None


async def test_a_picture_that_slack_cannot_delete_for_a_moment_is_deleted_later(world: World) -> None:
    outgoing = reply_in_a_thread(world, picture=JPEG)
    sent = await world.platform.send(outgoing)
    world.slack.api.fail_next("files.delete", 429, "ratelimited")
    with pytest.raises(TryAgainError):
        await world.platform.remove(outgoing, sent)
    await world.platform.remove(outgoing, sent)
    assert world.slack.files == {}


def picture_of(world: World, sent: Sent) -> str:
    message = world.slack.message(sent.channel, sent.message)
    assert message
    return str(message["blocks"][-1]["slack_file"]["id"])


@pytest.mark.parametrize(
    "refusal",
    [{"error": "storage_limit_reached"}, {"status": 429, "error": "ratelimited", "retry_after": 3600}],
    ids=["for good", "for an hour"],
)
async def test_the_words_arrive_even_if_slack_refuses_the_picture(world: World, refusal: dict[str, Any]) -> None:
    world.slack.api.fail_next("files.getUploadURLExternal", **refusal)
    sent = await world.platform.send(reply_in_a_thread(world, picture=JPEG))
    message = world.slack.message(sent.channel, sent.message)
    assert message
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]


async def test_the_words_arrive_where_another_organisation_takes_no_files(world: World) -> None:
    """docs.slack.dev/reference/methods/chat.postMessage, "Errors" (read 2026-11-29)."""
    world.slack.api.fail_next("chat.postMessage", error="slack_connect_file_link_sharing_blocked")
    sent = await world.platform.send(reply_in_a_thread(world, picture=JPEG))
    message = world.slack.message(sent.channel, sent.message)
    assert message
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_reply_that_arrived_before_is_found_and_not_sent_again(world: World, *, in_thread: bool) -> None:
    outgoing = reply_in_a_thread(world)
    if not in_thread:
        outgoing = replace(outgoing, target=replace(outgoing.target, message=None))
    sent = await world.platform.send(outgoing)
    for number in range(5):  # more than a page of others, with other keys
        await world.platform.send(replace(outgoing, key=f"other-{number}"))
    assert await world.platform.send(replace(outgoing, maybe_sent=True)) == sent
    unsent = replace(outgoing, key="never sent", maybe_sent=True)
    assert await world.platform.send(unsent) != sent


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_search_that_slack_interrupts_after_each_page_comes_to_its_end(
    world: World, *, in_thread: bool
) -> None:
    outgoing = reply_in_a_thread(world)
    if not in_thread:
        outgoing = replace(outgoing, target=replace(outgoing.target, message=None))
    for number in range(4):  # with the root, two pages
        await world.platform.send(replace(outgoing, key=f"other-{number}"))
    world.slack.api.history_every = 3600
    with pytest.raises(TryAgainError) as later:
        await world.platform.send(replace(outgoing, maybe_sent=True))
    assert later.value.after
    world.slack.api.read_freely()
    await world.platform.send(replace(outgoing, maybe_sent=True))
    method = "conversations.replies" if in_thread else "conversations.history"
    assert [call.get("cursor") for call in world.slack.calls_of(method)][:3] == [None, "3", "3"]


async def test_searches_in_a_channel_and_in_direct_messages_go_on_each_by_itself(world: World) -> None:
    direct = world.slack.direct(world.ben)
    for channel in (world.found, direct):
        for number in range(4):  # two pages
            world.slack.post(channel, world.ben, f"{number}")
    target = ReplyTarget("slack", TEAM, world.found, None)
    opening = Outgoing("key-1", target, Reply("report_post", ((Plain("a hat"),),), opens_thread=True), author=world.ben)
    for _ in range(3):
        world.slack.api.fail_next("chat.postMessage", error="restricted_action")
    world.slack.api.history_every = 3600
    for _ in range(3):  # a page each
        with pytest.raises(TryAgainError):
            await world.platform.send(replace(opening, maybe_sent=True))
        world.slack.api.read_freely()
    sent = await world.platform.send(replace(opening, maybe_sent=True))
    assert sent.channel == direct
    read = [(call["channel"], "cursor" in call) for call in world.slack.calls_of("conversations.history")]
    assert list(dict.fromkeys(read)) == [(world.found, False), (world.found, True), (direct, False), (direct, True)]


async def test_a_search_ends_where_the_reply_was_not_written_yet(world: World) -> None:
    outgoing, soon = reply_in_a_thread(world), datetime.now(UTC) + timedelta(hours=3)
    for number in range(4):
        await world.platform.send(replace(outgoing, key=f"other-{number}"))
    await world.platform.send(replace(outgoing, maybe_sent=True, since=soon))
    assert not any("cursor" in call for call in world.slack.calls_of("conversations.replies"))


async def test_a_reply_whose_answer_got_lost_is_there_once(world: World) -> None:
    async def cut(request: web.Request) -> None:
        assert request.transport
        request.transport.abort()

    outgoing = reply_in_a_thread(world)
    world.slack.api.before_answer["chat.postMessage"] = cut
    with pytest.raises(TryAgainError, match="reached"):
        await world.platform.send(outgoing)
    sent = await world.platform.send(replace(outgoing, maybe_sent=True))
    assert [message["ts"] for message in world.slack.thread(world.found, str(outgoing.target.message))] == [
        sent.message
    ]


async def test_temporary_and_permanent_errors_of_slack_are_distinguished(world: World) -> None:
    outgoing = reply_in_a_thread(world)
    world.slack.api.fail_next("chat.postMessage", status=502)
    with pytest.raises(TryAgainError):
        await world.platform.send(outgoing)
    world.slack.channels[world.found]["is_member"] = False
    with pytest.raises(UndeliverableError, match="not_in_channel"):
        await world.platform.send(outgoing)
    world.slack.channels[world.found]["is_member"] = True
    world.slack.api.fail_next("chat.postMessage", status=429, error="ratelimited", retry_after=7)
    for _ in range(2):  # again too early, it's put off without a call
        with pytest.raises(TryAgainError) as later:
            await world.platform.send(outgoing)
        assert later.value.after == pytest.approx(7, abs=5)
    assert len(world.slack.calls_of("chat.postMessage")) == 3


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "text": "<h1>Back soon</h1>", "content_type": "text/html"},
        {"status": 403, "text": "<h1>The proxy says no</h1>", "content_type": "text/html"},
        {"status": 404, "text": "{}", "content_type": "application/json"},
        {"status": 200, "text": '{"ok": tr', "content_type": "application/json"},
    ],
)
async def test_an_answer_that_is_not_slacks_own_gives_no_reply_up(world: World, answer: dict[str, Any]) -> None:
    outgoing = reply_in_a_thread(world)
    world.slack.api.failures["chat.postMessage"].append(web.Response(**answer))
    with pytest.raises(TryAgainError):
        await world.platform.send(outgoing)
    await world.platform.send(replace(outgoing, maybe_sent=True))
    assert len(world.slack.thread(world.found, str(outgoing.target.message))) == 1


async def test_a_reply_that_arrived_before_the_clock_was_put_back_an_hour_is_there_once(world: World) -> None:
    outgoing = replace(reply_in_a_thread(world), since=datetime.now(UTC) + timedelta(hours=1, seconds=30))
    sent = await world.platform.send(outgoing)
    assert await world.platform.send(replace(outgoing, maybe_sent=True)) == sent


async def test_a_reply_that_slack_puts_off_arrives_once_and_not_before_its_time(world: World) -> None:
    world.slack.api.fail_next("chat.postMessage", status=429, error="ratelimited", retry_after=2)
    began = asyncio.get_running_loop().time()
    used = await world.slack.slash("lost", "a red hat", world.ada, world.lost)
    await eventually(lambda: used.answers)
    await world.slack.wait_for_post(world.lost, "a red hat")
    assert asyncio.get_running_loop().time() - began >= 2
    assert len(world.slack.calls_of("chat.postMessage")) == 2
    assert len(world.slack.messages[world.lost]) == 1


async def test_an_answer_to_a_deleted_post_does_not_go_to_the_whole_channel(world: World) -> None:
    outgoing = reply_in_a_thread(world)
    world.slack.delete(world.found, str(outgoing.target.message))
    with pytest.raises(UndeliverableError, match="gone"):
        await world.platform.send(outgoing)
    assert world.slack.messages[world.found] == []


async def test_an_answer_to_a_deleted_post_goes_out_once_though_slack_puts_off_asking_where_it_is(world: World) -> None:
    outgoing = reply_in_a_thread(world)
    world.slack.delete(world.found, str(outgoing.target.message))
    world.slack.api.fail_next("conversations.history", 429, "ratelimited", retry_after=0)
    with pytest.raises(TryAgainError):
        await world.platform.send(outgoing)
    with pytest.raises(PostGoneError):
        await world.platform.send(replace(outgoing, maybe_sent=True))
    assert len(world.slack.calls_of("chat.postMessage")) == 1
    assert world.slack.messages[world.found] == []


@pytest.mark.parametrize("has_answers", [True, False])
@pytest.mark.parametrize("is_removed", [True, False])
async def test_an_answer_to_a_deleted_post_does_not_stay_in_the_channel_if_it_was_cut_off(
    world: World, *, has_answers: bool, is_removed: bool
) -> None:
    async def cut(request: web.Request) -> None:
        assert request.transport
        request.transport.abort()

    outgoing = reply_in_a_thread(world)
    if has_answers:
        await world.platform.send(replace(outgoing, key="key-0"))
    world.slack.delete(world.found, str(outgoing.target.message))
    before = [*world.slack.messages[world.found]]
    world.slack.api.before_answer["chat.postMessage"] = cut
    with pytest.raises(TryAgainError, match="reached"):
        await world.platform.send(outgoing)
    assert len(world.slack.messages[world.found]) == len(before) + 1
    if is_removed:
        await world.platform.remove(outgoing, None)
    else:
        with pytest.raises(PostGoneError):
            await world.platform.send(replace(outgoing, maybe_sent=True))
    assert world.slack.messages[world.found] == before


@pytest.mark.parametrize("wrong", [{"bot_token": "xoxb-wrong"}, {"app_token": "xapp-wrong"}])
async def test_a_refused_token_is_reported_immediately(database_url: str, wrong: dict[str, str]) -> None:
    async with SlackDouble.running() as slack, Store(database_url) as store:
        with no_proxy(), pytest.raises(TryAgainError, match=r"invalid_auth.*REUNITE_SLACK"):
            async with running(Handlers(store, NoQueue()), store, config(slack, **wrong)):
                pass


# docs.slack.dev/reference/methods/chat.postMessage, "Errors": what ends with a migration, a suspension, an installation
# (read 2026-11-28 in slack-ruby/slack-api-ref, 00f88b7c).
@pytest.mark.parametrize(
    "code",
    [
        "org_login_required",
        "ekm_access_denied",
        "missing_scope",
        "accesslimited",
        "team_access_not_granted",
        "external_channel_migrating",
        "messages_tab_disabled",
    ],
)
async def test_what_slack_refuses_for_a_while_is_sent_later(world: World, code: str) -> None:
    outgoing = reply_in_a_thread(world)
    world.slack.api.fail_next("chat.postMessage", error=code)
    with pytest.raises(TryAgainError):
        await world.platform.send(outgoing)
    sent = await world.platform.send(replace(outgoing, maybe_sent=True))
    assert world.slack.message(sent.channel, sent.message)


@pytest.mark.parametrize(
    ("method", "answer", "told"),
    [
        ("auth.test", {"error": "not_allowed_token_type"}, "Slack refuses our token .*REUNITE_SLACK_BOT_TOKEN"),
        (
            "users.conversations",
            {"error": "missing_scope", "needed": "groups:read"},
            "lacks the scope groups:read: .*manifest",
        ),
        ("apps.connections.open", {"error": "missing_scope", "needed": "connections:write"}, "REUNITE_SLACK_APP_TOKEN"),
    ],
)
async def test_a_token_that_is_not_enough_is_explained_in_one_sentence(
    database_url: str, method: str, answer: dict[str, str], told: str
) -> None:
    async with SlackDouble.running() as slack, Store(database_url) as store:
        slack.api.failures[method].append(web.json_response({"ok": False, **answer}))
        with no_proxy(), pytest.raises(TryAgainError, match=told):
            async with running(Handlers(store, NoQueue()), store, config(slack)):
                pass


async def test_a_token_for_a_whole_organisation_is_explained_in_one_sentence(database_url: str) -> None:
    """docs.slack.dev/reference/methods/auth.test: `is_enterprise_install` (read 2026-11-28)."""
    async with SlackDouble.running() as slack, Store(database_url) as store:
        identity = {"ok": True, "team_id": "E0GRID", "team": "Grid", "url": "", "user_id": BOT_USER}
        slack.api.failures["auth.test"].append(web.json_response({**identity, "is_enterprise_install": True}))
        with no_proxy(), pytest.raises(UndeliverableError, match="install it in each workspace"):
            async with running(Handlers(store, NoQueue()), store, config(slack)):
                pass


async def test_a_reply_changes_its_form_in_place(world: World) -> None:
    outgoing = reply_in_a_thread(world, picture=JPEG)
    sent = await world.platform.send(outgoing)
    changed = replace(outgoing, reply=Reply("nothing", ((Plain("other words"),),)), picture=None)
    await world.platform.edit(changed, sent)
    message = world.slack.message(sent.channel, sent.message)
    assert message
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]
    assert shown(message).strip() == "other words"
    assert await world.platform.send(replace(outgoing, maybe_sent=True)) == sent  # it is still known by its key


async def test_a_reply_full_of_characters_that_are_escaped_can_be_changed(world: World) -> None:
    outgoing = reply_in_a_thread(world)
    sent = await world.platform.send(outgoing)
    await world.platform.edit(replace(outgoing, reply=Reply("nothing", ((Plain("<" * 3000),),))), sent)


async def test_a_reply_that_is_gone_can_not_be_changed(world: World) -> None:
    outgoing = reply_in_a_thread(world)
    sent = await world.platform.send(outgoing)
    world.slack.delete(sent.channel, sent.message)
    with pytest.raises(UndeliverableError, match="message_not_found"):
        await world.platform.edit(outgoing, sent)


@pytest.mark.parametrize("known", [True, False])
async def test_a_reply_is_taken_away_and_gone_already_is_fine(world: World, *, known: bool) -> None:
    outgoing = reply_in_a_thread(world)
    sent = await world.platform.send(outgoing)
    for _ in range(2):
        await world.platform.remove(outgoing, sent if known else None)
    assert world.slack.thread(world.found, str(outgoing.target.message)) == []


async def test_a_photos_link_is_found_again_as_long_as_its_post_is_there(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG)
    target = ReplyTarget("slack", TEAM, world.found, ts)
    url = await world.platform.photo_url(target, "photo.jpg")
    assert url is not None
    assert url.startswith(world.slack.origin)
    assert await world.platform.photo_url(target, "another.jpg") is None
    world.slack.delete(world.found, ts)
    assert await world.platform.photo_url(target, "photo.jpg") is None


async def test_posts_in_direct_messages_are_linked_only_there(world: World) -> None:
    direct = world.slack.direct(world.ada)
    for channel, is_linked in ((world.found, False), (direct, True)):
        jump = Jump(UUID(int=1), "jump to the post", ReplyTarget("slack", TEAM, direct, "1.1"))
        reply = Reply("log", ((Plain("Lost by Ada · "), jump),))
        sent = await world.platform.send(Outgoing(f"key-{channel}", ReplyTarget("slack", TEAM, channel), reply))
        message = world.slack.message(sent.channel, sent.message)
        assert message
        assert ("jump to the post" in str(message["blocks"]), "Lost by Ada" in str(message["blocks"])) == (
            is_linked,
            True,
        )
        assert "Ada ·" not in str(message["blocks"]) or is_linked
