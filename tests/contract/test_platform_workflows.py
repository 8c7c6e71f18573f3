"""What members and moderators do apart from posting, on each platform: forms, claims, sealed and private, setup."""

from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest

from reunite.announce import log_match
from reunite.entities import Label, PhotoState, Report, ReportState
from reunite.language import sentence
from reunite.messages import keys, photo_hints, wording
from reunite.messages.reply import Picture, Plain, Reply
from reunite.ports import Outgoing, ScoredPair, Sent
from tests.contract.harness import JPEG, Harness
from tests.contract.platforms import marked_as, replying, saying, shown_match
from tests.support.waiting import eventually

ANSWER = "a blue thread sewn into the lining"
QUESTION = "Which colour is the thread?"


async def test_a_claim_is_made_by_a_form_and_shown_only_to_those_who_decide(harness: Harness) -> None:
    card, lost, found, _ = await shown_match(harness)
    async with harness.store.session(found.community) as session:
        await session.claims.set_proof_question(found.id, QUESTION)
    reply = await harness.ui.press(card, sentence("button_mine"), lost.author, fill=ANSWER)
    assert reply.words == sentence("note_claim_sent")
    claim = await sent_with(harness, "says this is theirs")
    stranger = await harness.ui.press(claim, sentence("button_see_claim"), harness.join("Mallory"))
    assert stranger.words == sentence("only_finder")
    seen = await harness.ui.press(claim, sentence("button_see_claim"), found.author)
    assert QUESTION in seen.words
    assert ANSWER in seen.words
    accepted = await harness.ui.press(seen, sentence("button_accept_claim"), found.author)
    assert sentence("note_claim_accepted_named", owner="|").partition("|")[2] in accepted.words
    again = await harness.ui.press(seen, sentence("button_reject_claim"), found.author)
    assert again.words == sentence("note_claim_decided")
    await sent_with(harness, "agrees it's yours")
    assert sentence("claim_closed_accepted") in str(await harness.screen.words(claim))
    public = await harness.screen.public()
    assert [secret for secret in (ANSWER, QUESTION) if secret in public] == []


async def test_owner_and_finder_arrange_the_handover_and_confirm_it(harness: Harness) -> None:
    lost, found = await accepted(harness)
    [conversation] = [sent for item, sent in await harness.deliver() if item.audience == "pair"]
    people = [lost.author, found.author, harness.join("Mallory")]
    assert [await harness.screen.sees(person, conversation) for person in people] == [True, True, False]
    reply = await harness.ui.press(conversation, sentence("button_whereabouts"), found.author, fill="Reception")
    assert reply.words == sentence("note_whereabouts_kept")
    await harness.deliver()
    assert sentence("kept_there", place="Reception") in str(await harness.screen.words(conversation))
    assert "Reception" not in await harness.screen.public()
    reply = await harness.ui.press(conversation, sentence("button_got_back"), lost.author)
    assert reply.words == sentence("note_word_waits")
    reply = await harness.ui.press(conversation, sentence("button_handed_over"), found.author)
    assert reply.words == sentence("note_word_counts")
    news = {item.report: sent for item, sent in await harness.deliver() if item.reply.kind == "returned"}
    assert {report.state for report in await harness.reports()} == {ReportState.RETURNED}
    for report in (lost, found):
        await eventually(partial(marked_as, harness, report.target, True))  # noqa: FBT003
    assert sentence("pair_ends") not in str(await harness.screen.words(conversation))
    undone = await harness.ui.press(news[found.id], sentence("button_undo"), found.author)
    assert undone.words == sentence("note_word_back")
    await harness.deliver()
    assert sentence("pair_ends") in str(await harness.screen.words(conversation))


async def test_without_a_possible_conversation_both_threads_say_so(harness: Harness) -> None:
    harness.needs("refusals")
    await accepted(harness)
    await harness.admin.refuse_conversations()
    texts = [await harness.screen.words(sent) for _, sent in await harness.deliver(refused={"pair"})]
    assert texts.count(sentence("no_pair")) == 2


