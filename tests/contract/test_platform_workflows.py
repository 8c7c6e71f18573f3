"""What members and moderators do beside posting, shown on each platform: forms, claims, sealed and private, setup."""

from functools import partial
from uuid import uuid4

import pytest

from reunite.announce import log_match
from reunite.entities import MatchState, ReplyTarget, Report, ReportState
from reunite.language import sentence
from reunite.messages.reply import Picture, Plain, Reply
from reunite.ports import Outgoing, Sent
from tests.contract.harness import JPEG, Harness
from tests.contract.platforms import replying, saying, shown_match, stands
from tests.support.waiting import eventually

ANSWER = "a blue thread sewn into the lining"


async def test_a_claim_is_made_by_a_form_and_shown_only_to_those_who_decide(here: Harness) -> None:
    card, lost, found, _ = await shown_match(here)
    told = await here.press(card, sentence("button_mine"), lost.author, fill=ANSWER)
    assert told.words == sentence("note_claim_sent")
    claim = await said(here, "says this is theirs")
    stranger = await here.press(claim, sentence("button_see_claim"), here.join("Mallory"))
    assert stranger.words == sentence("only_finder")
    seen = await here.press(claim, sentence("button_see_claim"), found.author)
    assert ANSWER in seen.words
    accepted = await here.press(seen, sentence("button_accept_claim"), found.author)
    assert accepted.words == sentence("note_claim_accepted")
    again = await here.press(seen, sentence("button_reject_claim"), found.author)
    assert again.words == sentence("note_claim_decided")
    await said(here, "agrees it's yours")
    assert sentence("claim_closed_accepted") in str(await here.words(claim))
    assert ANSWER not in await here.public()


async def test_owner_and_finder_arrange_the_handover_and_confirm_it(here: Harness) -> None:
    lost, found = await accepted(here)
    [conversation] = [sent for item, sent in await here.deliver() if item.audience == "pair"]
    people = [lost.author, found.author, here.join("Mallory")]
    assert [await here.sees(person, conversation) for person in people] == [True, True, False]
    told = await here.press(conversation, sentence("button_whereabouts"), found.author, fill="Reception")
    assert told.words == sentence("note_whereabouts_kept")
    await here.deliver()
    assert sentence("kept_there", place="Reception") in str(await here.words(conversation))
    assert "Reception" not in await here.public()
    told = await here.press(conversation, sentence("button_got_back"), lost.author)
    assert told.words == sentence("note_word_waits")
    told = await here.press(conversation, sentence("button_handed_over"), found.author)
    assert told.words == sentence("note_match_confirmed")
    await here.deliver()
    assert {report.state for report in await here.reports()} == {ReportState.RETURNED}
    for report in (lost, found):
        await eventually(partial(marked_as, here, report.target, True))  # noqa: FBT003


async def test_without_a_possible_conversation_both_threads_say_so(here: Harness) -> None:
    here.needs("refusals")
    await accepted(here)
    await here.refuse_conversations()
    told = [await here.words(sent) for _, sent in await here.deliver(refused={"pair"})]
    assert told.count(sentence("no_pair")) == 2


async def test_a_form_that_cant_be_taken_is_explained_politely(here: Harness) -> None:
    card, lost, found, _ = await shown_match(here)
    mine = sentence("button_mine")
    assert (await here.press(card, mine, found.author, fill="mine!")).words == sentence("only_owner")
    assert (await here.press(card, mine, lost.author, fill="  ")).words == sentence("claim_empty")
    assert "theirs" not in await here.public()


async def test_presses_and_forms_for_ended_reports_say_so(here: Harness) -> None:
    bob, withdraw = here.join("Bob"), sentence("button_withdraw")
    await here.post_photo("lost", bob, "my umbrella")
    mine = await here.own_reports(bob)
    assert (await here.press(mine, withdraw, bob)).words == sentence("note_withdrawn")
    assert (await here.press(mine, withdraw, bob)).words == sentence("nothing_here")
    late = await here.press(mine, sentence("button_add_detail"), bob, fill="with a dent")
    assert late.words == sentence("nothing_here")
    assert [report.text for report in await here.reports()] == [""]


