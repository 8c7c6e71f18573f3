"""Buttons below replies on Slack, and the modals that some open: claims, declining, verdicts, a member's reports."""

import logging
from typing import Any

import pytest

from bot.saved import WENT_WRONG
from bot.slack.app import running
from reunite.announce import log_match
from reunite.commands import ChangeSettings
from reunite.entities import Question, Report, ReportState, Settings
from reunite.language import sentence
from reunite.messages import wording
from reunite.ports import Outgoing, Sent
from tests.doubles.slack import TEAM, Envelope, shown
from tests.doubles.slack_blocks import words_of
from tests.support.slack_adapter import JPEG, World, config, connected_world
from tests.support.waiting import eventually

MINE, NOT_MINE = sentence("button_mine"), sentence("button_not_mine")


world_fixture = pytest.fixture(connected_world, name="world")


async def whispered(pressed: Envelope) -> dict[str, Any]:
    """Wait for the reply that only the person who pressed sees."""
    await eventually(lambda: pressed.answers)
    assert pressed.answers[0]["response_type"] == "ephemeral"
    assert not pressed.answers[0]["replace_original"]
    return dict(pressed.answers[0])


async def claimed(world: World, answer: str) -> tuple[Report, dict[str, Any]]:
    """Let Ada claim the found report by the card in her thread; return the report and its thread's reply."""
    _, found, _, card = await world.card()
    await world.slack.press(card.channel, card.message, MINE, world.ada)
    modal = await world.slack.ui.modal(world.ada, sentence("form_claim"))
    await world.slack.ui.submit(modal, world.ada, words=answer)
    await world.slack.ui.modal(world.ada, sentence("note_claim_sent"))
    response = await world.slack.wait_for_reply(world.found, str(found.target.message), "says this is theirs")
    return found, response


async def test_a_claim_is_seen_by_the_finder_alone_who_accepts_it_once(world: World) -> None:
    found, answer = await claimed(world, "my name is inside")
    assert "my name is inside" not in str(world.slack.messages)
    see = sentence("button_see_claim")
    refused = await whispered(await world.slack.press(world.found, answer["ts"], see, world.ada))
    assert refused["text"] == sentence("own_claim")
    seen = await whispered(await world.slack.press(world.found, answer["ts"], see, world.ben))
    assert "my name is inside" in shown(seen)
    accept = {"channel": world.found, **seen}
    accepted = await world.slack.ui.press_whisper(accept, sentence("button_accept_claim"), world.ben)
    note = await whispered(accepted)
    assert sentence("note_claim_accepted_named", owner="Ada") in shown(note)
    assert note["thread_ts"] == seen["thread_ts"] == found.target.message
    again = await world.slack.ui.press_whisper(accept, sentence("button_reject_claim"), world.admin)
    assert sentence("note_claim_decided") in shown(await whispered(again))
    lost, *_ = await world.reports()
    await world.slack.wait_for_reply(world.lost, str(lost.target.message), "agrees it's yours")


async def test_an_answer_to_a_claim_is_in_no_message_that_stays(world: World) -> None:
    _, asked = await claimed(world, "my name is inside")
    world.slack.response_urls_expired = True
    world.slack.api.fail_next("chat.postEphemeral", error="user_not_in_channel")
    await world.slack.press(world.found, asked["ts"], sentence("button_see_claim"), world.ben)
    [told] = await eventually(lambda: world.slack.messages[world.slack.direct(world.ben)])
    assert told["text"] == sentence(WENT_WRONG)
    assert "my name is inside" not in str(world.slack.messages)


async def test_a_member_of_another_organisation_claims_and_is_answered(world: World) -> None:
    """Slack names our workspace with the press, theirs with the form."""
    world.slack.admin.add_team("T0OTHER")
    world.ada = world.slack.admin.add_member("Eve", team="T0OTHER")
    await claimed(world, "my name is inside")