async def test_a_form_that_cant_be_taken_is_explained_politely(harness: Harness) -> None:
    card, lost, found, _ = await shown_match(harness)
    mine = sentence("button_mine")
    assert (await harness.ui.press(card, mine, found.author, fill="mine!")).words == sentence(
        "only_owner", command=harness.commands
    )
    assert (await harness.ui.press(card, mine, lost.author, fill="  ")).words == sentence("claim_empty")
    assert "theirs" not in await harness.screen.public()


async def test_presses_and_forms_for_ended_reports_say_so(harness: Harness) -> None:
    bob, withdraw = harness.join("Bob"), sentence("button_withdraw")
    await harness.people.post_photo("lost", bob, "my umbrella")
    mine = await harness.ui.own_reports(bob)
    assert (await harness.ui.press(mine, withdraw, bob)).words == sentence("note_withdrawn")
    assert (await harness.ui.press(mine, withdraw, bob)).words == sentence("ended")
    late = await harness.ui.press(mine, sentence("button_add_detail"), bob, fill="with a dent")
    assert late.words == sentence("ended")
    assert [report.text for report in await harness.reports()] == [""]


async def test_private_replies_have_buttons(harness: Harness) -> None:
    card, lost, _, _ = await shown_match(harness)
    declined = await harness.ui.press(card, sentence("button_not_mine"), lost.author)
    assert declined.words == sentence("note_declined")
    back = await harness.ui.press(declined, sentence("button_mine"), lost.author, fill=ANSWER)
    assert back.words == sentence("note_claim_sent")


async def test_a_reply_is_edited_in_place(harness: Harness) -> None:
    post = await harness.people.post_photo("found", harness.join("Ann"), "umbrella")
    first = replying(post, (Plain("Nothing yet."),), key="a reply")
    sent = await harness.platform.send(first)
    other = await harness.platform.send(saying(post, "Something else."))
    await harness.platform.edit(replying(post, (Plain("Something new."),), key="a reply"), sent)

    async def changed() -> bool:
        return await harness.screen.words(sent) == "Something new."

    await eventually(changed)
    await harness.answered(post, sent, other)
    await harness.platform.edit(first, sent)  # as often as need be


async def test_a_card_shows_the_picture_of_what_it_is_about(harness: Harness) -> None:
    post = await harness.people.post_photo("found", harness.join("Ann"), "umbrella")
    with_picture = Reply("match", ((Plain("This could be yours."),),), picture=Picture(uuid4(), uuid4()))
    shown = await harness.platform.send(Outgoing("with", post, with_picture, JPEG))
    plain = await harness.platform.send(saying(post, "Nothing yet."))
    assert [await harness.screen.pictures(message) for message in (shown, plain)] == [1, 0]


