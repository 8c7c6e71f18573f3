"""The app's home on Slack creates the channels that a workspace doesn't have yet."""

import pytest
from psycopg import OperationalError

from bot.slack import reconcile
from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.handlers import Handlers
from reunite.language import sentence
from tests.doubles.slack import TEAM
from tests.doubles.slack_blocks import buttons
from tests.support.slack_adapter import JPEG, World, connected_world, world_in
from tests.support.waiting import eventually

BUTTON = sentence("home_create_channels")


world_fixture = pytest.fixture(connected_world, name="world")


def allow(world: World) -> None:
    world.slack.api.scopes += ",channels:manage,groups:write"


async def pressed(world: World, says: str) -> None:
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, BUTTON, world.admin)
    await world.slack.ui.modal(world.admin, says)


def named(world: World, name: str) -> dict[str, object]:
    return next(channel for channel in world.slack.channels.values() if channel.get("name") == name)


async def test_one_press_creates_a_private_moderator_channel_and_chooses_it(world: World) -> None:
    allow(world)
    await world.handlers.set_up(
        ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(moderators=(world.ben, "S01")))
    )
    await pressed(world, "Created: ")
    channel = named(world, "lost-and-found-team")
    assert (channel["is_private"], channel["invited"]) == (True, [world.admin, world.ben])
    assert (await world.settings()).log_channel == channel["id"]
    home = await world.slack.ui.open_home(world.admin)
    assert BUTTON not in [button["text"]["text"] for button in buttons(home["blocks"])]


async def test_without_the_scopes_the_bot_names_them(world: World) -> None:
    await pressed(world, "once the app has the scopes `channels:manage` and `groups:write`")
    assert await world.settings() == Settings()


async def test_members_are_not_offered_any_channels(world: World) -> None:
    home = await world.slack.ui.open_home(world.ada)
    assert BUTTON not in [button["text"]["text"] for button in buttons(home["blocks"])]


async def test_created_channels_take_reports_in_the_workspaces_language(world: World) -> None:
    allow(world)
    chosen = Settings(lost_channels=(world.found,), language="de")
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    await pressed(world, "Created: ")
    found = str(named(world, "gefunden")["id"])
    assert (await world.settings()).found_channels == (found,)
    await world.wait_until_acknowledged(found, world.slack.post_photo(found, world.ben, JPEG, "ein Hut"))


async def test_a_channel_that_exists_already_is_named(world: World) -> None:
    allow(world)
    world.slack.admin.add_channel("lost-and-found-team", bot_inside=False)
    await pressed(world, "#lost-and-found-team already exists. Invite me there")
    assert await world.settings() == Settings()


async def test_what_is_created_while_the_settings_cannot_be_saved_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object) -> None:
        raise OperationalError("the database is away")

    allow(world)
    monkeypatch.setattr(Handlers, "set_up", failing)
    await pressed(world, sentence("channels_unsaved"))
    assert named(world, "lost-and-found-team")
    assert (await world.settings()).log_channel is None


async def test_saved_settings_are_said_to_be_and_channels_that_slack_did_not_list_are_read_later(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_RECORD_EVERY_SECONDS", 0.2)
    async with world_in(database_url) as world:
        allow(world)
        world.slack.api.fail_next("users.conversations", status=503)
        before = len(world.slack.calls_of("users.conversations"))
        await pressed(world, "Created: ")
        assert (await world.settings()).log_channel == named(world, "lost-and-found-team")["id"]
        await eventually(lambda: len(world.slack.calls_of("users.conversations")) > before + 1)
