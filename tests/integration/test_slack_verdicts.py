"""Moderators give_verdict by reactions on Slack, by the rights that they have at that moment."""

from collections.abc import AsyncIterator

import pytest

from reunite.commands import ChangeSettings
from reunite.entities import MatchState, Settings
from tests.doubles.slack import BOT_USER, TEAM
from tests.support.slack_adapter import Scene, scene_in
from tests.support.waiting import eventually


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def test_an_admins_reaction_confirms_and_taking_it_away_undoes_it(scene: Scene) -> None:
    lost, _, match, card = await scene.card()
    for name, state in (("white_check_mark", MatchState.CONFIRMED), ("x", MatchState.REFUSED)):
        await scene.slack.react(card.channel, card.message, name, scene.admin).acked.wait()
        assert await scene.standing(match, lost.community) is state
        await scene.slack.react(card.channel, card.message, name, scene.admin, given=False).acked.wait()
        assert await scene.standing(match, lost.community) is MatchState.UNDECIDED


async def test_whoever_the_settings_name_moderates_too(scene: Scene) -> None:
    lost, _, match, card = await scene.card()
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.chosen).acked.wait()
    assert await scene.standing(match, lost.community) is MatchState.CONFIRMED


async def test_a_members_reaction_changes_nothing(scene: Scene) -> None:
    lost, _, match, card = await scene.card()
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.ada).acked.wait()
    await scene.slack.react(card.channel, card.message, "tada", scene.admin).acked.wait()
    assert await scene.standing(match, lost.community) is MatchState.UNDECIDED


async def test_rights_are_those_of_the_moment(scene: Scene) -> None:
    lost, _, match, card = await scene.card()
    scene.slack.members[scene.admin]["is_admin"] = False
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.admin).acked.wait()
    assert await scene.standing(match, lost.community) is MatchState.UNDECIDED


async def test_a_user_group_moderates_as_long_as_one_is_in_it(scene: Scene) -> None:
    lost, _, match, card = await scene.card()
    group = scene.slack.add_group("helpers", scene.ben)
    await scene.handlers.set_up(
        ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(moderators=(group,)))
    )
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.ben).acked.wait()
    assert await scene.standing(match, lost.community) is MatchState.CONFIRMED
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.ben, given=False).acked.wait()
    scene.slack.groups[group]["users"].remove(scene.ben)
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.ben).acked.wait()
    assert await scene.standing(match, lost.community) is MatchState.UNDECIDED


async def test_a_user_group_that_is_gone_makes_nobody_a_moderator_and_hinders_nobody(scene: Scene) -> None:
    lost, _, match, card = await scene.card()
    chosen = Settings(moderators=("S0GONE", scene.ben))
    await scene.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.ada).acked.wait()
    assert await scene.standing(match, lost.community) is MatchState.UNDECIDED
    await scene.slack.react(card.channel, card.message, "white_check_mark", scene.ben).acked.wait()
    assert await scene.standing(match, lost.community) is MatchState.CONFIRMED


async def test_both_posts_show_that_the_thing_is_back_and_no_more_when_it_is_not(scene: Scene) -> None:
    lost, found, _, card = await scene.card()

    def marked() -> list[list[str]]:
        posts = [scene.slack.message(each.target.channel, str(each.target.message)) for each in (lost, found)]
        return [(post or {}).get("reactions", {}).get("white_check_mark", []) for post in posts]

    scene.slack.react(card.channel, card.message, "white_check_mark", scene.admin)
    await eventually(lambda: marked() == [[BOT_USER], [BOT_USER]])
    scene.slack.react(card.channel, card.message, "white_check_mark", scene.admin, given=False)
    await eventually(lambda: marked() == [[], []])
