"""People are answered although a compatible server, or Slack for a while, lacks a method that isn't essential."""

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from db.slack_windows import SlackWindows
from reunite.commands import ChangeSettings
from reunite.entities import MatchState, ReplyTarget, ReportState, Settings
from reunite.errors import TryAgainError, UnknownArrivalError
from reunite.language import sentence
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM, Envelope, SlackDouble
from tests.support.slack_adapter import JPEG, World, world_by_http, world_in, world_on
from tests.support.waiting import eventually

Answers = Callable[[], web.Response]
HISTORY = ("conversations.history", "conversations.replies")


def unknown() -> web.Response:
    return web.json_response({"ok": False, "error": "unknown_method"})


def not_found() -> web.Response:
    return web.Response(status=404, text="404: Not Found")


def forbidden() -> web.Response:
    return web.Response(status=403, text="403: Forbidden")


def lacking_scope() -> web.Response:
    return web.json_response({"ok": False, "error": "missing_scope"})


def says_little() -> web.Response:
    return web.json_response({"ok": True})


def no_messages() -> web.Response:
    return web.json_response({"ok": True, "messages": []})


def reply(world: World, post: str, **more: Any) -> Outgoing:
    target = ReplyTarget("slack", TEAM, world.found, post)
    return Outgoing("key", target, Reply("nothing", ((Plain("Here it is."),),)), **more)


async def words_to(used: Envelope) -> str:
    return str((await eventually(lambda: used.answers))[0]["text"])


@pytest.mark.parametrize(
    ("method", "answer", "has_picture"),
    [
        ("files.getUploadURLExternal", not_found, False),
        ("files.getUploadURLExternal", says_little, False),
        ("files.completeUploadExternal", forbidden, False),
        ("files.completeUploadExternal", says_little, False),
        ("files.info", unknown, True),
        ("files.info", not_found, True),
        ("files.info", says_little, True),
    ],
)
async def test_the_words_go_at_once_where_pictures_cannot(
    database_url: str, method: str, answer: Answers, *, has_picture: bool
) -> None:
    async with world_in(database_url) as world:
        post = world.slack.post_photo(world.found, world.ben, JPEG)
        world.slack.api.always[method] = answer
        world.slack.api.files.looks_until_ready = 0
        await world.platform.send(reply(world, post, picture=JPEG))
        sent = await world.slack.wait_for_reply(world.found, post, "Here it is.")
        assert any(block["type"] == "image" for block in sent["blocks"]) is has_picture


@pytest.mark.parametrize(
    ("method", "answer"), [("users.conversations", unknown), ("users.info", unknown), ("users.info", lacking_scope)]
)
async def test_reports_are_taken_by_a_bot_that_may_not_ask(database_url: str, method: str, answer: Answers) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        slack.api.always[method] = answer
        async with world_on(slack, database_url) as world:
            await world.wait_until_acknowledged(world.found, slack.post_photo(world.found, world.ben, JPEG, "a hat"))
            used = await slack.slash("lost", "my hat", world.ada, world.lost)
            expected = sentence("looking_in", channel=f"<#{world.lost}>")
            assert await words_to(used) == expected


async def test_a_start_in_an_outage_waits_for_the_channels(database_url: str) -> None:
    async with SlackDouble.running() as slack:
        slack.api.always["users.conversations"] = not_found
        with pytest.raises(TryAgainError):
            async with world_on(slack, database_url):
                pass


@pytest.mark.parametrize("answer", [not_found, forbidden])
@pytest.mark.parametrize("method", ["users.info", "usergroups.list"])
async def test_an_outage_makes_nobody_a_stranger(database_url: str, method: str, answer: Answers) -> None:
    async with world_in(database_url) as world:
        group = world.slack.admin.add_group("helpers", world.ben)
        settings = Settings(moderators=(group,))
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
        world.slack.api.always[method] = answer
        for words in ("setup", "my hat"):
            used = await world.slack.slash("lost", words, world.ben, world.lost)
            assert await words_to(used) == sentence("busy")
        assert not await world.reports()


