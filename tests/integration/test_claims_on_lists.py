"""A claim on an item of a list, which has no finder here: the moderators check it, as all concerned can read."""

from typing import Any
from uuid import UUID

import pytest

from reunite.entities import Match, Report, VerdictKind
from reunite.errors import TellUserError
from reunite.handover import note_no_conversation
from reunite.language import sentence
from tests.contract.stages import ADA, MODERATOR, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def matched_with_a_list(
    stage: Stage, log_channel: str | None = "moderators", **lost_fields: Any
) -> tuple[Report, Report, Match]:
    await stage.join(log_channel=log_channel)
    lost, found = await stage.lost(**lost_fields), await stage.found()
    async with stage.session(found.community) as session:
        await session._do(
            """WITH listed AS (INSERT INTO workspace (community_id, platform, external_id, name)
                 VALUES (%(community)s, 'api', 'list', 'Import') RETURNING id)
               UPDATE report SET workspace_id = (SELECT id FROM listed) WHERE id = %(found)s""",
            community=found.community,
            found=found.id,
        )
    await stage.search(lost, found)
    return lost, await stage.now(found), await stage.match(lost)


async def test_the_owner_and_the_moderators_hear_that_moderators_check_the_answer(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage)
    note = await stage.press("mine", match.id, ADA, words="a scratch inside")
    assert note.text() == sentence("note_claim_sent_listed")
    assert sentence("card_claimed_listed").replace("**", "") in await stage.words(lost)
    [card] = [reply for reply in await stage.thread(lost, "moderators") if reply.kind == "claim"]
    assert sentence("claim_is_listed") in card.text()
    with pytest.raises(TellUserError, match="claim_waits_listed"):
        await stage.press("mine", match.id, ADA, words="a scratch inside")
    async with stage.session(found.community) as session:
        [claim] = await session.claims.on(found.id)
    await stage.press("accept_claim", claim.id, MODERATOR)
    [card] = [reply for reply in await stage.thread(lost, "moderators") if reply.kind == "claim"]
    assert sentence("claim_is_listed") not in card.text()


async def test_the_owner_is_sent_to_the_moderators_who_learn_that_they_have_to_give_it_back(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage)
    claim = await stage.claim(match, found)
    await stage.press("accept_claim", claim, MODERATOR)
    async with stage.session(found.community) as session:
        await note_no_conversation(session, match.id)
    assert sentence("no_pair_listed") in await stage.words(lost)
    help_needed = sentence("pair_needs_help_listed", owner=ADA.name)
    [asked] = [text for reply in await stage.thread(lost, "moderators") if help_needed in (text := reply.text())]
    assert "an umbrella" in asked
    note = await stage.press("where_is_it", match.id, ADA)
    assert note.text() == sentence("kept_listed")
    await stage.press("whereabouts", found.id, MODERATOR, words="Reception")
    assert "Reception" in (await stage.press("where_is_it", match.id, ADA)).text()


@pytest.mark.parametrize("log_channel", ["moderators", None])
async def test_a_search_that_becomes_a_claim_says_so_too(stage: Stage, log_channel: str | None) -> None:
    lost, _, match = await matched_with_a_list(stage, log_channel)
    async with stage.session(lost.community) as session:
        await session._do("UPDATE report SET state = 'look' WHERE id = %(id)s", id=lost.id)
    note = await stage.press("look_mine", match.id, ADA, words="a scratch inside", target=lost.target, private=False)
    do_it_yourself = [] if log_channel else [sentence("tell_moderators")]
    assert note.text().split("\n") == [sentence("note_look_filed_listed"), *do_it_yourself]


async def test_moderators_are_reminded_of_a_claim_that_nobody_has_looked_at(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage, private=True, language="de")
    claim = await stage.claim(match, found)
    await stage.remind(25)
    asked = sentence("claim_waits_for_you")
    [reminder] = [reply for reply in await stage.thread(lost, "moderators") if asked in reply.text()]
    assert "an umbrella" in reminder.text()
    assert ADA.name not in reminder.text()
    assert [(button.action, button.subject) for button in reminder.buttons] == [("see_claim", claim)]
    assert asked not in await stage.words(found)
    await stage.press("reject_claim", claim, MODERATOR)
    moderators = [reply.text() for reply in await stage.thread(lost, "moderators")]
    assert not [text for text in moderators if asked in text]
    assert sentence("claim_closed_rejected") in moderators


async def test_a_reminder_of_moderators_ignores_that_the_owner_wants_none(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage)
    await stage.claim(match, found)
    await stage.press("reminders_off", lost.id, ADA)
    await stage.remind(25)
    assert sentence("claim_waits_for_you") in await stage.words(lost)


