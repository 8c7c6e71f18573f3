"""A chat by webhooks: whom the bot believes, what it takes, and what it makes of the chat's answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web

from bot import looks
from bot.errors import SetupError
from bot.webhook import app
from bot.webhook.config import WebhookConfig
from bot.webhook.doctor import check
from bot.webhook.outbound import WebhookPlatform
from cli.services import _photos
from cli.settings import Settings
from db.config import Connections
from db.store import Store
from reunite.commands import NewReport
from reunite.entities import ReplyTarget, Report, ReportState
from reunite.errors import DefectError, PostGoneError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing, Sent
from reunite.posts import Receipt
from tests.doubles.webhook_chat import PHOTO_HOST, SECRET, WebhookChat, headers_of
from tests.support.keys import KEYS
from tests.support.queues import NoQueue
from tests.support.reports import reports_of
from tests.support.waiting import PATIENCE

ADA = {"id": "ada", "name": "Ada"}
MO = {"id": "mo", "name": "Mo", "is_moderator": True}
POST = {"event": "report", "member": ADA, "channel": "lost", "message": "1", "text": "an umbrella"}
TARGET = ReplyTarget("webhook", "chat", "lost", "1")


@dataclass
class World:
    """The chat, and the bot."""

    chat: WebhookChat
    platform: WebhookPlatform
    store: Store
    handlers: Handlers

    async def send(self, event: object, **headers: str) -> tuple[int, str]:
        body = json.dumps(event).encode()
        return await self.chat.send(body, {**headers_of(body), **headers})

    async def reports(self) -> list[Report]:
        return await reports_of(self.store, "webhook", "chat")


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with WebhookChat.running() as chat, Store(database_url, keys=KEYS) as store:
        config = WebhookConfig(url=chat.url, secret=SECRET, port=0, photo_hosts=frozenset({PHOTO_HOST}))
        handlers = Handlers(store, NoQueue())
        async with app.running(handlers, store, config) as platform:
            chat.events = f"{platform.address}/events"
            yield World(chat, platform, store, handlers)


def saying(words: str) -> Outgoing:
    return Outgoing("key", TARGET, Reply("note", ((Plain(words),),)))


async def test_only_what_is_signed_now_is_taken(world: World) -> None:
    body = json.dumps(POST).encode()
    for headers in ({}, headers_of(body, bytes(32)), headers_of(b"{}"), headers_of(body, at=1)):
        assert (await world.chat.send(body, headers))[0] == 401
    assert await world.reports() == []
    assert (await world.send(POST))[0] == 200
    assert [report.text for report in await world.reports()] == ["an umbrella"]


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


async def test_an_earlier_versions_button_is_known(world: World) -> None:
    press = {"event": "press", "member": MO, "message": "1", "action": "refuse", "subject": str(uuid4())}
    _, reason = await world.send(press)
    assert sentence("nothing_here") in reason


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
    monkeypatch.setattr(looks, "PATIENCE", 0.01)
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


async def test_a_reply_is_sent_once_for_its_key_and_changed(world: World) -> None:
    world.chat.posts["1"] = world.chat.posts[world.chat.add_post("lost", "")]
    sent = await world.platform.send(saying("One."))
    assert await world.platform.send(saying("One.")) == sent
    await world.platform.edit(saying("Two."), sent)
    assert [message.reply["text"] for message in world.chat.messages.values()] == ["Two."]
    await world.platform.edit(saying("Three."), Sent("lost", "gone"))
    await world.platform.remove(saying("Two."), None)
    assert world.chat.messages == {}


@pytest.mark.parametrize(
    ("status", "error"),
    [(410, PostGoneError), (403, UndeliverableError), (302, UndeliverableError), (401, TryAgainError)],
)
async def test_what_the_chat_answers_decides(world: World, status: int, error: type[Exception]) -> None:
    world.chat.answers.append(web.Response(status=status, headers={"Location": "/bot"}))
    with pytest.raises(error):
        await world.platform.send(saying("Hello."))


async def test_a_busy_chat_says_when_to_come_back(world: World) -> None:
    world.chat.answers.append(web.Response(status=503, headers={"Retry-After": "7"}))
    with pytest.raises(TryAgainError) as raised:
        await world.platform.send(saying("Hello."))
    assert raised.value.after == 7


@pytest.mark.parametrize("answer", ["", "[]", "no", f'{{"a": "{"x" * 70_000}"}}'])
async def test_an_answer_that_is_none_is_a_defect(world: World, answer: str) -> None:
    world.chat.answers.append(web.Response(text=answer))
    with pytest.raises(DefectError):
        await world.platform.send(saying("Hello."))


async def test_a_chat_that_is_down_is_tried_again(database_url: str, unused_tcp_port: int) -> None:
    config = WebhookConfig(url=f"http://127.0.0.1:{unused_tcp_port}/", secret=SECRET, port=0)
    async with Store(database_url) as store, app.running(Handlers(store, NoQueue()), store, config) as platform:
        with pytest.raises(TryAgainError):
            await platform.send(saying("Hello."))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"url": "https://forum.example/"},
        {"url": "http://forum.example/", "secret": SECRET},
        {"url": "forum.example", "secret": SECRET},
        {"url": "https://forum.example/", "secret": "short"},
    ],
)
def test_settings_that_are_unsafe_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SetupError, match="REUNITE_WEBHOOK_"):
        WebhookConfig(**settings).check()


async def test_doctor_says_whether_the_chat_takes_our_signature(world: World) -> None:
    nowhere = Connections(database_url="", redis_url="")
    for secret, ok in ((SECRET, True), (f"whsec_{'A' * 32}", False)):
        [finding] = [finding async for finding in check(WebhookConfig(url=world.chat.url, secret=secret), nowhere)]
        assert (finding.ok, bool(finding.remedy)) == (ok, not ok)


async def test_many_events_are_taken_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    all_of_them, report = asyncio.Barrier(20), world.handlers.report

    async def together(command: NewReport) -> Receipt:
        await all_of_them.wait()  # for ever, where one event waits for another
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
