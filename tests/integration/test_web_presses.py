"""Buttons, own reports, sealed and private posts at the local page's server: each is shown to whom it may be."""

from typing import Any
from uuid import uuid4

import pytest

from bot.json_replies import ways
from bot.web.app import running
from bot.web.config import WebConfig
from db.store import Store
from reunite.commands import ChangeSettings
from reunite.entities import Member, PhotoState, ReplyTarget, Report, ReportState, Settings
from reunite.errors import UndeliverableError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages import notices
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.support.board import BOARD
from tests.support.keys import KEYS
from tests.support.multipart import MULTIPART, form_of_parts, unknown_encoding
from tests.support.page_client import (
    ADA,
    BEN,
    UMBRELLA_FOUND,
    UMBRELLA_LOST,
    Json,
    Page,
    match_card,
    opened,
    opened_page,
)
from tests.support.pictures import drawing
from tests.support.queues import NoQueue

pytestmark = pytest.mark.untraced

ROBIN = {"name": "Robin", "moderator": "yes"}
SEALED = {**UMBRELLA_FOUND, "sealed": "yes", "category": "card", "place": "gym", "text": "in the name of Zoe"}


page_fixture = pytest.fixture(opened_page, name="page")


def actions(message: Json) -> list[str]:
    return [button["action"] for button in message["reply"]["buttons"]]


def saying(words: str) -> Reply:
    return Reply("nothing", ((Plain(words),),))


async def opening_sent(page: Page, report: Report) -> int:
    """Send the bot's own post of a report, as the delivery does; return its message."""
    [item] = await page.store.delivery.lease("web", limit=5, seconds=60)
    sent = await page.platform.send(Outgoing(item.key, item.target, item.reply))
    async with page.store.session(report.community) as session:
        await session.outbox.mark_sent(item.seq, item.fence, item.version, sent)
    return int(sent.message)


async def test_each_viewer_has_the_buttons_that_are_theirs_to_press(page: Page) -> None:
    card, _ = await match_card(page)
    for viewer, expected in (({"name": ADA}, ["mine", "not_mine"]), ({"name": BEN}, []), (ROBIN, []), ({}, [])):
        async with page.watching(**viewer) as watcher:
            shown = await watcher.until(lambda messages: card in messages)
            assert actions(shown[card]) == expected
            verdicts = {"state": "undecided", "confirm": [], "reject": []}
            assert shown[card]["match"] == (verdicts if viewer is ROBIN else None)  # only moderators give them


async def test_a_button_tells_what_is_asked_before_and_a_press_answers_in_private(page: Page) -> None:
    card, match = await match_card(page)
    async with page.watching(name=ADA) as watcher:
        mine, not_mine = (await watcher.until(lambda messages: card in messages))[card]["reply"]["buttons"]
    assert (mine["words"], mine["form"]["fields"][0]["name"]) == (sentence("button_mine"), "words")
    assert not_mine["form"] is None
    empty = await page.press(mine, name=ADA, words=" ")
    assert empty == (422, {"error": sentence("claim_empty")})
    assert await page.press(mine, name=BEN, words="me") == (422, {"error": sentence("only_owner", command=ways("en"))})
    status, answer = await page.press(not_mine, name=ADA)
    assert (status, actions({"reply": answer["note"]})) == (200, ["mine"])
    async with page.store.session((await page.reports())[0].community) as session:
        known = await session.matches.get(match.id)
    assert known
    assert known.declined


async def test_a_claim_is_for_the_finder_and_moderators_to_see(page: Page) -> None:
    card, match = await match_card(page)
    mine = {"action": "mine", "subject": str(match.id)}
    assert (await page.press(mine, name=ADA, words="my name is in it"))[0] == 200
    found, _ = await page.reports()
    for item in await page.store.delivery.lease("web", limit=9, seconds=60):
        await page.platform.send(Outgoing(item.key, item.target, item.reply))
    expected = {ADA: [], BEN: ["see_claim"], "Robin": ["see_claim"]}
    for name, buttons in expected.items():
        viewer = {"name": name, **({"moderator": "yes"} if name == "Robin" else {})}
        async with page.watching(**viewer) as watcher:
            shown = await watcher.until(
                lambda messages: any((m["reply"] or {}).get("kind") == "claim" for m in messages.values())
            )
        [claim] = [message for message in shown.values() if message["root"] and message["reply"]["kind"] == "claim"]
        assert actions(claim) == buttons
        assert claim["root"] == int(str(found.target.message))
    assert card in shown


