"""A workspace takes the app away: Slack hears at once that we know, and no trouble keeps its data."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import AsyncMock

import psycopg
import pytest

from bot.slack.workspaces import Workspaces
from db.installations import Installations
from db.store import Store
from reunite.absence import GRACE, LEAVING
from reunite.commands import JoinWorkspace
from reunite.handlers import Handlers
from tests.doubles.slack import TEAM, SlackDouble
from tests.doubles.slack_api import CLIENT_ID, CLIENT_SECRET
from tests.support.keys import KEYS
from tests.support.slack_adapter import World, by_http, world_on
from tests.support.slack_oauth import install, is_gone, is_kept, leave
from tests.support.waiting import eventually

OAUTH: dict[str, Any] = {"bot_token": None, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with (
        SlackDouble.running(acknowledge_within=10) as slack,
        world_on(slack, database_url, **by_http(slack), **OAUTH) as opened,
    ):
        yield opened


async def test_slack_hears_at_once_though_it_takes_time_to_forget_a_workspace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.background.ACKNOWLEDGE_SECONDS", 0.0)
    await install(world, TEAM)
    forgetting, forget = asyncio.Event(), Handlers.leave

    async def forget_slowly(handlers: Handlers, *workspace: Any) -> None:
        await forgetting.wait()
        await forget(handlers, *workspace)

    monkeypatch.setattr(Handlers, "leave", forget_slowly)
    world.slack.teams[TEAM].installed = False
    await leave(world, TEAM, "tokens_revoked", at=time.time() + 1)  # it's acknowledged
    assert world.slack.delivery.envelopes[-1].sent == 1
    assert await is_kept(world, TEAM)
    forgetting.set()
    await eventually(lambda: is_gone(world, TEAM))


async def test_a_workspace_is_forgotten_though_the_database_is_away_at_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await install(world, TEAM)
    forget = AsyncMock(side_effect=[psycopg.OperationalError("away"), None])
    monkeypatch.setattr(Workspaces, "leave", forget)
    await leave(world, TEAM, "app_uninstalled", at=time.time() + 1)
    await eventually(lambda: forget.await_count == 2)


async def test_a_workspace_that_installs_the_app_again_between_two_tries_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await install(world, TEAM)
    forget, is_newer = AsyncMock(side_effect=psycopg.OperationalError("away")), [False, False, True]
    asked = AsyncMock(side_effect=is_newer)
    monkeypatch.setattr(Workspaces, "leave", forget)
    monkeypatch.setattr(Installations, "is_newer", asked)
    await leave(world, TEAM, "app_uninstalled", at=time.time() + 1)
    await eventually(lambda: asked.await_count == len(is_newer))
    assert forget.await_count == 1


async def test_a_bot_with_a_single_token_only_completes_the_deletions_of_other_workspaces(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.absence._CHECK_EVERY_SECONDS", 0.05)
    async with SlackDouble.running() as slack, Store(database_url, keys=KEYS) as store:
        absent = await store.join(JoinWorkspace("slack", "T0ABSENT", "elsewhere"))
        await store.note_absence(absent, datetime.now(UTC) - 2 * GRACE)
        async with world_on(slack, database_url) as world:
            slack.teams[TEAM].installed = False  # its own may get another token
            for team in ("T0LEFT", "T0LEFTLATER"):  # the second one is looked at in another round
                await store.note_absence(await store.join(JoinWorkspace("slack", team, "left")), LEAVING)
                await eventually(partial(is_gone, world, team))
            assert [await is_kept(world, team) for team in (TEAM, "T0ABSENT")] == [True, True]


async def test_a_bot_that_is_killed_while_it_forgets_a_workspace_goes_on_at_its_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.absence._CHECK_EVERY_SECONDS", 0.05)
    await install(world, TEAM)
    world.slack.teams[TEAM].installed = False
    with monkeypatch.context() as killed:  # as soon as the token is deleted
        killed.setattr(Handlers, "leave", AsyncMock(side_effect=RuntimeError))
        await leave(world, TEAM, "app_uninstalled", at=time.time() + 1)
        await eventually(lambda: Installations(world.store).of(TEAM), holds=lambda installation: installation is None)
        assert await is_kept(world, TEAM)
    async with world_on(world.slack, world.store.url, again=world, **by_http(world.slack), **OAUTH):
        await eventually(lambda: is_gone(world, TEAM))
