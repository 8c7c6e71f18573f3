"""What the bot sends to a chat by webhook."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web

from bot.errors import SetupError
from bot.webhook import app
from bot.webhook.config import WebhookConfig
from bot.webhook.doctor import check
from db.config import Connections
from db.store import Store
from reunite.entities import ReplyTarget
from reunite.errors import DefectError, PostGoneError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.messages.forms import form_of
from reunite.messages.reply import Button, Plain, Reply
from reunite.ports import Outgoing, Sent
from tests.doubles.webhook_chat import SECRET
from tests.support.queues import NoQueue
from tests.support.webhook_world import World, open_world

world_fixture = pytest.fixture(open_world, name="world")


TARGET = ReplyTarget("webhook", "chat", "lost", "1")


def saying(words: str) -> Outgoing:
    return Outgoing("key", TARGET, Reply("note", ((Plain(words),),)))


async def test_a_reply_is_sent_once_for_its_key_and_changed(world: World) -> None:
    world.chat.posts["1"] = world.chat.posts[world.chat.add_post("lost", "")]
    sent = await world.platform.send(saying("One."))
    assert await world.platform.send(saying("One.")) == sent
    await world.platform.edit(saying("Two."), sent)
    assert [message.reply["text"] for message in world.chat.messages.values()] == ["Two."]
    await world.platform.edit(saying("Three."), Sent("lost", "gone"))
    await world.platform.remove(saying("Two."), None)
    assert world.chat.messages == {}


async def test_a_form_in_a_private_reports_thread_is_in_its_authors_language(world: World) -> None:
    world.chat.posts["1"] = world.chat.posts[world.chat.add_post("lost", "")]
    button = Button("add_detail", uuid4(), "Details?")
    outgoing = saying("Hallo.")
    await world.platform.send(replace(outgoing, reply=replace(outgoing.reply, buttons=(button,)), language="de"))
    [message] = world.chat.messages.values()
    form = form_of("add_detail", "de")
    assert form
    assert [shown["form"]["title"] for shown in message.reply["buttons"]] == [form.title]


@pytest.mark.parametrize(
    ("status", "error"),
    [(410, PostGoneError), (403, UndeliverableError), (302, UndeliverableError), (401, TryAgainError)],
)
async def test_what_the_chat_answers_decides(world: World, status: int, error: type[Exception]) -> None:
    world.chat.answers.append(web.Response(status=status, headers={"Location": "/bot"}))
    with pytest.raises(error):
        await world.platform.send(saying("Hello."))


async def test_what_is_for_all_is_not_sent_to_one_person(world: World) -> None:
    with pytest.raises(UndeliverableError, match="one person"):
        await world.platform.send(replace(saying("news"), target=replace(TARGET, channel="@42"), for_all=True))
    assert world.chat.messages == {}


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


async def test_a_chat_that_is_down_is_tried_again(database_url: str, held_port: int) -> None:
    config = WebhookConfig(url=f"http://127.0.0.1:{held_port}/", secret=SECRET, port=0)
    async with Store(database_url) as store, app.running(Handlers(store, NoQueue()), store, config) as platform:
        with pytest.raises(TryAgainError):
            await platform.send(saying("Hello."))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"url": "https://forum.example/"},
        {"url": "http://forum.example/", "secret": SECRET},
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
