"""What members post on Slack becomes reports in real PostgreSQL, by the unmodified client against the double."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web

from reunite.commands import ChangeSettings
from reunite.entities import MatchState, ReportState, Settings
from reunite.messages import keys
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing, Sent
from tests.doubles.slack import BOT_USER, TEAM
from tests.doubles.slack_api import BOT_TOKEN
from tests.doubles.slack_delivery import Envelope
from tests.support.slack_adapter import JPEG, World, world_in
from tests.support.waiting import eventually


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_in(database_url) as opened:
        yield opened


async def test_a_photo_in_found_is_a_report_and_then_gets_eyes(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a &lt;red&gt; hat, ask <@U1|bob>")
    await world.acknowledged(world.found, ts)
    report = await world.report()
    assert (report.kind, report.text, report.author.name) == ("found", "a <red> hat, ask @bob", "Ada")
    assert (report.target.workspace, report.target.channel, report.target.message) == (TEAM, world.found, ts)
    assert report.posted_at == datetime.fromtimestamp(float(ts), UTC)
    [photo] = await world.photos(report)
    assert photo.url
    async with ClientSession() as browser:
        async with browser.get(photo.url) as page:
            assert (page.status, page.content_type) == (200, "text/html")
        async with browser.get(photo.url, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as file:
            assert await file.read() == JPEG


async def test_a_photo_in_lost_is_a_lost_report(world: World) -> None:
    ts = world.slack.post_photo(world.lost, world.ada, JPEG, "my hat")
    await world.acknowledged(world.lost, ts)
    assert (await world.report()).kind == "lost"


async def test_the_same_event_three_times_is_one_report(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG)
    await world.acknowledged(world.found, ts)
    first = world.slack.delivery.envelopes[0]
    for _ in range(2):
        await world.slack.tell_again(first)
    assert len(await world.reports()) == 1


async def test_an_event_that_could_not_be_written_down_comes_again(world: World) -> None:
    world.slack.api.fail_next("users.info", status=503, error="service_unavailable")
    ts = world.slack.post_photo(world.found, world.ada, JPEG)
    await world.acknowledged(world.found, ts)
    assert len(await world.reports()) == 1
    assert world.slack.delivery.envelopes[0].sent == 2


@pytest.mark.parametrize("way", ["dropped", "asked"])
async def test_a_connection_lost_in_mid_envelope_loses_and_doubles_nothing(world: World, way: str) -> None:
    async def cut(_: web.Request) -> None:
        await (world.slack.delivery.drop_connections() if way == "dropped" else world.slack.delivery.ask_to_reconnect())

    world.slack.api.before_answer["users.info"] = cut
    ts = world.slack.post_photo(world.found, world.ada, JPEG)
    await world.acknowledged(world.found, ts)
    await world.slack.settle()
    assert world.slack.delivery.connections >= 2
    assert world.slack.delivery.envelopes[0].acked.is_set()
    assert len(await world.reports()) == 1


async def test_bots_threads_other_channels_and_other_files_are_left_alone(world: World) -> None:
    slack = world.slack
    general = next(channel["id"] for channel in slack.channels.values() if channel["name"] == "general")
    slack.post_photo(world.found, world.ada, JPEG, bot_id="B1")
    slack.post_photo(world.found, BOT_USER, JPEG)
    slack.post_photo(general, world.ada, JPEG)
    root = slack.post(world.found, world.ada, "no photo")
    slack.post_photo(world.found, world.ada, JPEG, thread_ts=root)
    paper = {"id": "F1", "name": "form.pdf", "mimetype": "application/pdf", "url_private": "https://files.slack.com/f"}
    slack.post(world.found, world.ada, "", files=[paper])
    await slack.settle()
    assert await world.reports() == []
    assert slack.calls_of("reactions.add") == []


async def test_a_text_that_is_too_long_is_answered_once_in_the_thread(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "x" * 5000)
    await world.slack.wait_for_reply(world.found, ts, "too long")
    await world.slack.tell_again(world.slack.delivery.envelopes[0])
    await world.slack.settle()
    assert len(world.slack.thread(world.found, ts)) == 1


@pytest.mark.parametrize("answered", [False, True])
async def test_a_deleted_post_withdraws_the_report(world: World, *, answered: bool) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG)
    await world.acknowledged(world.found, ts)
    if answered:  # the post then stays as a tombstone
        await world.platform.send(Outgoing("k", (await world.report()).target, Reply("nothing", ((Plain("hm"),),))))
    world.slack.delete(world.found, ts)
    await world.slack.settle()
    assert (await world.report()).state is ReportState.WITHDRAWN


@pytest.mark.parametrize("heard", [True, False])
async def test_a_post_that_the_bot_hears_of_after_its_deletion_is_not_kept(world: World, *, heard: bool) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "gone before", unheard=True)
    message = dict(world.slack.message(world.found, ts) or {})
    world.slack.delete(world.found, ts, unheard=not heard)
    await world.slack.settle()
    world.slack.tell({**message, "channel": world.found, "subtype": "file_share"})
    await world.slack.settle()
    if heard:
        assert await world.reports() == []
    else:
        await eventually(world.reports, holds=lambda found: [report.text for report in found] == [""])


async def test_a_post_that_turns_out_to_be_gone_when_it_is_answered_is_withdrawn(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.acknowledged(world.found, ts)
    report = await world.report()
    world.slack.delete(world.found, ts, unheard=True)
    async with world.store.session(report.community) as session:
        await session.outbox.post(report.id, keys.watching(report.id), Reply("nothing", ((Plain("hm"),),)))
    await eventually(world.report, holds=lambda known: known.state is ReportState.WITHDRAWN)


async def test_posts_that_went_with_their_channel_are_withdrawn_and_others_are_not(world: World) -> None:
    for channel in (world.found, world.lost):
        await world.acknowledged(channel, world.slack.post_photo(channel, world.ada, JPEG))
    chosen = Settings(found_channels=(world.found,), lost_channels=(world.lost,), log_channel=world.found)
    await world.handlers.set_up(ChangeSettings(platform="slack", workspace=TEAM, settings=chosen))
    del world.slack.channels[world.found]
    await world.slack.tell({"type": "channel_deleted", "channel": world.found}).acked.wait()
    assert [report.state for report in await world.reports()] == [ReportState.WITHDRAWN, ReportState.PENDING]
    assert await world.settings() == Settings(lost_channels=(world.lost,))


async def test_the_bot_listens_where_it_is_invited_later(world: World) -> None:
    late = world.slack.admin.add_channel("lost-and-found", bot_inside=False)
    world.slack.admin.invite_bot(late)
    await world.slack.settle()
    ts = world.slack.post_photo(late, world.ada, JPEG)
    await world.acknowledged(late, ts)
    assert (await world.report()).target.channel == late


async def test_an_edited_post_changes_the_report_and_unchanged_words_change_nothing(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "a red hat")
    await world.acknowledged(world.found, ts)
    world.slack.edit(world.found, ts, "a red hat &amp; a scarf")
    await world.slack.settle()
    assert (await world.report()).text == "a red hat & a scarf"
    world.slack.edit(world.found, ts, "a red hat &amp; a scarf")  # as when Slack adds a preview
    await world.slack.settle()
    assert (await world.report()).text == "a red hat & a scarf"


async def test_an_edit_that_comes_again_after_a_newer_one_changes_nothing(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "first")
    await world.acknowledged(world.found, ts)
    world.slack.edit(world.found, ts, "second")
    second = world.slack.delivery.envelopes[-1]
    await second.acked.wait()
    world.slack.edit(world.found, ts, "third")
    await world.slack.settle()
    await world.slack.tell_again(second)
    assert (await world.report()).text == "third"


async def late(world: World, edit: Envelope, sent: int) -> None:
    """Deliver an edit's event as one that the bot has not handled yet."""
    await world.slack.delivery.sent(Envelope(edit.kind, {**edit.payload, "event_id": "Ev-late"}, "E-late", sent=sent))


