"""The one question, from the list that it is about to the search with its answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from db import scoring_models
from reunite.commands import AnswerQuestion, Withdraw
from reunite.entities import Member, ReplyTarget, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.matching.defaults import PRIOR
from reunite.messages import wording
from reunite.messages.reply import Reply
from reunite.posts import AnswerResult
from tests.doubles.colour_encoder import ColourEncoder
from tests.support.services import working
from tests.support.world import ADA, BEN, World, world


@pytest.fixture
async def place(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with world(database_url, redis_url) as community, working(database_url, redis_url):
        # The colours of the tests' encoder aren't CLIP's cosines: its matches are scored by the prior of every fit.
        await scoring_models.save(community.store, community.workspace.community, ColourEncoder.version, PRIOR, {})
        yield community


async def asked(place: World) -> tuple[Report, Reply]:
    """Three finds of different colours, and a loss of which the colour is not said."""
    for number, colour in enumerate(("red", "green", "blue")):
        await place.found(f"f{number}", colour, "an umbrella")
    await place.quiet()
    loss = await place.lost("l1", "my umbrella")
    await place.quiet()
    return loss, question(place)


def question(place: World, root: str = "l1") -> Reply:
    [reply] = [
        outgoing.reply
        for target, outgoing in place.platform.messages
        if target.message == root and outgoing.reply.kind == "question"
    ]
    return reply


async def answer(place: World, loss: Report, words: str, by: Member = ADA, **fields: Any) -> AnswerResult:
    choice = next(choice.id for choice in question(place).choices if choice.words == words)
    target = ReplyTarget("web", place.workspace.external_id, "lost", "l1")
    said = AnswerQuestion(target=target, member=by, report=loss.id, choice=choice)
    answered = await place.handlers.answer_question(replace(said, **fields))
    await place.quiet()
    return answered


async def first(place: World, loss: Report) -> tuple[str, float]:
    """The root and the probability of the most probable find."""
    async with place.store.session(place.workspace.community) as session:
        best = (await session.matches.of(loss.id))[0]
        find = await session.reports.get(best.found)
    assert find
    return str(find.target.message), best.probability


async def test_the_question_offers_the_candidates_colours_and_its_answer_decides(place: World) -> None:
    loss, reply = await asked(place)
    assert reply.asked == loss.id
    assert {choice.words for choice in reply.choices} == {"red", "green", "blue", "Another colour", "Not sure"}
    assert place.platform.kinds("l1")[-1] == "question"
    shown = place.platform.kinds("l1").count("match")
    _, before = await first(place, loss)

    answered = await answer(place, loss, "green")
    best, after = await first(place, loss)
    assert answered == AnswerResult(wording.sentence("said"), changed=True)
    assert best == "f1"
    assert after > before
    assert place.platform.kinds("l1")[-1] == "thanks"
    assert place.platform.kinds("l1").count("match") == shown
    assert place.platform.thread("l1")[-1].startswith(("Thanks, that leaves", "Thanks. That rules out"))


async def test_a_second_click_changes_nothing_and_says_what_was_answered(place: World) -> None:
    loss, _ = await asked(place)
    await answer(place, loss, "green")
    best = await first(place, loss)
    said = len(place.platform.messages)
    for words in ("green", "red"):
        again = await answer(place, loss, words)
        assert again == AnswerResult(wording.sentence("said_before", said="green"), changed=False)
    assert await first(place, loss) == best
    assert len(place.platform.messages) == said


async def test_only_the_author_answers(place: World) -> None:
    loss, _ = await asked(place)
    with pytest.raises(TellUserError, match="only_author"):
        await answer(place, loss, "green", by=BEN)
    async with place.store.session(place.workspace.community) as session:
        report = await session.reports.get(loss.id)
    assert report
    assert report.question_answer is None


async def test_an_author_who_is_not_sure_is_left_in_peace(place: World) -> None:
    loss, _ = await asked(place)
    said = len(place.platform.messages)
    assert await answer(place, loss, "Not sure") == AnswerResult(wording.sentence("said_unsure"), changed=True)
    assert len(place.platform.messages) == said


async def test_another_colour_leaves_what_has_another_colour(place: World) -> None:
    loss, _ = await asked(place)
    await answer(place, loss, "Another colour")
    for root, colour in (("f7", "red"), ("f8", "yellow")):
        await place.found(root, colour, "an umbrella")
    await place.quiet()
    best, _ = await first(place, loss)
    assert best == "f8"


async def test_a_choice_that_was_not_offered_and_a_report_without_a_question_are_refused(place: World) -> None:
    loss, _ = await asked(place)
    with pytest.raises(TellUserError, match="nothing_here"):
        await answer(place, loss, "green", choice="17")
    other = await place.lost("l2", "a green umbrella")
    await place.quiet()
    with pytest.raises(TellUserError, match="nothing_here"):
        await answer(place, other, "green")


async def test_nothing_is_asked_twice_or_if_the_words_already_say_it(place: World) -> None:
    loss, _ = await asked(place)
    await place.found("f9", "yellow", "an umbrella")
    async with place.store.session(place.workspace.community) as session:
        await session.work.add(loss.id)  # a second search
    await place.quiet()
    assert place.platform.kinds("l1").count("question") == 1
    await place.lost("l2", "my green umbrella", place="tram")
    await place.quiet()
    assert "question" not in place.platform.kinds("l2")


async def test_where_it_was_is_asked_where_the_colours_are_one(place: World) -> None:
    for number, where in enumerate(("tram", "library", "canteen")):
        await place.found(f"f{number}", "red", "an umbrella", place=where)
    await place.quiet()
    loss = await place.lost("l1", "my umbrella")
    await place.quiet()
    assert {choice.words for choice in question(place).choices} == {
        "tram",
        "library",
        "canteen",
        "Somewhere else",
        "Not sure",
    }
    await answer(place, loss, "library")
    best, _ = await first(place, loss)
    assert best == "f1"


async def test_a_later_found_report_is_scored_by_the_answer(place: World) -> None:
    loss, _ = await asked(place)
    await answer(place, loss, "green")
    await place.give_verdict("l1", VerdictKind.REJECT)
    for root, colour in (("f7", "red"), ("f8", "green")):
        await place.found(root, colour, "an umbrella")
    await place.quiet()
    async with place.store.session(place.workspace.community) as session:
        matches = await session.matches.of(loss.id)
        by_root = {str((await session.reports.get(match.found)).target.message): match for match in matches}  # type: ignore[union-attr]
    assert by_root["f8"].probability > by_root["f7"].probability


async def test_a_withdrawn_found_report_is_offered_no_longer(place: World) -> None:
    for number, where in enumerate(("tram", "library", "canteen")):
        await place.found(f"f{number}", "red", "an umbrella", place=where)
    await place.quiet()
    loss = await place.lost("l1", "my umbrella")
    await place.quiet()
    await place.handlers.withdraw(Withdraw(target=ReplyTarget("web", place.workspace.external_id, "found", "f1")))
    with pytest.raises(TellUserError, match="question_over"):
        await answer(place, loss, "library")
    async with place.store.session(place.workspace.community) as session:
        report = await session.reports.get(loss.id)
        told = await session.outbox.thread(loss.id)
    assert report
    assert report.question
    assert "library" not in report.question.options
    assert not [choice for reply in told for choice in reply.choices]