async def told_without_conversation(stage: Stage, match: Match, found: Report) -> UUID:
    claim = await stage.claim(match, found)
    await stage.press("accept_claim", claim, MODERATOR)
    async with stage.session(found.community) as session:
        await note_no_conversation(session, match.id)
    return claim


async def test_moderators_read_about_a_private_report_in_their_own_language(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage, private=True, language="de")
    await told_without_conversation(stage, match, found)
    assert sentence("no_pair_listed", "de") in await stage.words(lost)
    help_needed = sentence("pair_needs_help_listed", owner=ADA.name)
    assert [reply for reply in await stage.thread(lost, "moderators") if help_needed in reply.text()]


async def test_nobody_is_asked_where_a_listed_item_is_if_that_is_known(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage)
    await stage.press("whereabouts", found.id, MODERATOR, words="Reception")
    await told_without_conversation(stage, match, found)
    [told] = [reply for reply in await stage.thread(lost) if sentence("no_pair_kept") in reply.text()]
    assert [button.action for button in told.buttons] == ["where_is_it"]
    words = await stage.words(lost)
    assert "Reception" not in words
    assert sentence("no_pair_listed") not in words
    assert sentence("pair_needs_help_listed", owner=ADA.name) not in words


async def test_the_owner_is_sent_to_the_button_once_it_is_known_where_a_listed_item_is(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage)
    await told_without_conversation(stage, match, found)
    await stage.press("whereabouts", found.id, MODERATOR, words="Reception")
    words = await stage.words(lost)
    assert sentence("no_pair_kept") in words
    assert sentence("no_pair_listed") not in words


async def test_the_owner_asks_where_no_moderator_was_asked(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage, log_channel=None)
    await told_without_conversation(stage, match, found)
    words = await stage.words(lost)
    assert sentence("kept_listed") in words
    assert sentence("no_pair_listed") not in words


async def accepted_from_a_list(stage: Stage, **fields: Any) -> tuple[Report, Report, Match]:
    lost, found, match = await matched_with_a_list(stage, **fields)
    await stage.press("accept_claim", await stage.claim(match, found), MODERATOR)
    return lost, found, match


async def test_moderators_are_asked_to_confirm_what_the_owner_says(stage: Stage) -> None:
    lost, found, match = await accepted_from_a_list(stage, private=True, language="de")
    note = await stage.press("got_back", match.id, ADA, target=lost.target)
    assert note.text() == sentence("note_word_waits_listed")
    request = sentence("confirm_return")
    [asked] = [reply for reply in await stage.thread(lost, "moderators") if request in reply.text()]
    assert sentence("log_got_back") in asked.text()
    assert "an umbrella" in asked.text()
    assert [button.action for button in asked.buttons] == ["confirm", "reject"]
    assert sentence("is_that_right") not in await stage.words(found)
    await stage.verdict(match, VerdictKind.CONFIRM)
    assert request not in await stage.words(lost)


async def test_moderators_are_no_longer_asked_once_the_owner_takes_it_back(stage: Stage) -> None:
    lost, _, match = await accepted_from_a_list(stage)
    request = sentence("confirm_return")
    for is_asked in (True, False, True):
        await stage.press("got_back", match.id, ADA)
        moderators = "\n".join(reply.text() for reply in await stage.thread(lost, "moderators"))
        assert (request in moderators, sentence("log_got_back") in moderators) == (is_asked, is_asked)


async def test_an_owner_has_nobody_to_arrange_the_return_with(stage: Stage) -> None:
    lost, found, match = await matched_with_a_list(stage)
    async with stage.session(found.community) as session:
        await session._do(
            "UPDATE workspace SET returned_by = 'moderators' WHERE id = (SELECT workspace_id FROM report"
            " WHERE id = %(id)s)",
            id=found.id,
        )
    await stage.press("accept_claim", await stage.claim(match, found), MODERATOR)
    told = sentence("claim_accepted_listed", person=MODERATOR.name).replace("**", "")
    assert told in await stage.words(lost)


async def test_the_owner_is_asked_to_write_to_moderators_who_are_told_nothing(stage: Stage) -> None:
    _, found, match = await matched_with_a_list(stage, log_channel=None)
    do_it_yourself = sentence("tell_moderators")
    note = await stage.press("mine", match.id, ADA, words="a scratch inside")
    assert note.text() == f"{sentence('note_claim_sent_listed')}\n{do_it_yourself}"
    async with stage.session(found.community) as session:
        [claim] = await session.claims.on(found.id)
    await stage.press("accept_claim", claim.id, MODERATOR)
    note = await stage.press("got_back", match.id, ADA)
    assert note.text() == f"{sentence('note_word_waits_listed')}\n{do_it_yourself}"