@pytest.mark.parametrize("sent", [0, 1])
async def test_an_edit_that_comes_only_after_a_newer_one_changes_nothing(world: World, sent: int) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "first")
    await world.acknowledged(world.found, ts)
    world.slack.edit(world.found, ts, "second")
    second = world.slack.delivery.envelopes[-1]
    await second.acked.wait()
    world.slack.edit(world.found, ts, "third")
    await world.slack.settle()
    await late(world, second, sent)
    assert (await world.report()).text == "third"


async def test_an_edit_that_comes_again_gives_the_words_of_now(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "first")
    await world.acknowledged(world.found, ts)
    world.slack.edit(world.found, ts, "second")
    second = world.slack.delivery.envelopes[-1]
    await second.acked.wait()
    world.slack.edit(world.found, ts, "third", unheard=True)
    await late(world, second, sent=1)
    assert (await world.report()).text == "third"


async def test_what_the_bot_changes_in_its_own_posts_is_no_edit_of_a_report(world: World) -> None:
    used = await world.slack.slash("lost", "a red hat", world.ada, world.lost)
    await eventually(lambda: used.answers)
    post = await world.slack.wait_for_post(world.lost, "a red hat")
    await eventually(lambda: world.slack.message(world.lost, post["ts"]))
    report = await eventually(world.report, holds=lambda report: report.target.message)
    outgoing = Outgoing("any", report.target, Reply("report_post", ((Plain("something else"),),)))
    await world.platform.edit(outgoing, Sent(world.lost, post["ts"]))
    await world.slack.settle()
    assert (await world.report()).text == "a red hat"


