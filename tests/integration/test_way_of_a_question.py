"""The one question, from the list that it is about to the search with its answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from reunite.commands import AnswerQuestion, Withdraw
from reunite.entities import Member, ReplyTarget, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.language import sentence
from reunite.matching.defaults import PRIOR
from reunite.messages.reply import Reply
from reunite.posts import AnswerResult
from tests.doubles.colour_encoder import ColourEncoder
from tests.support.scoring_models import save
from tests.support.services import working
from tests.support.world import ADA, BEN, World, open_world

pytestmark = pytest.mark.untraced


@pytest.fixture
async def world(database_url: str, redis_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, redis_url) as community, working(database_url, redis_url):
        # The colours of the tests' encoder aren't CLIP's cosines: its matches are scored by the prior of every fit.
        await save(community.store, community.workspace.community, ColourEncoder.version, PRIOR, {})
        yield community


async def asked(world: World) -> tuple[Report, Reply]:
    """Three found reports of different colours, and a lost report of which the colour is not said."""
    for number, colour in enumerate(("red", "green", "blue")):
        await world.found(f"f{number}", colour, "an umbrella")
    await world.wait_until_idle()
    lost = await world.lost("l1", "my umbrella")
    await world.wait_until_idle()
    return lost, question(world)


def question(world: World, root: str = "l1") -> Reply:
    [reply] = [
        outgoing.reply
        for target, outgoing in world.platform.messages
        if target.message == root and outgoing.reply.kind == "question"
    ]
    return reply


async def answer(world: World, lost: Report, words: str, by: Member = ADA, **fields: Any) -> AnswerResult:
    choice = next(choice.id for choice in question(world).choices if choice.words == words)
    target = ReplyTarget("web", world.workspace.external_id, "lost", "l1")
    command = AnswerQuestion(target=target, member=by, report=lost.id, choice=choice)
    answered = await world.handlers.answer_question(replace(command, **fields))
    await world.wait_until_idle()
    return answered


async def first(world: World, lost: Report) -> tuple[str, float]:
    """The root and the probability of the most probable found report."""
    async with world.store.session(world.workspace.community) as session:
        best = (await session.matches.of(lost.id))[0]
        found = await session.reports.get(best.found)
    assert found
    return str(found.target.message), best.probability


async def test_the_question_offers_the_candidates_colours_and_its_answer_decides(world: World) -> None:
    lost, reply = await asked(world)
    assert reply.asked == lost.id
    assert {choice.words for choice in reply.choices} == {"Red", "Green", "Blue", "Another colour", "Not sure"}
    assert world.platform.kinds("l1")[-1] == "question"
    shown = world.platform.kinds("l1").count("match")
    _, before = await first(world, lost)

    answered = await answer(world, lost, "Green")
    best, after = await first(world, lost)
    assert answered == AnswerResult(sentence("said"), changed=True)
    assert best == "f1"
    assert after > before
    assert world.platform.kinds("l1")[-1] == "thanks"
    assert world.platform.kinds("l1").count("match") == shown
    assert world.platform.thread("l1")[-1].startswith(("Thanks, that leaves", "Thanks. That rules out"))


async def test_a_second_click_changes_nothing_and_says_what_was_answered(world: World) -> None:
    lost, _ = await asked(world)
    await answer(world, lost, "Green")
    best = await first(world, lost)
    sent = len(world.platform.messages)
    for words in ("Green", "Red"):
        again = await answer(world, lost, words)
        assert again == AnswerResult(sentence("said_before", said="green"), changed=False)
    assert await first(world, lost) == best
    assert len(world.platform.messages) == sent


async def test_only_the_author_answers(world: World) -> None:
    lost, _ = await asked(world)
    with pytest.raises(TellUserError, match="only_author"):
        await answer(world, lost, "Green", by=BEN)
    async with world.store.session(world.workspace.community) as session:
        report = await session.reports.get(lost.id)
    assert report
    assert report.question_answer is None


async def test_an_author_who_is_not_sure_is_left_in_peace(world: World) -> None:
    lost, _ = await asked(world)
    sent = len(world.platform.messages)
    assert await answer(world, lost, "Not sure") == AnswerResult(sentence("said_unsure"), changed=True)
    assert len(world.platform.messages) == sent


async def test_another_colour_leaves_what_has_another_colour(world: World) -> None:
    lost, _ = await asked(world)
    await answer(world, lost, "Another colour")
    for root, colour in (("f7", "red"), ("f8", "yellow")):
        await world.found(root, colour, "an umbrella")
    await world.wait_until_idle()
    best, _ = await first(world, lost)
    assert best == "f8"


async def test_a_choice_that_was_not_offered_and_a_report_without_a_question_are_refused(world: World) -> None:
    lost, _ = await asked(world)
    with pytest.raises(TellUserError, match="nothing_here"):
        await answer(world, lost, "Green", choice="17")
    other = await world.lost("l2", "a green umbrella")
    await world.wait_until_idle()
    with pytest.raises(TellUserError, match="nothing_here"):
        await answer(world, other, "Green")


async def test_nothing_is_asked_twice_or_if_the_words_already_say_it(world: World) -> None:
    lost, _ = await asked(world)
    await world.found("f9", "yellow", "an umbrella")
    async with world.store.session(world.workspace.community) as session:
        await session.work.add(lost.id)  # a second search
    await world.wait_until_idle()
    assert world.platform.kinds("l1").count("question") == 1
    await world.lost("l2", "my green umbrella", place="tram")
    await world.wait_until_idle()
    assert "question" not in world.platform.kinds("l2")


async def test_where_it_was_is_asked_where_the_colours_are_one(world: World) -> None:
    for number, where in enumerate(("tram", "library", "canteen")):
        await world.found(f"f{number}", "red", "an umbrella", place=where)
    await world.wait_until_idle()
    lost = await world.lost("l1", "my umbrella")
    await world.wait_until_idle()
    assert {choice.words for choice in question(world).choices} == {
        "tram",
        "library",
        "canteen",
        "Somewhere else",
        "Not sure",
    }
    await answer(world, lost, "library")
    best, _ = await first(world, lost)
    assert best == "f1"


async def test_a_later_found_report_is_scored_by_the_answer(world: World) -> None:
    lost, _ = await asked(world)
    await answer(world, lost, "Green")
    await world.give_verdict("l1", VerdictKind.REJECT)
    for root, colour in (("f7", "red"), ("f8", "green")):
        await world.found(root, colour, "an umbrella")
    await world.wait_until_idle()
    async with world.store.session(world.workspace.community) as session:
        matches = await session.matches.of(lost.id)
        by_root = {str((await session.reports.get(match.found)).target.message): match for match in matches}  # type: ignore[union-attr]
    assert by_root["f8"].probability > by_root["f7"].probability


async def test_a_withdrawn_found_report_is_offered_no_longer(world: World) -> None:
    for number, where in enumerate(("tram", "library", "canteen")):
        await world.found(f"f{number}", "red", "an umbrella", place=where)
    await world.wait_until_idle()
    lost = await world.lost("l1", "my umbrella")
    await world.wait_until_idle()
    await world.handlers.withdraw(Withdraw(target=ReplyTarget("web", world.workspace.external_id, "found", "f1")))
    with pytest.raises(TellUserError, match="question_over"):
        await answer(world, lost, "library")
    async with world.store.session(world.workspace.community) as session:
        report = await session.reports.get(lost.id)
        replies = await session.outbox.thread(lost.id)
    assert report
    assert report.question
    assert "library" not in report.question.options
    assert not [choice for reply in replies for choice in reply.choices]
