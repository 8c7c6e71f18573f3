"""Searching without a report, shown on each platform."""

import asyncio
from collections.abc import Coroutine

import pytest

from bot import looks
from reunite import rules
from reunite.entities import Label, Report, ReportKind, ReportState
from reunite.language import sentence
from reunite.looks import KEPT_MINUTES
from reunite.ports import ScoredPair
from tests.contract.harness import JPEG, Harness, PrivateReply
from tests.support.waiting import eventually

PROOF = "a blue thread sewn into the lining"


async def test_a_search_shows_pages_to_one_person_and_mine_files_report_and_claim(harness: Harness) -> None:
    ben = harness.join("Ben")
    found_reports = await _several_found(harness, rules.MAX_TILES + 2)
    page = await _searched(harness, harness.ui.search(ben, "umbrella with a *thread*"), *found_reports)
    assert "among 8 found items" in page.words
    assert "Page 1 of 2" in page.words
    assert page.pictures == (6 if harness.name == "web" else 1)
    following = await harness.ui.turn(page, sentence("button_look_on"), ben)
    assert "Page 2 of 2" in following.words
    assert following.pictures == (2 if harness.name == "web" else 1)
    back = await harness.ui.turn(following, sentence("button_look_back"), ben)
    assert back.words == page.words
    assert "thread" not in await harness.screen.public()
    assert await harness.deliver() == []

    mine = sentence("button_look_mine", tile=1)
    assert (await harness.ui.press(back, mine, ben, fill=PROOF)).words == sentence("note_look_filed")
    lost = (await harness.reports())[-1]
    assert (lost.kind, lost.state, lost.author) == (ReportKind.LOST, ReportState.OPEN, ben)
    seen = {item.reply.kind for item, _ in await harness.deliver()}
    assert seen >= {"claim", "match", "report_post"}
    assert "umbrella with a *thread*" in await harness.screen.public()
    assert PROOF not in await harness.screen.public()


async def test_a_photo_is_enough_to_search_for(harness: Harness) -> None:
    ben, [found] = harness.join("Ben"), await _several_found(harness, 1)
    page = await _searched(harness, harness.ui.search(ben, "", JPEG), found)
    assert page.pictures == 1
    look = (await harness.reports())[-1]
    async with harness.store.session(look.community) as session:
        assert (look.state, len(await session.photos.of(look.id))) == (ReportState.LOOK, 1)


async def test_a_search_without_results_or_too_often_or_too_slow_is_explained_politely(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = harness.join("Ben")
    await _several_found(harness, 1)
    reply = await _searched(harness, harness.ui.search(ben, "umbrella"))
    assert reply.words == sentence("look_nothing", number=1)
    filed = await harness.ui.press(reply, sentence("button_look_report"), ben)
    assert filed.words == sentence("note_look_reported")
    lost = (await harness.reports())[-1]
    assert (lost.kind, lost.state, lost.text, lost.author) == (ReportKind.LOST, ReportState.OPEN, "umbrella", ben)
    assert "report_post" in {item.reply.kind for item, _ in await harness.deliver()}
    monkeypatch.setattr(looks, "_PATIENCE_SECONDS", 0.1)
    assert (await harness.ui.search(ben, "umbrella")).words == sentence("look_slow")
    monkeypatch.setattr("reunite.looks.MAX_LOOKS", 1)  # the first became a report
    assert (await harness.ui.search(ben, "umbrella")).words == sentence(
        "look_too_often", number=KEPT_MINUTES, command=harness.commands
    )


async def _several_found(harness: Harness, number: int) -> list[Report]:
    for index in range(number):
        await harness.people.post_photo("found", harness.join("Ann"), f"umbrella {index}")
    await harness.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    found_reports = await harness.reports()
    async with harness.store.session(found_reports[0].community) as session:
        for report in found_reports:
            await session.reports.set_state(report.id, ReportState.OPEN)
            await session._do(  # as a worker keeps them
                "UPDATE photo SET state = 'stored', copy = %(copy)s, upload = NULL, url = NULL"
                " WHERE report_id = %(report)s",
                copy=JPEG,
                report=report.id,
            )
    return found_reports


async def _searched(
    harness: Harness, search: Coroutine[None, None, PrivateReply], *found_reports: Report
) -> PrivateReply:
    """Begin a search, and find some reports as a worker would, the first of them with a label."""
    task = asyncio.create_task(search)
    look = await eventually(lambda: _look(harness))
    async with harness.store.session(look.community) as session:
        for number, found in enumerate(found_reports):
            label = Label.HIGH if number == 0 else None
            await session.matches.save([ScoredPair(look.id, found.id, 0.9 - number / 100, label, (), {})])
        await session.reports.mark_first_reply(look.id)
    return await task


async def _look(harness: Harness) -> Report | None:
    waiting = [
        report for report in await harness.reports() if report.state is ReportState.LOOK and not report.has_first_reply
    ]
    return waiting[-1] if waiting else None