async def test_private_replies_have_buttons(here: Harness) -> None:
    card, lost, _, _ = await shown_match(here)
    declined = await here.press(card, sentence("button_not_mine"), lost.author)
    assert declined.words == sentence("note_declined")
    back = await here.press(declined, sentence("button_mine"), lost.author, fill=ANSWER)
    assert back.words == sentence("note_claim_sent")


async def test_a_reply_is_edited_in_place(here: Harness) -> None:
    post = await here.post_photo("found", here.join("Ann"), "umbrella")
    first = replying(post, (Plain("Nothing yet."),), key="a reply")
    sent = await here.platform.send(first)
    other = await here.platform.send(saying(post, "Something else."))
    await here.platform.edit(replying(post, (Plain("Something new."),), key="a reply"), sent)

    async def changed() -> bool:
        return await here.words(sent) == "Something new."

    await eventually(changed)
    await here.answered(post, sent, other)
    await here.platform.edit(first, sent)  # as often as need be


async def test_a_card_shows_the_picture_of_what_it_is_about(here: Harness) -> None:
    post = await here.post_photo("found", here.join("Ann"), "umbrella")
    with_picture = Reply("match", ((Plain("This could be yours."),),), picture=Picture(uuid4(), uuid4()))
    shown = await here.platform.send(Outgoing("with", post, with_picture, JPEG))
    plain = await here.platform.send(saying(post, "Nothing yet."))
    assert [await here.pictures(each) for each in (shown, plain)] == [1, 0]


