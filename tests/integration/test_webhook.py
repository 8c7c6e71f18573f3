"""A chat by webhooks: whom the bot believes, what it takes, and what it makes of the chat's answers."""

import asyncio
import json
import time

import pytest
from structlog.testing import capture_logs

from bot import looks
from cli.services import _photos
from cli.settings import Settings
from reunite.commands import NewReport
from reunite.entities import ReportState
from reunite.language import sentence
from reunite.posts import Receipt
from tests.doubles.webhook_chat import headers_of
from tests.support.waiting import PATIENCE
from tests.support.webhook_world import World, open_world

world_fixture = pytest.fixture(open_world, name="world")


ADA = {"id": "ada", "name": "Ada"}


MO = {"id": "mo", "name": "Mo", "is_moderator": True}


POST = {"event": "report", "member": ADA, "channel": "lost", "message": "1", "text": "an umbrella"}


async def test_only_what_is_signed_now_is_taken(world: World) -> None:
    body = json.dumps(POST).encode()
    for headers in ({}, headers_of(body, bytes(32)), headers_of(b"{}"), headers_of(body, at=1)):
        assert (await world.chat.send(body, headers))[0] == 401
    assert await world.reports() == []
    assert (await world.send(POST))[0] == 200
    assert [report.text for report in await world.reports()] == ["an umbrella"]


@pytest.mark.parametrize(("seconds", "status"), [(-290, 200), (280, 200), (-310, 401), (330, 401)])
async def test_clocks_may_differ_by_minutes(world: World, seconds: float, status: int) -> None:
    body = json.dumps(POST).encode()
    assert (await world.chat.send(body, headers_of(body, at=time.time() + seconds)))[0] == status


@pytest.mark.parametrize("days", [-2, 2])
async def test_a_clock_that_is_wrong_is_logged(world: World, days: int) -> None:
    body = json.dumps(POST).encode()
    with capture_logs() as logged:
        assert (await world.chat.send(body, headers_of(body, at=time.time() + days * 86_400)))[0] == 401
        assert (await world.chat.send(body, headers_of(body, bytes(32), at=1)))[0] == 401
    [line] = [line for line in logged if line["event"] == "webhook_clock_differs"]
    assert round(line["seconds"] / 86_400) == -days


async def test_only_moderators_who_give_a_verdict_on_a_post_hear_where_it_counts(world: World) -> None:
    await world.send(POST)
    [report] = await world.reports()
    async with world.store.session(report.community) as session:
        await session.reports.set_state(report.id, ReportState.OPEN)
    verdict = {"event": "verdict", "channel": "lost", "message": "1", "kind": "confirm"}
    for member, given in ((ADA, True), (ADA, False), (MO, False)):
        answer = await world.send({**verdict, "member": member, "given": given})
        assert json.loads(answer[1]) == {"taken": False, "replies": []}
    _, hint = await world.send({**verdict, "member": MO, "given": True})
    assert json.loads(hint)["replies"][0]["text"] == sentence("verdict_on_a_match")


async def test_an_event_that_comes_again_counts_once(world: World) -> None:
    command = {"event": "report", "member": ADA, "channel": "lost", "text": "a cup"}
    for _ in range(2):
        body = json.dumps(command).encode()
        assert (await world.chat.send(body, headers_of(body, message="the same")))[0] == 200
    assert len(await world.reports()) == 1
    assert (await world.send(command))[0] == 200
    assert len(await world.reports()) == 2


async def test_too_much_is_refused_unread(world: World) -> None:
    assert (await world.send({**POST, "text": "x" * 300_000}))[0] == 413


@pytest.mark.parametrize(
    "event",
    [
        [],
        "report",
        {},
        {"event": "report"},
        {**POST, "member": "ada"},
        {**POST, "member": {"id": "", "name": "Ada"}},
        {**POST, "member": {"id": "a" * 201, "name": "Ada"}},
        {**POST, "member": {"id": "a\0", "name": "Ada"}},
        {**POST, "channel": 7},
        {**POST, "channel": "lost\n"},
        {**POST, "event": "burn", "member": MO},
        {**POST, "text": {"a": 1}},
        {**POST, "message": None, "happened_at": "yesterday"},
        {**POST, "private": True},
        {**POST, "channel": "found", "sealed": True},
        {**POST, "message": None, "sealed": True},
        {**POST, "message": None, "channel": "found", "private": True},
        {**POST, "message": None, "channel": "found", "private": True, "sealed": True},
        {**POST, "photos": {"name": "a"}},
        {**POST, "photos": [{"name": "a", "data": "aGVsbG8="}]},
        {"event": "press", "member": ADA, "action": "burn", "subject": "x"},
        {"event": "press", "member": ADA, "action": "mine", "subject": "x"},
        {"event": "verdict", "member": MO, "message": "1", "kind": "maybe", "given": True},
        {"event": "settings", "member": MO, "settings": "all"},
        {"event": "settings", "member": MO, "settings": {"found_channels": "found"}},
    ],
)
async def test_what_is_malformed_changes_nothing(world: World, event: object) -> None:
    status, reason = await world.send(event)
    assert (status, bool(reason)) == (422, True)
    assert await world.reports() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://photos.example/1.jpg",
        "https://127.0.0.1/1.jpg",
        "https://elsewhere.example/1.jpg",
        "https://photos.example:8443/1.jpg",
        "https://ada:secret@photos.example/1.jpg",
        "https://[photos.example/1.jpg",
        "file:///etc/passwd",
        "",
    ],
)
async def test_photos_are_taken_from_known_hosts_alone(world: World, url: str) -> None:
    status, reason = await world.send({**POST, "photos": [{"name": "1.jpg", "url": url}]})
    assert status == 422
    assert "REUNITE_PHOTO_HOSTS" in reason