async def test_people_of_another_organisation_report_as_members_do_and_never_moderate(world: World) -> None:
    world.slack.admin.add_team("T0OTHER")
    eve = world.slack.admin.add_member("Eve", admin=True, team="T0OTHER")
    ts = world.slack.post_photo(world.found, eve, JPEG, "a hat")
    await world.acknowledged(world.found, ts)
    [photo] = await world.photos(await world.report())
    assert photo.url
    async with (
        ClientSession() as browser,
        browser.get(photo.url, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as file,
    ):
        assert await file.read() == JPEG
    world.slack.delete(world.found, ts)
    await world.slack.settle()
    _, _, match, card = await world.card()
    await world.slack.react(card.channel, card.message, "white_check_mark", eve).acked.wait()
    report, *_ = await world.reports()
    assert await world.standing(match, report.community) is MatchState.UNDECIDED


async def test_a_post_of_another_organisation_whose_photo_is_gone_by_then_hinders_nothing(world: World) -> None:
    world.slack.admin.add_team("T0OTHER")
    eve = world.slack.admin.add_member("Eve", team="T0OTHER")
    world.slack.api.fail_next("files.info", error="file_not_found")
    world.slack.post_photo(world.found, eve, JPEG, "a hat")
    await world.slack.settle()
    assert all(envelope.acked.is_set() for envelope in world.slack.delivery.envelopes)
    assert await world.reports() == []


async def test_a_post_that_changed_before_it_could_be_taken_is_taken_as_it_is_by_then(world: World) -> None:
    for _ in range(2):
        world.slack.api.fail_next("users.info", status=503, error="service_unavailable")
    edited = world.slack.post_photo(world.found, world.ada, JPEG, "first words")
    deleted = world.slack.post_photo(world.found, world.ada, JPEG, "never mind")
    await eventually(lambda: not world.slack.api.failures["users.info"])
    world.slack.edit(world.found, edited, "second words")
    world.slack.delete(world.found, deleted)
    await world.acknowledged(world.found, edited)
    await world.slack.settle()
    assert [report.text for report in await world.reports()] == ["second words"]


async def test_a_post_that_was_too_long_is_taken_once_it_was_shortened(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "x" * 5000)
    await world.slack.wait_for_reply(world.found, ts, "too long")
    world.slack.edit(world.found, ts, "a hat")
    await world.acknowledged(world.found, ts)
    assert (await world.report()).text == "a hat"


async def test_edits_in_quick_succession_are_taken_in_their_order(world: World) -> None:
    ts = world.slack.post_photo(world.found, world.ada, JPEG, "0")
    for number in range(1, 10):
        world.slack.edit(world.found, ts, str(number))
    await world.slack.settle()
    await world.until_reported()
    assert (await world.report()).text == "9"
