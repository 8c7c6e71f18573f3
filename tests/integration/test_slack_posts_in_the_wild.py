"""Posts as Slack really sends them: retried, forwarded, from strangers, with files that can't be had."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from reunite.commands import ReportLost
from reunite.errors import TryAgainError
from reunite.handlers import Handlers
from tests.doubles.slack_scene import JPEG, Scene, scene_in


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def test_a_retried_post_is_taken_though_the_history_has_no_subtype(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, refused = Handlers.report, []

    async def interrupted(handlers: Handlers, command: Any) -> Any:
        if not refused:
            refused.append(command)
            raise TryAgainError("the database restarts")
        return await report(handlers, command)

    monkeypatch.setattr(Handlers, "report", interrupted)
    ts = scene.slack.post_photo(scene.lost, scene.ada, JPEG, "my hat", bot_id=None)
    await scene.acknowledged(scene.lost, ts)
    assert isinstance(refused[0], ReportLost)
    assert "subtype" not in (scene.slack.message(scene.lost, ts) or {})
    assert (await scene.report()).text == "my hat"


async def test_a_retried_post_whose_photo_was_removed_meanwhile_is_left(scene: Scene) -> None:
    scene.slack.api.fail_next("users.info", status=503, error="service_unavailable")
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "a hat")
    message = scene.slack.message(scene.found, ts)
    assert message
    await scene.slack.until(lambda: not scene.slack.api.failures["users.info"])
    message["files"] = []
    await scene.slack.settle()
    assert await scene.reports() == []


@pytest.mark.parametrize(("caption", "text"), [("", "a red hat"), ("found this", "found this")])
async def test_a_forwarded_photo_is_the_forwarders_report(scene: Scene, caption: str, text: str) -> None:
    ts = scene.slack.forward(scene.found, scene.ada, JPEG, "a red hat", caption)
    await scene.acknowledged(scene.found, ts)
    report = await scene.report()
    assert (report.author.id, report.text) == (scene.ada, text)
    [photo] = await scene.photos(report)
    assert await scene.platform.photo_url(report.target, photo.name) == photo.url


async def test_a_link_to_a_message_is_no_forward(scene: Scene) -> None:
    file = scene.slack.api.files.add(scene.ada, "photo.jpg", JPEG)
    scene.slack.post(scene.found, scene.ada, "see", attachments=[{"is_msg_unfurl": True, "files": [file]}])
    await scene.slack.settle()
    assert await scene.reports() == []


async def test_a_strangers_id_is_enough_for_a_report(scene: Scene) -> None:
    scene.slack.add_team("T0OTHER")
    eve = scene.slack.add_member("Eve", team="T0OTHER")
    scene.slack.members[eve]["is_hidden"] = True
    ts = scene.slack.post_photo(scene.found, eve, JPEG, "a hat")
    await scene.acknowledged(scene.found, ts)
    assert (await scene.report()).author.id == eve
    assert scene.slack.envelopes[0].sent == 1


async def test_a_strangers_file_that_cannot_be_had_is_said_once(scene: Scene) -> None:
    scene.slack.add_team("T0OTHER")
    eve = scene.slack.add_member("Eve", team="T0OTHER")
    file = scene.slack.api.files.add(eve, "hat.jpg", JPEG)
    scene.slack.files[file["id"]]["is_denied"] = True
    bare = {"id": file["id"], "file_access": "check_file_info"}
    ts = scene.slack.post(scene.found, eve, "a hat", files=[bare])
    await scene.slack.wait_for_reply(scene.found, ts, "Slack doesn't let me open the photo")
    assert scene.slack.envelopes[0].sent == 1
    assert await scene.reports() == []


async def test_photos_of_the_same_name_have_each_their_own_link(scene: Scene) -> None:
    files = [scene.slack.api.files.add(scene.ada, "image.png", JPEG) for _ in range(2)]
    ts = scene.slack.post(scene.found, scene.ada, "two hats", files=files)
    await scene.acknowledged(scene.found, ts)
    report = await scene.report()
    photos = await scene.photos(report)
    assert len({photo.url for photo in photos}) == 2
    for photo in photos:
        assert await scene.platform.photo_url(report.target, photo.name) == photo.url
    message = scene.slack.message(scene.found, ts)
    assert message
    message["files"].pop(0)
    fresh = [await scene.platform.photo_url(report.target, photo.name) for photo in photos]
    assert fresh == [None, photos[1].url]


async def test_a_file_that_slack_still_processes_is_asked_for(scene: Scene) -> None:
    file = scene.slack.api.files.add(scene.ada, "IMG_1", JPEG, ready=False)
    ts = scene.slack.post(scene.found, scene.ada, "a hat", files=[file])
    await scene.acknowledged(scene.found, ts)
    assert len(await scene.photos(await scene.report())) == 1
    assert scene.slack.envelopes[0].sent == 1


@pytest.mark.parametrize("kind", ["image/jpeg", "application/vnd.slack-remote"])
async def test_a_photo_that_is_hosted_elsewhere_is_answered_at_once(scene: Scene, kind: str) -> None:
    file = {"id": "F1", "name": "hat.jpg", "mimetype": kind, "mode": "external", "is_external": True}
    ts = scene.slack.post(
        scene.found, scene.ada, "a hat", files=[{**file, "url_private": "https://elsewhere.example/hat"}]
    )
    await scene.slack.wait_for_reply(scene.found, ts, "another website")
    assert await scene.reports() == []


async def test_mentions_and_channels_become_names(scene: Scene) -> None:
    words = f"<@{scene.ben}> left it in <#{scene.general}>, ask <@U0NOBODY>"
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, words)
    await scene.acknowledged(scene.found, ts)
    assert (await scene.report()).text == "@Ben left it in #general, ask"
