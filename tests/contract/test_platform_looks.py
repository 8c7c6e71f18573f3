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
from tests.contract.harness import JPEG, Harness, Told
from tests.support.waiting import eventually

PROOF = "a blue thread sewn into the lining"


async def test_a_search_shows_pages_to_one_person_and_mine_files_report_and_claim(here: Harness) -> None:
    ben = here.join("Ben")
    finds = await _finds(here, rules.MOST_TILES + 2)
    page = await _searched(here, here.search(ben, "umbrella with a *thread*"), *finds)
    assert "among 8 found items" in page.words
    assert "Page 1 of 2" in page.words
    assert page.pictures == (6 if here.name == "web" else 1)
    following = await here.turn(page, sentence("button_look_on"), ben)
    assert "Page 2 of 2" in following.words
    assert following.pictures == (2 if here.name == "web" else 1)
    back = await here.turn(following, sentence("button_look_back"), ben)
    assert back.words == page.words
    assert "thread" not in await here.public()
    assert await here.deliver() == []

    mine = sentence("button_look_mine", tile=1)
    assert (await here.press(back, mine, ben, fill=PROOF)).words == sentence("note_look_filed")
    lost = (await here.reports())[-1]
    assert (lost.kind, lost.state, lost.author) == (ReportKind.LOST, ReportState.OPEN, ben)
    said = {item.reply.kind for item, _ in await here.deliver()}
    assert said >= {"claim", "match", "report_post"}
    assert "umbrella with a *thread*" in await here.public()
    assert PROOF not in await here.public()


async def test_a_photo_is_enough_to_search_for(here: Harness) -> None:
    ben, [found] = here.join("Ben"), await _finds(here, 1)
    page = await _searched(here, here.search(ben, "", JPEG), found)
    assert page.pictures == 1
    look = (await here.reports())[-1]
    async with here.store.session(look.community) as session:
        assert (look.state, len(await session.photos.of(look.id))) == (ReportState.LOOK, 1)


async def test_a_search_without_results_or_too_often_or_too_slow_is_explained_politely(
    here: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = here.join("Ben")
    await _finds(here, 1)
    told = await _searched(here, here.search(ben, "umbrella"))
    assert told.words == sentence("look_nothing", number=1)
    monkeypatch.setattr(looks, "PATIENCE", 0.1)
    assert (await here.search(ben, "umbrella")).words == sentence("look_slow")
    monkeypatch.setattr("reunite.looks.MOST_LOOKS", 2)
    assert (await here.search(ben, "umbrella")).words == sentence("look_too_often", number=KEPT_MINUTES)


async def _finds(here: Harness, number: int) -> list[Report]:
    for each in range(number):
        await here.post_photo("found", here.join("Ann"), f"umbrella {each}")
    await here.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    finds = await here.reports()
    async with here.store.session(finds[0].community) as session:
        for report in finds:
            await session.reports.set_state(report.id, ReportState.OPEN)
    return finds


async def _searched(here: Harness, search: Coroutine[None, None, Told], *finds: Report) -> Told:
    """Begin a search, and find some reports as a worker would, the first of them with a label."""
    task = asyncio.create_task(search)
    look = await eventually(lambda: _look(here))
    async with here.store.session(look.community) as session:
        for number, found in enumerate(finds):
            label = Label.HIGH if number == 0 else None
            await session.matches.save(ScoredPair(look.id, found.id, 0.9 - number / 100, label, (), {}))
        await session.reports.mark_first_reply(look.id)
    return await task


async def _look(here: Harness) -> Report | None:
    waiting = [
        report for report in await here.reports() if report.state is ReportState.LOOK and not report.has_first_reply
    ]
    return waiting[-1] if waiting else None
