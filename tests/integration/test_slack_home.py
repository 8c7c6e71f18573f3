"""The App Home on Slack: one's own reports and data; for moderators setup, numbers and linking."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from reunite.commands import ChangeSettings
from reunite.entities import ReportKind, ReportState, Settings
from reunite.language import plural, sentence
from tests.doubles.slack import TEAM
from tests.doubles.slack_blocks import buttons, words_of
from tests.support.slack_adapter import JPEG, Scene, scene_in
from tests.support.waiting import eventually


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def report(scene: Scene, user: str, words: str) -> None:
    used = await scene.slack.slash("lost", words, user, scene.lost)
    await eventually(lambda: used.answers)


async def test_the_home_tab_shows_ones_own_open_reports_and_no_others(scene: Scene) -> None:
    empty = await scene.slack.open_home(scene.ada)
    assert sentence("home_no_reports") in words_of(empty["blocks"])
    await report(scene, scene.ada, "a hat")
    await report(scene, scene.ben, "a scarf")
    home = await scene.slack.open_home(scene.ada)
    assert "a hat" in words_of(home["blocks"])
    assert "a scarf" not in words_of(home["blocks"])
    assert sentence("home_setup") not in [each["text"]["text"] for each in buttons(home["blocks"])]


async def test_a_report_is_withdrawn_from_the_home_tab_which_then_shows_it_no_more(scene: Scene) -> None:
    await report(scene, scene.ada, "a hat")
    home = await scene.slack.open_home(scene.ada)
    await scene.slack.press_in(home, sentence("button_withdraw"), scene.ada)
    await scene.slack.modal(scene.ada, sentence("note_withdrawn"))
    assert (await scene.report()).state is ReportState.WITHDRAWN
    await scene.slack.home(scene.ada, sentence("home_no_reports"))


async def test_a_detail_is_added_from_the_home_tab(scene: Scene) -> None:
    await report(scene, scene.ada, "a hat")
    home = await scene.slack.open_home(scene.ada)
    await scene.slack.press_in(home, sentence("button_add_detail"), scene.ada)
    modal = await scene.slack.modal(scene.ada, sentence("form_detail"))
    await scene.slack.submit(modal, scene.ada, words="with a feather")
    assert (await scene.report()).text == "a hat\nwith a feather"
    await scene.slack.home(scene.ada, "with a feather")


async def test_the_home_tab_of_somebody_with_very_many_reports_keeps_within_slacks_limits(scene: Scene) -> None:
    await asyncio.gather(*(report(scene, scene.admin, f"hat number {number}") for number in range(20)))
    home = await scene.slack.open_home(scene.admin)
    assert plural("own_more", 5) in str(home["blocks"])
    shown = [each["text"]["text"] for each in buttons(home["blocks"])]
    assert (shown.count(sentence("button_withdraw")), sentence("home_setup") in shown) == (15, True)


@pytest.mark.parametrize("form", ["lost", "found", "sealed"])
async def test_the_home_tab_opens_the_reports_modals(scene: Scene, form: str) -> None:
    home = await scene.slack.open_home(scene.ada)
    await scene.slack.press_in(home, sentence(f"form_{form}"), scene.ada)
    await scene.slack.modal(scene.ada, sentence(f"form_{form}"))


async def test_all_that_is_known_of_someone_is_sent_to_them_alone_and_deleted_when_they_say_so(scene: Scene) -> None:
    await report(scene, scene.ada, "a hat")
    home = await scene.slack.open_home(scene.ada)
    await scene.slack.press_in(home, sentence("home_privacy"), scene.ada)
    modal = await scene.slack.modal(scene.ada, "Nobody's messages train a model")
    await scene.slack.press_in(modal, sentence("home_export"), scene.ada)
    await scene.slack.modal(scene.ada, sentence("home_exported"))
    [shared] = scene.slack.calls_of("files.completeUploadExternal")
    assert shared["channel_id"] == scene.slack.direct(scene.ada)
    [file] = scene.slack.files
    known = json.loads(scene.slack.api.contents[file])
    assert [each["text"] for each in known["reports"]] == ["a hat"]

    home = await scene.slack.open_home(scene.ada)
    await scene.slack.press_in(home, sentence("home_privacy"), scene.ada)
    modal = await scene.slack.modal(scene.ada, "Nobody's messages train a model")
    await scene.slack.press_in(modal, sentence("button_forget"), scene.ada)
    await scene.slack.modal(scene.ada, "Done: 1 report")
    assert ((await scene.report()).state, (await scene.report()).text) == (ReportState.WITHDRAWN, "")


async def test_a_moderator_sets_the_workspace_up_and_finds_it_so_the_next_time(scene: Scene) -> None:
    log, group = scene.slack.add_channel("mods"), scene.slack.add_group("helpers", scene.ben)
    home = await scene.slack.open_home(scene.admin)
    await scene.slack.press_in(home, sentence("home_setup"), scene.admin)
    modal = await scene.slack.modal(scene.admin, sentence("home_setup"))
    chosen = {
        "found_channels": [scene.general],
        "log_channel": log,
        "moderators": [scene.ada],
        "groups": [group],
        "language": "de",
        "private_reports": ["private"],
        "sealed_categories": [],
        "keep_days": 14,
    }
    await scene.slack.submit(modal, scene.admin, **chosen)
    await scene.slack.modal(scene.admin, sentence("setup_saved"))
    assert await scene.settings() == Settings(
        found_channels=(scene.general,),
        log_channel=log,
        moderators=(scene.ada, group),
        language="de",
        private_reports=True,
        sealed_categories=(),
        keep_days=14,
    )
    ts = scene.slack.post_photo(scene.general, scene.ada, JPEG, "a hat")
    await scene.acknowledged(scene.general, ts)
    assert ((await scene.report()).kind, (await scene.report()).language) == (ReportKind.FOUND, "de")

    ben = await scene.slack.open_home(scene.ben)  # he moderates now, by his group
    await scene.slack.press_in(ben, sentence("home_setup"), scene.ben)
    again = await scene.slack.modal(scene.ben, sentence("home_setup"))
    before = await scene.settings()
    await scene.slack.submit(again, scene.ben)
    await scene.slack.modal(scene.ben, sentence("setup_saved"))
    assert await scene.settings() == before


async def test_a_channel_without_the_bot_and_one_with_two_roles_are_refused_at_their_fields(scene: Scene) -> None:
    strange = scene.slack.add_channel("random", bot_inside=False)
    home = await scene.slack.open_home(scene.admin)
    await scene.slack.press_in(home, sentence("home_setup"), scene.admin)
    modal = await scene.slack.modal(scene.admin, sentence("home_setup"))
    sent = await scene.slack.submit(modal, scene.admin, lost_channels=[strange], log_channel=strange)
    said = sentence("setup_invite")
    assert (sent.ack or {})["payload"]["errors"] == {"lost_channels": said, "log_channel": said}
    sent = await scene.slack.submit(modal, scene.admin, found_channels=[scene.lost], lost_channels=[scene.lost])
    assert (sent.ack or {})["payload"]["errors"] == {"found_channels": sentence("channel_twice")}
    assert await scene.settings() == Settings()


async def test_whoever_is_no_moderator_any_more_changes_nothing(scene: Scene) -> None:
    home = await scene.slack.open_home(scene.admin)
    await scene.slack.press_in(home, sentence("home_setup"), scene.admin)
    modal = await scene.slack.modal(scene.admin, sentence("home_setup"))
    scene.slack.members[scene.admin]["is_admin"] = False
    sent = await scene.slack.submit(modal, scene.admin, language="fr")
    assert sentence("only_moderators_here") in str((sent.ack or {})["payload"]["errors"])
    for button in ("home_setup", "home_numbers", "home_make_code", "home_use_code", "home_unlink"):
        scene.slack.views.clear()
        await scene.slack.press_in(home, sentence(button), scene.admin)
        await scene.slack.modal(scene.admin, sentence("only_moderators_here"))
    assert await scene.settings() == Settings()


async def test_moderators_see_the_communitys_numbers(scene: Scene) -> None:
    await scene.match()
    home = await scene.slack.open_home(scene.admin)
    await scene.slack.press_in(home, sentence("home_numbers"), scene.admin)
    modal = await scene.slack.modal(scene.admin, sentence("home_numbers"))
    assert "1 thing is missed" in words_of(modal["blocks"])
    assert "1 find waits for its owner" in words_of(modal["blocks"])


async def test_a_channel_that_was_chosen_and_left_hinders_nobody_from_reporting_elsewhere(scene: Scene) -> None:
    chosen = Settings(lost_channels=("C0GONE",))
    await scene.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    await scene.slack.tell({"type": "channel_left", "channel": "C0GONE"}).acked.wait()
    await report(scene, scene.ada, "a hat")
    assert (await scene.report()).target.channel == scene.lost