@pytest.mark.parametrize("known", [True, False])
async def test_a_reply_is_taken_away_also_where_it_is_not_known_to_be_there(harness: Harness, known: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    post = await harness.people.post_photo("found", harness.join("Ann"), "umbrella")
    unsent, reply = saying(post, "Never sent."), saying(post, "Sent, perhaps.")
    await harness.platform.remove(unsent, None)
    stays = await harness.platform.send(saying(post, "Stays."))
    sent = await harness.platform.send(reply)
    await harness.answered(post, stays, sent)
    for _ in range(2):
        await harness.platform.remove(reply, sent if known else None)
    await harness.platform.remove(unsent, None)
    await harness.answered(post, stays)
    assert await harness.screen.words(sent) is None


async def test_changed_words_of_a_post_are_taken_over_wherever_they_stand(harness: Harness) -> None:
    card, _, found, _ = await shown_match(harness)
    assert "an umbrella" in str(await harness.screen.words(card))
    await harness.people.edit_post(found.target, found.author, "a pink umbrella & more")

    async def taken() -> bool:
        return "a pink umbrella & more" in [report.text for report in await harness.reports()]

    await eventually(taken)
    await harness.deliver()
    assert "a pink umbrella & more" in str(await harness.screen.words(card))


@pytest.mark.parametrize(
    ("channel", "words", "offered", "button"),
    [
        ("lost", "I lost my black umbrella", "offer", "button_look_for_it"),
        ("lost", "Lost my bag, it looks like https://shop.example/bag.jpg", "offer", "button_look_for_it"),
        ("found", "found keys at the gym, at reception", "offer_found", "button_look_for_owner"),
    ],
)
async def test_words_alone_get_an_offer_and_become_a_report_only_if_their_author_wants(
    harness: Harness, channel: str, words: str, offered: str, button: str
) -> None:
    harness.needs("words alone")
    ann, mallory = harness.join("Ann"), harness.join("Mallory")
    chatter = await harness.people.post_words(channel, mallory, "thanks everyone!")
    post = await harness.people.post_words(channel, ann, words)
    [answer] = await eventually(partial(harness.screen.answers, post))
    assert await harness.screen.answers(chatter) == []
    assert await harness.reports() == []
    offer = await harness.screen.answer_at(post, answer)
    assert await harness.screen.words(offer) == sentence(offered)
    assert (await harness.ui.press(offer, sentence(button), mallory)).words == sentence("only_own_post")
    assert await harness.reports() == []
    await harness.ui.press(offer, sentence(button), ann)
    [report] = await harness.reports()
    assert (report.kind, report.text, report.author, report.target) == (channel, words, ann, post)

    async def withdrawn() -> bool:
        return await harness.screen.answers(post) == []

    await eventually(withdrawn)


async def test_a_photo_of_a_loss_among_the_finds_becomes_a_lost_report_once_its_author_says_so(
    harness: Harness,
) -> None:
    ann, mallory = harness.join("Ann"), harness.join("Mallory")
    post = await harness.people.post_photo("found", ann, "I lost my black umbrella")
    [(_, asked)] = await harness.deliver()
    assert await harness.screen.words(asked) == sentence("offer_reply")
    assert (await harness.ui.press(asked, sentence("button_i_lost_it"), mallory)).words == sentence("only_own_post")
    assert [report.kind for report in await harness.reports()] == ["found"]
    pressed = await harness.ui.press(asked, sentence("button_i_lost_it"), ann)
    assert pressed.words == sentence("note_looking_again")
    [report] = await harness.reports()
    assert (report.kind, report.target) == ("lost", post)
    await harness.deliver()
    assert await harness.screen.words(asked) == sentence("kind_told_lost")


async def test_chat_about_finds_gets_no_offer(harness: Harness) -> None:
    harness.needs("words alone")
    ann, ben = harness.join("Ann"), harness.join("Ben")
    said = (
        "nice find",
        "thanks for the umbrella!",
        "is this umbrella still here?",
        "that's my umbrella",
    )
    chat = [await harness.people.post_words("found", ben, words) for words in said]
    post = await harness.people.post_words("found", ann, "found a black umbrella")
    answers = await eventually(partial(harness.screen.answers, post))
    await harness.people.post_words("found", ben, "found a black umbrella, too", below=post)
    last = await harness.people.post_words("found", ann, "a red umbrella at reception")
    await eventually(partial(harness.screen.answers, last))
    assert [await harness.screen.answers(root) for root in chat] == [[]] * len(chat)
    assert await harness.screen.answers(post) == answers


@pytest.mark.parametrize("names", [("photo.jpg", "back.jpg"), ("back.jpg",), ()])
async def test_photos_that_a_post_gets_or_loses_count(harness: Harness, names: tuple[str, ...]) -> None:
    post = await harness.people.post_photo("found", harness.join("Ann"), "umbrella")
    [report] = await harness.reports()
    await harness.people.change_photos(post, "umbrella", *names)

    async def taken() -> bool:
        async with harness.store.session(report.community) as session:
            return [photo.name for photo in await session.photos.of(report.id)] == list(names)

    await eventually(taken)


async def test_who_posts_a_photo_in_their_reports_thread_learns_how_to_search_with_it(harness: Harness) -> None:
    harness.needs("photos in threads")
    _, lost, _, _ = await shown_match(harness)
    told = partial(_told_of_photo, harness, lost)
    await harness.people.post_photo_in_thread(lost.target, harness.join("Mallory"))
    await harness.people.post_photo("found", harness.join("Ann"), "a hat")  # what was posted before it is handled
    assert not await told()
    for _ in range(2):
        await harness.people.post_photo_in_thread(lost.target, lost.author)
    await eventually(told)
    [hint] = [sent for _, sent in await harness.deliver()]
    assert await harness.screen.words(hint) == sentence("thread_photo")
    added = await harness.ui.press(hint, sentence("button_add_photo"), lost.author, photo=JPEG)
    assert added.words == sentence("note_looking_again")


async def test_who_posts_a_photo_in_a_sealed_reports_thread_is_asked_to_delete_it(harness: Harness) -> None:
    harness.needs("photos in threads")
    await harness.admin.set_up(log=True)
    ben = harness.join("Ben")
    await harness.ui.report_sealed(ben, "a key", "gym")
    await harness.deliver()
    [report] = await harness.reports()
    await harness.platform.send(saying(report.target, "Nothing yet."))  # a thread begins with its first reply
    await harness.people.post_photo_in_thread(report.target, ben)
    await eventually(partial(_told_of_photo, harness, report))
    [hint] = [sent for _, sent in await harness.deliver()]
    assert await harness.screen.words(hint) == sentence("thread_photo_sealed")


async def test_a_moderator_alone_releases_a_sealed_match_and_its_owner_sees_no_secret(harness: Harness) -> None:
    await harness.admin.set_up(log=True)
    bob, ben, mia = harness.join("Bob"), harness.join("Ben"), harness.join("Mia", moderator=True)
    await harness.people.post_photo("lost", bob, "my umbrella")
    await harness.ui.report_sealed(ben, "with a name tag", "gym")
    lost, found = await harness.reports()
    await harness.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    async with harness.store.session(lost.community) as session:
        for report in (lost, found):
            await session.reports.set_state(report.id, ReportState.OPEN)
        await session._do("UPDATE photo SET state = 'stored', url = NULL, upload = NULL, copy = %(copy)s", copy=JPEG)
        [match] = await session.matches.save([ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), {})])
        await log_match(session, match, lost, found)
    [(log, line)] = [(item, sent) for item, sent in await harness.deliver() if item.reply.kind == "log"]
    assert log.reply.picture
    release = sentence("button_release")
    assert (await harness.ui.press(line, release, bob)).words == sentence("only_moderators_release")
    assert (await harness.ui.press(line, release, mia)).words == sentence("note_released")
    cards = {item.report: sent for item, sent in await harness.deliver() if item.reply.kind == "match"}
    assert sentence("sealed_match", category=sentence("category_keys")) in str(
        await harness.screen.words(cards[lost.id])
    )
    assert await harness.screen.pictures(cards[lost.id]) == 0
    assert "name tag" not in await harness.screen.public()