@pytest.mark.parametrize("known", [True, False])
async def test_a_reply_is_taken_away_also_where_it_is_not_known_to_be_there(here: Harness, known: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    post = await here.post_photo("found", here.join("Ann"), "umbrella")
    unsent, reply = saying(post, "Never sent."), saying(post, "Sent, perhaps.")
    await here.platform.remove(unsent, None)
    stays = await here.platform.send(saying(post, "Stays."))
    sent = await here.platform.send(reply)
    await here.answered(post, stays, sent)
    for _ in range(2):
        await here.platform.remove(reply, sent if known else None)
    await here.platform.remove(unsent, None)
    await here.answered(post, stays)
    assert await here.words(sent) is None


async def test_changed_words_of_a_post_are_taken_over_wherever_they_stand(here: Harness) -> None:
    card, _, found, _ = await shown_match(here)
    assert "an umbrella" in str(await here.words(card))
    await here.edit_post(found.target, found.author, "a pink umbrella & more")

    async def taken() -> bool:
        return "a pink umbrella & more" in [report.text for report in await here.reports()]

    await eventually(taken)
    await here.deliver()
    assert "a pink umbrella & more" in str(await here.words(card))


async def test_a_community_is_greeted_once_with_suggestions(here: Harness) -> None:
    here.needs("leaving")
    await here.invite()

    async def greeted() -> bool:
        return "black umbrella" in await here.public()

    await eventually(greeted)
    assert (await here.public()).count("black umbrella") < 3  # Slack's message has the words twice, once as its text


async def test_words_alone_get_an_offer_and_become_a_report_only_if_their_author_wants(here: Harness) -> None:
    here.needs("words alone")
    ann, mallory = here.join("Ann"), here.join("Mallory")
    chat = await here.post_words("lost", mallory, "thanks everyone!")
    elsewhere = await here.post_words("found", ann, "a black umbrella")
    post = await here.post_words("lost", ann, "I lost my black umbrella")
    [answer] = await eventually(partial(here.answers, post))
    assert [await here.answers(each) for each in (chat, elsewhere)] == [[], []]
    assert await here.reports() == []
    offer = await here.answer_at(post, answer)
    assert await here.words(offer) == sentence("offer")
    assert (await here.press(offer, sentence("button_look_for_it"), mallory)).words == sentence("only_own_post")
    await here.press(offer, sentence("button_look_for_it"), ann)
    [report] = await here.reports()
    assert (report.kind, report.text, report.author, report.target) == ("lost", "I lost my black umbrella", ann, post)

    async def withdrawn() -> bool:
        return await here.answers(post) == []

    await eventually(withdrawn)


@pytest.mark.parametrize("names", [("photo.jpg", "back.jpg"), ("back.jpg",), ()])
async def test_photos_that_a_post_gets_or_loses_count(here: Harness, names: tuple[str, ...]) -> None:
    post = await here.post_photo("found", here.join("Ann"), "umbrella")
    [report] = await here.reports()
    await here.change_photos(post, "umbrella", *names)

    async def taken() -> bool:
        async with here.store.session(report.community) as session:
            return [photo.name for photo in await session.photos.of(report.id)] == list(names)

    await eventually(taken)


async def test_a_fresh_link_leads_to_a_posts_photo_as_long_as_it_is_there(here: Harness) -> None:
    here.needs("links")
    ann = here.join("Ann")
    post = await here.post_photo("found", ann, "umbrella")
    assert str(await here.platform.photo_url(post, "photo.jpg")).startswith("http")
    assert await here.platform.photo_url(post, "another.jpg") is None
    await here.delete(post, ann)
    assert await here.platform.photo_url(post, "photo.jpg") is None


async def test_moderators_give_verdicts_by_button_in_their_own_channel(here: Harness) -> None:
    await here.set_up(log=True)
    _, lost, found, match = await shown_match(here)
    line = await logged(here)
    confirm = sentence("button_confirm")
    assert (await here.press(line, confirm, lost.author)).words == sentence("only_moderators")
    moderator = here.join("Grace", moderator=True)
    for state, note in ((MatchState.CONFIRMED, "match_confirmed"), (MatchState.UNDECIDED, "match_undecided")):
        assert (await here.press(line, confirm, moderator)).words == sentence(f"note_{note}")
        assert await stands(here, lost, match, state)
        await here.deliver()
        is_back = state is MatchState.CONFIRMED
        assert ("Returned, confirmed by" in str(await here.words(line))) is is_back
        for report in (lost, found):
            await eventually(partial(marked_as, here, report.target, is_back))


async def test_a_reaction_in_the_moderators_channel_is_a_verdict_too(here: Harness) -> None:
    await here.set_up(log=True)
    _, lost, _, match = await shown_match(here)
    await here.react(await logged(here), "❌", here.join("Grace", moderator=True))
    await eventually(partial(stands, here, lost, match, MatchState.REJECTED))


async def test_found_reports_are_posted_only_in_the_chosen_channel(here: Harness) -> None:
    await here.open_channel("umbrellas")
    await here.set_up(found="umbrellas")
    ann = here.join("Ann")
    await here.post_elsewhere("found", ann, "in the channel that was")
    await here.post_photo("umbrellas", ann, "in the channel that is")
    assert [(report.kind, report.text) for report in await here.reports()] == [("found", "in the channel that is")]


async def test_a_private_reports_match_is_shown_to_its_author_in_private(here: Harness) -> None:
    bob, mallory = here.join("Bob"), here.join("Mallory")
    assert await here.report_privately(bob, "my diary")
    await here.deliver()
    [report] = await here.reports()
    assert (report.private, report.author) == (True, bob)
    sent = await here.platform.send(saying(report.target, "Nothing yet."))
    assert await here.words(sent) == "Nothing yet."
    assert [await here.sees(each, sent) for each in (bob, mallory)] == [True, False]
    public = await here.public()
    assert [words in public for words in ("my diary", "Nothing yet.")] == [False, False]


async def test_a_sealed_report_is_shown_by_its_kind_and_place_alone(here: Harness) -> None:
    await here.set_up(log=True)
    ben = here.join("Benedict")
    assert await here.report_sealed(ben, "in the name of Zoe", "gym")
    [(_, post)] = await here.deliver()
    [report] = await here.reports()
    assert (report.sealed, report.category, report.text, report.author) == (True, "keys", "in the name of Zoe", ben)
    assert report.target.message == post.message
    shown = str(await here.words(post))
    assert [words in shown for words in ("keys", "gym", sentence("sealed_how"))] == [True] * 3
    assert await here.pictures(post) == 0
    public = await here.public()
    assert [words in public for words in ("Zoe", "Benedict", "photo.jpg")] == [False] * 3


async def test_members_see_their_own_reports_and_change_them_by_buttons(here: Harness) -> None:
    bob, mallory = here.join("Bob"), here.join("Mallory")
    await here.post_photo("lost", bob, "my umbrella")
    mine = await here.own_reports(bob)
    assert "my umbrella" in mine.words
    assert "my umbrella" not in (await here.own_reports(mallory)).words
    told = await here.press(mine, sentence("button_add_photo"), bob, photo=JPEG)
    assert told.words == sentence("note_looking_again")
    told = await here.press(mine, sentence("button_add_detail"), bob, fill="with a duck's head")
    assert told.words == sentence("note_looking_again")
    [report] = await here.reports()
    assert report.text == "my umbrella\nwith a duck's head"
    async with here.store.session(report.community) as session:
        assert len(await session.photos.of(report.id)) == 2
    refused = await here.press(mine, sentence("button_withdraw"), mallory)
    assert refused.words == sentence("only_own")
    assert (await here.press(mine, sentence("button_withdraw"), bob)).words == sentence("note_withdrawn")
    [report] = await here.reports()
    assert (report.state, report.text) == (ReportState.WITHDRAWN, "")


async def test_a_community_that_takes_the_bot_away_is_forgotten(here: Harness) -> None:
    here.needs("leaving")
    await here.post_photo("found", here.join("Ann"), "umbrella")
    [report] = await here.reports()
    await here.leave()

    async def forgotten() -> bool:
        return await here.store.workspace(here.name, here.workspace) is None

    await eventually(forgotten)
    async with here.store.session(report.community) as session:
        assert await session.reports.get(report.id) is None


async def test_the_bot_writes_in_the_language_of_the_community(here: Harness) -> None:
    await here.set_up(language="de")
    card, _, _, _ = await shown_match(here)
    assert sentence("jump_post", "de") in str(await here.words(card))
    told = await here.press(card, sentence("button_not_mine", "de"), here.join("Mallory"))
    assert told.words == sentence("only_owner")
    await here.react(card, "✅", here.join("Grace", moderator=True))

    async def returned() -> bool:
        return {report.state for report in await here.reports()} == {ReportState.RETURNED}

    await eventually(returned)
    await here.deliver()
    confirmed = sentence("returned", "de", moderator="").split("**")[1]
    assert confirmed in await here.public()


async def test_a_person_reads_their_own_language(here: Harness) -> None:
    card, _, _, _ = await shown_match(here)
    told = await here.press(card, sentence("button_not_mine"), here.join("Jeanne", language="fr"))
    assert told.words.startswith(sentence("only_owner", "fr").partition("/")[0])  # Discord has a French name for /lost


async def accepted(here: Harness) -> tuple[Report, Report]:
    """Let the owner claim and the finder accept; return the lost and the found report."""
    card, lost, found, _ = await shown_match(here)
    await here.press(card, sentence("button_mine"), lost.author, fill=ANSWER)
    claim = await said(here, "says this is theirs")
    seen = await here.press(claim, sentence("button_see_claim"), found.author)
    await here.press(seen, sentence("button_accept_claim"), found.author)
    return lost, found


async def said(here: Harness, words: str) -> Sent:
    """Deliver what is due, among it one message in a thread with these words, and return where that is."""
    done = [(item, sent) for item, sent in await here.deliver() if item.audience == "thread"]
    [there] = [sent for item, sent in done if words in item.reply.text()]
    return there


async def logged(here: Harness) -> Sent:
    """Show the moderators the match of the only two reports, and return where."""
    lost, found = await here.reports()
    async with here.store.session(lost.community) as session:
        [match] = await session.matches.of(lost.id)
        await log_match(session, match, found, lost)
    [(item, line)] = await here.deliver()
    assert (item.audience, item.reply.kind) == ("moderators", "log")
    return line


async def marked_as(here: Harness, post: ReplyTarget, is_back: bool) -> bool:  # noqa: FBT001 - said plainly where it is called
    return await here.is_marked(post) is is_back
