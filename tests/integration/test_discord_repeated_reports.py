"""What is sent again after "Something went wrong" is one report; the same words after an answer are another."""

from unittest.mock import AsyncMock, Mock

import discord
import pytest

from bot.discord import reports
from reunite.entities import ReportState
from reunite.handlers import Handlers
from reunite.language import sentence
from tests.doubles.discord_interaction import Interaction
from tests.doubles.discord_shapes import BOT_ID, MANAGE_THREADS, PRIVATE_THREAD
from tests.support.discord_adapter import World, opened_world

world_fixture = pytest.fixture(opened_world, name="world")


async def _open(world: World, member: str) -> Interaction:
    opened = await world.discord.ui.slash("lost", member, "general")
    await world.discord.ui.opened(opened)
    return opened


async def _send(world: World, opened: Interaction, words: str, **values: str) -> str:
    return await world.discord.ui.answer(await world.discord.ui.submit(opened, None, words=words, **values))


async def test_a_form_sent_again_is_one_report_and_answered_alike(world: World) -> None:
    opened = await _open(world, world.discord.admin.join("Ada"))
    first, again = await _send(world, opened, "a red hat"), await _send(world, opened, "a red hat")
    assert again == f"{sentence('sent_before')}\n{first}"
    assert len(await world.reports()) == 1
    await _send(world, opened, "a blue hat")
    assert len(await world.reports()) == 2


async def test_a_form_opened_again_is_another_report_even_with_the_same_words(world: World) -> None:
    ada = world.discord.admin.join("Ada")
    for _ in range(2):
        await _send(world, await _open(world, ada), "a black umbrella")
    assert len(await world.reports()) == 2


async def test_a_private_report_sent_again_keeps_its_first_thread_which_its_author_then_sees(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    await world.discord.admin.allow_here("lost", MANAGE_THREADS, BOT_ID)
    ada = world.discord.admin.join("Ada")
    opened = await _open(world, ada)
    with monkeypatch.context() as failing:
        failing.setattr(discord.Thread, "add_user", AsyncMock(side_effect=RuntimeError))
        assert "wrong" in await _send(world, opened, "a red hat", seen="private")
    thread = (await world.report())["channel"]
    assert ada not in world.discord.thread_members[thread]
    assert f"<#{thread}>" in await _send(world, opened, "a red hat", seen="private")
    assert ada in world.discord.thread_members[thread]
    assert _private_threads(world) == [thread]


async def test_a_message_that_is_a_report_already_is_not_taken_again_from_the_menu(world: World) -> None:
    ada, ui = world.discord.admin.join("Ada"), world.discord.ui
    post = await world.discord.people.post("general", ada, "a black umbrella", {})
    first = await ui.answer(await ui.menu("I lost this", ada, post))
    again = await ui.answer(await ui.menu("Found this", world.discord.admin.join("Ben"), post))
    assert again == f"{sentence('sent_before')}\n{first}"
    assert len(await world.reports()) == 1
    async with world.store.session(await world.community()) as session:
        await session.reports.set_state((await world.report())["id"], ReportState.WITHDRAWN)
    assert await ui.answer(await ui.menu("I lost this", ada, post)) == sentence("ended")


async def test_a_report_that_was_withdrawn_may_come_again(world: World) -> None:
    opened = await _open(world, world.discord.admin.join("Ada"))
    await _send(world, opened, "a red hat")
    async with world.store.session(await world.community()) as session:
        await session.reports.set_state((await world.report())["id"], ReportState.WITHDRAWN)
    await _send(world, opened, "a red hat")
    assert len(await world.reports()) == 2


async def test_a_command_sent_again_after_a_failed_answer_is_one_report(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    ada, ben = world.discord.admin.join("Ada"), world.discord.admin.join("Ben")

    async def lost(member: str, words: str = "a black umbrella") -> str:
        return await world.discord.ui.answer(await world.discord.ui.slash("lost", member, "general", description=words))

    with monkeypatch.context() as failing:
        failing.setattr(reports, "confirmation", Mock(side_effect=RuntimeError))  # once the report is saved
        assert await lost(ada) == await lost(ben) == sentence("saved_all_the_same")
    assert (await lost(ada)).startswith(sentence("sent_before"))
    assert len(await world.reports()) == 2
    await lost(ada)  # the first one was answered by now
    await lost(ada, "a red umbrella")
    assert len(await world.reports()) == 4


async def test_a_command_whose_answer_came_too_late_for_its_author_is_one_report(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    ada, general = world.discord.admin.join("Ada"), world.discord.channel("general")
    world.discord.takes_no_messages.add(ada)
    with monkeypatch.context() as expired:
        expired.setattr("tests.doubles.discord_rest_interactions.TOKENS_LAST", 0)
        await world.discord.ui.slash("lost", ada, "general", description="a black umbrella")
        await world.discord.reply(general, sentence("answer_too_late", person=f"<@{ada}>"))
    used = await world.discord.ui.slash("lost", ada, "general", description="a black umbrella")
    assert (await world.discord.ui.answer(used)).startswith(sentence("sent_before"))
    assert len(await world.reports()) == 1


async def _send_privately(world: World, member: str) -> str:
    return await _send(world, await _open(world, member), "a red hat", seen="private")


def _private_threads(world: World) -> list[str]:
    return [channel["id"] for channel in world.discord.channels.values() if channel["type"] == PRIVATE_THREAD]


async def test_a_private_thread_whose_report_was_refused_says_nothing_and_takes_the_next_one(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    ada = world.discord.admin.join("Ada")
    with monkeypatch.context() as failing:
        failing.setattr(Handlers, "report", AsyncMock(side_effect=RuntimeError))
        assert await _send_privately(world, ada) == sentence("went_wrong")
    [thread] = _private_threads(world)
    assert "hat" not in world.discord.channels[thread]["name"]
    assert f"<#{thread}>" in await _send_privately(world, ada)
    assert _private_threads(world) == [thread]
    assert ada in world.discord.thread_members[thread]


async def test_a_private_thread_that_was_opened_just_before_the_bot_ended_takes_the_report(world: World) -> None:
    name = sentence("thread_lost", what="a red hat")
    left = world.discord.add_thread(world.discord.channel("lost"), world.discord.new_id(), name, PRIVATE_THREAD)
    await world.discord.gateway.dispatch("THREAD_CREATE", left)
    await _send_privately(world, world.discord.admin.join("Ada"))
    assert _private_threads(world) == [left["id"]] == [(await world.report())["channel"]]


async def test_a_private_thread_with_another_members_report_stays_theirs(
    monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    ada, ben = world.discord.admin.join("Ada"), world.discord.admin.join("Ben")
    world.discord.refuse("POST .*messages", 429, message="slow", retry_after=60, **{"global": False})
    with monkeypatch.context() as failing:
        failing.setattr(discord.Thread, "add_user", AsyncMock(side_effect=RuntimeError))
        assert "wrong" in await _send_privately(world, ada)
    assert not world.discord.messages[(await world.report())["channel"]]
    await _send_privately(world, ben)
    assert len(_private_threads(world)) == len(await world.reports()) == 2