async def test_only_the_owner_can_claim_and_not_with_an_empty_answer(world: World) -> None:
    _, _, _, card = await world.card()
    pressed = await world.slack.press(card.channel, card.message, MINE, world.ben)
    [refused] = await eventually(lambda: pressed.answers)
    assert refused["text"] == sentence("only_owner")
    await world.slack.press(card.channel, card.message, MINE, world.ada)
    modal = await world.slack.ui.modal(world.ada, sentence("form_claim"))
    sent = await world.slack.ui.submit(modal, world.ada, words="  ")
    assert (sent.ack or {})["payload"]["errors"] == {"words": sentence("claim_empty")}
    assert not any("theirs" in shown(message) for message in world.slack.messages[world.found])


async def test_a_form_for_a_report_withdrawn_meanwhile_says_so(world: World) -> None:
    _, found, _, card = await world.card()
    await world.slack.press(card.channel, card.message, MINE, world.ada)
    modal = await world.slack.ui.modal(world.ada, sentence("form_claim"))
    world.slack.delete(world.found, str(found.target.message))
    await eventually(world.reports, holds=lambda reports: reports[-1].state is ReportState.WITHDRAWN)
    sent = await world.slack.ui.submit(modal, world.ada, words="my name is inside")
    assert (sent.ack or {})["payload"]["errors"] == {"words": sentence("report_closed")}


async def test_a_claim_that_is_sent_three_times_is_one(world: World) -> None:
    found, _ = await claimed(world, "my name is inside")
    sent = next(
        envelope for envelope in world.slack.delivery.envelopes if envelope.payload.get("type") == "view_submission"
    )
    for _ in range(2):
        await world.slack.tell_again(sent)
    await world.slack.settle()
    thread = world.slack.thread(world.found, str(found.target.message))
    assert sum("says this is theirs" in shown(message) for message in thread) == 1


async def logged(world: World) -> tuple[Report, Any, dict[str, Any]]:
    """Show a match in the moderators' channel; return the lost report, the match and the line there."""
    log = world.slack.admin.add_channel("mods")
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(log_channel=log)))
    lost, found, match = await world.match()
    async with world.store.session(lost.community) as session:
        await log_match(session, match, found, lost)
    return lost, match, {**await world.slack.wait_for_post(log, "my hat"), "channel": log}


async def test_a_moderators_card_is_updated_in_place(world: World) -> None:
    _, _, line = await logged(world)
    await world.slack.react(line["channel"], line["ts"], "white_check_mark", world.admin).acked.wait()
    now = await world.slack.wait_for_post(line["channel"], "confirmed by Mo")
    assert now["ts"] == line["ts"]


async def test_buttons_work_after_a_restart(world: World) -> None:
    _, _, _, card = await world.card()
    await world.slack.delivery.drop_connections()
    async with running(world.handlers, world.store, config(world.slack)):
        pressed = await world.slack.press(card.channel, card.message, NOT_MINE, world.ada)
        assert sentence("note_declined") in shown(await whispered(pressed))


async def own(world: World) -> tuple[Report, dict[str, Any]]:
    """Let Ada make a lost report and ask for her own reports."""
    used = await world.slack.slash("lost", "a hat", world.ada, world.lost)
    await eventually(lambda: used.answers)
    mine = await world.slack.slash("lost", "mine", world.ada, world.lost)
    await eventually(lambda: mine.answers)
    return await world.report(), {**mine.answers[0], "channel": world.lost}


async def test_ones_own_report_gets_details_and_photos_by_modal(world: World) -> None:
    _, mine = await own(world)
    await world.slack.ui.press_whisper(mine, sentence("button_add_detail"), world.ada)
    modal = await world.slack.ui.modal(world.ada, sentence("form_detail"))
    await world.slack.ui.submit(modal, world.ada, words="with a feather")
    await world.slack.ui.modal(world.ada, sentence("note_looking_again"))
    assert (await world.report()).text == "a hat\nwith a feather"

    await world.slack.ui.press_whisper(mine, sentence("button_add_photo"), world.ada)
    modal = await world.slack.ui.modal(world.ada, sentence("form_photo"))
    photo = world.slack.api.files.add(world.ada, "hat.jpg", JPEG)
    sent = await world.slack.ui.submit(modal, world.ada, photos=[photo])
    await world.slack.tell_again(sent)
    assert [photo.name for photo in await world.photos(await world.report())] == ["hat.jpg"]