async def _told_of_photo(harness: Harness, report: Report) -> bool:
    async with harness.store.session(report.community) as session:
        return await session.outbox.get(keys.thread_photo(report.id)) is not None


async def test_a_fresh_link_leads_to_a_posts_photo_as_long_as_it_is_there(harness: Harness) -> None:
    harness.needs("links")
    ann = harness.join("Ann")
    post = await harness.people.post_photo("found", ann, "umbrella")
    assert str(await harness.platform.photo_url(post, "photo.jpg")).startswith("http")
    assert await harness.platform.photo_url(post, "another.jpg") is None
    await harness.people.delete(post, ann)
    assert await harness.platform.photo_url(post, "photo.jpg") is None


async def test_a_private_reports_match_is_shown_to_its_author_in_private(harness: Harness) -> None:
    bob, mallory = harness.join("Bob"), harness.join("Mallory")
    assert await harness.ui.report_privately(bob, "my diary")
    await harness.deliver()
    [report] = await harness.reports()
    assert (report.private, report.author) == (True, bob)
    sent = await harness.platform.send(saying(report.target, "Nothing yet."))
    assert await harness.screen.words(sent) == "Nothing yet."
    assert [await harness.screen.sees(member, sent) for member in (bob, mallory)] == [True, False]
    public = await harness.screen.public()
    assert [words in public for words in ("my diary", "Nothing yet.")] == [False, False]


