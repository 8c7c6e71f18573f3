"""Channels that can't be saved at the moment aren't used either."""

import pytest
from psycopg import OperationalError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.workspace import SlackWorkspace
from reunite.entities import Channel, ReportKind
from reunite.handlers import Handlers
from tests.support.queues import NoQueue
from tests.support.slack_adapter import World, config, connected_world

world_fixture = pytest.fixture(connected_world, name="world")


async def never(_: str) -> None:
    """Return until when a workspace was heard of: never."""


async def connected(world: World) -> tuple[SlackWorkspace, Handlers]:
    settings, handlers = config(world.slack), Handlers(world.store, NoQueue())
    client = AsyncWebClient(settings.bot_token, base_url=str(settings.api_base))
    return await SlackWorkspace.connect(client, settings, handlers, never), handlers


async def test_a_channel_takes_reports_only_once_its_kind_is_saved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, handlers = await connected(world)
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


@pytest.mark.parametrize("saved_by", ["this process", "another"])
async def test_a_channel_that_no_list_had_yet_is_closed_to_whoever_is_not_in_it(world: World, saved_by: str) -> None:
    workspace, _ = await connected(world)
    add = world.slack.admin.add_channel
    channels = [add(name, is_unlisted=True, is_private=name != "lost") for name in ("lost", "lost-and-found")]
    if saved_by == "this process":
        for channel in channels:
            await workspace.find_channel(channel)
    else:

        async def saved() -> list[Channel]:
            return [Channel(channel, "lost") for channel in channels]

        await workspace.reread(saved)
    public, private = channels
    world.slack.channels[private] |= {"people": [world.ben], "is_unlisted": False}
    for user, closed in ((world.ada, {private}), (world.ben, set())):
        assert await workspace.lookup.closed_to(await workspace.person(user), {public, private}) == closed