async def test_ones_own_report_is_withdrawn_by_button_and_by_nobody_else(world: World) -> None:
    _, mine = await own(world)
    withdraw = sentence("button_withdraw")
    refused = await whispered(await world.slack.ui.press_whisper(mine, withdraw, world.ben))
    assert refused["text"] == "That isn't your report. /lost mine shows yours."
    answer = await whispered(await world.slack.ui.press_whisper(mine, withdraw, world.ada))
    assert sentence("note_withdrawn") in shown(answer)
    assert ((await world.report()).state, (await world.report()).text) == (ReportState.WITHDRAWN, "")


async def test_a_button_of_another_version_is_politely_refused(world: World) -> None:
    _, _, _, card = await world.card()
    message = world.slack.message(card.channel, card.message)
    assert message
    [row] = [block for block in message["blocks"] if block["type"] == "actions"]
    row["elements"][0]["action_id"] = f"press:dance:{row['elements'][0]['action_id'].split(':')[-1]}"
    answer = await whispered(await world.slack.press(card.channel, card.message, MINE, world.ada))
    assert answer["text"] == sentence("nothing_here")


async def test_a_press_that_could_not_be_taken_is_answered_too(world: World) -> None:
    _, _, _, card = await world.card()
    world.slack.api.fail_next("users.info", error="internal_error")
    answer = await whispered(await world.slack.press(card.channel, card.message, NOT_MINE, world.ada))
    assert answer["text"] == sentence("busy")


async def test_confidential_words_are_in_no_log(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    await claimed(world, "my name is inside")
    seen = capsys.readouterr()
    assert "my name is inside" not in caplog.text + seen.out + seen.err


async def asked(world: World) -> tuple[Report, Sent]:
    """A lost report whose thread asks for the colour."""
    ts = world.slack.post_photo(world.lost, world.ada, JPEG, "my hat")
    await world.wait_until_acknowledged(world.lost, ts)
    report, question = await world.report(), Question("colour", ("red", "green"))
    await world.open(report)
    async with world.store.session(report.community) as session:
        await session.prompts.ask(report.id, question)
    return report, await world.platform.send(Outgoing("q", report.target, wording.question(report, question)))


async def test_an_answer_to_a_question_is_taken_once_and_takes_the_buttons_away(world: World) -> None:
    report, question = await asked(world)
    pressed = await world.slack.press(question.channel, question.message, "Green", world.ada)
    await eventually(lambda: len(pressed.answers) == 2)
    assert (await world.report()).question_answer == "green"
    answer, changed = pressed.answers
    assert (answer["response_type"], answer["text"]) == ("ephemeral", sentence("said"))
    assert answer["thread_ts"] == report.target.message
    assert {block["type"] for block in changed["blocks"]} == {"rich_text"}
    assert "Green" in words_of(changed["blocks"])

    await world.slack.tell_again(pressed)
    await eventually(lambda: len(pressed.answers) == 3)
    assert pressed.answers[-1]["text"] == sentence("said_before", said="green")
    async with world.store.session(report.community) as session:
        works = await session._all("SELECT id FROM work WHERE report_id = %(report)s", report=report.id)
    assert len(works) == 2  # the report's own, and one for the answer


async def test_someone_elses_answer_is_politely_refused_in_private(world: World) -> None:
    _, question = await asked(world)
    pressed = await world.slack.press(question.channel, question.message, "Green", world.admin)
    assert (await whispered(pressed))["text"] == sentence("only_author")
    assert (await world.report()).question_answer is None
