"""The modals of reports on Slack: `/lost` alone, `/found`, sealed finds and shortcuts."""

from collections.abc import AsyncIterator

import pytest

from reunite.commands import ChangeSettings
from reunite.entities import Settings
from reunite.language import sentence
from tests.doubles.slack import BOT_USER, TEAM, SlackDouble, shown
from tests.doubles.slack_blocks import words_of
from tests.doubles.slack_scene import JPEG, Scene, scene_in, scene_on


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def test_lost_alone_opens_a_modal_whose_report_has_all_that_was_filled_in(scene: Scene) -> None:
    await scene.slack.slash("lost", " ", scene.ada, scene.general)
    modal = await scene.slack.modal(scene.ada, sentence("form_lost"))
    photos = [scene.slack.api.files.add(scene.ada, f"{number}.jpg", JPEG) for number in range(2)]
    await scene.slack.submit(modal, scene.ada, words="my hat", where="library", when="yesterday 14:30", photos=photos)
    report = await scene.report()
    assert (report.kind, report.text, report.place, report.private) == ("lost", "my hat", "library", False)
    assert report.happened_at
    assert report.posted_at
    assert [photo.name for photo in await scene.photos(report)] == ["0.jpg", "1.jpg"]
    said = await scene.slack.modal(scene.ada, f"<#{scene.lost}>")
    assert words_of(said["blocks"]) == sentence("looking_in", channel=f"<#{scene.lost}>")
    post = await scene.slack.wait_for_post(scene.lost, "my hat")
    assert "library" in shown(post)


@pytest.mark.parametrize(
    ("callback", "title"),
    [("report_lost", "form_lost"), ("report_found", "form_found"), ("report_sealed", "form_sealed")],
)
async def test_the_global_shortcuts_open_the_same_modals(scene: Scene, callback: str, title: str) -> None:
    await scene.slack.shortcut(callback, scene.ada)
    await scene.slack.modal(scene.ada, sentence(title))


async def test_a_modal_that_is_sent_three_times_is_one_report(scene: Scene) -> None:
    await scene.slack.shortcut("report_lost", scene.ada)
    modal = await scene.slack.modal(scene.ada)
    sent = await scene.slack.submit(modal, scene.ada, words="my hat")
    for _ in range(2):
        await scene.slack.tell_again(sent)
    assert len(await scene.reports()) == 1


async def test_what_can_be_mended_is_said_at_its_field_and_the_modal_stays(scene: Scene) -> None:
    await scene.slack.slash("lost", "", scene.ada, scene.lost)
    modal = await scene.slack.modal(scene.ada)
    paper = scene.slack.api.files.add(scene.ada, "form.pdf", b"%PDF") | {"mimetype": "application/pdf"}
    for filled, errors in (
        ({}, {"words": sentence("empty_report")}),
        ({"words": "a hat", "photos": [paper]}, {"photos": sentence("photo_not_an_image", name="form.pdf")}),
    ):
        sent = await scene.slack.submit(modal, scene.ada, **filled)
        assert (sent.ack or {})["payload"] == {"response_action": "errors", "errors": errors}
    assert await scene.reports() == []
    await scene.slack.submit(modal, scene.ada, words="a hat")
    assert len(await scene.reports()) == 1


async def test_a_time_that_is_not_understood_loses_nothing(scene: Scene) -> None:
    await scene.slack.slash("lost", "", scene.ada, scene.lost)
    modal = await scene.slack.modal(scene.ada)
    sent = await scene.slack.submit(modal, scene.ada, words="a hat", when="some day <3")
    report = await scene.report()
    assert (report.text, report.happened_at) == ("a hat\nsome day <3", None)
    assert sentence("when_kept", when="some day &lt;3") in str(sent.ack)


