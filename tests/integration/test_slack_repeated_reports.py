"""What is sent again on Slack because its answer failed is one report, and what is said of it is true."""

from functools import partial
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from bot.slack import reports, submissions
from bot.slack.private_replies import PrivateReplies
from bot.slack.workspace import SlackWorkspace
from reunite.language import sentence
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_blocks import words_of
from tests.support.slack_adapter import JPEG, World, connected_world, world_on
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def lost(world: World, words: str = "a black umbrella") -> str:
    used = await world.slack.slash("lost", words, world.ada, world.lost)
    await eventually(partial(getattr, used, "answers"))
    await world.slack.settle()
    return str(used.answers[0]["text"])


async def filled_in(world: World, **values: Any) -> str:
    """Report by a new modal, and return what it says at the end."""
    await world.slack.ui.shortcut("report_lost", world.ada)
    modal = await world.slack.ui.modal(world.ada, sentence("form_lost"))
    sent = await world.slack.ui.submit(modal, world.ada, **values)
    return words_of((sent.ack or {})["payload"]["view"]["blocks"])


async def test_a_command_whose_answer_was_lost_is_one_report_and_then_a_second_is_another(world: World) -> None:
    looking = sentence("looking_in", channel=f"<#{world.lost}>")
    world.slack.response_urls_fail = True
    await lost(world)
    world.slack.response_urls_fail = False
    assert await lost(world) == f"{sentence('sent_before')}\n{looking}"
    assert len(await world.reports()) == 1
    assert [await lost(world), await lost(world)] == [looking, looking]  # two more umbrellas
    assert len(await world.reports()) == 3


async def test_it_is_one_report_whichever_process_takes_it(database_url: str) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        async with world_on(slack, database_url) as world:
            slack.response_urls_fail = True
            await lost(world)
            slack.response_urls_fail = False
        async with world_on(slack, database_url, again=world) as other:
            assert (await lost(other)).startswith(sentence("sent_before"))
            assert len(await other.reports()) == 1


async def test_a_command_that_fails_once_its_report_is_saved_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr(reports, "_confirmation", Mock(side_effect=RuntimeError))
        assert await lost(world) == sentence("saved_all_the_same")
    assert (await lost(world)).startswith(sentence("sent_before"))
    assert len(await world.reports()) == 1


async def test_a_modal_that_fails_once_its_report_is_saved_says_so_and_is_not_taken_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def photo() -> dict[str, Any]:  # each time another upload
        return world.slack.api.files.add(world.ada, "umbrella.jpg", JPEG)

    with monkeypatch.context() as failing:
        failing.setattr(reports, "_confirmation", Mock(side_effect=RuntimeError))
        assert await filled_in(world, words="an umbrella", photos=[photo()]) == sentence("saved_all_the_same")
    assert (await filled_in(world, words="an umbrella", photos=[photo()])).startswith(sentence("sent_before"))
    assert len(await world.reports()) == 1
    await filled_in(world, words="an umbrella", photos=[photo()])
    await filled_in(world, words="an umbrella", photos=[photo()])
    assert len(await world.reports()) == 3


async def test_a_modal_whose_late_answer_cannot_be_shown_is_not_taken_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as late:
        late.setattr(submissions, "_MODAL_SECONDS", 0)
        for _ in range(4):
            world.slack.api.fail_next("views.update", error="not_found")
        assert await filled_in(world, words="an umbrella") == sentence("one_moment")
        await eventually(world.reports)
        await world.slack.settle()
    assert (await filled_in(world, words="an umbrella")).startswith(sentence("sent_before"))
    assert len(await world.reports()) == 1


async def test_a_press_that_fails_once_it_is_taken_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await lost(world)
    mine = await world.slack.slash("lost", "mine", world.ada, world.lost)
    await eventually(partial(getattr, mine, "answers"))
    monkeypatch.setattr(PrivateReplies, "send", AsyncMock(side_effect=RuntimeError))
    shown = {**mine.answers[0], "channel": world.lost}
    pressed = await world.slack.ui.press_whisper(shown, sentence("button_extend"), world.ada)
    await eventually(partial(getattr, pressed, "answers"))
    assert pressed.answers[0]["text"] == sentence("saved_all_the_same")


@pytest.mark.parametrize("words", ["mine", "help", "Hilfe", "?", "privacy"])
async def test_what_reports_nothing_does_not_say_that_a_report_was_not_saved(
    world: World, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlackWorkspace, "person", AsyncMock(side_effect=KeyError("defect")))
    assert await lost(world, words) == sentence("went_wrong")
