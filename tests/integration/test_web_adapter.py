"""The local page's server, over real HTTP and WebSockets, on the real store."""

import asyncio
import io
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import WSCloseCode
from PIL import Image

from bot.web import sample_finds
from bot.web.chat import ViewerDiff
from reunite import rules
from reunite.entities import Label, Member, ReplyTarget, ReportState
from reunite.errors import UndeliverableError
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.reply import Jump, Person, Plain, Quoted, Reply, Strong
from reunite.ports import Outgoing
from tests.support.page_client import ADA, BEN, UMBRELLA_FOUND, UMBRELLA_LOST, Json, Page, match_card, opened_page
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.untraced

page_fixture = pytest.fixture(opened_page, name="page")


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(file, "JPEG")
    return file.getvalue()


async def test_a_photo_in_found_becomes_a_report_and_shows_as_looking(page: Page, jpeg: bytes) -> None:
    async with page.watching() as watcher:
        status, posted = await page.post(UMBRELLA_FOUND, jpeg)
        messages = await watcher.until(bool)
    [report] = await page.reports()
    assert status == 201
    assert (report.kind, report.text, report.author) == ("found", "by the tram", Member("ben", "Ben"))
    assert report.target == ReplyTarget("web", "local", "found", str(posted["message"]))
    [message] = messages.values()
    assert message["report"]["looking"]
    assert message["report"]["photos"] == [{"name": "0.jpg", "state": "pending", "url": None}]


async def test_samples_are_all_posted_once_even_if_the_tab_is_closed_meanwhile(page: Page) -> None:
    attempt = str(uuid4())
    async with page.watching() as watcher:
        closed = asyncio.create_task(page.ask("/samples", id=attempt))
        await watcher.until(bool)
        closed.cancel()
        messages = await watcher.until(lambda messages: len(messages) == len(sample_finds.FINDS))
    status, _ = await page.ask("/samples", id=attempt)
    assert status == 201
    reports = {report.target.message: report for report in await page.reports()}
    assert {str(message) for message in messages} == reports.keys()
    assert {report.author.name for report in reports.values()} == {"Ada", "Ben", "Chiyo"}
    assert {len(message["report"]["photos"]) for message in messages.values()} == {1, 2}


