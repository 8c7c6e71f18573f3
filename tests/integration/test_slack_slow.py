"""Forms open in time however slow Slack is, and words arrive where a picture or a way back is refused."""

from time import time

import pytest
from aiohttp import ServerDisconnectedError
from aiohttp.web import Request, Response, json_response
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from reunite.commands import ChangeSettings
from reunite.entities import ReplyTarget, ReportState, Settings
from reunite.language import sentence
from reunite.messages import keys
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM, TRIGGER_SECONDS
from tests.support.slack_adapter import JPEG, World, answer, connected_world
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def test_a_form_opens_in_time_even_with_many_moderator_groups(world: World) -> None:
    groups = tuple(world.slack.admin.add_group(f"helpers-{number}", world.ben) for number in range(20))
    settings = Settings(moderators=groups)
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
    world.slack.api.delays["usergroups.list"] = 0.3
    await world.slack.slash("lost", "", world.ada, world.lost)
    await world.slack.ui.modal(world.ada, sentence("form_lost"))
    assert len(world.slack.calls_of("usergroups.list")) == 1
    assert len(world.slack.calls_of("views.open")) == 1


@pytest.mark.parametrize("way", ["command in another language", "shortcut"])
async def test_a_form_opens_though_slack_takes_longer_than_its_trigger_lives(world: World, way: str) -> None:
    world.slack.api.delays["users.info"] = TRIGGER_SECONDS + 0.5
    world.slack.triggers_live = TRIGGER_SECONDS
    if way == "shortcut":
        await world.slack.ui.shortcut("report_lost", world.ada)
    else:  # before anything is known of the person
        await world.slack.slash("lost", "verdeckt", world.ada, world.lost)
    await world.slack.ui.modal(world.ada, sentence("one_moment"))
    form = await world.slack.ui.modal(world.ada, sentence("form_lost"))
    world.slack.api.delays.clear()
    await world.slack.ui.submit(form, world.ada, words="a red hat")
    assert (await world.wait_for_reports())[0].text == "a red hat"


async def test_an_edit_whose_picture_is_refused_changes_the_words(world: World) -> None:
    root = world.slack.post(world.found, world.ada, "root")
    target = ReplyTarget("slack", TEAM, world.found, root)
    sent = await world.platform.send(Outgoing("k", target, Reply("nothing", ((Plain("first"),),))))
    world.slack.api.fail_next("chat.update", error="invalid_blocks")
    await world.platform.edit(Outgoing("k", target, Reply("nothing", ((Plain("second"),),)), JPEG), sent)
    message = world.slack.message(sent.channel, sent.message)
    assert message
    assert message["text"] == "second"
    assert [block["type"] for block in message["blocks"]] == ["rich_text"]


@pytest.mark.parametrize("inside", [True, False])
async def test_an_answer_whose_response_url_is_refused_comes_another_way(world: World, *, inside: bool) -> None:
    world.slack.response_urls_expired = True
    elsewhere = world.slack.admin.add_channel("elsewhere", bot_inside=False)
    await world.slack.slash("lost", "help", world.ada, world.general if inside else elsewhere)
    if inside:
        [whisper] = await eventually(lambda: world.slack.whispers)
        assert (whisper["channel"], whisper["user"]) == (world.general, world.ada)
        assert "/found" in whisper["text"]
    else:
        await eventually(lambda: world.slack.messages[world.slack.direct(world.ada)])
        assert "/found" in world.slack.messages[world.slack.direct(world.ada)][0]["text"]
        [call] = world.slack.calls_of("chat.postMessage")
        assert not call["unfurl_links"]  # a link to the board works once
        assert not call["unfurl_media"]


@pytest.mark.parametrize("said", ["\n<html>Sign in to the network</html>", '{"ok": false, "error": "invalid_blocks"}'])
async def test_an_answer_that_only_seems_to_be_taken_comes_another_way(world: World, said: str) -> None:
    world.slack.response_urls_say = said
    await world.slack.slash("lost", "help", world.ada, world.general)
    [whisper] = await eventually(lambda: world.slack.whispers)
    assert "/found" in whisper["text"]


async def test_an_answer_that_slack_cannot_take_for_a_moment_comes_then_and_is_no_other(world: World) -> None:
    world.slack.response_urls_expired = True
    for method in ("chat.postEphemeral", "chat.postMessage"):
        world.slack.api.fail_next(method, 429, "ratelimited", retry_after=1)
    await world.slack.slash("lost", "help", world.ada, world.general)
    await eventually(lambda: world.slack.whispers)
    assert ["/found" in whisper["text"] for whisper in world.slack.whispers] == [True]


async def test_an_answer_that_slack_may_have_taken_is_sent_once(world: World) -> None:
    async def break_off(request: Request) -> None:
        assert request.transport
        request.transport.close()

    world.slack.response_urls_expired = True
    world.slack.api.before_answer["chat.postEphemeral"] = break_off
    with capture_logs() as logged:
        await world.slack.slash("lost", "help", world.ada, world.general)
        await eventually(lambda: "slack_answer_lost" in {entry["event"] for entry in logged})
    await world.slack.settle()
    assert ["/found" in whisper["text"] for whisper in world.slack.whispers] == [True]


@pytest.mark.parametrize("trouble", ["response_urls_break", "response_urls_fail"])
async def test_an_answer_that_a_response_url_may_have_taken_is_sent_once(world: World, trouble: str) -> None:
    setattr(world.slack, trouble, True)
    with capture_logs() as logged:
        used = await world.slack.slash("lost", "help", world.ada, world.general)
        await eventually(lambda: "slack_answer_lost" in {entry["event"] for entry in logged})
    await world.slack.settle()
    assert ["/found" in answer["text"] for answer in used.answers] == [True]
    assert not world.slack.whispers


