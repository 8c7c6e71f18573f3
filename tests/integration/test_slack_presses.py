"""Buttons below replies on Slack, and the modals that some open: claims, declining, verdicts, one's own reports."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.slack.app import running
from reunite.announce import tell_moderators
from reunite.commands import ChangeSettings
from reunite.entities import MatchState, Question, Report, ReportState, Settings
from reunite.language import sentence
from reunite.messages import wording
from reunite.ports import Outgoing, Sent
from tests.doubles.slack import TEAM, Envelope, shown
from tests.doubles.slack_blocks import words_of
from tests.support.slack_adapter import JPEG, Scene, config, scene_in
from tests.support.waiting import eventually

MINE, NOT_MINE = sentence("button_mine"), sentence("button_not_mine")


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def whispered(pressed: Envelope) -> dict[str, Any]:
    """Wait for what only whoever pressed is told."""
    await eventually(lambda: pressed.answers)
    assert pressed.answers[0]["response_type"] == "ephemeral"
    assert not pressed.answers[0]["replace_original"]
    return dict(pressed.answers[0])


async def claimed(scene: Scene, answer: str) -> tuple[Report, dict[str, Any]]:
    """Let Ada claim the find by the card in her thread; return the find, and what its thread says of that."""
    _, found, _, card = await scene.card()
    await scene.slack.press(card.channel, card.message, MINE, scene.ada)
    modal = await scene.slack.modal(scene.ada, sentence("form_claim"))
    await scene.slack.submit(modal, scene.ada, words=answer)
    await scene.slack.modal(scene.ada, sentence("note_claim_sent"))
    told = await scene.slack.wait_for_reply(scene.found, str(found.target.message), "says that this is theirs")
    return found, told


async def test_a_claim_is_seen_by_the_finder_alone_who_accepts_it_once(scene: Scene) -> None:
    _, told = await claimed(scene, "my name is inside")
    assert "my name is inside" not in str(scene.slack.messages)
    see = sentence("button_see_claim")
    refused = await whispered(await scene.slack.press(scene.found, told["ts"], see, scene.ada))
    assert refused["text"] == sentence("only_finder")
    seen = await whispered(await scene.slack.press(scene.found, told["ts"], see, scene.ben))
    assert "my name is inside" in shown(seen)
    accept = {"channel": scene.found, **seen}
    accepted = await scene.slack.press_whisper(accept, sentence("button_accept_claim"), scene.ben)
    assert sentence("note_claim_accepted") in shown(await whispered(accepted))
    again = await scene.slack.press_whisper(accept, sentence("button_reject_claim"), scene.admin)
    assert sentence("note_claim_decided") in shown(await whispered(again))
    lost, *_ = await scene.reports()
    await scene.slack.wait_for_reply(scene.lost, str(lost.target.message), "agrees that it is yours")


async def test_only_whoever_lost_it_can_claim_it_and_an_empty_claim_is_none(scene: Scene) -> None:
    _, _, _, card = await scene.card()
    for user, words, error in ((scene.ben, "it is mine", "only_owner"), (scene.ada, "  ", "claim_empty")):
        await scene.slack.press(card.channel, card.message, MINE, user)
        modal = await scene.slack.modal(user, sentence("form_claim"))
        sent = await scene.slack.submit(modal, user, words=words)
        assert (sent.ack or {})["payload"]["errors"] == {"words": sentence(error)}
    assert not any("theirs" in shown(each) for each in scene.slack.messages[scene.found])


async def test_a_form_that_was_open_when_the_find_was_withdrawn_is_told_so(scene: Scene) -> None:
    _, found, _, card = await scene.card()
    await scene.slack.press(card.channel, card.message, MINE, scene.ada)
    modal = await scene.slack.modal(scene.ada, sentence("form_claim"))
    scene.slack.delete(scene.found, str(found.target.message))
    await eventually(scene.reports, holds=lambda reports: reports[-1].state is ReportState.WITHDRAWN)
    sent = await scene.slack.submit(modal, scene.ada, words="my name is inside")
    assert (sent.ack or {})["payload"]["errors"] == {"words": sentence("report_closed")}


async def test_a_claim_that_is_sent_three_times_is_one(scene: Scene) -> None:
    found, _ = await claimed(scene, "my name is inside")
    sent = next(each for each in scene.slack.envelopes if each.payload.get("type") == "view_submission")
    for _ in range(2):
        await scene.slack.tell_again(sent)
    await scene.slack.settle()
    thread = scene.slack.thread(scene.found, str(found.target.message))
    assert sum("says that this is theirs" in shown(each) for each in thread) == 1


async def test_not_mine_is_for_the_owner_and_can_be_taken_back(scene: Scene) -> None:
    _, _, _, card = await scene.card()
    refused = await whispered(await scene.slack.press(card.channel, card.message, NOT_MINE, scene.ben))
    assert refused["text"] == sentence("only_owner")
    said = await whispered(await scene.slack.press(card.channel, card.message, NOT_MINE, scene.ada))
    assert sentence("note_declined") in shown(said)
    await scene.slack.press_whisper({"channel": card.channel, **said}, MINE, scene.ada)
    await scene.slack.modal(scene.ada, sentence("form_claim"))


async def logged(scene: Scene) -> tuple[Report, Any, dict[str, Any]]:
    """Show a match in the moderators' channel; return the loss, the match and the line there."""
    log = scene.slack.add_channel("mods")
    await scene.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(log_channel=log)))
    lost, found, match = await scene.match()
    async with scene.store.session(lost.community) as session:
        await tell_moderators(session, found, match, lost)
    return lost, match, {**await scene.slack.wait_for_post(log, "my hat"), "channel": log}


