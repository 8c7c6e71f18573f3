"""What every platform has to do, shown on each: no feature exists on one alone without its harness saying so."""

from functools import partial
from uuid import UUID

import pytest

from reunite import rules
from reunite.entities import MatchState, Question, ReportKind, ReportState
from reunite.messages import wording
from reunite.messages.reply import Line, Person, Plain, Quoted
from reunite.ports import Outgoing
from tests.contract.harness import Harness
from tests.contract.platforms import replying, saying, shown_match, stands
from tests.support.waiting import eventually


@pytest.mark.parametrize("channel", ["found", "lost"])
async def test_a_photo_delivered_several_times_becomes_one_acknowledged_report(here: Harness, channel: str) -> None:
    ann = here.join("Ann")
    post = await here.post_photo(channel, ann, "black umbrella, library", times=3)
    [report] = await here.reports()
    assert (report.kind, report.text, report.author) == (ReportKind(channel), "black umbrella, library", ann)
    assert (report.target, report.state) == (post, ReportState.PENDING)
    assert await here.is_acknowledged(post)


async def test_a_posts_words_are_kept_in_any_script_and_without_what_no_database_keeps(here: Harness) -> None:
    await here.post_photo("found", here.join("Ann"), "  red\0 umbrella ☂️ 赤い傘 < & > مظلة \n")
    assert [report.text for report in await here.reports()] == ["red umbrella ☂️ 赤い傘 < & > مظلة"]


async def test_lost_with_words_is_a_report_whose_thread_opens_below_those_words(here: Harness) -> None:
    bob = here.join("Bob")
    await here.use_lost(bob, "a red umbrella")
    [report] = await here.reports()
    assert (report.kind, report.text, report.author) == (ReportKind.LOST, "a red umbrella", bob)
    if "posts of the bot" in here.lacks:
        assert (await here.deliver(), report.target.message is None) == ([], False)
    else:
        [(item, opened)] = await here.deliver()
        assert (item.target.message, item.reply.kind) == (None, "report_post")
        assert "a red umbrella" in await here.literal_words(opened)
    [report] = await here.reports()
    sent = await here.platform.send(saying(report.target, "Hello."))
    await here.answered(report.target, sent)


async def test_a_reply_is_posted_in_the_thread_of_its_post(here: Harness) -> None:
    ann = here.join("Ann")
    post, other = [await here.post_photo("found", ann, text) for text in ("umbrella", "scarf")]
    sent = [await here.platform.send(saying(post, text)) for text in ("One.", "Two.")]
    await here.answered(post, *sent)
    await here.answered(other)
    assert await here.literal_words(sent[0]) == "One."


async def test_a_reply_that_may_have_been_sent_is_there_once(here: Harness) -> None:
    post = await here.post_photo("found", here.join("Ann"), "umbrella")
    sent = await here.platform.send(saying(post, "The same words.", key="first"))
    later = await here.platform.send(saying(post, "The same words.", key="second"))
    here.forget()
    again = await here.platform.send(saying(post, "The same words.", key="first", maybe_sent=True))
    unsent = await here.platform.send(saying(post, "The same words.", key="third", maybe_sent=True))
    assert again == sent
    await here.answered(post, sent, later, unsent)


async def test_quoted_words_stay_mere_words(here: Harness) -> None:
    ann = here.join("Ann")
    post = await here.post_photo("found", ann, "umbrella")
    words = f"@everyone @here <!channel> <@{ann.id}> <b>x</b> *y* __z__ `c` ~~s~~ [a](https://b.example) > q"
    sent = await here.platform.send(
        replying(post, (Quoted(words, UUID(int=1)),), (Plain("of "), Quoted(words, UUID(int=1))))
    )
    assert (await here.literal_words(sent)).count(words) == 2