@pytest.mark.parametrize(("status", "error"), [(200, "fatal_error"), (200, "internal_error"), (503, "")])
async def test_an_answer_that_slack_may_have_done_in_part_is_sent_once(world: World, status: int, error: str) -> None:
    async def fail(_: Request) -> Response:
        return json_response({"ok": False, "error": error}, status=status)

    world.slack.response_urls_expired = True
    world.slack.api.before_answer["chat.postEphemeral"] = fail
    with capture_logs() as logged:
        await world.slack.slash("lost", "help", world.ada, world.general)
        await eventually(lambda: "slack_answer_lost" in {entry["event"] for entry in logged})
    await world.slack.settle()
    assert len(world.slack.whispers) == 1
    assert not world.slack.calls_of("chat.postMessage")


async def test_an_answer_whose_direct_messages_could_not_be_opened_comes_a_little_later(world: World) -> None:
    world.slack.response_urls_expired = True
    world.slack.api.fail_next("conversations.open", status=503, error="service_unavailable")
    await world.slack.slash("lost", "help", world.ada, "C0ELSEWHERE")
    await world.slack.wait_for_post(world.slack.direct(world.ada), "/found")
    assert len(world.slack.calls_of("chat.postMessage")) == 1


async def test_a_report_that_was_taken_is_never_said_not_to_be(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def send_nothing(*_: object) -> None:
        """Leave the failures to the answer."""

    monkeypatch.setattr("bot.delivery.Delivery._start_due", send_nothing)
    monkeypatch.setattr("bot.slack.background._RETRY_SECONDS", 0.0)
    world.slack.response_urls_expired = True
    for method in ("chat.postEphemeral", "chat.postMessage"):
        world.slack.api.fail_next(method, 429, "ratelimited")
    await world.slack.slash("lost", "a black rucksack", world.ada, world.lost)
    await eventually(lambda: world.slack.whispers)
    assert [whisper["text"] for whisper in world.slack.whispers] == [sentence("saved_all_the_same")]
    assert (await world.report()).text == "a black rucksack"


async def test_a_late_answer_in_a_modal_arrives_though_slack_is_busy(world: World) -> None:
    await world.slack.slash("lost", "", world.ada, world.lost)
    form = await world.slack.ui.modal(world.ada, sentence("form_lost"))
    world.slack.api.delays["users.info"] = 2.5
    world.slack.api.fail_next("views.update", status=429, error="ratelimited", retry_after=1)
    await world.slack.ui.submit(form, world.ada, words="a red hat")
    await world.slack.ui.modal(world.ada, f"<#{world.lost}>")


async def test_an_owner_is_not_taken_for_another_where_slack_does_not_say_whose_post_it_is(world: World) -> None:
    post = world.slack.post(world.lost, world.ada, "I lost my red hat")
    offered = await world.slack.wait_for_reply(world.lost, post, sentence("offer"))
    for method in ("conversations.history", "reactions.get"):
        world.slack.api.fail_next(method, status=404)
    pressed = await world.slack.press(world.lost, offered["ts"], sentence("button_look_for_it"), world.ada)
    await eventually(lambda: pressed.answers)
    await world.slack.settle()
    assert sentence("only_own_post") not in str(pressed.answers)


async def test_words_that_arrive_late_get_no_offer(world: World) -> None:
    late = world.slack.post(world.lost, world.ada, "I lost my red hat", ts=f"{time() - 700:.6f}")
    post = world.slack.post(world.lost, world.ada, "I lost my blue hat")
    await world.slack.wait_for_reply(world.lost, post, sentence("offer"))
    await world.slack.settle()
    assert world.slack.thread(world.lost, late) == []


async def test_who_has_added_a_photo_below_an_offer_learns_how_to_search_with_it(world: World) -> None:
    post = world.slack.post(world.lost, world.ada, "I lost my red hat")
    offered = await world.slack.wait_for_reply(world.lost, post, sentence("offer"))
    world.slack.post_photo(world.lost, world.ada, JPEG, thread_ts=post)
    pressed = await world.slack.press(world.lost, offered["ts"], sentence("button_look_for_it"), world.ada)
    await eventually(lambda: pressed.answers)
    report = await world.report()
    async with world.store.session(report.community) as session:
        assert await session.outbox.get(keys.thread_photo(report.id))
    assert await world.photos(report) == []  # the post has none, and only that is deleted with the report


async def test_an_offer_that_cannot_be_deleted_is_still_taken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def break_off(*_: object, **__: object) -> None:
        raise ServerDisconnectedError

    monkeypatch.setattr(AsyncWebClient, "chat_delete", break_off)
    post = world.slack.post(world.lost, world.ada, "I lost my red hat")
    offered = await world.slack.wait_for_reply(world.lost, post, sentence("offer"))
    pressed = await world.slack.press(world.lost, offered["ts"], sentence("button_look_for_it"), world.ada)
    await eventually(lambda: pressed.answers)
    await world.slack.settle()
    [said] = [answer["text"] for answer in pressed.answers]
    assert f"<#{world.lost}>" in said


async def test_the_menu_says_of_a_report_that_it_was_sent_before_or_how_it_has_ended(world: World) -> None:
    post = world.slack.post(world.general, world.ada, "a black umbrella")

    async def use_menu() -> str:
        used = await world.slack.ui.use_message("lost_this", world.general, post, world.ada)
        return str((await answer(used))["text"])

    assert sentence("sent_before") not in await use_menu()
    assert sentence("sent_before") in await use_menu()
    report = await world.report()
    for state, said in ((ReportState.RETURNED, "closed_returned"), (ReportState.EXPIRED, "ended")):
        async with world.store.session(report.community) as session:
            await session.reports.set_state(report.id, state)
        assert await use_menu() == sentence(said)
