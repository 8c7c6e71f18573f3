"""A form or a command that is sent again after "Something went wrong" is one report; what is sent later is another."""

import pytest

from reunite.entities import ReportState
from tests.doubles.discord_shapes import BOT_ID, MANAGE_THREADS, PRIVATE_THREAD
from tests.support.discord_adapter import World, open_world


async def _send(world: World, ada: str, words: str, times: int = 1, **values: str) -> list[str]:
    opened = await world.discord.ui.slash("lost", ada, "general")
    await world.discord.ui.opened(opened)
    sent = [await world.discord.ui.submit(opened, None, words=words, **values) for _ in range(times)]
    return [await world.discord.ui.answer(used) for used in sent]


async def test_a_form_sent_again_is_one_report_and_answered_alike(database_url: str) -> None:
    async with open_world(database_url) as world:
        ada = world.discord.admin.join("Ada")
        first, second = await _send(world, ada, "a red hat", times=2)
        assert first == second
        assert len(await world.reports()) == 1
        await _send(world, ada, "a blue hat")
        assert len(await world.reports()) == 2


async def test_a_private_report_sent_again_keeps_its_first_thread_only(database_url: str) -> None:
    async with open_world(database_url) as world:
        await world.discord.admin.allow_here("lost", MANAGE_THREADS, BOT_ID)
        ada = world.discord.admin.join("Ada")
        first, second = await _send(world, ada, "a red hat", times=2, seen="private")
        assert first == second
        report = await world.report()
        threads = [channel["id"] for channel in world.discord.channels.values() if channel["type"] == PRIVATE_THREAD]
        assert threads == [report["channel"]]


@pytest.mark.parametrize("later", ["withdrawn", "a minute later"])
async def test_a_report_that_was_withdrawn_or_sent_long_ago_may_come_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch, later: str
) -> None:
    async with open_world(database_url) as world:
        ada = world.discord.admin.join("Ada")
        await _send(world, ada, "a red hat")
        if later == "withdrawn":
            async with world.store.session(await world.community()) as session:
                await session.reports.set_state((await world.report())["id"], ReportState.WITHDRAWN)
        else:
            monkeypatch.setattr("bot.discord.repeated_reports._WITHIN_SECONDS", 0.0)
        await _send(world, ada, "a red hat")
        assert len(await world.reports()) == 2
