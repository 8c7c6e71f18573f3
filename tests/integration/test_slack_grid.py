"""Workspaces of one Enterprise Grid organisation are as far apart as any others."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

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