async def test_only_the_people_that_a_reply_mentions_are_pinged(here: Harness) -> None:
    here.needs("pings")
    ann, bob = here.join("Ann"), here.join("Bob")
    post = await here.post_photo("found", ann, "umbrella")
    lines: list[Line] = [
        (Person(here.name, bob, notify=True),),
        (Quoted(f"@everyone @here <!channel> <!here> <@{ann.id}>", UUID(int=1)),),
        (Plain("Said by "), Person(here.name, ann)),
    ]
    assert here.pinged(await here.platform.send(replying(post, *lines))) == {bob.id}


async def test_a_moderators_check_mark_confirms_and_taking_it_back_reopens(here: Harness) -> None:
    card, lost, found, match = await shown_match(here)
    moderator = here.join("Grace", moderator=True)
    for given, state, standing in (
        (True, ReportState.RETURNED, MatchState.CONFIRMED),
        (False, ReportState.OPEN, MatchState.UNDECIDED),
    ):
        await here.react(card, "✅", moderator, given=given)
        await eventually(partial(stands, here, lost, match, standing))
        assert {report.state for report in await here.reports() if report.id in {lost.id, found.id}} == {state}


async def test_a_members_check_mark_counts_for_nothing(here: Harness) -> None:
    card, lost, _, match = await shown_match(here)
    moderator = here.join("Grace", moderator=True)
    await here.react(card, "✅", here.join("Mallory"))
    await here.react(card, "❌", moderator)  # handled after it
    await eventually(partial(stands, here, lost, match, MatchState.REJECTED))
    async with here.store.session(lost.community) as session:
        assert {verdict.moderator for verdict in await session.verdicts.of(match)} == {moderator.id}


async def test_a_questions_buttons_are_for_its_author_alone(here: Harness) -> None:
    bob, question = here.join("Bob"), Question("place", ("library", "*tram* @everyone"))
    await here.post_photo("lost", bob, "my umbrella")
    [report] = await here.reports()
    async with here.store.session(report.community) as session:
        await session.reports.set_state(report.id, ReportState.OPEN)
        await session.prompts.ask(report.id, question)
    asked = await here.platform.send(Outgoing("question", report.target, wording.question(report, question)))
    assert (await here.press(asked, "library", here.join("Mallory"))).words == wording.sentence("only_author")
    assert [report.question_answer for report in await here.reports()] == [None]
    assert (await here.press(asked, "*tram* @everyone", bob)).words == wording.sentence("said")
    assert [report.question_answer for report in await here.reports()] == ["*tram* @everyone"]


async def test_a_deleted_post_takes_its_report_back(here: Harness) -> None:
    ann = here.join("Ann")
    posts = [await here.post_photo("found", ann, text) for text in ("umbrella", "scarf")]
    await here.platform.send(saying(posts[0], "Hello."))  # one with a thread, one without
    for post in posts:
        await here.delete(post, ann)

    async def withdrawn() -> bool:
        return {(report.state, report.text) for report in await here.reports()} == {(ReportState.WITHDRAWN, "")}

    await eventually(withdrawn)


async def test_bots_report_nothing(here: Harness) -> None:
    here.needs("bots")
    await here.post_as_bots()
    await here.post_photo("found", here.join("Ann"), "by a person")
    assert [report.text for report in await here.reports()] == ["by a person"]


async def test_a_refused_post_is_explained_politely_and_the_next_one_is_taken(here: Harness) -> None:
    ann, length = here.join("Ann"), rules.MOST_TEXT + 1
    told = wording.sentence("text_too_long", length=length, number=rules.MOST_TEXT)
    assert await here.post_refused(ann, "x" * length) == told
    assert await here.reports() == []
    await here.post_photo("found", ann, "umbrella")
    assert [report.text for report in await here.reports()] == ["umbrella"]


async def test_lost_without_words_is_explained_politely_and_the_next_one_is_taken(here: Harness) -> None:
    bob = here.join("Bob")
    assert await here.use_lost(bob, "") == wording.sentence("empty_report")
    assert await here.reports() == []
    await here.use_lost(bob, "a red umbrella")
    assert [report.text for report in await here.reports()] == ["a red umbrella"]
