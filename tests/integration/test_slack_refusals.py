"""Reports are taken although Slack, or a compatible server, refuses a call that isn't essential for them."""

from typing import Any

import psycopg
import pytest
from aiohttp import web

from bot.slack import pictures
from reunite.entities import MatchState, ReplyTarget
from reunite.errors import TryAgainError
from reunite.language import sentence
from reunite.messages import keys, wording
from reunite.messages.reply import Picture, Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.slack_adapter import JPEG, World, connected_world, world_by_http, world_in, world_on
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


def refuse(slack: SlackDouble, method: str, error: str) -> None:
    for _ in range(50):
        slack.api.fail_next(method, error=error)


@pytest.mark.parametrize("error", ["missing_scope", "unknown_method", "an_undocumented_one"])
async def test_reports_are_taken_of_people_about_whom_slack_says_nothing(world: World, error: str) -> None:
    refuse(world.slack, "users.info", error)
    await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ben, JPEG, "a hat"))
    used = await world.slack.slash("lost", "my hat", world.ada, world.general)
    answer = (await eventually(lambda: used.answers))[0]["text"]
    assert answer == sentence("looking_in", channel=f"<#{world.lost}>")
    assert [report.author.name for report in await world.reports()] == [sentence("unknown_member")] * 2


async def test_a_verdict_waits_until_slack_says_who_gives_it(database_url: str) -> None:
    async with world_by_http(database_url) as world:
        lost, _, match, card = await world.card()
        world.slack.api.fail_next("users.info", error="missing_scope")
        world.slack.react(card.channel, card.message, "white_check_mark", world.admin)
        await eventually(
            lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
        )
        assert not world.slack.whispers


@pytest.mark.parametrize(("error", "said"), [("missing_scope", "app_lacks_scope"), ("an_undocumented_one", "busy")])
async def test_no_moderator_is_turned_away_because_slack_does_not_say_who_they_are(
    world: World, error: str, said: str
) -> None:
    refuse(world.slack, "users.info", error)
    used = await world.slack.slash("lost", "setup", world.admin, world.general)
    answer = (await eventually(lambda: used.answers))[0]["text"]
    assert answer == sentence(said)


@pytest.mark.parametrize("case", ["listed by now", "not listed", "nothing is listed"])
async def test_the_bot_listens_in_a_channel_that_was_not_listed_before(database_url: str, case: str) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        if case == "nothing is listed":
            refuse(slack, "users.conversations", "unknown_method")
        async with world_on(slack, database_url) as world:
            found, lost = (
                slack.admin.add_channel(name, is_unlisted=case == "not listed")
                for name in ("found-items", "lost-items")
            )
            await world.wait_until_acknowledged(found, slack.post_photo(found, world.ben, JPEG, "a hat"))
            used = await slack.slash("lost", "my hat", world.ada, lost)
            assert f"<#{lost}>" in (await eventually(lambda: used.answers))[0]["text"]


async def test_unlisted_channels_stay_known_until_the_bot_leaves_them(database_url: str) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        refuse(slack, "users.conversations", "unknown_method")
        async with world_on(slack, database_url) as world:
            for channel in (world.found, world.lost, world.general) * 2:
                await world.slack.tell(words_in(channel, world)).acked.wait()
            used = await slack.slash("lost", "my hat", world.ada, world.general)
            assert (await eventually(lambda: used.answers))[0]["text"] == looking_in(world.lost)
            assert len(slack.calls_of("conversations.info")) == 3
            await slack.tell({"type": "channel_left", "channel": world.lost}).acked.wait()
            used = await slack.slash("lost", "my scarf", world.ada, world.general)
            assert (await eventually(lambda: used.answers))[0]["text"] == looking_in(world.general)


@pytest.mark.parametrize("is_unlisted", [True, False])
async def test_the_bot_listens_in_a_channel_where_it_was_of_no_use_before_its_invitation(
    database_url: str, *, is_unlisted: bool
) -> None:
    async with world_in(database_url) as world:
        slack = world.slack
        channel = slack.admin.add_channel("found-items", bot_inside=False, is_unlisted=is_unlisted)
        if is_unlisted:
            slack.api.fail_next("conversations.info", 503, "service_unavailable")
        used = await slack.slash("lost", "my hat", world.ada, channel)
        assert (await eventually(lambda: used.answers))[0]["text"] == looking_in(world.lost)
        slack.admin.invite_bot(channel)
        await eventually(lambda: len(slack.calls_of("users.conversations")) > 2)
        await world.wait_until_acknowledged(channel, slack.post_photo(channel, world.ben, JPEG, "a hat"))