@pytest.mark.parametrize("answer", [no_messages, says_little, unknown, not_found])
async def test_a_reply_stays_where_no_history_says_that_it_went_astray(database_url: str, answer: Answers) -> None:
    async with world_in(database_url) as world:
        post = world.slack.post_photo(world.found, world.ben, JPEG)
        world.slack.api.always |= dict.fromkeys(HISTORY, answer)

        async def says_no_thread(_: web.Request) -> web.Response:
            ts = world.slack.thread(world.found, post)[0]["ts"]
            return web.json_response({"ok": True, "ts": ts, "message": {"ts": ts, "text": "Here it is."}})

        world.slack.api.before_answer["chat.postMessage"] = says_no_thread
        await world.platform.send(reply(world, post))
        assert len(world.slack.thread(world.found, post)) == 1


@pytest.mark.parametrize("answer", [unknown, not_found])
async def test_old_posts_are_answered_where_there_is_no_history(database_url: str, answer: Answers) -> None:
    async with world_in(database_url) as world:
        world.slack.post_photo(world.found, world.ben, JPEG, ts="1700000000.000100")
        world.slack.api.always |= dict.fromkeys(HISTORY, answer)
        await world.platform.send(reply(world, "1700000000.000100"))
        await world.slack.wait_for_reply(world.found, "1700000000.000100", "Here it is.")


async def test_an_incomplete_history_withdraws_nothing(database_url: str) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        async with world_on(slack, database_url) as world:
            posts = [slack.post_photo(world.found, world.ben, JPEG, words) for words in ("a hat", "a scarf")]
            for post in posts:
                await world.wait_until_acknowledged(world.found, post)
            await world.open(*await world.reports())
        slack.delete(world.found, posts[1], unheard=True)
        slack.api.always["conversations.history"] = no_messages
        async with world_on(slack, database_url, again=world) as back:
            expected = {ReportState.OPEN, ReportState.WITHDRAWN}
            await eventually(back.reports, holds=lambda reports: {report.state for report in reports} == expected)
            assert [report.text for report in await back.reports() if report.state is ReportState.OPEN] == ["a hat"]


@pytest.mark.parametrize("answer", [no_messages, unknown, not_found])
async def test_a_repeated_event_is_taken_though_no_history_has_its_post(database_url: str, answer: Answers) -> None:
    async with world_by_http(database_url) as world:
        world.slack.api.fail_next("users.info", error="internal_error")
        world.slack.api.always["conversations.history"] = answer
        await world.wait_until_acknowledged(world.found, world.slack.post_photo(world.found, world.ben, JPEG, "hat"))


@pytest.mark.parametrize("answer", [unknown, lacking_scope])
async def test_a_finder_reads_what_is_wrong_where_no_history_says_whether_they_have(
    database_url: str, answer: Answers
) -> None:
    async with world_in(database_url) as world:
        world.slack.api.always |= dict.fromkeys(HISTORY, answer)
        post = world.slack.post(
            world.found, world.ben, "", files=[{"id": "F1", "name": "hat.jpg", "mode": "tombstone"}]
        )
        await world.slack.wait_for_reply(world.found, post, "hat.jpg")


async def test_an_answer_that_may_be_there_is_sent_once_more_at_most(database_url: str) -> None:
    async with world_in(database_url) as world:
        world.slack.api.always |= dict.fromkeys(HISTORY, unknown)

        async def fails_afterwards(_: web.Request) -> web.Response:
            return web.Response(status=500)

        world.slack.api.before_answer["chat.postMessage"] = fails_afterwards
        files = [{"id": "F1", "name": "hat.jpg", "mode": "tombstone"}]
        post = world.slack.post(world.found, world.ben, "", files=files)
        await eventually(lambda: SlackWindows(world.store).of(TEAM), holds=bool)  # to be read again later
        assert len(world.slack.thread(world.found, post)) == 1


