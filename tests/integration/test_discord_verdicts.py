"""Moderators' verdicts on Discord, over real sockets, against the double."""

import asyncio

import pytest

from reunite.entities import MatchState, ReportState
from tests.support.discord_adapter import JPEG, match_state, reply, shown_match, world
from tests.support.waiting import eventually


async def test_a_moderators_check_mark_confirms_and_taking_it_away_reopens(database_url: str) -> None:
    async with world(database_url) as here:
        card, lost, found = await shown_match(here)
        grace = here.discord.join("Grace", moderator=True)
        await here.discord.react(card, "✅", grace)
        await here.becomes(lost.id, ReportState.RETURNED)
        await here.becomes(found.id, ReportState.RETURNED)
        await here.discord.unreact(card, "✅", grace)
        await here.becomes(lost.id, ReportState.OPEN)
        await here.becomes(found.id, ReportState.OPEN)


async def test_a_check_mark_that_comes_before_the_card_is_noted_counts(database_url: str) -> None:
    async with world(database_url) as here:
        grace = here.discord.join("Grace", moderator=True)

        async def react_at_once(card: str) -> None:
            await here.discord.react(card, "✅", grace)
            await asyncio.sleep(0.1)

        _, lost, _ = await shown_match(here, react_at_once)
        await here.becomes(lost.id, ReportState.RETURNED)


async def test_a_moderators_cross_refuses(database_url: str) -> None:
    async with world(database_url) as here:
        card, lost, _ = await shown_match(here)
        await here.discord.react(card, "❌", here.discord.join("Grace", moderator=True))

        async def refused() -> bool:
            return await match_state(here, lost) is MatchState.REJECTED

        await eventually(refused)


async def test_members_bots_other_emoji_and_other_messages_decide_nothing(database_url: str) -> None:
    async with world(database_url) as here:
        card, lost, _ = await shown_match(here)
        grace = here.discord.join("Grace", moderator=True)
        other = (await here.platform.send(reply("other", lost.target))).message
        await here.discord.react(card, "✅", here.discord.join("Mallory"))
        await here.discord.react(card, "✅", here.discord.join("Robot", moderator=True, bot=True))
        await here.discord.react(card, "🎉", grace)
        await here.discord.react(other, "✅", grace)
        await here.discord.react(str(lost.target.message), "✅", grace)
        last = await here.discord.post("found", grace, "the last event", {"a.jpg": JPEG})
        await eventually(lambda: here.discord.has_reaction(last, "👀"))
        assert await here.state(lost.id) is ReportState.OPEN
        assert await match_state(here, lost) is MatchState.UNDECIDED


async def test_the_owner_of_the_guild_may_confirm(database_url: str) -> None:
    async with world(database_url) as here:
        card, lost, _ = await shown_match(here)
        await here.discord.react(card, "✅", here.discord.owner_id)
        await here.becomes(lost.id, ReportState.RETURNED)


@pytest.mark.parametrize("emoji", [None, "✅"])
async def test_clearing_the_reactions_takes_the_verdict_back(database_url: str, emoji: str | None) -> None:
    async with world(database_url) as here:
        card, lost, _ = await shown_match(here)
        await here.discord.react(card, "✅", here.discord.join("Grace", moderator=True))
        await here.becomes(lost.id, ReportState.RETURNED)
        await here.discord.clear_reactions(card, emoji)
        await here.becomes(lost.id, ReportState.OPEN)
