"""Posts as Slack really sends them: retried, forwarded, from strangers, with files that can't be downloaded."""

from collections.abc import AsyncIterator
from contextlib import suppress
from time import time
from typing import Any

import pytest
from aiohttp import web

from reunite.commands import ReportLost
from reunite.entities import ReplyTarget
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import sentence
from tests.doubles.slack import TEAM
from tests.doubles.slack_blocks import shown
from tests.support.slack_adapter import JPEG, World, connected_world, world_by_http
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


@pytest.fixture
async def world_by_requests(database_url: str) -> AsyncIterator[World]:
    async with world_by_http(database_url) as opened:
        yield opened


def unavailable() -> web.Response:
    return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)


async def test_a_retried_post_is_taken_though_the_history_has_no_subtype(
    world_by_requests: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_by_requests
    report = Handlers.report
    refused: list[Any] = []

    async def interrupted(handlers: Handlers, command: Any) -> Any:
        if not refused:
            refused.append(command)
            raise TryAgainError("the database restarts")
        return await report(handlers, command)

    monkeypatch.setattr(Handlers, "report", interrupted)
    ts = world.slack.post_photo(world.lost, world.ada, JPEG, "my hat", bot_id=None)
    await world.wait_until_acknowledged(world.lost, ts)
    assert isinstance(refused[0], ReportLost)
    assert "subtype" not in (world.slack.message(world.lost, ts) or {})
    assert (await world.report()).text == "my hat"


async def test_a_retried_post_whose_photo_was_removed_meanwhile_is_left(world_by_requests: World) -> None:
    world = world_by_requests

    async def remove(_: web.Request) -> web.Response:
        (world.slack.message(world.found, ts) or {})["files"] = []
        return unavailable()

    world.slack.api.before_answer["users.info"] = remove
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.slack.settle()
    assert world.slack.delivery.envelopes[0].sent == 2
    assert await world.reports() == []


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_a_retried_post_needs_no_history_where_slack_puts_that_off(
    world_by_requests: World, *, is_deleted: bool
) -> None:
    world = world_by_requests

    async def change(_: web.Request) -> web.Response:
        if is_deleted:
            world.slack.delete(world.found, ts, unheard=True)
        else:
            (world.slack.message(world.found, ts) or {})["text"] = "a red hat"
        return unavailable()

    world.slack.api.history_every = 3600
    with suppress(UndeliverableError):  # it's read for some reason, so the next page is an hour away
        await world.platform.photo_url(ReplyTarget("slack", TEAM, world.found, "1.1"), "photo.jpg")
    world.slack.api.before_answer["users.info"] = change
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.slack.settle()
    assert world.slack.delivery.envelopes[0].sent == 2
    assert [report.text for report in await world.reports()] == ([] if is_deleted else ["a red hat"])


@pytest.mark.parametrize(("caption", "text"), [("", "a red hat"), ("found this", "found this")])
async def test_a_forwarded_photo_is_the_forwarders_report(world: World, caption: str, text: str) -> None:
    ts = world.slack.forward(world.found, world.ada, JPEG, "a red hat", caption)
    await world.wait_until_acknowledged(world.found, ts)
    report = await world.report()
    assert (report.author.id, report.text) == (world.ada, text)
    [photo] = await world.photos(report)
    assert await world.platform.photo_url(report.target, photo.name) == photo.url


async def test_a_link_to_a_message_is_no_forward(world: World) -> None:
    file = world.slack.api.files.add(world.ada, "photo.jpg", JPEG)
    world.slack.post(world.found, world.ada, "see", attachments=[{"is_msg_unfurl": True, "files": [file]}])
    await world.slack.settle()
    assert await world.reports() == []


async def test_a_strangers_id_is_enough_for_a_report(world: World) -> None:
    world.slack.admin.add_team("T0OTHER")
    eve = world.slack.admin.add_member("Eve", team="T0OTHER")
    world.slack.members[eve]["hidden"] = "user_not_visible"
    ts = world.slack.post_photo(world.found, eve, JPEG, "a hat")
    await world.wait_until_acknowledged(world.found, ts)
    assert (await world.report()).author.id == eve
    assert world.slack.delivery.envelopes[0].sent == 1


async def test_a_strangers_missing_file_is_reported_once(world: World) -> None:
    world.slack.admin.add_team("T0OTHER")
    eve = world.slack.admin.add_member("Eve", team="T0OTHER")
    file = world.slack.api.files.add(eve, "hat.jpg", JPEG)
    world.slack.files[file["id"]]["is_denied"] = True
    bare = {"id": file["id"], "file_access": "check_file_info"}
    ts = world.slack.post(world.found, eve, "a hat", files=[bare])
    await world.slack.wait_for_reply(world.found, ts, sentence("photo_not_shared", name="1"))
    assert world.slack.delivery.envelopes[0].sent == 1
    assert await world.reports() == []


async def test_a_photo_that_slacks_free_plan_hides_is_kept(world: World) -> None:
    """Slack's file objects have the mode `hidden_by_limit`, and no type, name or address; it isn't documented."""
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.wait_until_acknowledged(world.found, ts)
    known = await world.photos(await world.report())
    message = world.slack.message(world.found, ts)
    assert message
    hidden = [{"id": file["id"], "mode": "hidden_by_limit"} for file in message["files"]]
    world.slack.files |= {file["id"]: {**file, "user": world.ada, "looks": 0} for file in hidden}
    world.slack.edit(world.found, ts, "a red hat", files=hidden)
    await eventually(world.report, holds=lambda report: report.text == "a red hat")
    assert [photo.name for photo in await world.photos(await world.report())] == [photo.name for photo in known]


async def test_photos_of_the_same_name_have_each_their_own_link(world: World) -> None:
    files = [world.slack.api.files.add(world.ada, "image.png", JPEG) for _ in range(2)]
    ts = world.slack.post(world.found, world.ada, "two hats", files=files)
    await world.wait_until_acknowledged(world.found, ts)
    report = await world.report()
    photos = await world.photos(report)
    assert len({photo.url for photo in photos}) == 2
    for photo in photos:
        assert await world.platform.photo_url(report.target, photo.name) == photo.url
    message = world.slack.message(world.found, ts)
    assert message
    message["files"].pop(0)
    fresh = [await world.platform.photo_url(report.target, photo.name) for photo in photos]
    assert fresh == [None, photos[1].url]


async def test_a_file_that_slack_still_processes_is_asked_for(world: World) -> None:
    file = world.slack.api.files.add(world.ada, "IMG_1", JPEG, ready=False)
    ts = world.slack.post(world.found, world.ada, "a hat", files=[file])
    await world.wait_until_acknowledged(world.found, ts)
    assert len(await world.photos(await world.report())) == 1
    assert world.slack.delivery.envelopes[0].sent == 1


@pytest.mark.parametrize("kind", ["image/jpeg", "application/vnd.slack-remote"])
async def test_a_photo_that_is_hosted_elsewhere_is_answered_at_once(world: World, kind: str) -> None:
    file = {"id": "F1", "name": "hat.jpg", "mimetype": kind, "mode": "external", "is_external": True}
    ts = world.slack.post(
        world.found, world.ada, "a hat", files=[{**file, "url_private": "https://elsewhere.example/hat"}]
    )
    await world.slack.wait_for_reply(world.found, ts, "another website")
    assert await world.reports() == []


async def test_mentions_and_channels_become_names(world: World) -> None:
    words = f"<@{world.ben}> left it in <#{world.general}>, ask <@U0NOBODY>"
    ts = world.slack.post_photo(world.found, world.ada, JPEG, words)
    await world.wait_until_acknowledged(world.found, ts)
    assert (await world.report()).text == "@Ben left it in #general, ask"


@pytest.mark.parametrize("part", ["files", "attachments"])
async def test_a_part_that_is_null_is_as_good_as_none(world: World, part: str) -> None:
    world.slack.post(world.found, world.ada, "words alone", **{part: None})
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a hat", attachments=None)
    await world.wait_until_acknowledged(world.found, ts)
    world.slack.edit(world.found, ts, "a red hat", attachments=None)
    await world.slack.settle()
    assert {envelope.sent for envelope in world.slack.delivery.envelopes} == {1}
    assert (await world.report()).text == "a red hat"


async def test_a_video_or_a_voice_message_is_answered_with_what_helps(world: World) -> None:
    """Slack gives an audio clip a video's type, which apps that transcribe it correct by its subtype.

    See docs.openclaw.ai/channels/slack/media (read 2026-11-30).
    """
    clip = {"name": "audio_message.webm", "mimetype": "video/webm", "subtype": "slack_audio"}
    video = {"name": "keys.mp4", "mimetype": "video/mp4"}
    for file, answer in ((clip, sentence("voice_message")), (video, "keys.mp4")):
        stored = world.slack.api.files.add(world.ada, file["name"], b"moving")
        for channel in (world.found, world.lost):
            post = world.slack.post(channel, world.ada, "", files=[{**stored, **file}])
            await world.slack.wait_for_reply(channel, post, answer)
    assert await world.reports() == []


async def test_an_old_video_gets_no_answer_when_its_words_are_mended(world: World) -> None:
    video = {**world.slack.api.files.add(world.ada, "talk.mp4", b"moving"), "mimetype": "video/mp4"}
    old = world.slack.post_unheard(world.found, world.ada, "some old talk", files=[video], ts=f"{time() - 700:.6f}")
    world.slack.edit(world.found, old, "some old talk, mended")
    new = world.slack.post(world.found, world.ada, "", files=[video])
    await world.slack.wait_for_reply(world.found, new, "talk.mp4")
    await world.slack.settle()
    assert world.slack.thread(world.found, old) == []


async def test_words_with_a_paper_get_an_offer(world: World) -> None:
    paper = {**world.slack.api.files.add(world.ada, "plan.pdf", b"%PDF"), "mimetype": "application/pdf"}
    post = world.slack.post(world.found, world.ada, "found keys at the gym", files=[paper])
    await world.slack.wait_for_reply(world.found, post, sentence("offer_found"))


async def test_words_with_a_video_get_an_offer_that_names_the_video(world: World) -> None:
    video = {**world.slack.api.files.add(world.ada, "keys.mp4", b"moving"), "mimetype": "video/mp4"}
    post = world.slack.post(world.found, world.ada, "found keys at the gym", files=[video])
    assert "keys.mp4" in shown(await world.slack.wait_for_reply(world.found, post, sentence("offer_found")))
    await world.slack.settle()
    assert len(world.slack.thread(world.found, post)) == 1