async def test_moderators_give_verdicts_by_button_or_reaction_in_their_own_channel(scene: Scene) -> None:
    lost, match, line = await logged(scene)
    confirm = sentence("button_confirm")
    refused = await whispered(await scene.slack.press(line["channel"], line["ts"], confirm, scene.ada))
    assert refused["text"] == sentence("only_moderators")
    said = await whispered(await scene.slack.press(line["channel"], line["ts"], confirm, scene.chosen))
    assert sentence("note_match_confirmed") in shown(said)
    assert await scene.standing(match, lost.community) is MatchState.CONFIRMED
    await scene.slack.press(line["channel"], line["ts"], confirm, scene.chosen)
    await eventually(lambda: scene.standing(match, lost.community), holds=lambda state: state is MatchState.UNDECIDED)
    await scene.slack.react(line["channel"], line["ts"], "x", scene.admin).acked.wait()
    assert await scene.standing(match, lost.community) is MatchState.REFUSED


async def test_a_line_for_moderators_is_brought_up_to_date_where_it_stands(scene: Scene) -> None:
    _, _, line = await logged(scene)
    await scene.slack.react(line["channel"], line["ts"], "white_check_mark", scene.admin).acked.wait()
    now = await scene.slack.wait_for_post(line["channel"], "confirmed by Mo")
    assert now["ts"] == line["ts"]


async def test_buttons_work_after_a_restart(scene: Scene) -> None:
    _, _, _, card = await scene.card()
    await scene.slack.delivery.drop_connections()
    async with running(scene.handlers, scene.store, config(scene.slack)):
        pressed = await scene.slack.press(card.channel, card.message, NOT_MINE, scene.ada)
        assert sentence("note_declined") in shown(await whispered(pressed))


async def own(scene: Scene) -> tuple[Report, dict[str, Any]]:
    """Let Ada report a loss and ask for her own reports."""
    used = await scene.slack.slash("lost", "a hat", scene.ada, scene.lost)
    await eventually(lambda: used.answers)
    mine = await scene.slack.slash("lost", "mine", scene.ada, scene.lost)
    await eventually(lambda: mine.answers)
    return await scene.report(), {**mine.answers[0], "channel": scene.lost}


