"""What members post on Slack becomes reports in real PostgreSQL, by the unmodified client against the double."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from reunite.commands import ChangeSettings
from reunite.entities import MatchState, ReportState, Settings
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing, Sent
from tests.doubles.slack import BOT_USER, TEAM
from tests.doubles.slack_api import BOT_TOKEN
from tests.doubles.slack_scene import JPEG, Scene, scene_in


@pytest.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with scene_in(database_url) as opened:
        yield opened


async def test_a_photo_in_found_is_a_report_and_then_gets_eyes(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "a &lt;red&gt; hat, ask <@U1|bob>")
    await scene.acknowledged(scene.found, ts)
    report = await scene.report()
    assert (report.kind, report.text, report.author.name) == ("found", "a <red> hat, ask @bob", "Ada")
    assert (report.target.workspace, report.target.channel, report.target.message) == (TEAM, scene.found, ts)
    [photo] = await scene.photos(report)
    assert photo.url
    async with ClientSession() as browser:
        async with browser.get(photo.url) as page:
            assert (page.status, page.content_type) == (200, "text/html")
        async with browser.get(photo.url, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as file:
            assert await file.read() == JPEG


async def test_a_photo_in_lost_is_a_lost_report(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.lost, scene.ada, JPEG, "my hat")
    await scene.acknowledged(scene.lost, ts)
    assert (await scene.report()).kind == "lost"


async def test_the_same_event_three_times_is_one_report(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    await scene.acknowledged(scene.found, ts)
    first = scene.slack.envelopes[0]
    for _ in range(2):
        await scene.slack.tell_again(first)
    assert len(await scene.reports()) == 1


async def test_an_event_that_could_not_be_written_down_comes_again(scene: Scene) -> None:
    scene.slack.api.fail_next("users.info", status=503, error="service_unavailable")
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    await scene.acknowledged(scene.found, ts)
    assert len(await scene.reports()) == 1
    assert scene.slack.envelopes[0].sent == 2


@pytest.mark.parametrize("way", ["dropped", "asked"])
async def test_a_connection_lost_in_mid_envelope_loses_and_doubles_nothing(scene: Scene, way: str) -> None:
    async def cut(_: web.Request) -> None:
        await (scene.slack.delivery.drop_connections() if way == "dropped" else scene.slack.delivery.ask_to_reconnect())

    scene.slack.api.before_answer["users.info"] = cut
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    await scene.acknowledged(scene.found, ts)
    await scene.slack.settle()
    assert scene.slack.connections >= 2
    assert scene.slack.envelopes[0].acked.is_set()
    assert len(await scene.reports()) == 1


async def test_bots_threads_other_channels_and_other_files_are_left_alone(scene: Scene) -> None:
    slack = scene.slack
    general = next(each["id"] for each in slack.channels.values() if each["name"] == "general")
    slack.post_photo(scene.found, scene.ada, JPEG, bot_id="B1")
    slack.post_photo(scene.found, BOT_USER, JPEG)
    slack.post_photo(general, scene.ada, JPEG)
    root = slack.post(scene.found, scene.ada, "no photo")
    slack.post_photo(scene.found, scene.ada, JPEG, thread_ts=root)
    paper = {"id": "F1", "name": "form.pdf", "mimetype": "application/pdf", "url_private": "https://files.slack.com/f"}
    slack.post(scene.found, scene.ada, "", files=[paper])
    await slack.settle()
    assert await scene.reports() == []
    assert slack.calls_of("reactions.add") == []


async def test_a_text_that_is_too_long_is_answered_once_in_the_thread(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "x" * 5000)
    await scene.slack.wait_for_reply(scene.found, ts, "too long")
    await scene.slack.tell_again(scene.slack.envelopes[0])
    await scene.slack.settle()
    assert len(scene.slack.thread(scene.found, ts)) == 1


@pytest.mark.parametrize("answered", [False, True])
async def test_a_deleted_post_withdraws_the_report(scene: Scene, *, answered: bool) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG)
    await scene.acknowledged(scene.found, ts)
    if answered:  # the post then stays as a tombstone
        await scene.platform.send(Outgoing("k", (await scene.report()).target, Reply("nothing", ((Plain("hm"),),))))
    scene.slack.delete(scene.found, ts)
    await scene.slack.settle()
    assert (await scene.report()).state is ReportState.WITHDRAWN


async def test_posts_that_went_with_their_channel_are_withdrawn_and_others_are_not(scene: Scene) -> None:
    for channel in (scene.found, scene.lost):
        await scene.acknowledged(channel, scene.slack.post_photo(channel, scene.ada, JPEG))
    chosen = Settings(found_channels=(scene.found,), lost_channels=(scene.lost,), log_channel=scene.found)
    await scene.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    del scene.slack.channels[scene.found]
    await scene.slack.tell({"type": "channel_deleted", "channel": scene.found}).acked.wait()
    assert [report.state for report in await scene.reports()] == [ReportState.WITHDRAWN, ReportState.PENDING]
    assert await scene.settings() == Settings(lost_channels=(scene.lost,))


async def test_the_bot_listens_where_it_is_invited_later(scene: Scene) -> None:
    late = scene.slack.add_channel("lost-and-found", bot_inside=False)
    scene.slack.invite_bot(late)
    await scene.slack.settle()
    ts = scene.slack.post_photo(late, scene.ada, JPEG)
    await scene.acknowledged(late, ts)
    assert (await scene.report()).target.channel == late


async def test_an_edited_post_changes_the_report_and_unchanged_words_change_nothing(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "a red hat")
    await scene.acknowledged(scene.found, ts)
    scene.slack.edit(scene.found, ts, "a red hat &amp; a scarf")
    await scene.slack.settle()
    assert (await scene.report()).text == "a red hat & a scarf"
    scene.slack.edit(scene.found, ts, "a red hat &amp; a scarf")  # as when Slack adds a preview
    await scene.slack.settle()
    assert (await scene.report()).text == "a red hat & a scarf"


async def test_an_edit_that_comes_again_after_a_newer_one_changes_nothing(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "first")
    await scene.acknowledged(scene.found, ts)
    scene.slack.edit(scene.found, ts, "second")
    second = scene.slack.envelopes[-1]
    await second.acked.wait()
    scene.slack.edit(scene.found, ts, "third")
    await scene.slack.settle()
    await scene.slack.tell_again(second)
    assert (await scene.report()).text == "third"


async def test_what_the_bot_changes_in_its_own_posts_is_no_edit_of_a_report(scene: Scene) -> None:
    used = await scene.slack.slash("lost", "a red hat", scene.ada, scene.lost)
    await scene.slack.until(lambda: used.answers)
    post = await scene.slack.wait_for_post(scene.lost, "a red hat")
    await scene.slack.until(lambda: scene.slack.message(scene.lost, post["ts"]))
    report = await scene.until(scene.report, lambda report: report.target.message)
    outgoing = Outgoing("any", report.target, Reply("report_post", ((Plain("something else"),),)))
    await scene.platform.edit(outgoing, Sent(scene.lost, post["ts"]))
    await scene.slack.settle()
    assert (await scene.report()).text == "a red hat"


async def test_people_of_another_organisation_report_as_members_do_and_never_moderate(scene: Scene) -> None:
    scene.slack.add_team("T0OTHER")
    eve = scene.slack.add_member("Eve", admin=True, team="T0OTHER")
    ts = scene.slack.post_photo(scene.found, eve, JPEG, "a hat")
    await scene.acknowledged(scene.found, ts)
    [photo] = await scene.photos(await scene.report())
    assert photo.url
    async with (
        ClientSession() as browser,
        browser.get(photo.url, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as file,
    ):
        assert await file.read() == JPEG
    scene.slack.delete(scene.found, ts)
    await scene.slack.settle()
    _, _, match, card = await scene.card()
    await scene.slack.react(card.channel, card.message, "white_check_mark", eve).acked.wait()
    report, *_ = await scene.reports()
    assert await scene.standing(match, report.community) is MatchState.UNDECIDED


async def test_a_post_of_another_organisation_whose_photo_is_gone_by_then_hinders_nothing(scene: Scene) -> None:
    scene.slack.add_team("T0OTHER")
    eve = scene.slack.add_member("Eve", team="T0OTHER")
    scene.slack.api.fail_next("files.info", error="file_not_found")
    scene.slack.post_photo(scene.found, eve, JPEG, "a hat")
    await scene.slack.settle()
    assert all(each.acked.is_set() for each in scene.slack.envelopes)
    assert await scene.reports() == []


async def test_a_post_that_changed_before_it_could_be_taken_is_taken_as_it_is_by_then(scene: Scene) -> None:
    for _ in range(2):
        scene.slack.api.fail_next("users.info", status=503, error="service_unavailable")
    edited = scene.slack.post_photo(scene.found, scene.ada, JPEG, "first words")
    deleted = scene.slack.post_photo(scene.found, scene.ada, JPEG, "never mind")
    await scene.slack.until(lambda: not scene.slack.api.failures["users.info"])
    scene.slack.edit(scene.found, edited, "second words")
    scene.slack.delete(scene.found, deleted)
    await scene.acknowledged(scene.found, edited)
    await scene.slack.settle()
    assert [report.text for report in await scene.reports()] == ["second words"]


async def test_a_post_that_was_too_long_is_taken_once_it_was_shortened(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "x" * 5000)
    await scene.slack.wait_for_reply(scene.found, ts, "too long")
    scene.slack.edit(scene.found, ts, "a hat")
    await scene.acknowledged(scene.found, ts)
    assert (await scene.report()).text == "a hat"


async def test_edits_in_quick_succession_are_taken_in_their_order(scene: Scene) -> None:
    ts = scene.slack.post_photo(scene.found, scene.ada, JPEG, "0")
    for number in range(1, 10):
        scene.slack.edit(scene.found, ts, str(number))
    await scene.slack.settle()
    await scene.until_reported()
    assert (await scene.report()).text == "9"