async def test_the_same_press_twice_adds_a_photo_once(page: Page) -> None:
    await page.post(UMBRELLA_LOST)
    [report] = await page.reports()
    button = {"action": "add_photo", "subject": str(report.id)}
    for _ in range(2):
        status, _ = await page.press(button, drawing("red"), name=ADA, id="the-same-press")
        assert status == 200
    async with page.store.session(report.community) as session:
        assert [photo.state for photo in await session.photos.of(report.id)] == [PhotoState.PENDING]


@pytest.mark.parametrize("wrong", [{"action": "explode"}, {"subject": "none"}, {"id": "short"}, {"name": ""}])
async def test_a_press_that_no_page_sends_is_a_bad_request(page: Page, wrong: dict[str, str]) -> None:
    button = {"action": "mine", "subject": str(uuid4())}
    assert await page.press(button, **{"name": ADA, **wrong}) == (400, {})
    assert await page.press(button, name=ADA) == (422, {"error": sentence("nothing_here")})


@pytest.mark.parametrize("body", [unknown_encoding("name"), b"nothing of the kind", form_of_parts(65)])
async def test_a_malformed_form_is_a_bad_request(page: Page, body: bytes) -> None:
    async with page.http.post("/presses", data=body, headers=MULTIPART) as response:
        assert (response.status, await response.text()) == (400, "400: Bad Request")


async def test_only_the_author_changes_a_posts_words(page: Page) -> None:
    _, posted = await page.post(UMBRELLA_LOST)
    answer: dict[str, Any] = {"message": posted["message"], "text": " green umbrella "}
    assert await page.ask("/edits", **answer, name=BEN) == (422, {"error": sentence("only_own", command=ways("en"))})
    empty = await page.ask("/edits", **{**answer, "text": " \0"}, name=ADA)
    assert empty == (422, {"error": sentence("empty_report")})
    assert [report.text for report in await page.reports()] == ["red umbrella"]
    assert await page.ask("/edits", **answer, name=ADA) == (200, {})
    assert [report.text for report in await page.reports()] == ["green umbrella"]
    async with page.watching(name=ADA) as watcher:
        await watcher.until(lambda messages: messages[posted["message"]]["text"] == "green umbrella")


async def test_a_sealed_report_is_posted_by_the_bot_and_read_by_finder_and_moderators(page: Page) -> None:
    assert await page.post(SEALED, drawing("red")) == (201, {"channel": "found", "message": None})
    [report] = await page.reports()
    assert (report.sealed, report.category, report.text) == (True, "card", "in the name of Zoe")
    message = await opening_sent(page, report)
    for viewer, photos, text in (
        ({"name": ADA}, 0, ""),
        ({}, 0, ""),
        ({"name": BEN}, 1, report.text),
        (ROBIN, 1, report.text),
    ):
        async with page.watching(**viewer) as watcher:
            shown = (await watcher.until(lambda messages: bool((messages.get(message) or {}).get("report"))))[message]
        assert (len(shown["report"]["photos"]), shown["text"], shown["author"]) == (photos, text, None)
        assert "gym" in str(shown["reply"]["lines"])
    assert (await page.post({**SEALED, "category": "crown"}))[0] == 400


async def test_the_bots_post_of_a_found_report_that_was_withdrawn_says_so(page: Page) -> None:
    await page.post(SEALED)
    [report] = await page.reports()
    message = await opening_sent(page, report)
    assert await page.ask("/withdrawals", message=message, name=BEN) == (200, {})
    await opening_sent_again(page)
    async with page.watching(name=ADA) as watcher:
        shown = await watcher.until(
            lambda messages: messages[message]["reply"]["lines"][0][0]["text"].startswith("This")
        )
    assert shown[message]["reply"]["lines"] == [[{"is": "plain", "text": sentence("ended")}]]


async def opening_sent_again(page: Page) -> None:
    """Edit what was sent, as the delivery does."""
    [item] = await page.store.delivery.lease("web", limit=5, seconds=60)
    assert (item.task, item.sent is None) == ("edit", False)
    assert item.sent
    await page.platform.edit(Outgoing(item.key, item.target, item.reply), item.sent)


async def test_a_private_report_with_its_thread_is_hidden_from_others(page: Page) -> None:
    _, posted = await page.post({**UMBRELLA_LOST, "private": "yes"})
    [report] = await page.reports()
    assert report.private
    sent = await page.platform.send(Outgoing("answer", report.target, saying("Nothing yet.")))
    async with page.watching(name=ADA) as watcher:
        await watcher.until(lambda messages: int(sent.message) in messages)
    thread = {posted["message"], int(sent.message)}
    assert thread <= (await page.shown(**ROBIN)).keys()
    assert not thread & (await page.shown(name=BEN)).keys()
    assert not thread & (await page.shown()).keys()


