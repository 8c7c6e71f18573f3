"""Moderators' verdicts on Discord, over real sockets, against the double."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.board_roles import sign_out_former
from bot.discord.app import running
from db.store import Store
from reunite.commands import Press
from reunite.entities import MatchState, Member, ReportState
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.reply import Button, Plain, Reply
from reunite.ports import Outgoing
from tests.doubles import discord_shapes as shapes
from tests.doubles.discord import DiscordDouble
from tests.support.board_sessions import is_over, signed_in
from tests.support.discord_adapter import JPEG, World, config, match_state, open_world, opened_world, reply, shown_match
from tests.support.keys import KEYS
from tests.support.queues import NoQueue
from tests.support.rounds import Rounds
from tests.support.waiting import PATIENCE, eventually

world_fixture = pytest.fixture(opened_world, name="world")


async def test_a_check_mark_that_comes_before_the_card_is_noted_counts(world: World) -> None:
    grace = world.discord.admin.join("Grace", moderator=True)

    async def react_at_once(card: str) -> None:
        await world.discord.people.react(card, "✅", grace)
        await asyncio.sleep(0.1)

    _, lost, _ = await shown_match(world, react_at_once)
    await world.becomes(lost.id, ReportState.RETURNED)


async def test_a_moderators_cross_refuses(world: World) -> None:
    card, lost, _ = await shown_match(world)
    await world.discord.people.react(card, "❌", world.discord.admin.join("Grace", moderator=True))

    async def refused() -> bool:
        return await match_state(world, lost) is MatchState.REJECTED

    await eventually(refused)


async def test_a_button_of_another_version_is_politely_refused(world: World) -> None:
    _, lost, _ = await shown_match(world)
    grace = world.discord.admin.join("Grace", moderator=True)
    async with world.store.session(await world.community()) as session:
        [match] = await session.matches.of(lost.id)
    log = Reply("log", ((Plain("A match."),),), buttons=(Button("confirm", match.id, "Dance"),))
    sent = (await world.platform.send(Outgoing("log", lost.target, log))).message
    [dance] = shapes.buttons(world.discord.message(sent))
    dance["custom_id"] = f"dance:{match.id}"
    pressed = await world.discord.ui.press(sent, "Dance", grace)
    assert await eventually(lambda: pressed.answer) == sentence("nothing_here")


async def test_a_member_hears_once_why_their_reaction_decides_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.brief_notices._SECONDS", 0.2)
    async with open_world(database_url) as world:
        card, lost, _ = await shown_match(world)
        mallory = world.discord.admin.join("Mallory")
        thread = world.discord.message(card)["channel_id"]
        before = len(world.discord.replies(thread))
        sent_before = world.discord.requests.count(("POST", f"/channels/{thread}/messages"))
        await world.discord.people.react(card, "❌", mallory)
        *_, said = await eventually(lambda: world.discord.replies(thread)[before:])
        assert said["content"] == f"<@{mallory}> {sentence('only_moderators')}"
        await world.discord.people.unreact(card, "❌", mallory)
        await world.discord.people.react(card, "❌", mallory)
        assert await match_state(world, lost) is MatchState.UNDECIDED
        await world.discord.people.react(card, "✅", world.discord.admin.join("Grace", moderator=True))
        await world.becomes(lost.id, ReportState.RETURNED)  # after all that Mallory did
        await eventually(lambda: len(world.discord.replies(thread)), holds=lambda count: count == before)
        assert world.discord.requests.count(("POST", f"/channels/{thread}/messages")) == sent_before + 1


async def test_a_moderator_who_reacts_to_a_post_hears_that_a_verdict_counts_on_a_match(world: World) -> None:
    _, lost, found = await shown_match(world)
    grace, post = world.discord.admin.join("Grace", moderator=True), str(lost.target.message)
    told = f"<@{grace}> {sentence('verdict_on_a_match')}"
    await world.discord.people.react(post, "✅", world.discord.message(post)["author"]["id"])
    await world.discord.people.react(post, "✅", grace)
    here = str(lost.target.channel)
    shown = await eventually(lambda: world.discord.replies(here))
    assert [said["content"] for said in shown] == [told]
    assert await world.state(found.id) is ReportState.OPEN
    henry, other = world.discord.admin.join("Henry", moderator=True), str(found.target.message)
    for moderator in (grace, henry):  # once a day is enough for each
        await world.discord.people.react(other, "✅", moderator)
    [said] = await eventually(lambda: world.discord.replies(str(found.target.channel)))
    assert said["content"] == told.replace(grace, henry)


async def test_a_bot_that_ends_leaves_no_such_words_behind(database_url: str) -> None:
    async with DiscordDouble(answer_within=PATIENCE) as discord, Store(database_url, keys=KEYS) as store:
        async with running(Handlers(store, NoQueue()), store, config(discord)) as platform:
            world = World(discord, store, platform)
            card, lost, _ = await shown_match(world)
            thread = discord.message(card)["channel_id"]
            before = len(discord.replies(thread))
            for name in ("Mallory", "Trudy"):
                await discord.people.react(card, "✅", discord.admin.join(name))
            await discord.people.react(card, "✅", discord.admin.join("Grace", moderator=True))
            await world.becomes(lost.id, ReportState.RETURNED)  # so the strangers' reactions were taken before
            await eventually(lambda: len(discord.replies(thread)) == before + 1)  # one notice for both
        assert len(discord.replies(thread)) == before


async def test_members_bots_other_emoji_and_other_messages_decide_nothing(world: World) -> None:
    card, lost, _ = await shown_match(world)
    grace = world.discord.admin.join("Grace", moderator=True)
    other = (await world.platform.send(reply("other", lost.target))).message
    await world.discord.people.react(card, "✅", world.discord.admin.join("Mallory"))
    await world.discord.people.react(card, "✅", world.discord.admin.join("Robot", moderator=True, bot=True))
    await world.discord.people.react(card, "🎉", grace)
    await world.discord.people.react(other, "✅", grace)
    await world.discord.people.react(str(lost.target.message), "✅", grace)
    last = await world.discord.people.post("found", grace, "the last event", {"a.jpg": JPEG})
    await eventually(lambda: world.discord.people.has_reaction(last, "👀"))
    assert await world.state(lost.id) is ReportState.OPEN
    assert await match_state(world, lost) is MatchState.UNDECIDED


async def test_the_owner_of_the_guild_may_confirm(world: World) -> None:
    card, lost, _ = await shown_match(world)
    await world.discord.people.react(card, "✅", world.discord.owner_id)
    await world.becomes(lost.id, ReportState.RETURNED)


@pytest.mark.parametrize("emoji", [None, "✅"])
async def test_clearing_the_reactions_takes_the_verdict_back(world: World, emoji: str | None) -> None:
    card, lost, _ = await shown_match(world)
    await world.discord.people.react(card, "✅", world.discord.admin.join("Grace", moderator=True))
    await world.becomes(lost.id, ReportState.RETURNED)
    await world.discord.people.clear_reactions(card, emoji)
    await world.becomes(lost.id, ReportState.OPEN)


async def test_a_verdict_that_was_taken_back_by_button_does_not_return_with_its_reaction(database_url: str) -> None:
    async with DiscordDouble(answer_within=PATIENCE) as discord, Store(database_url, keys=KEYS) as store:
        handlers = Handlers(store, NoQueue())
        async with running(handlers, store, config(discord)) as platform:
            world = World(discord, store, platform)
            card, lost, _ = await shown_match(world)
            grace = discord.admin.join("Grace", moderator=True)
            await discord.people.react(card, "✅", grace)
            await world.becomes(lost.id, ReportState.RETURNED)
            async with store.session(await world.community()) as session:
                [match] = await session.matches.of(lost.id)
            press = Press(
                target=lost.target,
                member=Member(grace, "Grace"),
                is_moderator=True,
                action="confirm",
                subject=match.id,
                key="1",
            )
            await handlers.press(press)
            assert await world.state(lost.id) is ReportState.OPEN
        with capture_logs() as logs:
            async with running(handlers, store, config(discord)):
                await eventually(lambda: "discord_reconciled" in {line["event"] for line in logs})
        assert await world.state(lost.id) is ReportState.OPEN


async def test_who_no_longer_moderates_is_signed_out_of_the_board(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = Rounds()
    monkeypatch.setattr("bot.board_roles._CHECK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr("bot.board_roles.sign_out_former", checks.counting(sign_out_former))
    async with open_world(database_url) as world:
        grace, hopper, gone = (world.discord.admin.join(name, moderator=True) for name in ("Grace", "Hopper", "Gone"))
        await world.community()
        guild = world.discord.guild_id
        sessions = [await signed_in(world.store, "discord", guild, member) for member in (grace, hopper, gone)]
        await checks.pass_by()
        assert [await is_over(world.store, session) for session in sessions] == [False, False, False]
        await world.discord.admin.take_role(grace, world.discord.moderator_role)
        world.discord.admin.leave(gone)
        await eventually(lambda: is_over(world.store, sessions[0]))
        await eventually(lambda: is_over(world.store, sessions[2]))
        assert not await is_over(world.store, sessions[1])