async def test_a_private_report_is_answered_in_direct_messages_and_shown_nowhere_else(scene: Scene) -> None:
    await scene.slack.slash("lost", "", scene.ada, scene.lost)
    modal = await scene.slack.modal(scene.ada)
    await scene.slack.submit(modal, scene.ada, words="my diary", seen="private")
    report = await scene.report()
    direct = scene.slack.direct(scene.ada)
    assert (report.private, report.target.channel) == (True, direct)
    post = await scene.slack.wait_for_post(direct, "my diary")
    report = await scene.until(scene.report, lambda report: report.target.message)
    assert report.target.message == post["ts"]
    everywhere = [each for channel, each in scene.slack.messages.items() if channel != direct]
    assert "my diary" not in str(everywhere)


async def test_a_sealed_find_is_shown_by_its_kind_alone(scene: Scene) -> None:
    log = scene.slack.add_channel("mods")
    await scene.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=Settings(log_channel=log)))
    await scene.slack.slash("found", "sealed", scene.ada, scene.general)
    modal = await scene.slack.modal(scene.ada, sentence("form_sealed"))
    photo = scene.slack.api.files.add(scene.ada, "card.jpg", JPEG)
    filled = {"words": "Jane Roe", "category": "card", "where": "pool", "photos": [photo], "secret": "PIN 1234"}
    sent = await scene.slack.submit(modal, scene.ada, **filled)
    assert sentence("sealed_kept") in str((sent.ack or {})["payload"]["view"])
    report = await scene.report()
    assert (report.sealed, report.category, report.text) == (True, "card", "Jane Roe")
    post = await scene.slack.wait_for_post(scene.found, sentence("category_card"))
    assert "pool" in shown(post)
    public = str([scene.slack.messages[channel] for channel in (scene.found, scene.lost, scene.general)])
    assert not any(word in public for word in ("Jane Roe", "1234", "card.jpg", "Ada"))


async def test_without_a_channel_for_moderators_nothing_can_be_sealed(scene: Scene) -> None:
    await scene.slack.shortcut("report_sealed", scene.ada)
    modal = await scene.slack.modal(scene.ada)
    photo = scene.slack.api.files.add(scene.ada, "card.jpg", JPEG)
    sent = await scene.slack.submit(modal, scene.ada, category="id", photos=[photo])
    assert sentence("sealed_needs_log") in str((sent.ack or {})["payload"]["errors"])
    assert await scene.reports() == []


async def test_a_modal_whose_work_takes_long_is_acknowledged_in_time_and_shows_the_outcome_later(
    database_url: str,
) -> None:
    async with SlackDouble.running() as slack, scene_on(slack, database_url) as scene:
        await slack.slash("lost", "", scene.ada, scene.lost)
        modal = await slack.modal(scene.ada)
        slack.api.delays["users.info"] = 3.5  # longer than Slack waits for an acknowledgement
        sent = await slack.submit(modal, scene.ada, words="a hat")
        await slack.settle()
        assert sent.in_time
        assert words_of((sent.ack or {})["payload"]["view"]["blocks"]) == sentence("one_moment")
        await slack.modal(scene.ada, f"<#{scene.lost}>")
        assert len(await scene.reports()) == 1


async def test_modals_and_what_is_said_there_are_in_the_users_own_language(scene: Scene) -> None:
    uma = scene.slack.add_member("Uma", locale="fr-CA")
    await scene.slack.slash("lost", "", uma, scene.lost)
    modal = await scene.slack.modal(uma, sentence("form_lost", "fr"))
    sent = await scene.slack.submit(modal, uma)
    assert (sent.ack or {})["payload"]["errors"] == {"words": sentence("empty_report", "fr")}
    await scene.slack.submit(modal, uma, words="mon chapeau")
    await scene.slack.modal(uma, sentence("looking_in", "fr", channel=f"<#{scene.lost}>"))


async def test_a_modal_opens_only_for_whoever_asked(scene: Scene) -> None:
    await scene.slack.slash("lost", "", scene.ada, scene.lost)
    await scene.slack.modal(scene.ada)
    assert {view["user"] for view in scene.slack.views.values()} == {scene.ada}
    assert all(each["user"] != BOT_USER for each in scene.slack.messages[scene.lost])
