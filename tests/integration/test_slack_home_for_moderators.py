"""What moderators read and press on the App Home on Slack besides the setup: missing scopes, and the end of a link."""

from dataclasses import replace

import pytest
from aiohttp import web

from bot.slack.manifest import command_names
from reunite.commands import ChangeSettings, JoinWorkspace
from reunite.entities import Settings
from reunite.language import sentence
from tests.doubles.slack import TEAM
from tests.doubles.slack_blocks import buttons
from tests.support.slack_adapter import World, connected_world
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def test_only_moderators_read_on_the_home_tab_which_scopes_are_missing_until_they_are_there(world: World) -> None:
    complete = world.slack.api.scopes
    world.slack.api.scopes = ",".join(scope for scope in complete.split(",") if scope != "im:write")
    warning = sentence("home_scopes", scopes="`im:write`")
    assert warning in str((await world.slack.ui.open_home(world.admin))["blocks"])
    assert warning not in str((await world.slack.ui.open_home(world.ada))["blocks"])
    world.slack.api.scopes = complete
    assert warning not in str((await world.slack.ui.open_home(world.admin))["blocks"])


async def test_everybody_reads_that_the_app_may_not_ask_who_moderates(world: World) -> None:
    for _ in range(50):
        world.slack.api.fail_next("users.info", error="missing_scope")
    world.slack.api.scopes = world.slack.api.scopes.replace(",users:read", "")
    home = await world.slack.ui.open_home(world.admin)
    assert sentence("home_scopes", scopes="`users:read`") in str(home["blocks"])
    assert sentence("home_setup") not in [button["text"]["text"] for button in buttons(home["blocks"])]


async def test_moderators_read_which_channels_the_bot_is_not_in_and_who_reads_more_than_meant(world: World) -> None:
    log = world.slack.admin.add_channel("mods", is_private=True)
    gone = world.slack.admin.add_channel("attic", bot_inside=False)
    chosen = Settings(found_channels=(world.found, gone), lost_channels=(world.lost,), log_channel=log)
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    cases: list[tuple[str, str, str]] = [
        (log, "is_ext_shared", sentence("log_channel_shared", channel=f"<#{log}>")),
        (world.found, "is_ext_shared", sentence("channels_shared", channels=f"<#{world.found}>")),
        (
            world.lost,
            "is_private",
            sentence("channels_shown_elsewhere", channels=f"<#{world.lost}>", command=command_names("en")),
        ),
    ]
    before = await warnings(world)
    assert sentence("home_channels_closed", channels=f"<#{gone}>") in before
    listings = len(world.slack.calls_of("users.conversations"))
    assert await warnings(world) == before
    assert len(world.slack.calls_of("users.conversations")) == listings, "one was read a moment ago"
    for channel, flag, _ in cases:
        world.slack.channels[channel][flag] = True
    await changed(world)
    after = await warnings(world)
    assert [(warning in before, warning in after) for _, _, warning in cases] == [(False, True)] * 3
    world.slack.channels[world.lost]["is_ext_shared"] = True  # the same people may be in all of them
    await changed(world)
    assert cases[1][2] not in await warnings(world)
    only_lost = replace(chosen, found_channels=(gone,))
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=only_lost))
    await changed(world)
    assert cases[2][2] not in await warnings(world)  # there's no other channel for reports


@pytest.mark.parametrize("may_ask", [True, False])
async def test_private_channels_that_the_form_does_not_show_someone_stay(world: World, *, may_ask: bool) -> None:
    log, found = (world.slack.admin.add_channel(name, is_private=True) for name in ("mods", "found-private"))
    for channel in (log, found):
        world.slack.channels[channel]["people"] = [world.ben]
    await changed(world)
    settings = Settings(found_channels=(found,), log_channel=log)
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_setup"), world.admin)
    modal = await world.slack.ui.modal(world.admin, sentence("home_setup"))
    if not may_ask:
        world.slack.api.always["users.conversations"] = lambda: web.json_response({"ok": False, "error": "fatal_error"})
    await world.slack.ui.submit(modal, world.admin, found_channels=[world.found], keep_days=14)
    await world.slack.ui.modal(world.admin, sentence("setup_saved"))
    assert await world.settings() == Settings(found_channels=(world.found, found), log_channel=log, keep_days=14)


async def warnings(world: World) -> str:
    return str((await world.slack.ui.open_home(world.admin))["blocks"])


async def changed(world: World) -> None:
    """Let the bot hear of a change to a channel."""
    await world.slack.tell({"type": "channel_rename", "channel": {"id": world.general, "name": "all"}}).acked.wait()


async def test_unlinking_says_where_there_is_no_link_and_asks_where_there_is_one(world: World) -> None:
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_unlink"), world.admin)
    await world.slack.ui.modal(world.admin, sentence("not_linked"))
    await link(world)
    await world.slack.ui.press_in(home, sentence("home_unlink"), world.admin)
    await world.slack.ui.modal(world.admin, sentence("unlink_sure"))
    assert await is_linked(world)


async def test_the_command_looks_and_asks_too(world: World) -> None:
    used = await world.slack.slash("lost", "unlink", world.admin, world.lost)
    [answer] = await eventually(lambda: used.answers)
    assert answer["text"] == sentence("not_linked")
    await link(world)
    await world.slack.slash("lost", "unlink", world.admin, world.lost)
    modal = await world.slack.ui.modal(world.admin, sentence("unlink_sure"))
    assert modal["submit"]["text"] == sentence("home_unlink")
    assert await is_linked(world)
    for words in ("unlinked", "not_linked"):  # the second one finds no link any more
        sent = await world.slack.ui.submit(modal, world.admin)
        assert sentence(words) in str((sent.ack or {})["payload"]["view"])
    assert not await is_linked(world)


async def link(world: World) -> None:
    """Link the workspace with a page."""
    await world.handlers.join(JoinWorkspace("web", "page", "The page"))
    await world.handlers.link("slack", TEAM, await world.handlers.link_code("web", "page"))


async def is_linked(world: World) -> bool:
    """Tell whether the page is still in the workspace's community."""
    here, page = await world.store.workspace("slack", TEAM), await world.store.workspace("web", "page")
    assert here
    assert page
    return here.community == page.community