async def test_a_page_whose_changes_cant_be_sent_is_told_to_reconnect(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Json:
        raise RuntimeError("a defect")

    monkeypatch.setattr(ViewerDiff, "update", fail)
    async with page.watching() as watcher:
        await asyncio.wait_for(watcher.socket.receive(), PATIENCE)
        assert watcher.socket.close_code == WSCloseCode.INTERNAL_ERROR


async def test_the_lost_form_keeps_place_and_time(page: Page) -> None:
    await page.post({**UMBRELLA_LOST, "place": "library", "at": "2026-03-01T12:30:00.000Z"})
    [report] = await page.reports()
    assert (report.kind, report.text, report.place) == ("lost", "red umbrella", "library")
    assert report.happened_at is not None
    assert report.posted_at is not None
    assert report.happened_at.isoformat() == "2026-03-01T12:30:00+00:00"


async def test_slash_lost_in_the_found_channel_makes_a_lost_report(page: Page) -> None:
    _, posted = await page.post({**UMBRELLA_FOUND, "text": "/lost black backpack"})
    [report] = await page.reports()
    assert (posted["channel"], report.kind, report.text) == ("lost", "lost", "black backpack")


async def test_the_same_post_three_times_is_one_report(page: Page, jpeg: bytes) -> None:
    answers = [await page.post(UMBRELLA_FOUND, jpeg, post_id="the-same-post") for _ in range(3)]
    at_once = await asyncio.gather(*(page.post(UMBRELLA_LOST, post_id="another-post") for _ in range(3)))
    assert len({answer["message"] for _, answer in answers}) == 1
    assert len({answer["message"] for _, answer in at_once}) == 1
    assert len(await page.reports()) == 2


@pytest.mark.parametrize(
    ("fields", "key", "params"),
    [
        ({"text": "  "}, "empty_report", {}),
        (
            {"text": "x" * (rules.MAX_TEXT + 1)},
            "text_too_long",
            {"length": rules.MAX_TEXT + 1, "number": rules.MAX_TEXT},
        ),
        ({"text": "é" * 2**18}, "text_too_long", {"length": 2**18, "number": rules.MAX_TEXT}),
    ],
)
async def test_a_refused_post_gets_one_sentence_and_leaves_nothing(
    page: Page, fields: Json, key: str, params: dict[str, Any]
) -> None:
    answer = await page.post({**UMBRELLA_FOUND, **fields}, post_id="first-try")
    assert answer == (422, {"error": sentence(key, **params)})
    assert await page.reports() == []
    async with page.watching() as watcher:
        again, _ = await page.post(UMBRELLA_FOUND, post_id="first-try")
        assert again == 201
        messages = await watcher.until(bool)
    assert [message["text"] for message in messages.values()] == ["by the tram"]


async def test_too_large_and_too_many_photos_are_refused_politely(page: Page, jpeg: bytes) -> None:
    large = await page.post(UMBRELLA_FOUND, jpeg, bytes(rules.MAX_PHOTO_BYTES + 1))
    many = await page.post(UMBRELLA_FOUND, *[jpeg] * (rules.MAX_PHOTOS + 2))
    assert large == (422, {"error": sentence("photo_too_large", name="1.jpg", megabytes=25)})
    assert many == (422, {"error": sentence("too_many_photos", count=12, number=10)})
    assert await page.reports() == []


async def test_a_photo_is_served_only_as_its_stored_copy(page: Page, jpeg: bytes) -> None:
    await page.post(UMBRELLA_FOUND, jpeg)
    [report] = await page.reports()
    async with page.store.session(report.community) as session:
        [photo] = await session.photos.of(report.id)
    async with page.http.get(f"/photos/{photo.id}") as response:
        assert response.status == 404
    async with page.watching() as watcher:
        await watcher.until(bool)
        async with page.store.session(report.community) as session:
            await session._do("UPDATE photo SET state = 'stored', copy = 'copy', upload = NULL")
        messages = await watcher.until(
            lambda shown: any(message["report"]["photos"][0]["url"] for message in shown.values())
        )
    [message] = messages.values()
    async with page.http.get(message["report"]["photos"][0]["url"]) as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", b"copy")
        assert response.headers["Cache-Control"] == "private, no-cache"
    kept = {"If-None-Match": response.headers["ETag"]}
    async with page.http.get(f"/photos/{photo.id}", headers=kept) as response:
        assert (response.status, await response.read()) == (304, b"")
    async with page.store.session(report.community) as session:
        await session.photos.remove([photo.id])
    async with page.http.get(f"/photos/{photo.id}", headers=kept) as response:
        assert response.status == 404


async def test_a_post_that_could_not_be_taken_stays_with_what_is_wrong(page: Page) -> None:
    _, posted = await page.post(UMBRELLA_FOUND)
    [found] = await page.reports()
    async with page.store.session(found.community) as session:
        await session.reports.set_state(found.id, ReportState.WITHDRAWN)  # as a search does where nothing can be read
    problem = wording.problem("photo_unreadable", "en", found.id, name="mine.jpg")
    await page.platform.send(Outgoing("problem", found.target, problem))
    async with page.watching() as watcher:
        shown = await watcher.until(
            lambda messages: any(message["root"] == posted["message"] for message in messages.values())
        )
    assert shown[posted["message"]]["report"]["state"] == "unreadable"


async def test_a_deleted_post_is_withdrawn_and_disappears(page: Page) -> None:
    card, _ = await match_card(page)
    async with page.watching() as watcher:
        shown = await watcher.until(lambda messages: card in messages)
        lost = shown[card]["root"]
        refused, _ = await page.ask("/withdrawals", message=lost, name=BEN, moderator=False)
        assert refused == 422
        assert await page.ask("/withdrawals", message=lost, name=ADA, moderator=False) == (200, {})
        await watcher.until(lambda messages: not {lost, card} & messages.keys())
    assert [report.state for report in await page.reports()] == [ReportState.OPEN, ReportState.WITHDRAWN]


async def test_a_reply_is_shown_once_even_if_sent_several_times(page: Page) -> None:
    _, posted = await page.post(UMBRELLA_LOST)
    [report] = await page.reports()
    lines = (
        (Person("web", Member("ada", "Ada"), notify=True), Plain(" "), Strong("High confidence", Label.HIGH)),
        (Quoted("<b>mine</b>", report.id), Jump(report.id, "jump", report.target), Jump(uuid4(), "elsewhere")),
    )
    outgoing = Outgoing("once", report.target, Reply("nothing", lines), maybe_sent=True)
    async with page.watching() as watcher:
        sent = {await page.platform.send(outgoing) for _ in range(3)}
        messages = await watcher.until(lambda shown: len(shown) == 2)
    assert len(sent) == 1
    assert not messages[posted["message"]]["report"]["looking"]
    reply = messages[int(sent.pop().message)]
    assert reply["root"] == posted["message"]
    assert reply["reply"]["lines"] == [
        [
            {"is": "person", "text": "Ada", "member": "ada", "notify": True},
            {"is": "plain", "text": " "},
            {"is": "label", "text": "High confidence", "level": "high"},
        ],
        [
            {"is": "quoted", "text": "<b>mine</b>"},
            {"is": "jump", "text": "jump", "channel": "lost", "message": posted["message"]},
            {"is": "plain", "text": "elsewhere"},
        ],
    ]


async def test_a_reply_to_a_deleted_post_is_undeliverable(page: Page) -> None:
    target = ReplyTarget("web", "local", "lost", "4711")
    with pytest.raises(UndeliverableError):
        await page.platform.send(Outgoing("late", target, wording.problem("our_fault", "en", None)))


async def test_a_page_that_reconnects_gets_everything(page: Page) -> None:
    async with page.watching() as watcher:
        assert await watcher.until(lambda _: True) == {}
        assert watcher.encoder is None
    _, posted = await page.post(UMBRELLA_LOST)
    await page.store.embedding_models.register("concept", "test", {"shared": 2})
    async with page.watching() as watcher:
        await watcher.until(lambda shown: posted["message"] in shown and watcher.encoder is not None)
        assert watcher.encoder == {"name": "concept", "version": "test"}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_other_sites_can_neither_post_nor_watch(page: Page, origin: str) -> None:
    status, _ = await page.post(UMBRELLA_FOUND, headers={"Origin": origin})
    assert status == 403
    async with page.http.get("/live", headers={"Origin": origin, "Upgrade": "websocket"}) as response:
        assert response.status == 403
    own, _ = await page.post(UMBRELLA_FOUND, headers={"Origin": page.platform.url})
    assert own == 201
    assert len(await page.reports()) == 1


async def test_a_foreign_name_for_this_machine_is_turned_away(page: Page) -> None:
    async with page.http.get("/", headers={"Host": "evil.example"}) as response:
        assert response.status == 421


async def test_the_page_is_served_under_a_strict_policy(page: Page) -> None:
    for path in ("/", "/static/app.js", "/static/samples/umbrella.jpg"):
        async with page.http.get(path) as response:
            assert response.status == 200
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert response.headers["X-Content-Type-Options"] == "nosniff"
