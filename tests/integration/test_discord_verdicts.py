"""Moderators' verdicts on Discord, over real sockets, against the double."""

import asyncio

import pytest

from reunite.entities import MatchState, ReportState
from reunite.language import sentence
from reunite.messages.reply import Button, Plain, Reply
from reunite.ports import Outgoing
from tests.doubles import discord_shapes as shapes
from tests.support.board_sessions import is_over, signed_in
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


async def test_a_button_of_another_version_works_or_is_politely_refused(database_url: str) -> None:
    async with world(database_url) as here:
        _, lost, _ = await shown_match(here)
        grace = here.discord.join("Grace", moderator=True)
        async with here.store.session(await here.community()) as session:
            [match] = await session.matches.of(lost.id)
        buttons = (Button("reject", match.id, "Not a match"), Button("confirm", match.id, "Dance"))
        log = Reply("log", ((Plain("A match."),),), buttons=buttons)
        sent = (await here.platform.send(Outgoing("log", lost.target, log))).message
        reject, dance = shapes.buttons(here.discord.find(sent))
        reject["custom_id"], dance["custom_id"] = f"refuse:{match.id}", f"dance:{match.id}"
        pressed = await here.discord.press(sent, "Dance", grace)
        assert await eventually(lambda: pressed.answer) == sentence("nothing_here")
        await here.discord.press(sent, "Not a match", grace)
        await eventually(lambda: match_state(here, lost), holds=lambda state: state is MatchState.REJECTED)


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


async def test_who_no_longer_moderates_is_signed_out_of_the_board(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.board_roles._EVERY", 0.05)
    async with world(database_url) as here:
        grace, hopper, gone = (here.discord.join(name, moderator=True) for name in ("Grace", "Hopper", "Gone"))
        await here.community()
        guild = here.discord.guild_id
        sessions = [await signed_in(here.store, "discord", guild, each) for each in (grace, hopper, gone)]
        await asyncio.sleep(0.3)
        assert [await is_over(here.store, session) for session in sessions] == [False, False, False]
        await here.discord.take_role(grace, here.discord.moderator_role)
        here.discord.leave(gone)
        await eventually(lambda: is_over(here.store, sessions[0]))
        await eventually(lambda: is_over(here.store, sessions[2]))
        assert not await is_over(here.store, sessions[1])
