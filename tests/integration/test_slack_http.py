"""Slack by HTTP: the same app behind signed requests; what is not signed rightly is turned away and leaves no trace."""

import json
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from tests.doubles.slack import TEAM, SlackDouble
from tests.doubles.slack_delivery import Envelope, encoded, signed
from tests.support.slack_adapter import JPEG, Scene, by_http, scene_on

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with (
        SlackDouble.running(acknowledge_within=2) as slack,
        scene_on(slack, database_url, **by_http(slack)) as opened,
    ):
        yield opened


async def request(scene: Scene, body: str, headers: dict[str, str], kind: str = "application/json") -> tuple[int, str]:
    async with (
        ClientSession() as session,
        session.post(str(scene.slack.delivery.address), data=body, headers={"Content-Type": kind, **headers}) as got,
    ):
        return got.status, await got.text()


def posted(scene: Scene) -> str:
    """The body of an event: a photo in #found."""
    file = scene.slack.api.files.add(scene.ada, "photo.jpg", JPEG)
    message = {"type": "message", "subtype": "file_share", "user": scene.ada, "channel": scene.found, "ts": "1.000001"}
    event = {**message, "text": "a hat", "files": [file]}
    return json.dumps({"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event})


async def test_events_commands_and_modals_come_by_http_too(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "a hat")
    await scene.acknowledged(scene.found, ts)
    used = await scene.slack.slash("lost", "", scene.ada, scene.lost)
    assert used.sent == 1
    modal = await scene.slack.modal(scene.ada)
    await scene.slack.submit(modal, scene.ada, words="a red umbrella")
    assert [report.text for report in await scene.until_reported(2)] == ["a hat", "a red umbrella"]


async def test_slacks_question_whether_the_address_is_ours_is_answered(scene: Scene) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "any words"})
    status, answer = await request(scene, body, signed(body))
    assert (status, json.loads(answer)) == (200, {"challenge": "any words"})


async def test_an_event_that_is_slow_to_be_taken_comes_again_and_is_one_report(scene: Scene) -> None:
    scene.slack.api.fail_next("users.info", status=503, error="service_unavailable")
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    first = scene.slack.envelopes[0]
    await scene.acknowledged(scene.found, ts)
    await first.acked.wait()
    assert first.sent == 2
    for _ in range(2):
        await scene.slack.tell_again(first)
    assert len(await scene.reports()) == 1


@pytest.mark.parametrize("how", ["unsigned", "wrongly signed", "signed for another body", "too old", "from the future"])
async def test_a_request_that_is_not_rightly_signed_is_refused_and_nothing_is_stored(scene: Scene, how: str) -> None:
    body = posted(scene)
    headers = {
        "unsigned": {},
        "wrongly signed": signed(body, secret="another secret"),
        "signed for another body": signed(body.replace("hat", "cat")),
        "too old": signed(body, at=time.time() - 6 * 60),
        "from the future": signed(body, at=time.time() + 6 * 60),
    }[how]
    status, _ = await request(scene, body, headers)
    assert status == 401
    assert await scene.reports() == []
    async with scene.store._pool.connection() as connection:
        assert (await (await connection.execute(b"SELECT count(*) AS n FROM slack_event")).fetchone()) == {"n": 0}
    status, _ = await request(scene, body, signed(body))  # by the signature alone
    assert status == 200
    assert len(await scene.reports()) == 1


async def test_commands_and_presses_need_the_signature_as_well(scene: Scene) -> None:
    command = scene.slack.interaction(scene.ada) | {"command": "/lost", "text": "a hat", "user_id": scene.ada}
    for envelope in (Envelope("slash_commands", command, "E0"), Envelope("interactive", {"type": "shortcut"}, "E0")):
        body, kind = encoded(envelope)
        assert (await request(scene, body, {}, kind))[0] == 401
        assert (await request(scene, body, signed(body, secret="another"), kind))[0] == 401
    assert await scene.reports() == []
    assert scene.slack.calls_of("views.open") == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"payload=%7B"])
async def test_a_body_that_slack_would_never_send_is_refused(scene: Scene, body: bytes) -> None:
    async with ClientSession() as session:
        for kind in ("application/json", FORM):
            headers = {"Content-Type": kind}
            async with session.post(str(scene.slack.delivery.address), data=body, headers=headers) as got:
                assert got.status == 401


async def test_a_request_for_a_workspace_without_the_app_changes_nothing(scene: Scene) -> None:
    body = posted(scene).replace(TEAM, "T0UNKNOWN")
    await request(scene, body, signed(body))
    assert await scene.reports() == []
    assert await scene.reports("T0UNKNOWN") == []
