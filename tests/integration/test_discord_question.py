"""The one question on Discord: its buttons, over real sockets, against the double."""

from uuid import UUID

from bot.discord.app import running
from db.store import Store
from reunite.entities import Question, ReportState
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages import wording
from reunite.ports import Outgoing
from tests.doubles.discord import DiscordDouble
from tests.support.discord_adapter import JPEG, World, config, open_world
from tests.support.queues import NoQueue
from tests.support.waiting import PATIENCE, eventually


async def asked(world: World, author: str) -> tuple[UUID, str]:
    """A lost report whose thread asks for the place; return the report and the question's message."""
    await world.discord.people.post("lost", author, "my hat", {"a.jpg": JPEG})
    row, question = await world.report(), Question("place", ("library", "*tram* @everyone"))
    async with world.store.session(await world.community()) as session:
        await session.reports.set_state(row["id"], ReportState.OPEN)
        await session.prompts.ask(row["id"], question)
        report = await session.reports.get(row["id"])
    assert report
    sent = await world.platform.send(Outgoing("q", report.target, wording.question(report, question)))
    return report.id, sent.message


async def test_a_pressed_button_is_taken_once_and_replaced_by_the_answer(database_url: str) -> None:
    async with open_world(database_url) as world:
        bob = world.discord.admin.join("Bob")
        _, question = await asked(world, bob)
        shown = world.discord.message(question)["components"]
        assert [component["label"] for row in shown for component in row["components"]] == [
            "library", "*tram* @everyone", "Somewhere else", "Not sure", "None of these",
        ]  # fmt: skip
        pressed = [await world.discord.ui.press(question, "*tram* @everyone", bob) for _ in range(2)]
        await eventually(lambda: all(press.answer for press in pressed) or None)
        texts = {sentence("said"), sentence("said_before", said="*tram* @everyone")}
        assert {press.answer for press in pressed} == texts
        assert all(press.ephemeral for press in pressed)
        assert (await world.report())["question_answer"] == "*tram* @everyone"
        message = world.discord.message(question)
        assert message["components"] == []
        assert message["embeds"][0]["description"].endswith("**\\*tram\\* @\u200beveryone**")


async def test_a_question_whose_embed_a_moderator_has_removed_can_be_answered(database_url: str) -> None:
    async with open_world(database_url) as world:
        bob = world.discord.admin.join("Bob")
        _, question = await asked(world, bob)
        world.discord.message(question)["embeds"] = []
        pressed = await world.discord.ui.press(question, "library", bob)
        assert await eventually(lambda: pressed.answer) == sentence("said")
        assert world.discord.message(question)["components"] == []


async def test_a_button_outlives_the_bots_process_and_is_its_authors_alone(database_url: str) -> None:
    async with DiscordDouble(answer_within=PATIENCE) as discord, Store(database_url) as store:
        handlers = Handlers(store, NoQueue())
        ann, bob = discord.admin.join("Ann"), discord.admin.join("Bob")
        async with running(handlers, store, config(discord)) as platform:
            _, question = await asked(World(discord, store, platform), bob)
        async with running(handlers, store, config(discord)) as platform:
            world = World(discord, store, platform)
            refused = await discord.ui.press(question, "library", ann)
            await eventually(lambda: refused.answer)
            assert (refused.answer, refused.ephemeral) == (sentence("only_author"), True)
            assert (await world.report())["question_answer"] is None
            taken = await discord.ui.press(question, "library", bob)
            await eventually(lambda: taken.answer)
            assert (await world.report())["question_answer"] == "library"