async def test_a_form_asks_nothing_about_where_it_was_opened_if_its_channel_is_known(world: World) -> None:
    channel = world.slack.admin.add_channel("elsewhere", bot_inside=False)
    await world.slack.slash("lost", "", world.ada, channel)
    modal = await world.slack.ui.modal(world.ada, sentence("form_lost"))
    await world.slack.ui.submit(modal, world.ada, words="my hat")
    await world.wait_for_reports()
    assert world.slack.calls_of("conversations.info") == []


def words_in(channel: str, world: World) -> dict[str, str]:
    return {"type": "message", "channel": channel, "user": world.ben, "ts": "1.2"}


def looking_in(channel: str) -> str:
    return sentence("looking_in", channel=f"<#{channel}>")


async def test_channels_without_the_bot_are_asked_about_once(world: World) -> None:
    channel = world.slack.admin.add_channel("found-items", bot_inside=False)
    for _ in range(2):
        await world.slack.tell({"type": "message", "channel": channel, "user": world.ben, "ts": "1.2"}).acked.wait()
    assert len(world.slack.calls_of("conversations.info")) == 1


async def test_the_home_tab_is_shown_to_moderators_though_slack_does_not_say_which_scopes_there_are(
    world: World,
) -> None:
    refuse(world.slack, "auth.test", "internal_error")
    await world.slack.ui.open_home(world.admin)


def reply(world: World, post: str, **more: Any) -> Outgoing:
    target = ReplyTarget("slack", TEAM, world.found, post)
    return Outgoing("key", target, Reply("nothing", ((Plain("Here it is."),),)), JPEG, **more)


UPLOAD = ["files.getUploadURLExternal", "files.completeUploadExternal", "files.info"]


@pytest.mark.parametrize("method", UPLOAD)
async def test_the_answer_to_an_old_report_waits_for_its_picture_too(
    world: World, owner_database_url: str, method: str
) -> None:
    lost, found, match = await world.match()
    [photo] = await world.photos(found)
    with psycopg.connect(owner_database_url) as owner:
        owner.execute("UPDATE report SET created_at = now() - interval '2 minutes' WHERE id = %s", [lost.id])
        stored = "UPDATE photo SET state = 'stored', copy = %s, upload = NULL, url = NULL WHERE id = %s"
        owner.execute(stored, [JPEG, photo.id])
    world.slack.api.fail_next(method, status=503)
    async with world.store.session(lost.community) as session:
        card = wording.match_card(match, found, lost, Picture(photo.id, found.id))
        await session.outbox.post(lost.id, keys.card(match.id, lost.kind), card)
    shown = await world.slack.wait_for_reply(world.lost, str(lost.target.message), "This could be yours.")
    assert any(block["type"] == "image" for block in shown["blocks"])


@pytest.mark.parametrize("method", UPLOAD)
async def test_new_words_go_without_a_picture_that_slack_does_not_take_for_a_minute_but_changed_ones_wait(
    monkeypatch: pytest.MonkeyPatch, world: World, method: str
) -> None:
    post = world.slack.post_photo(world.found, world.ben, JPEG)
    for _ in range(3):
        world.slack.api.fail_next(method, status=503)
    with pytest.raises(TryAgainError):
        await world.platform.send(reply(world, post))
    monkeypatch.setattr(pictures, "_LONGEST_WAIT_SECONDS", 0.0)  # the minute is over
    sent = await world.platform.send(reply(world, post))
    shown = await world.slack.wait_for_reply(world.found, post, "Here it is.")
    assert not any(block["type"] == "image" for block in shown["blocks"])
    with pytest.raises(TryAgainError):
        await world.platform.edit(reply(world, post), sent)


async def test_the_words_arrive_if_slack_names_no_uploaded_file(world: World) -> None:
    post = world.slack.post_photo(world.found, world.ben, JPEG)

    async def nothing(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "files": []})

    world.slack.api.before_answer["files.completeUploadExternal"] = nothing
    await world.platform.send(reply(world, post))
    shown = await world.slack.wait_for_reply(world.found, post, "Here it is.")
    assert not any(block["type"] == "image" for block in shown["blocks"])


@pytest.mark.parametrize("answer", [{}, {"message": None}, {"message": {"text": "Here it is."}}])
async def test_a_reply_is_sent_once_though_slacks_answer_says_little_of_it(
    world: World, answer: dict[str, Any]
) -> None:
    post = world.slack.post_photo(world.found, world.ben, JPEG)

    async def shortened(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "ts": world.slack.thread(world.found, post)[0]["ts"], **answer})

    world.slack.api.before_answer["chat.postMessage"] = shortened
    sent = await world.platform.send(reply(world, post))
    assert [message["ts"] for message in world.slack.thread(world.found, post)] == [sent.message]
    assert sent.channel == world.found