async def test_a_private_report_is_in_the_communitys_language_if_its_author_speaks_none_of_ours(
    harness: Harness,
) -> None:
    await harness.admin.set_up(language="de")
    assert await harness.ui.report_privately(harness.join("Bob", language="ko"), "my diary")
    [report] = await harness.reports()
    assert (report.private, report.language) == (True, "de")


async def test_a_sealed_report_is_shown_by_its_kind_and_place_alone(harness: Harness) -> None:
    await harness.admin.set_up(log=True)
    ben = harness.join("Benedict")
    assert await harness.ui.report_sealed(ben, "in the name of Zoe", "gym")
    [(_, post)] = await harness.deliver()
    [report] = await harness.reports()
    assert (report.sealed, report.category, report.text, report.author) == (True, "keys", "in the name of Zoe", ben)
    assert report.target.message == post.message
    shown = str(await harness.screen.words(post))
    assert [words in shown for words in ("keys", "gym", sentence("sealed_how", command=harness.commands))] == [True] * 3
    assert await harness.screen.pictures(post) == 0
    public = await harness.screen.public()
    assert [words in public for words in ("Zoe", "Benedict", "photo.jpg")] == [False] * 3


async def test_members_see_their_own_reports_and_change_them_by_buttons(harness: Harness) -> None:
    bob, mallory = harness.join("Bob"), harness.join("Mallory")
    await harness.people.post_photo("lost", bob, "my umbrella")
    mine = await harness.ui.own_reports(bob)
    assert "my umbrella" in mine.words
    assert "my umbrella" not in (await harness.ui.own_reports(mallory)).words
    reply = await harness.ui.press(mine, sentence("button_add_photo"), bob, photo=JPEG)
    assert reply.words == sentence("note_looking_again")
    reply = await harness.ui.press(mine, sentence("button_add_detail"), bob, fill="with a duck's head")
    assert reply.words == sentence("note_looking_again")
    [report] = await harness.reports()
    assert report.text == "my umbrella\nwith a duck's head"
    async with harness.store.session(report.community) as session:
        photos = await session.photos.of(report.id)
    assert len(photos) == 2
    dark = [replace(photo, state=PhotoState.STORED, flaw="photo_dark") for photo in photos]
    hinted = photo_hints.first_with_hint(wording.nothing(report, 1), report, dark)
    sent = await harness.platform.send(Outgoing(str(uuid4()), report.target, hinted))
    assert sentence("photo_dark") in str(await harness.screen.words(sent))
    reply = await harness.ui.press(sent, sentence("button_add_photo"), bob, photo=JPEG)
    assert reply.words == sentence("note_looking_again")
    refused = await harness.ui.press(mine, sentence("button_withdraw"), mallory)
    assert refused.words.startswith(sentence("only_own").partition("/")[0])  # Slack has it as /lost mine
    assert (await harness.ui.press(mine, sentence("button_withdraw"), bob)).words == sentence("note_withdrawn")
    [report] = await harness.reports()
    assert (report.state, report.text) == (ReportState.WITHDRAWN, "")


async def accepted(harness: Harness) -> tuple[Report, Report]:
    """Let the owner claim and the finder accept; return the lost and the found report."""
    card, lost, found, _ = await shown_match(harness)
    await harness.ui.press(card, sentence("button_mine"), lost.author, fill=ANSWER)
    claim = await sent_with(harness, "says this is theirs")
    seen = await harness.ui.press(claim, sentence("button_see_claim"), found.author)
    await harness.ui.press(seen, sentence("button_accept_claim"), found.author)
    return lost, found


async def sent_with(harness: Harness, words: str) -> Sent:
    """Deliver what is due, among it one message in a thread with these words, and return where that is."""
    done = [(item, sent) for item, sent in await harness.deliver() if item.audience == "thread"]
    [there] = [sent for item, sent in done if words in item.reply.text()]
    return there
