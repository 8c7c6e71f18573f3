"""What a person reads on Discord is true and arrives, though the connection breaks at any step."""

import pytest
from structlog.testing import capture_logs

from reunite.language import sentence
from tests.doubles.discord import BOT_ID
from tests.doubles.discord_shapes import MANAGE_THREADS
from tests.support.discord_adapter import JPEG, World, open_world, opened_world
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("brief_retries")

world_fixture = pytest.fixture(opened_world, name="world")

ACKNOWLEDGEMENT = "POST /interactions/.*/callback"


@pytest.mark.parametrize("after", [False, True], ids=["before it arrived", "after it arrived"])
@pytest.mark.parametrize(("times", "status"), [(1, 0), (3, 0), (1, 503)])
async def test_an_acknowledgement_that_fails_on_the_way_is_given_again(
    database_url: str, times: int, status: int, *, after: bool
) -> None:
    async with open_world(database_url) as world:
        for _ in range(times):
            world.discord.refuse(ACKNOWLEDGEMENT, status, after=after)
        used = await world.discord.ui.slash("lost", world.discord.admin.join("Bob"), "general", description="red bag")
        assert f"<#{world.discord.channel('lost')}>" in await world.discord.ui.answer(used)
        assert [report["text"] for report in await world.reports()] == ["red bag"]


async def test_a_form_that_breaks_off_on_the_way_is_opened(world: World) -> None:
    world.discord.refuse(ACKNOWLEDGEMENT, 0)
    await world.discord.ui.opened(await world.discord.ui.slash("lost", world.discord.admin.join("Bob"), "general"))


@pytest.mark.parametrize("takes_messages", [True, False])
async def test_who_cannot_be_acknowledged_reads_that_nothing_was_done(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, takes_messages: bool
) -> None:
    monkeypatch.setattr("bot.discord.private_replies._ACKNOWLEDGE_SECONDS", 0.5)
    async with open_world(database_url) as world:
        bob, general = world.discord.admin.join("Bob"), world.discord.channel("general")
        if not takes_messages:
            world.discord.takes_no_messages.add(bob)
        for _ in range(50):
            world.discord.refuse(ACKNOWLEDGEMENT, 0)
        await world.discord.ui.slash("lost", bob, "general", description="red bag")
        if takes_messages:
            await world.discord.reply(world.discord.direct(bob)["id"], sentence("went_wrong"))
        else:
            await world.discord.reply(general, sentence("answer_too_late", person=f"<@{bob}>"))
        assert await world.reports() == []


@pytest.mark.parametrize("code", [50001, 50035])
@pytest.mark.parametrize("takes_messages", [True, False])
async def test_an_answer_that_discord_refuses_to_show_is_sent_directly(
    database_url: str, code: int, *, takes_messages: bool
) -> None:
    async with open_world(database_url) as world:
        bob, general = world.discord.admin.join("Bob"), world.discord.channel("general")
        if not takes_messages:
            world.discord.takes_no_messages.add(bob)
        world.discord.refuse("PATCH /webhooks/.*/@original", 403 if code == 50001 else 400, code=code, message="No")
        await world.discord.ui.slash("lost", bob, "general", description="red bag")
        if takes_messages:
            await world.discord.reply(world.discord.direct(bob)["id"], f"<#{world.discord.channel('lost')}>")
        else:
            await world.discord.reply(general, sentence("answer_too_late", person=f"<@{bob}>"))


async def test_an_answer_that_was_shown_is_not_sent_again_though_discords_word_of_it_is_lost(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.private_replies._PAUSES_IN_SECONDS", (0.01, 0.01))
    async with open_world(database_url) as world:
        bob = world.discord.admin.join("Bob")
        for _ in range(3):
            world.discord.refuse("PATCH /webhooks/.*/@original", 0, after=True)
        with capture_logs() as logs:
            used = await world.discord.ui.slash("lost", bob, "general", description="red bag")
            assert f"<#{world.discord.channel('lost')}>" in await world.discord.ui.answer(used)
            await eventually(lambda: any(entry["event"] == "discord_answer_lost" for entry in logs))
        assert world.discord.people.direct_messages(bob) == []


@pytest.mark.parametrize("status", [0, 403, 400])
async def test_a_message_that_was_taken_is_said_to_be_taken_though_no_thread_opens(world: World, status: int) -> None:
    ann, general = world.discord.admin.join("Ann"), world.discord.channel("general")
    post = await world.discord.people.post("general", ann, "I found this", {"a.jpg": JPEG})
    world.discord.refuse(f"POST .*/messages/{post}/threads", status, code=50013 if status == 403 else 0)
    answer = await world.discord.ui.answer(await world.discord.ui.menu("Found this", ann, post))
    assert answer == sentence("answering_in", channel=f"<#{general}>")
    assert (await world.report())["text"] == "I found this"


async def test_a_message_that_is_deleted_while_it_is_taken_is_not_said_to_be_answered(world: World) -> None:
    ann = world.discord.admin.join("Ann")
    post = await world.discord.people.post("general", ann, "I found this", {"a.jpg": JPEG})
    world.discord.refuse(f"GET /channels/.*/messages/{post}", 404, code=10008)
    answer = await world.discord.ui.answer(await world.discord.ui.menu("Found this", ann, post))
    assert answer == sentence("nothing_here")
    assert [report["state"] for report in await world.reports()] == ["withdrawn"]


async def test_the_author_joins_a_private_report_though_the_connection_breaks(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.private_replies._PAUSES_IN_SECONDS", (0.1, 0.1))
    async with open_world(database_url) as world:
        bob = world.discord.admin.join("Bob")
        await world.discord.admin.allow_here("lost", MANAGE_THREADS, BOT_ID)
        opening = await world.discord.ui.slash("lost", bob, "general")
        await world.discord.ui.opened(opening)
        world.discord.refuse("PUT /channels/.*/thread-members", 0)
        answer = await world.discord.ui.answer(await world.discord.ui.submit(opening, words="my diary", seen="private"))
        thread = (await world.report())["channel"]
        assert answer.startswith(sentence("looking_in", channel=f"<#{thread}>"))
        await eventually(lambda: bob in world.discord.thread_members[thread])
