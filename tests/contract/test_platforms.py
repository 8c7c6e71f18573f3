"""What every platform has to do, shown on each: no feature exists on one alone without its harness saying so."""

from functools import partial
from uuid import UUID

import pytest

from reunite import rules
from reunite.entities import MatchState, Question, ReportKind, ReportState
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.reply import Line, Person, Plain, Quoted
from reunite.ports import Outgoing
from tests.contract.harness import Harness
from tests.contract.platforms import replying, saying, shown_match, stands
from tests.support.waiting import eventually


@pytest.mark.parametrize("channel", ["found", "lost"])
async def test_a_photo_delivered_several_times_becomes_one_acknowledged_report(harness: Harness, channel: str) -> None:
    ann = harness.join("Ann")
    post = await harness.people.post_photo(channel, ann, "black umbrella, library", times=3)
    [report] = await harness.reports()
    assert (report.kind, report.text, report.author) == (ReportKind(channel), "black umbrella, library", ann)
    assert (report.target, report.state) == (post, ReportState.PENDING)
    assert await harness.screen.is_acknowledged(post)


async def test_a_posts_words_are_kept_in_any_script_and_without_what_no_database_keeps(harness: Harness) -> None:
    await harness.people.post_photo("found", harness.join("Ann"), "  red\0 umbrella ☂️ 赤い傘 < & > مظلة \n")
    assert [report.text for report in await harness.reports()] == ["red umbrella ☂️ 赤い傘 < & > مظلة"]


async def test_lost_with_words_is_a_report_whose_thread_opens_below_those_words(harness: Harness) -> None:
    bob = harness.join("Bob")
    await harness.ui.use_lost(bob, "a red umbrella")
    [report] = await harness.reports()
    assert (report.kind, report.text, report.author) == (ReportKind.LOST, "a red umbrella", bob)
    if "posts of the bot" in harness.lacks:
        assert (await harness.deliver(), report.target.message is None) == ([], False)
    else:
        [(item, opened)] = await harness.deliver()
        assert (item.target.message, item.reply.kind) == (None, "report_post")
        assert "a red umbrella" in await harness.screen.literal_words(opened)
    [report] = await harness.reports()
    sent = await harness.platform.send(saying(report.target, "Hello."))
    await harness.answered(report.target, sent)


async def test_a_reply_is_posted_in_the_thread_of_its_post(harness: Harness) -> None:
    ann = harness.join("Ann")
    post, other = [await harness.people.post_photo("found", ann, text) for text in ("umbrella", "scarf")]
    sent = [await harness.platform.send(saying(post, text)) for text in ("One.", "Two.")]
    await harness.answered(post, *sent)
    await harness.answered(other)
    assert await harness.screen.literal_words(sent[0]) == "One."


async def test_a_reply_that_may_have_been_sent_is_there_once(harness: Harness) -> None:
    post = await harness.people.post_photo("found", harness.join("Ann"), "umbrella")
    sent = await harness.platform.send(saying(post, "The same words.", key="first"))
    later = await harness.platform.send(saying(post, "The same words.", key="second"))
    harness.forget()
    again = await harness.platform.send(saying(post, "The same words.", key="first", maybe_sent=True))
    unsent = await harness.platform.send(saying(post, "The same words.", key="third", maybe_sent=True))
    assert again == sent
    await harness.answered(post, sent, later, unsent)


async def test_quoted_words_stay_mere_words(harness: Harness) -> None:
    ann = harness.join("Ann")
    post = await harness.people.post_photo("found", ann, "umbrella")
    words = f"@everyone @here <!channel> <@{ann.id}> <b>x</b> *y* __z__ `c` ~~s~~ [a](https://b.example) > q"
    sent = await harness.platform.send(
        replying(post, (Quoted(words, UUID(int=1)),), (Plain("of "), Quoted(words, UUID(int=1))))
    )
    assert (await harness.screen.literal_words(sent)).count(words) == 2


