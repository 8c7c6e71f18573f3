"""Searches on Slack that are slow, or where something fails on the way: the person always gets an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot import looks as bot_looks
from bot.slack import looks
from reunite.commands import Look
from reunite.entities import Label, ReportState
from reunite.errors import UndeliverableError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.reply import Plain, Reply
from reunite.ports import ScoredPair
from tests.doubles.slack import Envelope, shown
from tests.doubles.slack_blocks import words_of
from tests.support.pictures import drawing
from tests.support.slack_adapter import JPEG, World, connected_world, world_in
from tests.support.waiting import eventually

FOUND = Reply("note", ((Plain("A red umbrella."),),))


world_fixture = pytest.fixture(connected_world, name="world")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer every search with one found report and its picture; return what was searched for."""
    words: list[str] = []

    async def answer(_: Handlers, command: Look, __: str) -> Reply:
        words.append(command.text)
        return FOUND

    async def picture(*_: object) -> bytes:
        return drawing("red")

    monkeypatch.setattr(bot_looks, "answer_of", answer)
    monkeypatch.setattr(bot_looks, "picture_of", picture)
    return words


async def answers(used: Envelope, number: int = 1) -> list[dict[str, Any]]:
    return await eventually(lambda: used.answers, holds=lambda given: len(given) >= number)


async def test_a_slow_search_says_so_and_still_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "_SOON_SECONDS", 0.05)
    ts = world.slack.post_photo(world.found, world.ben, JPEG, "an umbrella")
    await world.wait_until_acknowledged(world.found, ts)
    await world.store.embedding_models.register("tiny", "tiny@1", {"shared": 2})
    await world.open(await world.report())
    used = await world.slack.slash("lost", "search umbrella", world.ada, world.general)
    [waiting] = await answers(used)
    assert waiting["text"] == sentence("one_moment")
    found, look = await world.wait_for_reports(2)
    async with world.store.session(look.community) as session:
        assert look.state is ReportState.LOOK
        await session.matches.save([ScoredPair(look.id, found.id, 0.9, Label.HIGH, (), {})])
        await session.reports.mark_first_reply(look.id)
    _, answer = await answers(used, 2)
    assert "only one found item" in shown(answer)


async def test_words_after_any_space_are_searched_for(world: World, asked: list[str]) -> None:
    for text in ("search  red  umbrella", "search\tred  umbrella", "Search\nred  umbrella"):
        await answers(await world.slack.slash("lost", text, world.ada, world.general))
    assert asked == ["red  umbrella"] * 3


@pytest.mark.parametrize("error", ["ratelimited", "storage_limit_reached"])
async def test_the_words_are_shown_where_the_picture_is_not_taken(world: World, asked: list[str], error: str) -> None:
    world.slack.api.fail_next("files.getUploadURLExternal", error=error)
    [answer] = await answers(await world.slack.slash("lost", "search umbrella", world.ada, world.general))
    assert asked
    assert [block["type"] for block in answer["blocks"]] == ["rich_text"]


async def test_the_words_are_shown_where_slack_refuses_blocks_with_the_picture(world: World, asked: list[str]) -> None:
    world.slack.response_urls_expired = True
    for method in ("chat.postEphemeral", "chat.postMessage"):
        world.slack.api.fail_next(method, error="invalid_blocks")
    await world.slack.slash("lost", "search umbrella", world.ada, world.general)
    [whisper] = await eventually(lambda: world.slack.whispers)
    assert asked
    assert "A red umbrella." in shown(whisper)
    assert "image" not in str(whisper["blocks"])


async def test_a_search_that_fails_says_nothing_of_a_report(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> Reply:
        raise ValueError("a defect")

    monkeypatch.setattr(bot_looks, "answer_of", fail)
    [answer] = await answers(await world.slack.slash("lost", "search umbrella", world.ada, world.general))
    assert answer["text"] == sentence("went_wrong")
    await world.slack.slash("lost", "search", world.ada, world.general)
    sent = await world.slack.ui.submit(await world.slack.ui.modal(world.ada), world.ada, words="umbrella")
    assert words_of((sent.ack or {})["payload"]["view"]["blocks"]) == sentence("went_wrong")


async def test_a_search_ends_with_the_request_that_began_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = asyncio.Event()

    async def never(*_: object) -> Reply:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return FOUND

    async def refuse(*_: object) -> None:
        raise UndeliverableError("refused")

    monkeypatch.setattr(bot_looks, "answer_of", never)
    monkeypatch.setattr(looks, "_SOON_SECONDS", 0.05)
    monkeypatch.setattr("bot.slack.private_replies.PrivateReplies.send_words", refuse)
    await world.slack.slash("lost", "search umbrella", world.ada, world.general)
    await eventually(cancelled.is_set)


@asynccontextmanager
async def searched_twice(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Let a member search twice, with a bot that soon deletes the pictures of searches that are over."""
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with world_in(database_url) as world:
        for words in ("search umbrella", "search hat"):
            await answers(await world.slack.slash("lost", words, world.ada, world.general))
        yield world


@pytest.mark.usefixtures("asked")
async def test_the_picture_of_a_search_is_deleted_once_the_search_is_over(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with searched_twice(database_url, monkeypatch) as world:
        first, second = world.slack.files
        await world.store.rows(
            "UPDATE slack_picture SET at = at - interval '2 hours' WHERE file = %(file)s", file=first
        )
        await eventually(lambda: first not in world.slack.files)
        assert list(world.slack.files) == [second]


@pytest.mark.usefixtures("asked")
async def test_a_picture_that_slack_never_deletes_is_tried_once_and_holds_up_no_other(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with searched_twice(database_url, monkeypatch) as world:
        for error in ("missing_scope", "restricted_action", "cant_delete_file"):  # the first two may pass
            world.slack.api.fail_next("files.delete", error=error)
        await world.store.rows("UPDATE slack_picture SET at = at - interval '2 hours'")

        async def are_forgotten() -> bool:
            return not await world.store.rows("SELECT file FROM slack_picture")

        await eventually(are_forgotten)
        assert len(world.slack.files) == 1