def test_the_worker_fetches_from_the_same_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_PHOTO_HOSTS", "files.forum.example, cdn.forum.example")
    settings = Settings()
    assert settings.webhook.photo_hosts == {"files.forum.example", "cdn.forum.example"}
    assert settings.webhook.photo_hosts <= _photos(settings).hosts


async def test_only_moderators_change_settings_and_the_language_is_one_that_there_is(world: World) -> None:
    settings = {"log_channel": "log", "language": "tlh"}
    refused = await world.chat.tell("settings", ADA, settings=settings)
    assert refused["taken"] is False
    assert refused["replies"][0]["text"]
    assert (await world.chat.tell("settings", MO, settings=settings))["taken"]
    now = await world.handlers.settings("webhook", "chat")
    assert (now.log_channel, now.language) == ("log", "en")


async def test_lost_reports_by_command_are_private_if_moderators_chose_so(world: World) -> None:
    await world.chat.tell("settings", MO, settings={"private_reports": True})
    for fields in ({}, {"private": False}, {"message": "1"}, {"kind": "found"}):
        await world.chat.tell("report", ADA, channel="lost", text="a cup", **fields)
    seen = [(report.private, report.target.channel) for report in await world.reports()]
    assert seen == [(True, "@ada"), (False, "lost"), (False, "lost"), (False, "lost")]


async def test_a_look_is_no_report_of_the_message_below_which_it_was_asked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "_PATIENCE_SECONDS", 0.01)
    await world.send(POST)
    look = {"event": "look", "member": ADA, "channel": "lost", "message": "1", "text": "a cup"}
    assert (await world.send(look))[0] == 200
    assert [(report.state, report.target.message) for report in await world.reports()] == [
        (ReportState.PENDING, "1"),
        (ReportState.LOOK, None),
    ]


async def test_moderators_see_the_numbers_and_members_what_is_kept(world: World) -> None:
    assert (await world.chat.tell("statistics", MO))["replies"][0]["text"]
    [privacy] = (await world.chat.tell("privacy", ADA))["replies"]
    assert "forget" in [button["action"] for button in privacy["buttons"]]


async def test_an_edit_brings_in_what_was_refused_before(world: World) -> None:
    refused = await world.chat.tell("report", ADA, channel="lost", message="1", text=" ")
    assert (refused["taken"], len(refused["replies"])) == (False, 1)
    assert (await world.chat.tell("edit", ADA, channel="lost", message="1", text="a cup"))["taken"]
    assert [report.text for report in await world.reports()] == ["a cup"]
    for event in ("edit", "delete"):
        assert not (await world.chat.tell(event, ADA, channel="talk", message="2", text="hello"))["taken"]


async def test_many_events_are_taken_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    all_of_them, report = asyncio.Barrier(20), world.handlers.report

    async def together(command: NewReport) -> Receipt:
        await all_of_them.wait()  # endless if one event waits for another
        return await report(command)

    monkeypatch.setattr(world.handlers, "report", together)
    async with asyncio.timeout(PATIENCE):
        seen = await asyncio.gather(
            *(world.chat.tell("report", ADA, channel="lost", message=str(n), text=f"cup {n}") for n in range(20))
        )
    assert {reply["taken"] for reply in seen} == {True}
    assert {report.text for report in await world.reports()} == {f"cup {n}" for n in range(20)}


async def test_an_event_that_comes_many_times_at_once_counts_once(world: World) -> None:
    body = json.dumps(POST).encode()
    answers = await asyncio.gather(*(world.chat.send(body, headers_of(body)) for _ in range(8)))
    assert {status for status, _ in answers} == {200}
    assert len(await world.reports()) == 1