async def test_a_reply_is_not_sent_again_while_a_history_does_not_say_whether_it_is_there(database_url: str) -> None:
    async with world_in(database_url) as world:
        post = world.slack.post_photo(world.found, world.ben, JPEG)
        world.slack.api.always |= dict.fromkeys(HISTORY, says_little)
        with pytest.raises(UnknownArrivalError):
            await world.platform.send(reply(world, post, maybe_sent=True))
        assert not world.slack.thread(world.found, post)


@pytest.mark.parametrize("answer", [unknown, not_found, lacking_scope])
async def test_a_photo_is_taken_by_its_name_where_slack_does_not_say_what_it_is(
    database_url: str, answer: Answers
) -> None:
    async with world_in(database_url) as world:
        world.slack.api.always["files.info"] = answer
        file = world.slack.api.files.add(world.ben, "hat.jpg", JPEG, ready=False)
        post = world.slack.post(world.found, world.ben, "a hat", files=[file])
        await world.wait_until_acknowledged(world.found, post)


async def test_nobody_is_told_that_their_post_is_not_theirs_because_slack_does_not_show_it(database_url: str) -> None:
    async with world_in(database_url) as world:
        post = world.slack.post(world.lost, world.ada, "I lost my black umbrella")
        offered = await world.slack.wait_for_reply(world.lost, post, sentence("offer"))
        world.slack.api.always |= dict.fromkeys((*HISTORY, "reactions.get"), not_found)
        used = await world.slack.press(world.lost, offered["ts"], sentence("button_look_for_it"), world.ada)
        assert await words_to(used) == sentence("busy")


async def test_an_owner_answers_though_the_app_may_not_ask_who_they_are(database_url: str) -> None:
    async with world_in(database_url) as world:
        _, found, _, card = await world.card()
        world.slack.api.always["users.info"] = lacking_scope
        buttons = shown_buttons(world, card.message)
        await world.slack.press(card.channel, card.message, buttons[0], world.ada)
        modal = await world.slack.ui.modal(world.ada, sentence("form_claim"))
        by_admin = await world.slack.press(card.channel, card.message, buttons[0], world.admin)
        assert await words_to(by_admin) == sentence("only_owner")
        await world.slack.ui.submit(modal, world.ada, words="a dent on the lid")
        again = await world.slack.press(card.channel, card.message, buttons[0], world.ada)
        assert await words_to(again) == sentence("claim_waits")
        answer = await world.slack.wait_for_reply(world.found, str(found.target.message), "says this is theirs")
        seen = await world.slack.press(world.found, answer["ts"], sentence("button_see_claim"), world.admin)
        assert await words_to(seen) == sentence("app_lacks_scope")


def shown_buttons(world: World, ts: str) -> list[str]:
    message = world.slack.message(world.lost, ts)
    assert message
    actions = [block for block in message["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for block in actions for element in block["elements"]]


async def test_the_operators_moderators_moderate_though_the_app_may_not_ask_who_they_are(database_url: str) -> None:
    async with world_in(database_url) as world:
        lost, _, match, card = await world.card()
        world.slack.api.always["users.info"] = lacking_scope
        world.slack.react(card.channel, card.message, "white_check_mark", world.chosen)
        await eventually(
            lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
        )


async def test_no_moderator_is_turned_away_because_the_app_may_not_ask_about_user_groups(database_url: str) -> None:
    async with world_in(database_url) as world:
        group = world.slack.admin.add_group("helpers", world.ben)
        settings = Settings(moderators=(group,))
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
        world.slack.api.always["usergroups.list"] = lacking_scope
        used = await world.slack.slash("lost", "setup", world.ben, world.general)
        assert await words_to(used) == sentence("app_lacks_scope")
        used = await world.slack.slash("lost", "my hat", world.ben, world.lost)
        assert f"<#{world.lost}>" in await words_to(used)


async def test_a_shortcut_whose_form_is_refused_is_answered_directly(database_url: str) -> None:
    async with world_in(database_url) as world:
        world.slack.api.always["views.open"] = unknown
        await world.slack.ui.shortcut("report_lost", world.ada)
        direct = world.slack.direct(world.ada)
        [answer] = await eventually(lambda: world.slack.messages[direct])
        assert answer["text"] == sentence("went_wrong")
