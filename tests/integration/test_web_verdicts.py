"""Verdicts and answers on the local page."""

from collections.abc import Callable

import pytest

from reunite.entities import Question, ReportState
from reunite.language import sentence
from reunite.messages import wording
from reunite.ports import Outgoing
from tests.support.page_client import ADA, BEN, UMBRELLA_LOST, Json, Page, match_card, opened_page

page_fixture = pytest.fixture(opened_page, name="page")


def shows_match(card: int, expected: Json) -> Callable[[dict[int, Json]], bool]:
    return lambda shown: card in shown and shown[card]["match"] == expected


async def test_a_moderator_gives_a_verdict_and_takes_it_back(page: Page) -> None:
    card, _ = await match_card(page)
    async with page.watching(name="Robin", moderator="yes") as watcher:
        for given, state in ((True, ReportState.RETURNED), (False, ReportState.OPEN)):
            answer = {"message": card, "kind": "confirm", "given": given, "name": "Robin", "moderator": True}
            assert await page.ask("/verdicts", **answer) == (200, {})
            assert [report.state for report in await page.reports()] == [state] * 2
            expected = {"state": "confirmed" if given else "undecided", "confirm": ["Robin"] * given, "reject": []}
            await watcher.until(shows_match(card, expected))


async def test_a_member_reads_that_only_moderators_give_verdicts(page: Page) -> None:
    card, _ = await match_card(page)
    answer = {"message": card, "kind": "confirm", "given": True, "name": ADA, "moderator": False}
    assert await page.ask("/verdicts", **answer) == (422, {"error": sentence("only_moderators")})
    assert [report.state for report in await page.reports()] == [ReportState.OPEN] * 2


async def test_there_is_no_verdict_to_give_at_a_post(page: Page) -> None:
    _, posted = await page.post(UMBRELLA_LOST)
    answer = {"message": posted["message"], "kind": "confirm", "given": True, "name": "Robin", "moderator": True}
    assert await page.ask("/verdicts", **answer) == (422, {"error": sentence("nothing_here")})


async def test_a_question_shows_its_answers_and_takes_one_of_them_from_the_author_alone(page: Page) -> None:
    _, posted = await page.post({**UMBRELLA_LOST, "text": "/lost umbrella"})
    [report] = await page.reports()
    question = Question("colour", ("red", "green"))
    async with page.store.session(report.community) as session:
        await session.reports.set_state(report.id, ReportState.OPEN)
        await session.prompts.ask(report.id, question)
    sent = await page.platform.send(Outgoing("question", report.target, wording.question(report, question)))
    answer: Json = {"message": int(sent.message), "choice": "1"}
    words = ["Red", "Green", sentence("another_colour"), sentence("not_sure")]
    async with page.watching() as watcher:
        shown = await watcher.until(lambda messages: answer["message"] in messages)
        buttons = shown[answer["message"]]["question"]
        assert ([choice["words"] for choice in buttons["choices"]], buttons["said"]) == (words, None)
        assert await page.ask("/answers", **answer, name=BEN) == (422, {"error": sentence("only_author")})
        assert await page.ask("/answers", **answer, name=ADA) == (200, {"words": sentence("said")})
        await watcher.until(lambda messages: messages[answer["message"]]["question"]["said"] == "green")
        again = {"words": sentence("said_before", said="green")}
        assert await page.ask("/answers", **{**answer, "choice": "0"}, name=ADA) == (200, again)
    nothing = await page.ask("/answers", message=posted["message"], choice="1", name=ADA)
    assert nothing == (422, {"error": sentence("nothing_here")})
