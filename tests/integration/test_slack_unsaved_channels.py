"""Channels that can't be saved at the moment aren't used either."""

import pytest
from psycopg import OperationalError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.workspace import SlackWorkspace
from reunite.entities import ReportKind
from reunite.handlers import Handlers
from tests.support.queues import NoQueue
from tests.support.slack_adapter import World, config, connected_world

world_fixture = pytest.fixture(connected_world, name="world")


async def never(_: str) -> None:
    """Return until when a workspace was heard of: never."""


async def test_a_channel_takes_reports_only_once_its_kind_is_saved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, handlers = config(world.slack), Handlers(world.store, NoQueue())
    client = AsyncWebClient(settings.bot_token, base_url=str(settings.api_base))
    workspace = await SlackWorkspace.connect(client, settings, handlers, never)
    known, new = workspace.channels, world.slack.admin.add_channel("lost-and-found")
    in_use = []

    async def failing(*_: object) -> None:
        in_use.append(new in workspace.channels)
        raise OperationalError("the database is away")

    with monkeypatch.context() as away:
        away.setattr(handlers, "join", failing)
        await workspace.try_to_refresh()
        assert (workspace.channels, workspace.joined, workspace.is_outdated) == (known, set(), True)
        with pytest.raises(OperationalError):
            await workspace.find_channel(new)
        assert (workspace.channels, workspace.joined, workspace.is_outdated) == (known, set(), True)
    assert in_use == [False] * 3
    await workspace.refresh()
    assert (workspace.role(new), workspace.joined, workspace.is_outdated) == (ReportKind.FOUND, {new}, False)