async def test_only_the_people_that_a_reply_mentions_are_pinged(harness: Harness) -> None:
    harness.needs("pings")
    ann, bob = harness.join("Ann"), harness.join("Bob")
    post = await harness.people.post_photo("found", ann, "umbrella")
    lines: list[Line] = [
        (Person(harness.name, bob, notify=True),),
        (Quoted(f"@everyone @here <!channel> <!here> <@{ann.id}>", UUID(int=1)),),
        (Plain("Said by "), Person(harness.name, ann)),
    ]
    assert harness.screen.pinged(await harness.platform.send(replying(post, *lines))) == {bob.id}


async def test_a_moderators_check_mark_confirms_and_taking_it_back_reopens(harness: Harness) -> None:
    card, lost, found, match = await shown_match(harness)
    moderator = harness.join("Grace", moderator=True)
    for given, state, standing in (
        (True, ReportState.RETURNED, MatchState.CONFIRMED),
        (False, ReportState.OPEN, MatchState.UNDECIDED),
    ):
        await harness.people.react(card, "✅", moderator, given=given)
        await eventually(partial(stands, harness, lost, match, standing))
        assert {report.state for report in await harness.reports() if report.id in {lost.id, found.id}} == {state}


async def test_a_members_check_mark_counts_for_nothing(harness: Harness) -> None:
    card, lost, _, match = await shown_match(harness)
    moderator = harness.join("Grace", moderator=True)
    await harness.people.react(card, "✅", harness.join("Mallory"))
    await harness.people.react(card, "❌", moderator)  # handled after it
    await eventually(partial(stands, harness, lost, match, MatchState.REJECTED))
    async with harness.store.session(lost.community) as session:
        assert {verdict.moderator for verdict in await session.verdicts.of(match)} == {moderator.id}


async def test_a_questions_buttons_are_for_its_author_alone(harness: Harness) -> None:
    bob, question = harness.join("Bob"), Question("place", ("library", "*tram* @everyone"))
    await harness.people.post_photo("lost", bob, "my umbrella")
    [report] = await harness.reports()
    async with harness.store.session(report.community) as session:
        await session.reports.set_state(report.id, ReportState.OPEN)
        await session.prompts.ask(report.id, question)
    asked = await harness.platform.send(Outgoing("question", report.target, wording.question(report, question)))
    assert (await harness.ui.press(asked, "library", harness.join("Mallory"))).words == sentence("only_author")
    assert [report.question_answer for report in await harness.reports()] == [None]
    assert (await harness.ui.press(asked, "*tram* @everyone", bob)).words == sentence("said")
    assert [report.question_answer for report in await harness.reports()] == ["*tram* @everyone"]


async def test_a_deleted_post_takes_its_report_back(harness: Harness) -> None:
    ann = harness.join("Ann")
    posts = [await harness.people.post_photo("found", ann, text) for text in ("umbrella", "scarf")]
    await harness.platform.send(saying(posts[0], "Hello."))  # one with a thread, one without
    for post in posts:
        await harness.people.delete(post, ann)

    async def withdrawn() -> bool:
        return {(report.state, report.text) for report in await harness.reports()} == {(ReportState.WITHDRAWN, "")}

    await eventually(withdrawn)


async def test_bots_report_nothing(harness: Harness) -> None:
    harness.needs("bots")
    await harness.people.post_as_bots()
    await harness.people.post_photo("found", harness.join("Ann"), "by a person")
    assert [report.text for report in await harness.reports()] == ["by a person"]


async def test_a_refused_post_is_explained_politely_and_the_next_one_is_taken(harness: Harness) -> None:
    ann, length = harness.join("Ann"), rules.MAX_TEXT + 1
    answer = sentence("text_too_long", length=length, number=rules.MAX_TEXT)
    assert await harness.people.post_refused(ann, "x" * length) == answer
    assert await harness.reports() == []
    await harness.people.post_photo("found", ann, "umbrella")
    assert [report.text for report in await harness.reports()] == ["umbrella"]


async def test_lost_without_words_is_explained_politely_and_the_next_one_is_taken(harness: Harness) -> None:
    bob = harness.join("Bob")
    assert await harness.ui.use_lost(bob, "") == sentence("empty_report")
    assert await harness.reports() == []
    await harness.ui.use_lost(bob, "a red umbrella")
    assert [report.text for report in await harness.reports()] == ["a red umbrella"]
