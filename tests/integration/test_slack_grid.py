"""Workspaces of one Enterprise Grid organisation are as far apart as any others."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from reunite.commands import ChangeSettings
from reunite.entities import MatchState, Settings
from reunite.language import sentence
from tests.doubles.slack import TEAM, SlackDouble
from tests.doubles.slack_api import CLIENT_ID, CLIENT_SECRET
from tests.support.slack_adapter import JPEG, World, by_http, world_on
from tests.support.slack_oauth import install, is_kept, leave
from tests.support.waiting import eventually

OTHER = "T0OTHER"


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with SlackDouble.running(acknowledge_within=10) as slack:
        slack.organisation = "E0GRID"
        slack.admin.add_team(OTHER)
        oauth: dict[str, Any] = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        async with world_on(slack, database_url, **by_http(slack), **oauth) as opened:
            yield opened


async def test_two_workspaces_of_an_organisation_are_served_apart(world: World) -> None:
    slack = world.slack
    assert [await install(world, team) for team in (TEAM, OTHER)] == [200, 200]
    found, lost = (slack.admin.add_channel(name, team=OTHER) for name in ("found", "lost"))
    zoe = slack.admin.add_member("Zoe", team=OTHER)
    there = slack.teams[OTHER].user
    await world.wait_until_acknowledged(world.found, slack.post_photo(world.found, world.ada, JPEG, "ours"))
    await world.wait_until_acknowledged(found, slack.post_photo(found, zoe, JPEG, "theirs"), by=there)
    for user, channel, used_in in ((world.ada, world.lost, world.general), (zoe, lost, found)):
        used = await slack.slash("lost", "my hat", user, used_in)
        assert (await eventually(lambda: used.answers))[0]["text"] == sentence("looking_in", channel=f"<#{channel}>")  # noqa: B023 - looked at at once
        await slack.wait_for_post(channel, "my hat")
    used = await slack.slash("lost", "search", zoe, found)
    form = await slack.ui.modal(zoe, sentence("form_look"))
    assert form["team_id"] == OTHER
    texts = [sorted(report.text for report in await world.reports(team)) for team in (TEAM, OTHER)]
    assert texts == [["my hat", "ours"], ["my hat", "theirs"]]


async def test_the_end_of_one_workspace_of_an_organisation_does_not_touch_the_other(world: World) -> None:
    slack = world.slack
    for team in (TEAM, OTHER):
        await install(world, team)
    found, zoe = slack.admin.add_channel("found", team=OTHER), slack.admin.add_member("Zoe", team=OTHER)
    slack.teams[TEAM].installed = False
    await leave(world, TEAM, "app_uninstalled", "tokens_revoked", at=time.time() + 1)
    assert [await is_kept(world, team) for team in (TEAM, OTHER)] == [False, True]
    post = slack.post_photo(found, zoe, JPEG, "theirs")
    await world.wait_until_acknowledged(found, post, by=slack.teams[OTHER].user)


async def test_a_workspace_is_served_though_its_organisation_has_installed_the_app_too(world: World) -> None:
    slack = world.slack
    for team in (TEAM, OTHER):
        await install(world, team)
    slack.is_org_wide = True
    found, zoe = slack.admin.add_channel("found", team=OTHER), slack.admin.add_member("Zoe", team=OTHER)
    await world.wait_until_acknowledged(world.found, slack.post_photo(world.found, world.ada, JPEG, "ours"))
    post = slack.post_photo(found, zoe, JPEG, "theirs")
    await world.wait_until_acknowledged(found, post, by=slack.teams[OTHER].user)
    await leave(world, OTHER, "app_uninstalled", at=time.time() + 1)  # by the organisation
    assert await is_kept(world, OTHER)


async def test_people_keep_what_is_theirs_when_their_workspace_moves_into_an_organisation(database_url: str) -> None:
    async with SlackDouble.running(acknowledge_within=10) as slack, world_on(slack, database_url) as world:
        mo = slack.admin.add_member("Zoe")
        chosen = Settings(moderators=(mo,), log_channel=slack.admin.add_channel("mods", is_private=True))
        await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
        lost, _, match, card = await world.card()
        await slack.react(card.channel, card.message, "white_check_mark", mo).acked.wait()
        await eventually(
            lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.CONFIRMED
        )
        former = mo
        ada, mo = slack.admin.move_into_organisation(world.ada, mo)
        await slack.react(card.channel, card.message, "white_check_mark", mo, given=False).acked.wait()
        await eventually(
            lambda: world.match_state(match, lost.community), holds=lambda state: state is MatchState.UNDECIDED
        )
        assert (await world.settings()).moderators == (mo,)
        async with world.store.transaction(lost.community) as connection:
            cursor = await connection.execute(
                "SELECT moderator_id AS id FROM verdict UNION SELECT unnest(people) FROM outbox"
            )
            named = {row["id"] for row in await cursor.fetchall()}
        assert (mo in named, former in named) == (True, False)
        used = await slack.slash("lost", "mine", ada, world.lost)
        assert "my hat" in str(await eventually(lambda: used.answers))
        assert {report.author.id for report in await world.reports()} == {ada, world.ben}
        assert len(slack.calls_of("migration.exchange")) == 2  # each is asked about once