async def test_the_moderators_channel_is_for_moderators(page: Page) -> None:
    target = ReplyTarget("web", "local", "moderators")
    line = Reply("log", ((Plain("A match."),),))
    sent = await page.platform.send(Outgoing("log", target, line))
    async with page.watching(**ROBIN) as watcher:
        shown = await watcher.until(lambda messages: int(sent.message) in messages)
    assert shown[int(sent.message)]["channel"] == "moderators"
    assert await page.shown(name=ADA) == {}


async def test_moderators_have_their_channel_from_the_start_unless_another_was_chosen(database_url: str) -> None:
    async with opened(database_url) as page:
        assert await page.post(SEALED) == (201, {"channel": "found", "message": None})
    async with Store(database_url, keys=KEYS) as store:
        handlers = Handlers(store, NoQueue())
        await handlers.set_up(ChangeSettings(platform="web", workspace="local", settings=Settings(log_channel="other")))
        async with running(handlers, store, WebConfig(port=0)):
            assert (await handlers.settings("web", "local")).log_channel == "other"


async def test_replies_are_edited_and_removed_wherever_they_are(page: Page) -> None:
    _, posted = await page.post(UMBRELLA_LOST)
    [report] = await page.reports()
    first, second = (Outgoing(key, report.target, saying(key)) for key in ("first", "second"))
    sent = await page.platform.send(first)
    await page.platform.send(second)
    await page.platform.edit(Outgoing("first", report.target, saying("changed")), sent)
    async with page.watching() as watcher:
        await watcher.until(lambda messages: "changed" in str(messages.get(int(sent.message))))
        await page.platform.remove(first, sent)
        await page.platform.remove(second, None)  # it is not known whether it was sent
        await watcher.until(lambda messages: messages.keys() == {posted["message"]})
    await page.platform.remove(first, sent)  # gone already
    with pytest.raises(UndeliverableError):
        await page.platform.edit(first, sent)
    assert await page.platform.photo_url(report.target, "0.jpg") is None


async def test_members_see_their_own_reports_and_what_is_kept(page: Page) -> None:
    await page.post(UMBRELLA_LOST)
    [report] = await page.reports()
    expected = notices.own_report(report, "en")
    _, answer = await page.ask("/my-reports", name=ADA)
    assert [actions({"reply": reply}) for reply in answer["replies"]] == [
        [button.action for button in expected.buttons]
    ]
    assert (await page.ask("/my-reports", name=BEN))[1] == {"replies": []}
    _, privacy = await page.ask("/privacy", name=ADA)
    [forget] = [button for button in privacy["replies"][0]["buttons"] if button["action"] == "forget"]
    async with page.http.get("/export", params={"name": ADA}) as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Cache-Control"] == "no-store"
        assert [report["text"] for report in (await response.json())["reports"]] == ["red umbrella"]
    assert (await page.press(forget, name=ADA))[0] == 200
    assert [report.state for report in await page.reports()] == [ReportState.WITHDRAWN]
    async with page.watching(name=ADA) as watcher:
        await watcher.until(lambda messages: not messages)
    assert (await page.reports())[0].author == Member("", "")


async def test_a_moderator_of_the_page_gets_a_link_to_the_board_and_a_member_does_not(page: Page) -> None:
    status, answer = await page.ask("/board", name=ADA, moderator=False)
    assert (status, answer) == (422, {"error": sentence("only_moderators_here")})
    status, answer = await page.ask("/board", name="Robin", moderator=True)
    assert (status, answer["link"].partition("=")[0]) == (200, f"{BOARD}/sign-in?link")


async def test_numbers_are_for_moderators(page: Page) -> None:
    refused = await page.ask("/statistics", name=ADA, moderator=False)
    assert refused == (422, {"error": sentence("only_moderators_here")})
    status, answer = await page.ask("/statistics", name="Robin", moderator=True)
    assert (status, len(answer["replies"])) == (200, 1)


async def test_help_says_what_can_be_done_on_the_page(page: Page) -> None:
    status, answer = await page.ask("/help", name=ADA)
    [[*lines]] = [reply["lines"] for reply in answer["replies"]]
    assert (status, len(lines)) == (200, 6)  # the page has no setup to tell moderators of
    said = "\n".join("".join(span["text"] for span in line) for line in lines)
    assert "My reports shows your reports." in said
    assert "/" not in said  # the page's own words, no commands
