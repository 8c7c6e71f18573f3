"""The App Home on Slack: a member's reports and data; for moderators setup, numbers and linking."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest

from db.board_sessions import BoardSessions
from reunite import forgetting
from reunite.commands import ChangeSettings
from reunite.entities import ReportKind, ReportState, Settings
from reunite.language import plural, sentence
from tests.doubles.slack import TEAM, SlackDouble
from tests.doubles.slack_blocks import buttons, words_of
from tests.support.board import BOARD
from tests.support.slack_adapter import JPEG, World, connected_world, world_on
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


@pytest.fixture
async def impatient_world(database_url: str) -> AsyncIterator[World]:
    """Slack gives up on a modal as soon as it really does."""
    async with SlackDouble.running() as slack, world_on(slack, database_url) as opened:
        yield opened


async def report(world: World, user: str, words: str) -> None:
    used = await world.slack.slash("lost", words, user, world.lost)
    await eventually(lambda: used.answers)


async def test_the_home_tab_shows_ones_own_open_reports_and_no_others(world: World) -> None:
    empty = await world.slack.ui.open_home(world.ada)
    assert sentence("home_no_reports") in words_of(empty["blocks"])
    await report(world, world.ada, "a hat")
    await report(world, world.ben, "a scarf")
    home = await world.slack.ui.open_home(world.ada)
    assert "a hat" in words_of(home["blocks"])
    assert "a scarf" not in words_of(home["blocks"])
    assert sentence("home_setup") not in [button["text"]["text"] for button in buttons(home["blocks"])]


async def test_a_report_is_withdrawn_from_the_home_tab_which_then_shows_it_no_more(world: World) -> None:
    await report(world, world.ada, "a hat")
    home = await world.slack.ui.open_home(world.ada)
    world.slack.api.fail_next("views.publish", status=429, error="ratelimited", retry_after=0.01)
    await world.slack.ui.press_in(home, sentence("button_withdraw"), world.ada)
    await world.slack.ui.modal(world.ada, sentence("note_withdrawn"))
    assert (await world.report()).state is ReportState.WITHDRAWN
    await world.slack.ui.home(world.ada, sentence("home_no_reports"))


async def test_a_detail_is_added_from_the_home_tab(world: World) -> None:
    await report(world, world.ada, "a hat")
    home = await world.slack.ui.open_home(world.ada)
    await world.slack.ui.press_in(home, sentence("button_add_detail"), world.ada)
    modal = await world.slack.ui.modal(world.ada, sentence("form_detail"))
    await world.slack.ui.submit(modal, world.ada, words="with a feather")
    assert (await world.report()).text == "a hat\nwith a feather"
    await world.slack.ui.home(world.ada, "with a feather")


async def test_the_home_tab_of_somebody_with_very_many_reports_keeps_within_slacks_limits(world: World) -> None:
    await asyncio.gather(*(report(world, world.admin, f"hat number {number}") for number in range(20)))
    home = await world.slack.ui.open_home(world.admin)
    assert plural("own_more", 5) in str(home["blocks"])
    shown = [button["text"]["text"] for button in buttons(home["blocks"])]
    assert (shown.count(sentence("button_withdraw")), sentence("home_setup") in shown) == (15, True)


@pytest.mark.parametrize("form", ["lost", "found", "sealed"])
async def test_the_home_tab_opens_the_reports_modals(world: World, form: str) -> None:
    moderated = Settings(log_channel=world.slack.admin.add_channel("mods"))
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=moderated))
    home = await world.slack.ui.open_home(world.ada)
    await world.slack.ui.press_in(home, sentence(f"form_{form}"), world.ada)
    await world.slack.ui.modal(world.ada, sentence(f"form_{form}"))


async def test_a_members_data_is_sent_only_to_them_and_deleted_on_request(world: World) -> None:
    await report(world, world.ada, "a hat")
    home = await world.slack.ui.open_home(world.ada)
    await world.slack.ui.press_in(home, sentence("home_privacy"), world.ada)
    modal = await world.slack.ui.modal(world.ada, "Nobody's messages are used to train a model")
    await world.slack.ui.press_in(modal, sentence("home_export"), world.ada)
    await world.slack.ui.modal(world.ada, sentence("home_exported"))
    [shared] = world.slack.calls_of("files.completeUploadExternal")
    assert shared["channel_id"] == world.slack.direct(world.ada)
    [file] = world.slack.files
    known = json.loads(world.slack.api.contents[file])
    assert [report["text"] for report in known["reports"]] == ["a hat"]

    home = await world.slack.ui.open_home(world.ada)
    await world.slack.ui.press_in(home, sentence("home_privacy"), world.ada)
    modal = await world.slack.ui.modal(world.ada, "Nobody's messages are used to train a model")
    [forget] = [button for button in buttons(modal["blocks"]) if button["text"]["text"] == sentence("button_forget")]
    assert "can't be undone" in forget["confirm"]["text"]["text"]
    await world.slack.ui.press_in(modal, sentence("button_forget"), world.ada)
    await world.slack.ui.modal(world.ada, plural("note_forgotten", 1))
    assert ((await world.report()).state, (await world.report()).text) == (ReportState.WITHDRAWN, "")


async def test_who_deletes_many_reports_reads_when_it_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_MAX_AWAITED", 0)
    await report(world, world.ada, "a hat")
    await world.slack.ui.press_in(await world.slack.ui.open_home(world.ada), sentence("home_privacy"), world.ada)
    modal = await world.slack.ui.modal(world.ada, "Nobody's messages are used to train a model")
    await world.slack.ui.press_in(modal, sentence("button_forget"), world.ada)
    await world.slack.ui.modal(world.ada, sentence("note_nothing_left"))


async def test_a_moderators_settings_are_saved_and_shown_again(world: World) -> None:
    log, group = world.slack.admin.add_channel("mods"), world.slack.admin.add_group("helpers", world.ben)
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_setup"), world.admin)
    modal = await world.slack.ui.modal(world.admin, sentence("home_setup"))
    assert modal["submit"]["text"] == "Save"
    chosen = {
        "found_channels": [world.general],
        "log_channel": log,
        "moderators": [world.ada],
        "groups": [group],
        "language": "de",
        "private_reports": ["private"],
        "sealed_categories": [],
        "keep_days": 14,
    }
    await world.slack.ui.submit(modal, world.admin, **chosen)
    await world.slack.ui.modal(world.admin, sentence("setup_saved"))
    assert await world.settings() == Settings(
        found_channels=(world.general,),
        log_channel=log,
        moderators=(world.ada, group),
        language="de",
        private_reports=True,
        sealed_categories=(),
        keep_days=14,
    )
    ts = world.slack.post_photo(world.general, world.ada, JPEG, "a hat")
    await world.wait_until_acknowledged(world.general, ts)
    assert ((await world.report()).kind, (await world.report()).language) == (ReportKind.FOUND, "de")

    ben = await world.slack.ui.open_home(world.ben)  # he moderates now, by his group
    await world.slack.ui.press_in(ben, sentence("home_setup"), world.ben)
    again = await world.slack.ui.modal(world.ben, sentence("home_setup"))
    before = await world.settings()
    await world.slack.ui.submit(again, world.ben)
    await world.slack.ui.modal(world.ben, sentence("setup_saved"))
    assert await world.settings() == before


async def test_moderator_groups_stay_if_slack_does_not_list_them_for_the_form(world: World) -> None:
    group = world.slack.admin.add_group("helpers", world.ben)
    settings = Settings(moderators=(world.ada, group))
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=settings))
    world.slack.api.fail_next("usergroups.list", status=503)
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_setup"), world.admin)
    modal = await world.slack.ui.modal(world.admin, sentence("home_setup"))
    await world.slack.ui.submit(modal, world.admin, keep_days=14)
    await world.slack.ui.modal(world.admin, sentence("setup_saved"))
    assert await world.settings() == Settings(moderators=(world.ada, group), keep_days=14)


async def test_a_channel_without_the_bot_and_one_with_two_roles_are_refused_at_their_fields(world: World) -> None:
    strange = world.slack.admin.add_channel("random", bot_inside=False)
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_setup"), world.admin)
    modal = await world.slack.ui.modal(world.admin, sentence("home_setup"))
    sent = await world.slack.ui.submit(modal, world.admin, lost_channels=[strange], log_channel=strange)
    text = sentence("setup_invite")
    assert (sent.ack or {})["payload"]["errors"] == {"lost_channels": text, "log_channel": text}
    sent = await world.slack.ui.submit(modal, world.admin, found_channels=[world.lost], lost_channels=[world.lost])
    assert (sent.ack or {})["payload"]["errors"] == {"found_channels": sentence("channel_twice")}
    for chosen in ({"found_channels": [world.general], "log_channel": world.general}, {"log_channel": world.found}):
        sent = await world.slack.ui.submit(modal, world.admin, **chosen)
        assert (sent.ack or {})["payload"]["errors"] == {"log_channel": sentence("log_channel_for_reports")}
    assert await world.settings() == Settings()


@pytest.mark.parametrize("trouble", ["slow", "away"])
async def test_a_channel_is_refused_in_time_though_slack_does_not_list_the_channels(
    impatient_world: World, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr("bot.slack.settings_form._REFRESH_SECONDS", 0.1)
    world = impatient_world
    strange = world.slack.admin.add_channel("random", bot_inside=False)
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_setup"), world.admin)
    modal = await world.slack.ui.modal(world.admin, sentence("home_setup"))
    if trouble == "slow":
        world.slack.api.delays["users.conversations"] = 5
    else:
        world.slack.api.fail_next("users.conversations", status=503)
    sent = await world.slack.ui.submit(modal, world.admin, log_channel=strange)
    assert sent.in_time
    assert (sent.ack or {})["payload"]["errors"] == {"log_channel": sentence("setup_invite")}


async def test_slow_settings_are_acknowledged_in_time_though_slack_also_lists_the_channels_slowly(
    impatient_world: World,
) -> None:
    world = impatient_world
    invited = world.slack.admin.add_channel("random", bot_inside=False)
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_setup"), world.admin)
    modal = await world.slack.ui.modal(world.admin, sentence("home_setup"))
    world.slack.channels[invited]["is_member"] = True
    world.slack.api.delays |= {"users.conversations": 0.55, "users.info": 3.5}  # it takes two pages
    sent = await world.slack.ui.submit(modal, world.admin, log_channel=invited)
    await world.slack.settle()
    assert sent.in_time
    assert words_of((sent.ack or {})["payload"]["view"]["blocks"]) == sentence("one_moment")
    await world.slack.ui.modal(world.admin, sentence("setup_saved"))
    assert (await world.settings()).log_channel == invited


async def test_a_former_moderator_changes_nothing(world: World) -> None:
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_setup"), world.admin)
    modal = await world.slack.ui.modal(world.admin, sentence("home_setup"))
    world.slack.members[world.admin]["is_admin"] = False
    sent = await world.slack.ui.submit(modal, world.admin, language="fr")
    assert sentence("only_moderators_here") in str((sent.ack or {})["payload"]["errors"])
    for button in ("home_setup", "home_board", "home_numbers", "home_make_code", "home_use_code", "home_unlink"):
        world.slack.ui.views.clear()
        await world.slack.ui.press_in(home, sentence(button), world.admin)
        await world.slack.ui.modal(world.admin, sentence("only_moderators_here"))
    assert await world.settings() == Settings()


async def test_moderators_see_the_communitys_numbers(world: World) -> None:
    await world.match()
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_numbers"), world.admin)
    modal = await world.slack.ui.modal(world.admin, sentence("home_numbers"))
    assert "1 thing is missing" in words_of(modal["blocks"])
    assert "1 found item is waiting for its owner" in words_of(modal["blocks"])


async def test_a_moderator_gets_a_link_to_the_board_which_nobody_else_sees(world: World) -> None:
    home = await world.slack.ui.open_home(world.admin)
    await world.slack.ui.press_in(home, sentence("home_board"), world.admin)
    modal = await world.slack.ui.modal(world.admin, "10 minutes")
    link = re.search(rf"<({BOARD}/sign-in\?link=[\w-]{{43}})>", words_of(modal["blocks"]))
    assert link
    assert await BoardSessions(world.store).begin(link[1].partition("link=")[2])
    assert sentence("home_board") not in str(await world.slack.ui.open_home(world.ada))


async def test_a_channel_that_was_chosen_and_left_hinders_nobody_from_reporting_elsewhere(world: World) -> None:
    chosen = Settings(lost_channels=("C0GONE",))
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    await world.slack.tell({"type": "channel_left", "channel": "C0GONE"}).acked.wait()
    await report(world, world.ada, "a hat")
    assert (await world.report()).target.channel == world.lost