async def test_ones_own_report_gets_details_and_photos_by_modal(scene: Scene) -> None:
    _, mine = await own(scene)
    await scene.slack.press_whisper(mine, sentence("button_add_detail"), scene.ada)
    modal = await scene.slack.modal(scene.ada, sentence("form_detail"))
    await scene.slack.submit(modal, scene.ada, words="with a feather")
    await scene.slack.modal(scene.ada, sentence("note_looking_again"))
    assert (await scene.report()).text == "a hat\nwith a feather"

    await scene.slack.press_whisper(mine, sentence("button_add_photo"), scene.ada)
    modal = await scene.slack.modal(scene.ada, sentence("form_photo"))
    photo = scene.slack.api.files.add(scene.ada, "hat.jpg", JPEG)
    sent = await scene.slack.submit(modal, scene.ada, photos=[photo])
    await scene.slack.tell_again(sent)
    assert [each.name for each in await scene.photos(await scene.report())] == ["hat.jpg"]


async def test_ones_own_report_is_withdrawn_by_button_and_by_nobody_else(scene: Scene) -> None:
    _, mine = await own(scene)
    withdraw = sentence("button_withdraw")
    refused = await whispered(await scene.slack.press_whisper(mine, withdraw, scene.ben))
    assert refused["text"] == sentence("only_own")
    said = await whispered(await scene.slack.press_whisper(mine, withdraw, scene.ada))
    assert sentence("note_withdrawn") in shown(said)
    assert ((await scene.report()).state, (await scene.report()).text) == (ReportState.WITHDRAWN, "")


async def test_a_button_of_another_version_is_kindly_refused(scene: Scene) -> None:
    _, _, _, card = await scene.card()
    message = scene.slack.message(card.channel, card.message)
    assert message
    [row] = [block for block in message["blocks"] if block["type"] == "actions"]
    row["elements"][0]["action_id"] = f"press:dance:{row['elements'][0]['action_id'].split(':')[-1]}"
    said = await whispered(await scene.slack.press(card.channel, card.message, MINE, scene.ada))
    assert said["text"] == sentence("nothing_here")


async def test_a_press_that_could_not_be_taken_is_answered_too(scene: Scene) -> None:
    _, _, _, card = await scene.card()
    scene.slack.api.fail_next("users.info", error="internal_error")
    said = await whispered(await scene.slack.press(card.channel, card.message, NOT_MINE, scene.ada))
    assert said["text"] == sentence("answer_not_taken")


async def test_what_members_say_in_confidence_is_in_no_log(
    scene: Scene, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    await claimed(scene, "my name is inside")
    said = capsys.readouterr()
    assert "my name is inside" not in caplog.text + said.out + said.err


async def asked(scene: Scene) -> tuple[Report, Sent]:
    """A lost report whose thread asks for the colour."""
    ts = scene.slack.post_photo(scene.lost, scene.ada, JPEG, "my hat")
    await scene.acknowledged(scene.lost, ts)
    report, question = await scene.report(), Question("colour", ("red", "green"))
    await scene.open(report)
    async with scene.store.session(report.community) as session:
        await session.ask(report.id, question)
    return report, await scene.platform.send(Outgoing("q", report.target, wording.question(report, question)))


async def test_an_answer_to_a_question_is_taken_once_and_takes_the_buttons_away(scene: Scene) -> None:
    report, question = await asked(scene)
    pressed = await scene.slack.press(question.channel, question.message, "green", scene.ada)
    await eventually(lambda: len(pressed.answers) == 2)
    assert (await scene.report()).said == "green"
    told, changed = pressed.answers
    assert (told["response_type"], told["text"]) == ("ephemeral", sentence("said"))
    assert told["thread_ts"] == report.target.message
    assert {block["type"] for block in changed["blocks"]} == {"rich_text"}
    assert "green" in words_of(changed["blocks"])

    await scene.slack.tell_again(pressed)
    await eventually(lambda: len(pressed.answers) == 3)
    assert pressed.answers[-1]["text"] == sentence("said_before", said="green")
    async with scene.store.session(report.community) as session:
        works = await session._all("SELECT id FROM work WHERE report_id = %(report)s", report=report.id)
    assert len(works) == 2  # the report's own, and one for the answer


async def test_somebody_elses_answer_is_kindly_refused_in_private(scene: Scene) -> None:
    _, question = await asked(scene)
    pressed = await scene.slack.press(question.channel, question.message, "green", scene.admin)
    assert (await whispered(pressed))["text"] == sentence("only_author")
    assert (await scene.report()).said is None
