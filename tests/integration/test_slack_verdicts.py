"""Moderators give_verdict by reactions on Slack, by the rights that they have at that moment."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from bot.board_roles import sign_out_former
from db.outbox import SqlOutbox
from reunite.commands import ChangeSettings
from reunite.entities import MatchState, ReplyTarget, Settings
from reunite.errors import TryAgainError
from reunite.language import sentence
from reunite.messages import keys, wording
from tests.doubles.slack import BOT_USER, TEAM
from tests.support.board_sessions import is_over, signed_in
from tests.support.rounds import Rounds
from tests.support.slack_adapter import JPEG, World, connected_world, world_by_http, world_in
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def test_an_admins_reaction_confirms_and_taking_it_away_undoes_it(world: World) -> None:
    lost, _, match, card = await world.card()
    for name, state in (("white_check_mark", MatchState.CONFIRMED), ("x", MatchState.REJECTED)):
        await world.slack.react(card.channel, card.message, name, world.admin).acked.wait()
        assert await world.match_state(match, lost.community) is state
        await world.slack.react(card.channel, card.message, name, world.admin, given=False).acked.wait()
        assert await world.match_state(match, lost.community) is MatchState.UNDECIDED


async def test_people_named_in_the_settings_are_moderators(world: World) -> None:
    lost, _, match, card = await world.card()
    await world.slack.react(card.channel, card.message, "white_check_mark", world.chosen).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.CONFIRMED


async def test_a_members_reaction_changes_nothing_and_they_alone_hear_why(world: World) -> None:
    lost, _, match, card = await world.card()
    await world.slack.react(card.channel, card.message, "white_check_mark", world.ada).acked.wait()
    await world.slack.react(card.channel, card.message, "white_check_mark", world.ada, given=False).acked.wait()
    await world.slack.react(card.channel, card.message, "tada", world.admin).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.UNDECIDED
    [whisper] = await eventually(lambda: world.slack.whispers)
    assert (whisper["user"], whisper["text"]) == (world.ada, sentence("only_moderators"))


async def test_who_reacts_to_a_post_that_was_reported_elsewhere_by_the_menu_hears_it_too(world: World) -> None:
    ts = world.slack.post_photo(world.general, world.ben, JPEG, "a hat")
    await world.slack.ui.use_message("found_this", world.general, ts, world.ben)
    [report] = await world.wait_for_reports()
    await world.open(report)
    await world.slack.react(world.general, ts, "white_check_mark", world.admin).acked.wait()
    [whisper] = await eventually(lambda: world.slack.whispers)
    assert (whisper["user"], whisper["text"]) == (world.admin, sentence("verdict_on_a_match"))


async def test_a_reaction_to_a_post_is_done_with_though_slack_does_not_say_who_gave_it(world: World) -> None:
    lost, _, _ = await world.match()
    world.slack.api.fail_next("users.info", status=503)
    reacted = world.slack.react(lost.target.channel, str(lost.target.message), "white_check_mark", world.admin)
    await reacted.acked.wait()
    assert (reacted.sent, world.slack.whispers) == (1, [])


@pytest.mark.parametrize("on_reply", [True, False])
async def test_a_moderator_alone_hears_that_a_verdict_counts_on_a_match(world: World, *, on_reply: bool) -> None:
    lost, found, match, card = await world.card()
    channel, ts = card.channel, str(lost.target.message)
    if on_reply:
        async with world.store.session(lost.community) as session:
            await session.outbox.post(lost.id, keys.first_reply(lost.id), wording.first_reply(lost, 1, 1))
        told = sentence("moderators_react")
        ts = (await world.slack.wait_for_reply(channel, ts, told))["ts"]
        target = ReplyTarget("slack", TEAM, channel, ts)
        async with world.store.session(lost.community) as session:
            await eventually(lambda: session.outbox.is_of_open_report(target))
    for user in (world.ada, world.ben, world.admin):
        await world.slack.react(channel, ts, "white_check_mark", user).acked.wait()
    await world.slack.react(channel, ts, "eyes", world.chosen).acked.wait()
    [whisper] = world.slack.whispers
    assert (whisper["user"], whisper["text"]) == (world.admin, sentence("verdict_on_a_match"))
    await world.slack.react(card.channel, card.message, "white_check_mark", world.admin).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.CONFIRMED
    await world.slack.react(found.target.channel, str(found.target.message), "x", world.chosen).acked.wait()
    assert world.slack.whispers == [whisper]  # what is settled needs no verdict


async def test_a_notice_that_breaks_off_is_not_said_again(world: World) -> None:
    async def break_off(request: web.Request) -> None:
        assert request.transport
        request.transport.abort()

    _, _, _, card = await world.card()
    world.slack.api.before_answer["chat.postEphemeral"] = break_off
    reacted = world.slack.react(card.channel, card.message, "white_check_mark", world.ada)
    await reacted.acked.wait()
    assert reacted.sent == 1
    assert len(world.slack.whispers) == 1


async def test_a_verdict_counts_though_slack_says_who_gives_it_only_after_it_has_told_of_it_for_the_last_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.2)
    async with world_by_http(database_url) as world:
        lost, _, match, card = await world.card()
        for _ in range(4):
            world.slack.api.fail_next("users.info", status=503)
        reacted = world.slack.react(card.channel, card.message, "white_check_mark", world.admin)
        await eventually(lambda: reacted.sent == 4)
        await eventually(
            lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
        )


async def test_rights_are_those_of_the_moment(world: World) -> None:
    lost, _, match, card = await world.card()
    world.slack.members[world.admin]["is_admin"] = False
    await world.slack.react(card.channel, card.message, "white_check_mark", world.admin).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.UNDECIDED


@pytest.mark.parametrize("is_heard", [True, False])
async def test_a_verdict_on_a_card_that_is_not_noted_yet_counts_once_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch, *, is_heard: bool
) -> None:
    mark_sent, refused, given = SqlOutbox.mark_sent, asyncio.Event(), asyncio.Event()

    async def interrupted(*args: Any) -> None:
        if not refused.is_set():
            refused.set()
            raise TryAgainError("the database restarts")
        await given.wait()
        await mark_sent(*args)

    lost, found, match = await world.match()
    monkeypatch.setattr("reunite.verdicts._MATCH_LOOKUP_PAUSES", ())
    monkeypatch.setattr("bot.unrecorded_cards._PAUSES_IN_SECONDS", (0.2,) * 50)
    monkeypatch.setattr(SqlOutbox, "mark_sent", interrupted)
    async with world.store.session(lost.community) as session:
        card = wording.match_card(match, found, lost, None)
        await session.outbox.post(lost.id, keys.card(match.id, lost.kind), card)
    shown = await world.slack.wait_for_reply(world.lost, str(lost.target.message), "This could be yours.")
    if is_heard:
        await world.slack.react(world.lost, shown["ts"], "white_check_mark", world.admin).acked.wait()
    else:
        world.slack.react_unheard(world.lost, shown["ts"], "white_check_mark", world.admin)
    given.set()
    await eventually(
        lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
    )


async def test_a_user_group_moderates_as_long_as_one_is_in_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.people._GROUPS_SECONDS", 0.0)
    lost, _, match, card = await world.card()
    group = world.slack.admin.add_group("helpers", world.ben)
    await world.handlers.set_up(
        ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(moderators=(group,)))
    )
    await world.slack.react(card.channel, card.message, "white_check_mark", world.ben).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.CONFIRMED
    await world.slack.react(card.channel, card.message, "white_check_mark", world.ben, given=False).acked.wait()
    world.slack.groups[group]["users"].remove(world.ben)
    await world.slack.react(card.channel, card.message, "white_check_mark", world.ben).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.UNDECIDED


async def test_a_busy_workspace_asks_for_its_user_groups_as_seldom_as_slack_wants(world: World) -> None:
    group = world.slack.admin.add_group("helpers", world.ben)
    chosen = Settings(moderators=(group,))
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    used = await asyncio.gather(*(world.slack.slash("lost", "mine", world.ada, world.lost) for _ in range(25)))
    await eventually(lambda: all(command.answers for command in used))
    assert {command.answers[0]["text"] for command in used} == {sentence("home_no_reports")}


@pytest.mark.parametrize("team", ["T0OTHER", None])
async def test_who_is_in_several_workspaces_of_an_organisation_moderates_in_each(
    world: World, team: str | None
) -> None:
    # `team_id` names another of someone's workspaces, or is missing: github.com/slackapi/bolt-js/issues/1875 and
    # github.com/looker/lookerbot/issues/184; `is_admin` is about the token's workspace: slackapi/bolt-js/issues/1566.
    lost, _, match, card = await world.card()
    in_both = {"enterprise_id": "E0ORG", "is_admin": False, "is_owner": False, "teams": ["T0OTHER", TEAM]}
    world.slack.members[world.admin] |= {"team_id": team, "enterprise_user": in_both}
    await world.slack.react(card.channel, card.message, "white_check_mark", world.admin).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.CONFIRMED


async def test_a_user_group_that_is_gone_makes_nobody_a_moderator_and_hinders_nobody(world: World) -> None:
    lost, _, match, card = await world.card()
    chosen = Settings(moderators=("S0GONE", world.ben))
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    await world.slack.react(card.channel, card.message, "white_check_mark", world.ada).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.UNDECIDED
    await world.slack.react(card.channel, card.message, "white_check_mark", world.ben).acked.wait()
    assert await world.match_state(match, lost.community) is MatchState.CONFIRMED


async def test_both_posts_show_that_the_thing_is_back_and_no_more_when_it_is_not(world: World) -> None:
    lost, found, _, card = await world.card()

    def marked() -> list[list[str]]:
        posts = [world.slack.message(report.target.channel, str(report.target.message)) for report in (lost, found)]
        return [(post or {}).get("reactions", {}).get("white_check_mark", []) for post in posts]

    world.slack.react(card.channel, card.message, "white_check_mark", world.admin)
    await eventually(lambda: marked() == [[BOT_USER], [BOT_USER]])
    world.slack.react(card.channel, card.message, "white_check_mark", world.admin, given=False)
    await eventually(lambda: marked() == [[], []])


async def test_who_moderates_by_a_group_is_signed_out_of_the_board_while_the_app_may_not_ask(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = Rounds()
    monkeypatch.setattr("bot.board_roles._CHECK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr("bot.board_roles.sign_out_former", checks.counting(sign_out_former))
    async with world_in(database_url) as world:
        chosen = Settings(moderators=(world.slack.admin.add_group("helpers", world.ben),))
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
        by_group, by_role = [await signed_in(world.store, "slack", TEAM, user) for user in (world.ben, world.admin)]
        await checks.pass_by()
        assert not await is_over(world.store, by_group)
        world.slack.api.scopes = world.slack.api.scopes.replace("usergroups:read,", "")
        await eventually(lambda: is_over(world.store, by_group))
        await checks.pass_by()
        assert not await is_over(world.store, by_role)


@pytest.mark.parametrize("case", ["is deactivated", "is refused", "is no admin"])
async def test_who_no_longer_moderates_is_signed_out_of_the_board(
    database_url: str, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    checks = Rounds()
    monkeypatch.setattr("bot.board_roles._CHECK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr("bot.board_roles.sign_out_former", checks.counting(sign_out_former))
    async with world_in(database_url) as world:
        await world.card()
        session = await signed_in(world.store, "slack", TEAM, world.admin)
        await checks.pass_by()
        assert not await is_over(world.store, session)
        if case == "is deactivated":
            world.slack.admin.deactivate(world.admin)
        elif case == "is refused":
            refusal = {"ok": False, "error": "an_undocumented_one"}
            world.slack.api.always["users.info"] = lambda: web.json_response(refusal)
        else:
            world.slack.members[world.admin]["is_admin"] = False
        await eventually(lambda: is_over(world.store, session))
