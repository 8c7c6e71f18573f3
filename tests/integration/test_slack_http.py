"""Slack by HTTP: the same app behind signed requests; what is not signed rightly is turned away and leaves no trace."""

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from tests.doubles.slack import TEAM
from tests.doubles.slack_delivery import Envelope, encoded, signed
from tests.support.slack_adapter import JPEG, World, world_by_http
from tests.support.waiting import eventually

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_by_http(database_url) as opened:
        yield opened


async def request(world: World, body: str, headers: dict[str, str], kind: str = "application/json") -> tuple[int, str]:
    async with (
        ClientSession() as session,
        session.post(str(world.slack.delivery.address), data=body, headers={"Content-Type": kind, **headers}) as got,
    ):
        return got.status, await got.text()


def posted(world: World) -> str:
    """The body of an event: a photo in #found."""
    file = world.slack.api.files.add(world.ada, "photo.jpg", JPEG)
    message = {"type": "message", "subtype": "file_share", "user": world.ada, "channel": world.found, "ts": "1.000001"}
    event = {**message, "text": "a hat", "files": [file]}
    return json.dumps({"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event})


async def test_events_commands_and_modals_come_by_http_too(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.wait_until_acknowledged(world.found, ts)
    used = await world.slack.slash("lost", "", world.ada, world.lost)
    assert used.sent == 1
    modal = await world.slack.ui.modal(world.ada)
    await world.slack.ui.submit(modal, world.ada, words="a red umbrella")
    assert [report.text for report in await world.wait_for_reports(2)] == ["a hat", "a red umbrella"]


async def test_slacks_question_whether_the_address_is_ours_is_answered(world: World) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "any words"})
    status, answer = await request(world, body, signed(body))
    assert (status, json.loads(answer)) == (200, {"challenge": "any words"})


async def test_an_event_that_is_slow_to_be_taken_comes_again_and_is_one_report(world: World) -> None:
    world.slack.api.fail_next("users.info", status=503, error="service_unavailable")
    ts = world.slack.post_photo(world.found, world.ada, JPEG)
    first = world.slack.delivery.envelopes[0]
    await world.wait_until_acknowledged(world.found, ts)
    await first.acked.wait()
    assert first.sent == 2
    for _ in range(2):
        await world.slack.tell_again(first)
    assert len(await world.reports()) == 1


@pytest.mark.parametrize("days", [-2, 2])
async def test_a_clock_that_is_wrong_is_logged(world: World, days: int) -> None:
    body = posted(world)
    with capture_logs() as logged:
        assert (await request(world, body, signed(body, at=time.time() + days * 86_400)))[0] == 401
        assert (await request(world, body, signed(body, secret="another", at=1)))[0] == 401
    [line] = [line for line in logged if line["event"] == "slack_clock_differs"]
    assert round(line["seconds"] / 86_400) == -days


@pytest.mark.parametrize("how", ["unsigned", "wrongly signed", "signed for another body", "too old", "from the future"])
async def test_a_request_that_is_not_rightly_signed_is_refused_and_nothing_is_stored(world: World, how: str) -> None:
    body = posted(world)
    headers = {
        "unsigned": {},
        "wrongly signed": signed(body, secret="another secret"),
        "signed for another body": signed(body.replace("hat", "cat")),
        "too old": signed(body, at=time.time() - 6 * 60),
        "from the future": signed(body, at=time.time() + 6 * 60),
    }[how]
    status, _ = await request(world, body, headers)
    assert status == 401
    assert await world.reports() == []
    async with world.store._pool.connection() as connection:
        assert (await (await connection.execute(b"SELECT count(*) AS n FROM slack_event")).fetchone()) == {"n": 0}
    status, _ = await request(world, body, signed(body))  # by the signature alone
    assert status == 200
    assert len(await world.reports()) == 1


async def test_commands_and_presses_need_the_signature_as_well(world: World) -> None:
    command = world.slack.interaction(world.ada) | {"command": "/lost", "text": "a hat", "user_id": world.ada}
    for envelope in (Envelope("slash_commands", command, "E0"), Envelope("interactive", {"type": "shortcut"}, "E0")):
        body, kind = encoded(envelope)
        assert (await request(world, body, {}, kind))[0] == 401
        assert (await request(world, body, signed(body, secret="another"), kind))[0] == 401
    assert await world.reports() == []
    assert world.slack.calls_of("views.open") == []


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"payload=%7B"])
async def test_a_body_that_slack_would_never_send_is_refused(world: World, body: bytes) -> None:
    async with ClientSession() as session:
        for kind in ("application/json", FORM):
            headers = {"Content-Type": kind}
            async with session.post(str(world.slack.delivery.address), data=body, headers=headers) as got:
                assert got.status == 401


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        *(("application/json", body) for body in ("", "null", "[]", "7", '"x"', "{}", '{"type": 1}', '{"event": []}')),
        ("application/json", "[" * 5000),
        ("application/json", json.dumps({"type": "event_callback", "team_id": TEAM, "event": {"type": ["message"]}})),
        ("application/json", json.dumps({"type": "event_callback", "team_id": {"a": 1}, "event": {"type": "message"}})),
        (FORM, "payload="),
        (FORM, "payload=[]"),
        (FORM, "payload=7"),
        (FORM, "payload={}"),
        (FORM, 'payload={"type": "block_actions", "actions": []}'),
        (FORM, 'payload={"type": "view_submission", "view": {"callback_id": "press"}}'),
        (FORM, "command=/lost"),
        (FORM, "a=%ff&b"),
    ],
)
async def test_no_signed_request_is_our_fault_whatever_is_in_it(world: World, kind: str, body: str) -> None:
    status, _ = await request(world, body, signed(body), kind)
    assert status < 500
    assert await world.reports() == []


async def test_a_request_for_a_workspace_without_the_app_changes_nothing(world: World) -> None:
    body = posted(world).replace(TEAM, "T0UNKNOWN")
    await request(world, body, signed(body))
    assert await world.reports() == []
    assert await world.reports("T0UNKNOWN") == []


async def test_what_slack_drops_because_there_are_too_many_events_is_read_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    kept = world.slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.wait_until_acknowledged(world.found, kept)
    monkeypatch.setattr("bot.slack.events._DROPPING", timedelta(seconds=1))
    dropped = world.slack.post_photo(world.found, world.ada, JPEG, "an umbrella", unheard=True)
    # docs.slack.dev/reference/events/app_rate_limited (read 2026-11-29): it has no inner event.
    limited = {"type": "app_rate_limited", "team_id": TEAM, "minute_rate_limited": int(time.time())}
    body = json.dumps({**limited, "api_app_id": "A0REUNITE"})
    assert (await request(world, body, signed(body)))[0] == 200
    world.slack.delete(world.found, kept, unheard=True)  # while it goes on
    await world.wait_until_acknowledged(world.found, dropped)
    await eventually(world.reports, holds=lambda found: [report.text for report in found] == ["", "an umbrella"])
